// The sidebar's tree: schemas, relations with their partitions, then sequences, functions and
// types. Only the rows in sight are in the document, so that a thousand partitions cost nothing.
// The list keeps the focus and names its current row (aria-activedescendant).

import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { href, navigate, route } from "../state/route";
import { loadTree, schemas, treeError, treeLoading } from "../state/session";
import { density } from "../state/settings";
import { Button, SearchBox } from "../ui/controls";
import { Icon } from "../ui/icon";
import { Empty, Failed, Loading } from "../ui/states";
import { useCommands } from "./commands";
import { type TreeRow, treeRows } from "./rows_of_tree";

const flipped = signal<ReadonlySet<string>>(new Set());
const query = signal("");
const OVERSCAN = 8;

function flip(id: string): void {
  const next = new Set(flipped.value);
  if (!next.delete(id)) next.add(id);
  flipped.value = next;
}

export function Tree() {
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useCommands(() => [
    {
      id: "tree.search",
      title: "Search the objects",
      group: "Objects",
      keys: ["Mod+Shift+F", "/"],
      run: () => {
        search.current?.focus();
        search.current?.select();
      },
    },
  ]);
  const asked = query.value.trim().toLowerCase();
  const rows = useMemo(
    () => treeRows(schemas.value ?? [], flipped.value, asked),
    [schemas.value, flipped.value, asked],
  );
  return (
    <>
      <header>
        <span class="grow">Objects</span>
        {treeLoading.value && (
          <span class="spinner" role="status" aria-label="Loading the objects" />
        )}
        <Button
          kind="ghost"
          small
          icon="refresh"
          aria-label="Read the catalog again"
          onClick={loadTree}
        />
      </header>
      <SearchBox
        label="Search objects"
        inputRef={search}
        value={query.value}
        onInput={(value) => {
          query.value = value;
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") {
            event.preventDefault();
            list.current?.focus();
          } else if (event.key === "Enter") {
            const hit = rows.find((row) => row.object?.name.toLowerCase().includes(asked));
            if (hit?.object) navigate(href("data", [hit.object.oid]));
          } else if (event.key === "Escape") {
            query.value = "";
          }
        }}
      />
      <Body rows={rows} listRef={list} />
    </>
  );
}

function Body({ rows, listRef }: { rows: TreeRow[]; listRef: { current: HTMLDivElement | null } }) {
  const [view, setView] = useState({ top: 0, height: 800 });
  const current = route.value.view === "data" ? `o${route.value.path[0] ?? ""}` : "";
  const [cursor, setCursor] = useState("");
  const rowHeight = density.value === "compact" ? 26 : 32;
  useEffect(() => {
    const element = listRef.current;
    if (!element) return;
    const watch = new ResizeObserver(() => {
      setView({ top: element.scrollTop, height: element.clientHeight });
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, [listRef, schemas.value === null]);

  if (treeError.value && !schemas.value)
    return <Failed error={treeError.value} onRetry={loadTree} />;
  if (!schemas.value) return <Loading what="Reading the catalog" />;
  if (rows.length === 0) {
    return query.value ? (
      <Empty icon="search" title="No match">
        <p>No object is called so.</p>
      </Empty>
    ) : (
      <Empty title="No objects">
        <p>This database holds no schema that this user may see.</p>
      </Empty>
    );
  }

  const at = Math.max(
    0,
    rows.findIndex((row) => row.id === (cursor || current)),
  );
  const from = Math.max(0, Math.floor(view.top / rowHeight) - OVERSCAN);
  const to = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + OVERSCAN);

  const go = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    const element = listRef.current;
    if (!row || !element) return;
    setCursor(row.id);
    const top = rows.indexOf(row) * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + rowHeight - element.clientHeight;
    }
  };
  const open = (row: TreeRow) => {
    setCursor(row.id);
    if (row.object) navigate(href("data", [row.object.oid]));
    else flip(row.id);
  };
  const key = (event: KeyboardEvent) => {
    const row = rows[at];
    if (!row) return;
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 1);
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: rows.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) go(to);
    else if (event.key === "Enter" || event.key === " ") open(row);
    else if (event.key === "ArrowRight" && row.expanded === false) flip(row.id);
    else if (event.key === "ArrowRight" && row.expanded) go(at + 1);
    else if (event.key === "ArrowLeft" && row.expanded) flip(row.id);
    else if (event.key === "ArrowLeft") {
      let parent = at - 1;
      while (parent >= 0 && (rows[parent]?.level ?? 0) >= row.level) parent -= 1;
      if (parent >= 0) go(parent);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      class="tree"
      role="tree"
      tabIndex={0}
      aria-label="Objects"
      aria-activedescendant={at >= from && at < to ? `tree-${rows[at]?.id}` : undefined}
      ref={listRef}
      onScroll={(event) => setView({ ...view, top: event.currentTarget.scrollTop })}
      onKeyDown={key}
    >
      <div role="presentation" style={{ height: `${from * rowHeight}px` }} />
      {rows.slice(from, to).map((row) => (
        <Item
          key={row.id}
          row={row}
          isCursor={row.id === rows[at]?.id}
          isCurrent={row.id === current}
          onOpen={() => open(row)}
        />
      ))}
      <div role="presentation" style={{ height: `${(rows.length - to) * rowHeight}px` }} />
    </div>
  );
}

function Item({
  row,
  isCursor,
  isCurrent,
  onOpen,
}: {
  row: TreeRow;
  isCursor: boolean;
  isCurrent: boolean;
  onOpen: () => void;
}) {
  const estimated = row.object && row.count !== undefined ? `about ${row.object.rows} rows` : "";
  const names = ["item", row.kind === "schema" && "head", isCursor && "cursor"];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
    <div
      id={`tree-${row.id}`}
      class={names.filter(Boolean).join(" ")}
      role="treeitem"
      tabIndex={-1}
      aria-level={row.level}
      aria-expanded={row.expanded}
      aria-selected={isCurrent}
      aria-label={[row.label, row.object ? row.kind : "", estimated].filter(Boolean).join(", ")}
      title={[row.label, row.title, estimated].filter(Boolean).join("\n")}
      style={{ paddingLeft: `${row.level * 14 - 6}px` }}
      onClick={onOpen}
    >
      {row.expanded === undefined ? (
        row.level > 2 && <span class="indent" />
      ) : (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
        // biome-ignore lint/a11y/noStaticElementInteractions: the tree has the keys
        <span
          class="twist row"
          onClick={(event) => {
            event.stopPropagation();
            flip(row.id);
          }}
        >
          <Icon name="chevron" />
        </span>
      )}
      {row.kind !== "group" && <Icon name={row.kind} />}
      <span class="ellipsis">
        <Marked text={row.label} query={query.value.trim().toLowerCase()} />
      </span>
      {row.count !== undefined && <span class="count">{row.count}</span>}
    </div>
  );
}

/** `text` with the first place where it holds `query` marked. */
function Marked({ text, query: asked }: { text: string; query: string }) {
  const at = asked === "" ? -1 : text.toLowerCase().indexOf(asked);
  if (at < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + asked.length)}</mark>
      {text.slice(at + asked.length)}
    </>
  );
}
