// The SQL view: tabs with an editor each, what they gave below, the transaction that a tab is in.

import type { EditorView } from "@codemirror/view";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useCommands } from "../../shell/commands";
import { Splitter } from "../../shell/splitter";
import { catalogVersion, loadTree, session } from "../../state/session";
import { Button, Segmented } from "../../ui/controls";
import { confirm, Dialog, openDialog } from "../../ui/dialog";
import { openMenu } from "../../ui/menu";
import { completion, loadCompletion, sqlLanguage, statementAt } from "./completion";
import { editorState, markError, mountEditor, setLanguage } from "./editor";
import { Results } from "./results";
import {
  CAPS,
  cap,
  changeQueries,
  closeTab,
  current,
  currentId,
  currentIndex,
  editorHeight,
  explain,
  keepTabs,
  newTab,
  openTabs,
  run,
  savedQueries,
  type Tab,
  TIMEOUTS,
  tabs,
  textOf,
  timeout,
  transact,
} from "./tabs";

export { QueriesSide as Side } from "./side";

/** Statements that change the catalog: the tree and the completion look again after them. */
const CHANGES_CATALOG = /^(CREATE|ALTER|DROP|COMMENT|TRUNCATE|IMPORT|SELECT INTO|REFRESH)\b/;

export function View() {
  openTabs();
  const editor = useRef<EditorView | null>(null);
  const tab = current.value;

  /** The selection, or all of it, and where it begins. */
  const chosen = (): { sql: string; offset: number } => {
    const state = editor.current?.state;
    if (!state) return { sql: "", offset: 0 };
    const { from, to } = state.selection.main;
    return from === to
      ? { sql: state.doc.toString(), offset: 0 }
      : { sql: state.sliceDoc(from, to), offset: from };
  };
  const atCursor = (): { sql: string; offset: number } => {
    const state = editor.current?.state;
    if (!state) return { sql: "", offset: 0 };
    const { from, to } = state.selection.main;
    const span = from === to ? statementAt(state) : { from, to };
    return span ? { sql: state.sliceDoc(span.from, span.to), offset: span.from } : chosen();
  };
  const start = async ({ sql, offset }: { sql: string; offset: number }) => {
    const of = current.value;
    if (!of || sql.trim() === "" || of.run.value?.running) return;
    keepTabs();
    if (editor.current) markError(editor.current, null);
    const done = await run(of, sql, offset);
    if (editor.current && current.value === of) markError(editor.current, done.errorOffset());
    if (done.results.some((result) => CHANGES_CATALOG.test(result.tag ?? ""))) void loadTree();
  };
  const plan = (analyze: boolean) => {
    const of = current.value;
    const { sql } = atCursor();
    if (of && sql.trim() !== "") void explain(of, sql, analyze);
  };
  const stop = () => {
    current.value?.run.value?.cancel();
    current.value?.explained.value?.job?.cancel();
  };
  const keys = {
    run: () => void start(chosen()),
    runStatement: () => void start(atCursor()),
    explain: () => plan(true),
    save: () => void saveQuery(),
  };

  useEffect(() => {
    void loadCompletion();
  }, [catalogVersion.value]);

  useCommands(
    () => [
      {
        id: "sql.run",
        title: "Run the selection, or everything",
        group: "SQL",
        keys: ["Mod+Enter"],
        run: keys.run,
      },
      {
        id: "sql.statement",
        title: "Run the statement at the cursor",
        group: "SQL",
        keys: ["Mod+Shift+Enter"],
        run: keys.runStatement,
      },
      { id: "sql.stop", title: "Cancel what runs", group: "SQL", keys: ["Mod+."], run: stop },
      {
        id: "sql.explain",
        title: "Explain the statement at the cursor",
        group: "SQL",
        run: () => plan(false),
      },
      {
        id: "sql.analyze",
        title: "Run the statement at the cursor to measure its plan",
        group: "SQL",
        keys: ["Mod+Shift+E"],
        run: () => plan(true),
      },
      {
        id: "sql.new",
        title: "New query tab",
        group: "SQL",
        keys: ["Alt+N"],
        run: () => void newTab(),
      },
      {
        id: "sql.close",
        title: "Close the query tab",
        group: "SQL",
        keys: ["Alt+W"],
        run: () => void askClose(),
      },
      {
        id: "sql.save",
        title: "Save the query in the project",
        group: "SQL",
        keys: ["Mod+S"],
        run: keys.save,
      },
      {
        id: "sql.next",
        title: "Next query tab",
        group: "SQL",
        keys: ["Alt+]"],
        run: () => step(1),
      },
      {
        id: "sql.previous",
        title: "Previous query tab",
        group: "SQL",
        keys: ["Alt+["],
        run: () => step(-1),
      },
    ],
    [],
  );
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      keepTabs();
      if (tabs.value.some((each) => each.transaction.value !== "idle")) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => {
      window.removeEventListener("beforeunload", warn);
      keepTabs();
    };
  }, []);

  if (!tab) return null;
  return (
    <div class="sql">
      <EditorTabs />
      <Toolbar tab={tab} onRun={keys.run} onStop={stop} onExplain={plan} />
      <div class="sql-editor" style={{ height: `${editorHeight.value}px` }}>
        <Editor tab={tab} view={editor} keys={keys} />
        <Splitter
          label="Height of the editor"
          size={editorHeight}
          low={80}
          high={2000}
          side="bottom"
        />
      </div>
      <div class="sql-results">
        <Results
          tab={tab}
          onJump={(offset) => {
            const view = editor.current;
            if (!view) return;
            view.dispatch({
              selection: { anchor: Math.min(offset, view.state.doc.length) },
              scrollIntoView: true,
            });
            view.focus();
          }}
        />
      </div>
    </div>
  );
}

