// Finding a table in the drawing, by its name or a column's; what is not drawn is offered with its
// neighbourhood. Arrows choose, Enter jumps.

import { useComputed, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { useCommands } from "../../shell/commands";
import { objects } from "../../state/session";
import { SearchBox } from "../../ui/controls";
import type { Drawing } from "./model";

const MOST = 12;

interface Found {
  oid: number;
  name: string;
  /** Why it is here, where its name is not the reason. */
  note: string;
}

function find(drawing: Drawing, text: string): Found[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [];
  const tables = drawing.data.value?.tables ?? [];
  const there = new Set(tables.map((table) => table.oid));
  const byName: Found[] = [];
  const byColumn: Found[] = [];
  for (const table of tables) {
    const name = drawing.title(table);
    const column = table.columns.find((each) => each.name.toLowerCase().includes(wanted));
    if (name.toLowerCase().includes(wanted)) byName.push({ oid: table.oid, name, note: "" });
    else if (column) byColumn.push({ oid: table.oid, name, note: `column ${column.name}` });
  }
  byName.sort(
    (a, b) => rank(a.name, wanted) - rank(b.name, wanted) || a.name.localeCompare(b.name),
  );
  const elsewhere = [...objects.value.values()]
    .filter((object) => ["table", "partitioned", "foreign"].includes(object.kind))
    .filter((object) => !there.has(object.oid) && object.name.toLowerCase().includes(wanted))
    .map(({ oid, schema, name }) => ({
      oid,
      name: `${schema}.${name}`,
      note: "not in this drawing",
    }));
  return [...byName, ...byColumn, ...elsewhere].slice(0, MOST);
}

const rank = (name: string, wanted: string): number => {
  const bare = name.toLowerCase();
  return bare === wanted ? 0 : bare.startsWith(wanted) ? 1 : 2;
};

export function TableSearch({
  drawing,
  onPick,
}: {
  drawing: Drawing;
  onPick: (oid: number) => void;
}) {
  const text = useSignal("");
  const at = useSignal(0);
  const box = useRef<HTMLInputElement>(null);
  const found = useComputed(() => find(drawing, text.value));
  useCommands(
    () => [
      {
        id: "diagram.find",
        title: "Find a table in the drawing",
        group: "Diagram",
        keys: ["/", "Mod+F"],
        run: () => box.current?.focus(),
      },
    ],
    [],
  );
  const pick = (choice: Found | undefined) => {
    if (!choice) return;
    text.value = "";
    at.value = 0;
    onPick(choice.oid);
  };
  const key = (event: KeyboardEvent) => {
    const count = found.value.length;
    if (event.key === "ArrowDown" && count > 0) at.value = (at.value + 1) % count;
    else if (event.key === "ArrowUp" && count > 0) at.value = (at.value + count - 1) % count;
    else if (event.key === "Enter") pick(found.value[at.value]);
    else if (event.key === "Escape" && text.value !== "") text.value = "";
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <search class="diagram-search">
      <SearchBox
        label="Find a table or column"
        value={text.value}
        inputRef={box}
        onInput={(value) => {
          text.value = value;
          at.value = 0;
        }}
        onKeyDown={key}
      />
      {text.value.trim() !== "" && (
        <div class="diagram-found" role="listbox" aria-label="Tables found">
          {found.value.length === 0 && <p class="soft">Nothing is called so.</p>}
          {found.value.map((choice, index) => (
            <div
              key={choice.oid}
              role="option"
              tabIndex={-1}
              aria-selected={index === at.value}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => pick(choice)}
              onKeyDown={() => {}}
            >
              <span class="ellipsis">{choice.name}</span>
              <span class="faint ellipsis">{choice.note}</span>
            </div>
          ))}
        </div>
      )}
    </search>
  );
}
