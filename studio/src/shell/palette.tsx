// Mod+K: every command that can run now and every object of the database in one list.

import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { href, navigate } from "../state/route";
import { objects } from "../state/session";
import { Kbd } from "../ui/controls";
import { Icon, type IconName } from "../ui/icon";
import { activeCommands } from "./commands";

const shown = signal(false);
const LIMIT = 60;

export function openPalette(): void {
  shown.value = true;
}

interface Entry {
  id: string;
  title: string;
  group: string;
  icon: IconName;
  keys: string | undefined;
  run: () => void;
}

/** How well `text` fits the letters of `query` in their order; 0: not at all. */
export function score(text: string, query: string): number {
  if (query === "") return 1;
  const hay = text.toLowerCase();
  const whole = hay.indexOf(query);
  if (whole >= 0) return 100 - Math.min(whole, 40) - hay.length / 100 + (whole === 0 ? 50 : 0);
  let at = 0;
  for (const letter of query) {
    if (letter === " ") continue;
    at = hay.indexOf(letter, at) + 1;
    if (at === 0) return 0;
  }
  return 20 - hay.length / 100;
}

function entries(query: string): Entry[] {
  const asked = query.trim().toLowerCase();
  const all: [number, Entry][] = [];
  for (const command of activeCommands()) {
    if (command.hidden) continue;
    const fits = score(`${command.title} ${command.group}`, asked);
    if (fits > 0) {
      all.push([
        fits,
        {
          id: `command.${command.id}`,
          title: command.title,
          group: command.group,
          icon: "command",
          keys: command.keys?.[0],
          run: command.run,
        },
      ]);
    }
  }
  for (const object of objects.value.values()) {
    const fits = Math.max(
      score(object.name, asked),
      score(`${object.schema}.${object.name}`, asked),
    );
    if (fits > 0) {
      all.push([
        asked === "" ? fits : fits + 5,
        {
          id: `object.${object.oid}`,
          title: object.name,
          group: object.schema,
          icon: object.kind,
          keys: undefined,
          run: () => navigate(href("data", [object.oid])),
        },
      ]);
    }
  }
  return all
    .sort((a, b) => b[0] - a[0])
    .slice(0, LIMIT)
    .map(([, entry]) => entry);
}

export function Palette() {
  return shown.value ? <Opened /> : null;
}

function Opened() {
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  // The commands are those of the view, not of this dialog: asked once.
  const [found, setFound] = useState(() => entries(""));
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  });
  const close = () => {
    dialog.current?.close();
    shown.value = false;
  };
  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    close();
    // After the focus is back where it was: commands look at it.
    queueMicrotask(entry.run);
  };
  const key = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (step) {
      event.preventDefault();
      setAt(Math.max(0, Math.min(found.length - 1, at + step)));
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(found[at]);
    }
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape is the dialog's own
    <dialog
      ref={dialog}
      class="dialog palette"
      aria-label="Commands and objects"
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <input
        class="input"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[at] ? `palette-${at}` : undefined}
        aria-label="Search commands and objects"
        placeholder="Go to a table, run a command…"
        spellcheck={false}
        autocomplete="off"
        value={query}
        onInput={(event) => {
          setQuery(event.currentTarget.value);
          setFound(entries(event.currentTarget.value));
          setAt(0);
        }}
        onKeyDown={key}
      />
      <div role="listbox" id="palette-list" aria-label="Found" ref={list} tabIndex={-1}>
        {found.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
          <div
            key={entry.id}
            id={`palette-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onClick={() => run(entry)}
            onPointerMove={() => setAt(index)}
          >
            <Icon name={entry.icon} />
            <span class="ellipsis">{entry.title}</span>
            <span class="faint ellipsis grow">{entry.group}</span>
            {entry.keys && <Kbd keys={entry.keys} />}
          </div>
        ))}
        {found.length === 0 && <p class="soft palette-none">Nothing is called so.</p>}
      </div>
    </dialog>
  );
}
