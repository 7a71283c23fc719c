// The editor of one cell, over the cell: an input, a list, a text, or a file, by the type of its
// column. Values are PostgreSQL's text and are checked by PostgreSQL when they are committed;
// here only what would surely be refused is said at once (JSON that is none).

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { download, Job, postRaw } from "../../api/client";
import type { Column, Oid, SetValue, Value } from "../../api/types";
import { session } from "../../state/session";
import { Button, Kbd, Segmented } from "../../ui/controls";
import { Problem } from "../../ui/states";
import { toastError } from "../../ui/toast";
import { arrayItems, arrayText, bytes, prettyJson } from "./format";

export interface Editing {
  column: Column;
  value: SetValue;
  /** The whole size of a value that came shortened. */
  cut: number | undefined;
  oid: Oid;
  key: string | null;
  /** False: it can be looked at. */
  writable: boolean;
  /** A letter that started the edit. */
  typed?: string;
  box: DOMRect;
}

export interface EditorProps {
  editing: Editing;
  /** `was`: the whole value, where it had to be fetched. */
  onSet: (value: SetValue, was?: Value) => void;
  onClose: () => void;
}

const WHOLE = 4 << 20;

export function CellEditor({ editing, onSet, onClose }: EditorProps) {
  const { column, cut } = editing;
  const element = useRef<HTMLDivElement>(null);
  const [whole, setWhole] = useState<{ value: Value } | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const needsWhole = cut !== undefined && column.editor !== "bytea";
  useEffect(() => {
    if (!needsWhole || cut > WHOLE) return;
    const job = new Job();
    fetchCell(editing, job)
      .then((response) => (response.status === 204 ? null : response.text()))
      .then(
        (value) => setWhole({ value }),
        (thrown: Error) => job.abort.aborted || setError(thrown),
      );
    return () => job.cancel();
  }, [editing]);

  useLayoutEffect(() => {
    const box = element.current;
    if (!box) return;
    box.showPopover();
    const size = box.getBoundingClientRect();
    const left = Math.max(4, Math.min(editing.box.left - 1, innerWidth - size.width - 4));
    const fits = editing.box.top + size.height <= innerHeight - 4;
    const top = fits ? editing.box.top - 1 : Math.max(4, innerHeight - size.height - 4);
    box.style.left = `${left}px`;
    box.style.top = `${top}px`;
    // Not before the popover is open: what is hidden takes no focus.
    const field = box.querySelector<HTMLElement>("[data-focus]");
    if (!field || box.contains(document.activeElement)) return;
    field.focus({ preventScroll: true });
    if (field instanceof HTMLInputElement && editing.typed === undefined) field.select();
    if (field instanceof HTMLTextAreaElement) {
      field.setSelectionRange(field.value.length, field.value.length);
    }
  }, [editing, whole, error]);

  const held = whole ? { ...editing, value: whole.value, cut: undefined } : editing;
  const set = (value: SetValue) => onSet(value, whole ? whole.value : undefined);
  return (
    <div
      class="editor"
      popover="manual"
      ref={element}
      role="dialog"
      aria-label={`${editing.writable ? "Edit" : "Value of"} ${column.name}`}
      style={{ minWidth: `${Math.max(editing.box.width + 2, 260)}px` }}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.preventDefault();
          onClose();
        }
        event.stopPropagation();
      }}
      onFocusOut={(event) => {
        const to = event.relatedTarget as Node | null;
        // A file dialog, another window: the focus went nowhere, the editor stays.
        if (to && !event.currentTarget.contains(to)) onClose();
      }}
    >
      {error ? (
        <Problem error={error} />
      ) : needsWhole && cut > WHOLE ? (
        <TooLong editing={editing} size={cut} />
      ) : needsWhole && !whole ? (
        <p class="editor-wait" tabIndex={-1} data-focus>
          <span class="spinner" /> {bytes(cut)}…
        </p>
      ) : (
        <Body editing={held} onSet={set} onClose={onClose} />
      )}
    </div>
  );
}

function fetchCell(editing: Editing, job: Job): Promise<Response> {
  const { oid, key, column } = editing;
  return postRaw("cell", { oid, key, column: column.attnum, request: job.request }, job.abort);
}