const step = (by: number) => {
  const at = currentIndex();
  currentId.value =
    tabs.value[(at + by + tabs.value.length) % tabs.value.length]?.id ?? currentId.value;
};

async function askClose(tab = current.value): Promise<void> {
  if (!tab) return;
  if (tab.transaction.value !== "idle") {
    const sure = await confirm({
      title: "Close the tab?",
      body: <p>Its transaction is open: closing the tab rolls it back.</p>,
      action: "Roll back and close",
      danger: true,
    });
    if (!sure) return;
  }
  closeTab(tab);
}

/** Asks for a name, and saves the tab's text under it in the project. */
async function saveQuery(): Promise<void> {
  const tab = current.value;
  if (!tab) return;
  const known = tab.saved.value;
  const sql = textOf(tab);
  const save = async (name: string) => {
    if (!(await changeQueries({ save: { name, sql } }))) return;
    tab.saved.value = name;
    tab.title.value = name;
    keepTabs();
  };
  if (known !== null) {
    await save(known);
    return;
  }
  await openDialog((close) => (
    <SaveDialog
      onClose={close}
      onSave={(name) => {
        close();
        void save(name);
      }}
    />
  ));
}

function SaveDialog({ onClose, onSave }: { onClose: () => void; onSave: (name: string) => void }) {
  const name = useSignal("");
  const taken = savedQueries.value.some((query) => query.name === name.value.trim());
  const submit = (event: Event) => {
    event.preventDefault();
    if (name.value.trim() !== "") onSave(name.value.trim());
  };
  return (
    <Dialog
      title="Save the query"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={name.value.trim() === ""} onClick={submit}>
            {taken ? "Replace" : "Save"}
          </Button>
        </>
      }
    >
      <form class="stack" onSubmit={submit}>
        <label class="field">
          <span class="label">Name</span>
          <input
            class="input"
            maxLength={100}
            spellcheck={false}
            autocomplete="off"
            value={name.value}
            onInput={(event) => {
              name.value = event.currentTarget.value;
            }}
          />
        </label>
        <p class="soft">
          {taken
            ? "A query of this name is replaced."
            : "It is kept in the project's .raymig folder."}
        </p>
      </form>
    </Dialog>
  );
}

/* ---------------------------------------------------------------- the row of tabs */

function EditorTabs() {
  const move = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    step(by);
    const at = currentIndex();
    (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('[role="tab"]')[at]?.focus();
  };
  return (
    <div class="sql-tabs">
      <div class="list" role="tablist" aria-label="Queries" onKeyDown={move}>
        {tabs.value.map((tab) => {
          const shown = tab === current.value;
          return (
            <div key={tab.id} class={shown ? "entry shown" : "entry"}>
              <button
                type="button"
                role="tab"
                aria-selected={shown}
                aria-controls="sql-editor-panel"
                tabIndex={shown ? 0 : -1}
                onClick={() => {
                  currentId.value = tab.id;
                }}
                onAuxClick={(event) => {
                  if (event.button === 1) void askClose(tab);
                }}
              >
                {tab.run.value?.version.value !== undefined && tab.run.value.running && (
                  <span class="spinner" />
                )}
                {tab.transaction.value !== "idle" && (
                  <span
                    class={tab.transaction.value === "failed" ? "dot bad" : "dot warn"}
                    role="img"
                    aria-label={`transaction ${tab.transaction.value}`}
                  />
                )}
                <span class="ellipsis">{tab.title.value}</span>
              </button>
              <Button
                kind="ghost"
                small
                icon="close"
                aria-label={`Close ${tab.title.value}`}
                tabIndex={-1}
                onClick={() => void askClose(tab)}
              />
            </div>
          );
        })}
      </div>
      <Button
        kind="ghost"
        small
        icon="plus"
        aria-label="New query tab"
        keys="Alt+N"
        onClick={() => newTab()}
      />
    </div>
  );
}

/* ---------------------------------------------------------------- the toolbar */

const timeoutName = (ms: number): string =>
  ms === 0 ? "server's limit" : ms < 60_000 ? `${ms / 1000} s` : `${ms / 60_000} min`;

function Toolbar({
  tab,
  onRun,
  onStop,
  onExplain,
}: {
  tab: Tab;
  onRun: () => void;
  onStop: () => void;
  onExplain: (analyze: boolean) => void;
}) {
  const run = tab.run.value;
  // The version is read so that the end of the run draws this again.
  const busy = run !== null && run.version.value >= 0 && run.running;
  const explaining = tab.explained.value?.job ?? null;
  return (
    <div class="toolbar" role="toolbar" aria-label="Query">
      {busy || explaining ? (
        <Button icon="stop" kind="danger" keys="Mod+." onClick={onStop}>
          Cancel
        </Button>
      ) : (
        <Button icon="play" kind="primary" keys="Mod+Enter" onClick={onRun}>
          Run
        </Button>
      )}
      <Button
        aria-haspopup="menu"
        disabled={busy || explaining !== null}
        onClick={(event) =>
          openMenu(event.currentTarget, "Explain", () => [
            {
              label: "Plan and measure (it is run)",
              keys: "Mod+Shift+E",
              run: () => onExplain(true),
            },
            { label: "Plan only", run: () => onExplain(false) },
          ])
        }
      >
        Explain
      </Button>
      <Button icon="save" kind="ghost" keys="Mod+S" onClick={() => void saveQuery()}>
        Save
      </Button>
      <span class="grow" />
      <Transaction tab={tab} busy={busy} />
      <label class="row soft">
        Timeout
        <select
          class="select"
          aria-label="Timeout"
          value={String(timeout.value)}
          onChange={(event) => {
            timeout.value = Number(event.currentTarget.value);
          }}
        >
          {TIMEOUTS.map((ms) => (
            <option key={ms} value={String(ms)}>
              {timeoutName(ms)}
            </option>
          ))}
        </select>
      </label>
      <label class="row soft">
        Rows
        <select
          class="select"
          aria-label="Rows shown at most"
          value={String(cap.value)}
          onChange={(event) => {
            cap.value = Number(event.currentTarget.value);
          }}
        >
          {CAPS.map((rows) => (
            <option key={rows} value={String(rows)}>
              {rows.toLocaleString("en-US")}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

const STATES = {
  idle: { text: "no transaction", kind: "" },
  open: { text: "transaction open", kind: "warn" },
  failed: { text: "transaction failed", kind: "bad" },
} as const;

function Transaction({ tab, busy }: { tab: Tab; busy: boolean }) {
  if (session.value?.read_only) {
    return (
      <span
        class="badge warn"
        title="Every query runs in a transaction that PostgreSQL keeps from writing"
      >
        read-only
      </span>
    );
  }
  const state = tab.transaction.value;
  const inside = state !== "idle";
  const { text, kind } = STATES[state];
  return (
    <section class="row" aria-label="Transaction">
      {(inside || tab.mode.value === "transaction") && (
        <span class={`badge ${kind}`} role="status">
          {text}
        </span>
      )}
      {inside && (
        <>
          <Button
            small
            kind="primary"
            disabled={busy || state === "failed"}
            onClick={() => void transact(tab, "commit")}
          >
            Commit
          </Button>
          <Button
            small
            kind="danger"
            disabled={busy}
            onClick={() => void transact(tab, "rollback")}
          >
            Roll back
          </Button>
        </>
      )}
      <Segmented
        label="Transactions"
        value={tab.mode.value}
        choices={[
          { value: "auto", label: "Auto-commit" },
          { value: "transaction", label: "Transaction" },
        ]}
        onChange={(mode) => {
          tab.mode.value = mode;
        }}
      />
    </section>
  );
}

/* ---------------------------------------------------------------- the editor */

function Editor({
  tab,
  view,
  keys,
}: {
  tab: Tab;
  view: { current: EditorView | null };
  keys: Parameters<typeof editorState>[2];
}) {
  const host = useRef<HTMLDivElement>(null);
  const shown = useRef<Tab | null>(null);
  const stateOf = (of: Tab) =>
    of.editor ??
    editorState(of.text, sqlLanguage(completion.peek()), keys, `SQL of ${of.title.peek()}`);

  useEffect(() => {
    if (!host.current) return;
    const made = mountEditor(host.current, stateOf(tab));
    view.current = made;
    shown.current = tab;
    made.focus();
    return () => {
      if (shown.current) shown.current.editor = made.state;
      view.current = null;
      made.destroy();
    };
  }, []);
  useEffect(() => {
    const made = view.current;
    if (!made || shown.current === tab) return;
    if (shown.current) shown.current.editor = made.state;
    made.setState(stateOf(tab));
    setLanguage(made, sqlLanguage(completion.peek()));
    shown.current = tab;
    made.focus();
  }, [tab]);
  useEffect(() => {
    if (view.current) setLanguage(view.current, sqlLanguage(completion.value));
  }, [completion.value]);
  return (
    <div class="sql-host" id="sql-editor-panel" role="tabpanel" aria-label="Editor" ref={host} />
  );
}