function Body(props: EditorProps) {
  const { column, writable } = props.editing;
  if (column.editor === "bytea") return <Bytes {...props} />;
  if (!writable || column.editor === "readonly") return <View {...props} />;
  if (column.editor === "boolean") {
    return (
      <Pick
        {...props}
        options={[
          ["t", "true"],
          ["f", "false"],
        ]}
      />
    );
  }
  if (column.editor === "enum") {
    return <Pick {...props} options={(column.labels ?? []).map((label) => [label, label])} />;
  }
  if (column.editor === "array") return <ArrayBox {...props} />;
  if (column.editor === "json") return <TextBox {...props} />;
  return <Text {...props} />;
}

const SHORT = 60;

/** A text in one line while it is short; over several when it is long, or when asked. */
function Text(props: EditorProps) {
  const { value } = props.editing;
  const isLong = typeof value === "string" && (value.length > SHORT || value.includes("\n"));
  const [lines, setLines] = useState<string | null>(null);
  if (lines !== null) return <TextBox {...props} start={lines} />;
  return isLong ? <TextBox {...props} /> : <Line {...props} onLines={setLines} />;
}

/** Type and zone, the buttons of every editor, the keys. */
function Foot({
  editing,
  onSet,
  keys,
  children,
}: {
  editing: Editing;
  onSet: (value: SetValue) => void;
  keys?: string;
  children?: ComponentChildren;
}) {
  const { column } = editing;
  const zone = /with time zone|timestamptz|timetz/.test(column.type)
    ? session.value?.database.timezone
    : undefined;
  return (
    <div class="editor-foot">
      <span class="faint ellipsis">
        {column.type}
        {zone && ` · shown in ${zone}`}
      </span>
      <span class="grow" />
      {children}
      {!column.not_null && (
        <Button small onClick={() => onSet(null)}>
          NULL
        </Button>
      )}
      {(column.has_default || column.identity) && (
        <Button small onClick={() => onSet({ default: true })}>
          DEFAULT
        </Button>
      )}
      {keys && <Kbd keys={keys} />}
    </div>
  );
}

const HINTS: Record<string, string> = {
  date: "2026-01-31",
  time: "13:45:00",
  timestamp: "2026-01-31 13:45:00",
};

function Line({ editing, onSet, onLines }: EditorProps & { onLines?: (text: string) => void }) {
  const { column, value } = editing;
  const [text, setText] = useState(editing.typed ?? (typeof value === "string" ? value : ""));
  const wrong =
    column.editor === "number" && text !== "" && !/^\s*[+-]?(\d|\.\d|inf|nan)/i.test(text);
  return (
    <>
      <input
        data-focus
        class="input"
        aria-label={column.name}
        aria-invalid={wrong}
        inputmode={column.editor === "number" ? "decimal" : "text"}
        placeholder={value === null ? "NULL" : (HINTS[column.editor] ?? "empty")}
        spellcheck={false}
        autocomplete="off"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== "Tab") return;
          event.preventDefault();
          // Left alone, NULL stays NULL and does not become an empty text.
          onSet(text === "" && value === null ? null : text);
        }}
      />
      <Foot editing={editing} onSet={onSet} keys="Enter">
        {onLines && (
          <Button small onClick={() => onLines(text)}>
            Lines
          </Button>
        )}
        {column.category === "S" && value !== "" && (
          <Button small onClick={() => onSet("")}>
            Empty
          </Button>
        )}
      </Foot>
    </>
  );
}

function Pick({
  editing,
  onSet,
  options,
}: EditorProps & { options: readonly (readonly [string, string])[] }) {
  const { column, value } = editing;
  const select = useRef<HTMLSelectElement>(null);
  useLayoutEffect(() => {
    const list = select.current;
    if (!list) return;
    const letter = editing.typed?.toLowerCase();
    const at = letter
      ? options.findIndex(([, label]) => label.toLowerCase().startsWith(letter))
      : options.findIndex(([option]) => option === value);
    list.selectedIndex = at;
  }, []);
  return (
    <>
      <select
        ref={select}
        data-focus
        class="editor-list"
        aria-label={column.name}
        size={Math.max(2, Math.min(10, options.length))}
        onClick={(event) => {
          if (event.target instanceof HTMLOptionElement) onSet(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== "Tab") return;
          event.preventDefault();
          const at = event.currentTarget.selectedIndex;
          onSet(options[at]?.[0] ?? value);
        }}
      >
        {options.map(([option, label]) => (
          <option key={option} value={option}>
            {label}
          </option>
        ))}
      </select>
      <Foot editing={editing} onSet={onSet} keys="Enter" />
    </>
  );
}

function jsonProblem(text: string): string {
  try {
    JSON.parse(text);
    return "";
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

function Area({
  label,
  text,
  onInput,
  onDone,
  invalid,
  readOnly,
  size = "",
}: {
  label: string;
  text: string;
  onInput?: (text: string) => void;
  onDone?: () => void;
  invalid?: boolean;
  readOnly?: boolean;
  /** For a text of a few lines, for a list of short ones. */
  size?: "short" | "list" | "";
}) {
  const area = useRef<HTMLTextAreaElement>(null);
  // Where one editor takes the place of another, the popover is open already.
  useEffect(() => {
    if (document.activeElement === document.body) area.current?.focus();
  }, []);
  return (
    <textarea
      ref={area}
      data-focus
      class={`textarea editor-text ${size === "short" ? "short" : `mono ${size}`}`}
      aria-label={label}
      aria-invalid={invalid ?? false}
      readOnly={readOnly ?? false}
      spellcheck={false}
      value={text}
      onInput={(event) => onInput?.(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          onDone?.();
        }
      }}
    />
  );
}

function TextBox({ editing, onSet, start }: EditorProps & { start?: string }) {
  const { column, value } = editing;
  const isJson = column.editor === "json";
  const before = typeof value === "string" ? value : "";
  const pretty = isJson && column.base === "jsonb" ? prettyJson(before) : before;
  const [text, setText] = useState(start ?? editing.typed ?? pretty);
  const problem = isJson && text.trim() !== "" ? jsonProblem(text) : "";
  const done = () => {
    if (problem) return;
    if (text === pretty) onSet(value);
    else onSet(isJson && text.trim() === "" ? null : text);
  };
  return (
    <>
      <Area
        label={column.name}
        text={text}
        onInput={setText}
        onDone={done}
        invalid={problem !== ""}
        size={isJson || text.length > 400 || text.includes("\n") ? "" : "short"}
      />
      {problem && (
        <p class="editor-problem" role="alert">
          {problem}
        </p>
      )}
      <Foot editing={editing} onSet={onSet}>
        {isJson && (
          <Button small disabled={problem !== ""} onClick={() => setText(prettyJson(text))}>
            Format
          </Button>
        )}
        <Button small kind="primary" keys="Mod+Enter" disabled={problem !== ""} onClick={done}>
          Set
        </Button>
      </Foot>
    </>
  );
}

/** An array as one item a line where that says everything, else as PostgreSQL's text. */
function ArrayBox({ editing, onSet }: EditorProps) {
  const { column, value } = editing;
  const before = typeof value === "string" ? value : "{}";
  const items = arrayItems(before);
  const plain =
    items?.every(
      (item) => item === null || (item !== "NULL" && item !== "" && !item.includes("\n")),
    ) ?? false;
  const [mode, setMode] = useState<"items" | "text">(plain ? "items" : "text");
  const asLines = (list: readonly Value[]) => list.map((item) => item ?? "NULL").join("\n");
  const [text, setText] = useState(plain ? asLines(items ?? []) : before);
  const asArray = () =>
    mode === "text"
      ? text
      : arrayText(
          text === "" ? [] : text.split("\n").map((line) => (line === "NULL" ? null : line)),
        );
  const problem = mode === "text" && !/^\s*[[{]/.test(text) ? "an array's text starts with {" : "";
  const turn = (to: "items" | "text") => {
    const now = arrayItems(asArray());
    if (to === "items" && !now) return;
    setText(to === "text" ? asArray() : asLines(now ?? []));
    setMode(to);
  };
  const done = () => {
    if (problem) return;
    const now = asArray();
    onSet(now === before && value === null ? null : now);
  };
  return (
    <>
      <Area
        label={column.name}
        text={text}
        onInput={setText}
        onDone={done}
        invalid={problem !== ""}
        size={text.length > 400 ? "" : "list"}
      />
      {problem && (
        <p class="editor-problem" role="alert">
          {problem}
        </p>
      )}
      <Foot editing={editing} onSet={onSet}>
        <Segmented
          label="How the array is written"
          value={mode}
          choices={[
            { value: "items", label: "Item a line" },
            { value: "text", label: "Text" },
          ]}
          onChange={turn}
        />
        <Button small kind="primary" keys="Mod+Enter" disabled={problem !== ""} onClick={done}>
          Set
        </Button>
      </Foot>
    </>
  );
}

function View({ editing }: EditorProps) {
  const { column, value } = editing;
  const text = typeof value === "string" ? value : value === null ? "NULL" : "DEFAULT";
  const shown = column.editor === "json" || column.base === "jsonb" ? prettyJson(text) : text;
  return (
    <>
      <Area label={column.name} text={shown} readOnly />
      <div class="editor-foot">
        <span class="faint">
          {column.type}
          {column.generated ? " · generated" : " · read-only"}
        </span>
      </div>
    </>
  );
}

function TooLong({ editing, size }: { editing: Editing; size: number }) {
  return (
    <div class="editor-bytes">
      <p>{bytes(size)}: too long to be edited here.</p>
      <Button icon="download" onClick={() => saveCell(editing)}>
        Download
      </Button>
    </div>
  );
}

function saveCell(editing: Editing): void {
  const job = new Job();
  fetchCell(editing, job).then(
    (response) => download(response, `${editing.column.name}.bin`),
    toastError,
  );
}

/** The first bytes of a bytea's text (\x...) as a dump: offset, hex, ASCII. */
function hexDump(text: string): string {
  const pairs = text.replace(/^\\x/, "").match(/../g)?.slice(0, 256) ?? [];
  const lines: string[] = [];
  for (let at = 0; at < pairs.length; at += 16) {
    const line = pairs.slice(at, at + 16);
    const ascii = line
      .map((pair) => Number.parseInt(pair, 16))
      .map((code) => (code >= 32 && code < 127 ? String.fromCharCode(code) : "."))
      .join("");
    lines.push(`${at.toString(16).padStart(4, "0")}  ${line.join(" ").padEnd(47)}  ${ascii}`);
  }
  return lines.join("\n");
}

function Bytes({ editing, onSet }: EditorProps) {
  const { value, cut, writable, key } = editing;
  const file = useRef<HTMLInputElement>(null);
  const text = typeof value === "string" ? value : "";
  const size = cut ?? Math.max(0, (text.length - 2) / 2);
  const take = async (chosen: File | undefined) => {
    if (!chosen) return;
    const limit = ((session.value?.limits.body_bytes ?? 1 << 20) * 3) / 4 - 4096;
    if (chosen.size > limit) {
      toastError(new Error(`${chosen.name} is larger than the ${bytes(limit)} that can be sent`));
      return;
    }
    const url = await new Promise<string>((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(String(reader.result));
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(chosen);
    });
    onSet({ base64: url.slice(url.indexOf(",") + 1) });
  };
  return (
    <div class="editor-bytes">
      <p>{value === null ? "NULL" : typeof value === "string" ? bytes(size) : "to be uploaded"}</p>
      {text && <pre class="code">{hexDump(text)}</pre>}
      <input
        ref={file}
        type="file"
        class="sr-only"
        tabIndex={-1}
        aria-label="File to upload"
        onChange={(event) => {
          take(event.currentTarget.files?.[0]).catch(toastError);
        }}
      />
      <div class="row">
        <Button
          icon="download"
          disabled={typeof value !== "string" || key === null}
          data-focus
          onClick={() => saveCell(editing)}
        >
          Download
        </Button>
        {writable && (
          <Button icon="upload" onClick={() => file.current?.click()}>
            Upload…
          </Button>
        )}
      </div>
      {writable && <Foot editing={editing} onSet={onSet} />}
    </div>
  );
}
