// The rows of a table: the grid with its tools, filters, notices and the line of counts.

import { signal } from "@preact/signals";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { asApiError, Job, post } from "../../api/client";
import type { Attnum, Detail, Filter, SetValue, Value } from "../../api/types";
import { Grid } from "../../grid/grid";
import type { GridEvents, Place } from "../../grid/model";
import { useCommands } from "../../shell/commands";
import { navigate } from "../../state/route";
import { session } from "../../state/session";
import { density } from "../../state/settings";
import { copy } from "../../ui/clipboard";
import { Button } from "../../ui/controls";
import { Icon } from "../../ui/icon";
import { type MenuItem, openMenu } from "../../ui/menu";
import { Empty, Failed, Loading } from "../../ui/states";
import { toast, toastError } from "../../ui/toast";
import { CellEditor, type Editing } from "./editor";
import { FilterBar } from "./filters";
import { type CopyFormat, copyText, count, parseTsv } from "./format";
import { openExport, openImport } from "./io";
import { type DataPlace, dataHref, goTo } from "./place";
import { ChangesBar } from "./review";
import { RowPanel } from "./row_panel";
import { discard, stageDeletes, staged, stageEdits, stageInserts } from "./staged";
import { TableModel } from "./table_model";
import { RowWindow } from "./window";

/** Hidden columns by table, while the page lives. */
const hiddenOf = new Map<number, ReadonlySet<Attnum>>();
const panelOpen = signal(false);

export function Rows({ detail, place }: { detail: Detail; place: DataPlace }) {
  const host = useRef<HTMLDivElement>(null);
  const grid = useRef<Grid | null>(null);
  const [hidden, setHidden] = useState(hiddenOf.get(detail.oid) ?? new Set<Attnum>());
  const [editing, setEditing] = useState<{ at: Place; editing: Editing } | null>(null);
  const [draft, setDraft] = useState<{ column: number; at: number | null } | null>(null);
  const [at, setAt] = useState<Place>({ row: 0, column: 0 });
  const asked = JSON.stringify([place.oid, place.sort, place.filters, place.where]);

  const rows = useMemo(() => {
    const moved = (change: { kind: string; shift?: number }) => {
      model.update();
      if (change.shift) grid.current?.shift(change.shift);
      else grid.current?.refresh();
    };
    const loaded = new RowWindow(detail.oid, place, moved);
    const model = new TableModel(detail, loaded, place, hidden);
    return { window: loaded, model };
  }, [detail, asked]);
  const { window: loaded, model } = rows;

  const writable = !session.value?.read_only && detail.identity.by !== null;
  const insertable = !session.value?.read_only && detail.insertable;

  const load = useCallback(
    async (edge: "first" | "last" = "first") => {
      if (await loaded.load(edge)) grid.current?.scrollToEdge(edge);
    },
    [loaded],
  );
  useEffect(() => {
    load();
    return () => loaded.cancel();
  }, [loaded]);

  const events = useRef<GridEvents>({});
  const edit = (where: Place, typed?: string) => {
    const cell = grid.current?.cellElement(where);
    const column = model.shown[where.column];
    if (!cell || !column) return;
    const entry = model.at(where.row);
    const canWrite = entry.staged?.op === "insert" || (writable && entry.row?.key !== null);
    if (entry.staged?.op === "delete") return;
    setEditing({
      at: where,
      editing: {
        column,
        value: model.value(where.row, where.column).value,
        cut: model.cutBytes(where.row, where.column),
        oid: detail.oid,
        key: entry.row?.key ?? null,
        writable: canWrite && column.editor !== "readonly",
        ...(typed === undefined ? {} : { typed }),
        box: cell.getBoundingClientRect(),
      },
    });
  };
  const closeEditor = () => {
    setEditing(null);
    grid.current?.focus();
  };
  /** Stages one value for each place given, as one step. */
  const stage = (places: readonly { at: Place; value: SetValue; was?: Value }[]) => {
    const edits = places.flatMap(({ at: where, value, was }) => {
      const { row, staged: change } = model.at(where.row);
      const attnum = model.shown[where.column]?.attnum;
      if (attnum === undefined || (!row && !change)) return [];
      const known = change?.old[attnum];
      const original = was ?? known ?? row?.values[loaded.columns.indexOf(attnum)] ?? null;
      return [
        {
          id: change?.id ?? null,
          key: row?.key ?? null,
          old: row ? model.old(row) : {},
          edit: { attnum, value, was: original },
        },
      ];
    });
    stageEdits(detail.oid, edits);
  };
  const set = (value: SetValue, was?: Value) => {
    if (!editing) return;
    const where = editing.at;
    stage([{ at: where, value, ...(was === undefined ? {} : { was }) }]);
    closeEditor();
  };
  const follow = (where: Place) => {
    const key = model.linkOf(where.column);
    if (!key) return;
    const filters: Filter[] = [];
    for (const [index, attnum] of key.columns.entries()) {
      const value = model.valueOf(where.row, attnum);
      const to = key.to[index];
      if (value === null || value === undefined || to === undefined) return;
      filters.push({ column: to, op: "=", value });
    }
    navigate(dataHref(key.oid, { filters }));
  };
  const sortBy = (column: Attnum, descending: boolean | null, add: boolean) => {
    const others = add ? place.sort.filter((entry) => entry.column !== column) : [];
    goTo(place, { sort: descending === null ? others : [...others, { column, descending }] });
  };
  const selectedRows = () => {
    const { top, bottom } = grid.current?.range ?? { top: 0, bottom: -1 };
    const found = [];
    for (let row = top; row <= bottom; row += 1) {
      const entry = model.at(row);
      if (entry.row || entry.staged) found.push({ index: row, ...entry });
    }
    return found;
  };
  const remove = () => {
    stageDeletes(
      detail.oid,
      selectedRows().map(({ row, staged: change }) => ({
        id: change?.id ?? null,
        key: row?.key ?? null,
        old: row ? model.old(row) : {},
      })),
    );
  };
  const insert = () => {
    stageInserts(detail.oid, [{}]);
    grid.current?.select({ row: 0, column: 0 });
    grid.current?.focus();
  };
  const duplicate = () => {
    const skip = new Set(
      detail.columns
        .filter(
          (column) =>
            column.generated || column.identity || (column.default ?? "").startsWith("nextval("),
        )
        .map((column) => column.attnum),
    );
    const sets = selectedRows().flatMap(({ row, staged: change }) => {
      if (row?.cut?.size) {
        toast("A row with values that came shortened cannot be duplicated here", "bad");
        return [];
      }
      const values: Record<string, SetValue> = {};
      for (const [index, attnum] of loaded.columns.entries()) {
        if (!skip.has(attnum) && row) values[attnum] = row.values[index] ?? null;
      }
      return [{ ...values, ...change?.set }];
    });
    if (sets.length > 0) stageInserts(detail.oid, sets);
    grid.current?.select({ row: 0, column: 0 });
  };
  const copyAs = (format: CopyFormat) => {
    const range = grid.current?.range;
    if (!range) return;
    const columns = model.shown.slice(range.left, range.right + 1);
    const values: Value[][] = [];
    for (let row = range.top; row <= range.bottom; row += 1) {
      values.push(columns.map((column) => model.valueOf(row, column.attnum) ?? null));
    }
    const text = copyText(
      {
        schema: detail.schema,
        table: detail.name,
        names: columns.map((column) => column.name),
        bare: columns.map((column) => column.category === "N" || column.category === "B"),
        rows: values,
      },
      format,
    );
    copy(
      text,
      `${values.length === 1 ? "1 row" : `${values.length} rows`} copied as ${format.toUpperCase()}`,
    );
  };
  const paste = (text: string) => {
    if (!writable) return;
    const cells = parseTsv(text);
    const start = grid.current?.range;
    if (!start || cells.length === 0) return;
    const places: { at: Place; value: SetValue }[] = [];
    for (const [down, line] of cells.entries()) {
      for (const [right, value] of line.entries()) {
        const where = { row: start.top + down, column: start.left + right };
        const column = model.shown[where.column];
        if (where.row >= model.rowCount || !column || column.editor === "readonly") continue;
        places.push({ at: where, value });
      }
    }
    stage(places);
  };
  const setNull = () => {
    const range = grid.current?.range;
    if (!range || !writable) return;
    const places: { at: Place; value: SetValue }[] = [];
    for (let row = range.top; row <= range.bottom; row += 1) {
      for (let column = range.left; column <= range.right; column += 1) {
        const one = model.shown[column];
        if (one && !one.not_null && one.editor !== "readonly")
          places.push({ at: { row, column }, value: null });
      }
    }
    stage(places);
  };
  const revert = () => {
    discard(selectedRows().flatMap(({ staged: change }) => (change ? [change.id] : [])));
  };
  const cellMenu = (where: Place): MenuItem[] => {
    const key = model.linkOf(where.column);
    const value = model.value(where.row, where.column).value;
    const column = model.shown[where.column];
    const back = detail.referenced_by.slice(0, 12);
    const items: MenuItem[] = [
      {
        label: writable ? "Edit" : "Show the value",
        icon: "edit",
        keys: "Enter",
        run: () => edit(where),
      },
    ];
    if (key && value !== null) {
      items.push({
        label: `Go to ${key.table}`,
        icon: "jump",
        keys: "Mod+Enter",
        run: () => follow(where),
      });
    }
    if (column && (typeof value === "string" || value === null)) {
      items.push({
        label: "Only rows with this value",
        icon: "filter",
        run: () =>
          goTo(place, {
            filters: [
              ...place.filters,
              value === null
                ? { column: column.attnum, op: "is null" }
                : { column: column.attnum, op: "=", value },
            ],
          }),
      });
    }
    items.push(
      "line",
      {
        label: "Copy",
        icon: "copy",
        keys: "Mod+C",
        run: () => copy(grid.current?.copyText() ?? ""),
      },
      { label: "Copy as TSV with names", icon: "copy", run: () => copyAs("tsv") },
      { label: "Copy as CSV", icon: "copy", run: () => copyAs("csv") },
      { label: "Copy as JSON", icon: "copy", run: () => copyAs("json") },
      { label: "Copy as INSERT", icon: "copy", run: () => copyAs("sql") },
    );
    if (back.length > 0 && model.at(where.row).row) {
      items.push("line", { head: "Rows that point here" });
      for (const foreign of back) {
        items.push({
          label: `${foreign.schema === detail.schema ? "" : `${foreign.schema}.`}${foreign.table}`,
          icon: "link",
          run: () => navigate(backHref(model, where.row, foreign)),
        });
      }
    }
    if (writable) {
      const deleted = model.at(where.row).staged?.op === "delete";
      items.push("line");
      if (column && !column.not_null)
        items.push({ label: "Set to NULL", icon: "empty", keys: "Delete", run: setNull });
      if (insertable)
        items.push({ label: "Duplicate", icon: "duplicate", keys: "Mod+D", run: duplicate });
      if (model.at(where.row).staged)
        items.push({ label: "Take the change back", icon: "undo", run: revert });
      items.push({
        label: deleted ? "Keep the row" : "Delete the row",
        icon: "trash",
        keys: "Mod+Delete",
        danger: !deleted,
        run: remove,
      });
    }
    return items;
  };
  const headMenu = (index: number): MenuItem[] => {
    const column = model.shown[index];
    if (!column) return [];
    const current = place.sort.find((entry) => entry.column === column.attnum);
    const nulls = (to: "first" | "last") =>
      goTo(place, {
        sort: place.sort.map((entry) =>
          entry.column === column.attnum ? { ...entry, nulls: to } : entry,
        ),
      });
    return [
      { label: "Sort ascending", icon: "up", run: () => sortBy(column.attnum, false, false) },
      {
        label: "Sort descending",
        icon: "arrowdown",
        run: () => sortBy(column.attnum, true, false),
      },
      ...(place.sort.length > 0 && !current
        ? [
            {
              label: "Then sort by this",
              icon: "sort" as const,
              run: () => sortBy(column.attnum, false, true),
            },
          ]
        : []),
      ...(current
        ? ([
            { label: "NULL first", run: () => nulls("first") },
            { label: "NULL last", run: () => nulls("last") },
            {
              label: "Do not sort by this",
              icon: "close",
              run: () => sortBy(column.attnum, null, true),
            },
          ] as MenuItem[])
        : []),
      "line",
      {
        label: "Filter…",
        icon: "filter",
        run: () => setTimeout(() => setDraft({ column: column.attnum, at: null })),
      },
      "line",
      { label: "Fit the width", icon: "columns", run: () => grid.current?.fit(index) },
      { label: "Hide the column", icon: "minus", run: () => hide(column.attnum, true) },
      { label: "Copy the name", icon: "copy", run: () => copy(column.name) },
    ];
  };
  const hide = (attnum: Attnum, hiding: boolean) => {
    const next = new Set(hiddenOf.get(detail.oid) ?? hidden);
    if (hiding) next.add(attnum);
    else next.delete(attnum);
    hiddenOf.set(detail.oid, next);
    setHidden(next);
  };
  const columnsMenu = (): MenuItem[] => [
    { head: "Columns that are shown" },
    ...detail.columns.map((column) => ({
      label: column.name,
      checked: !(hiddenOf.get(detail.oid) ?? hidden).has(column.attnum),
      run: () => hide(column.attnum, !(hiddenOf.get(detail.oid) ?? hidden).has(column.attnum)),
    })),
  ];

  events.current = {
    onNeed: (edge) => {
      loaded.more(edge);
    },
    onEdit: (where) => edit(where),
    onType: (where, typed) => {
      const column = model.shown[where.column];
      if (!column || !writable || column.editor === "bytea" || column.editor === "readonly")
        return false;
      edit(where, typed);
      return true;
    },
    onJump: (edge) => {
      if (edge === "first" ? loaded.hasBefore : loaded.hasAfter) load(edge);
      else grid.current?.scrollToEdge(edge);
    },
    onFollow: follow,
    onSort: (index, add) => {
      const column = model.shown[index];
      if (!column) return;
      const current = place.sort.find((entry) => entry.column === column.attnum);
      sortBy(column.attnum, !current ? false : current.descending ? null : true, add);
    },
    onHeadMenu: (index, where) => openMenu(where, "Column", () => headMenu(index)),
    onCellMenu: (where, from) => openMenu(from, "Cell", () => cellMenu(where)),
    onSelect: () => setAt(grid.current?.current ?? { row: 0, column: 0 }),
    onPaste: paste,
    onKey: (event) => {
      const mod = event.ctrlKey || event.metaKey;
      if (event.key === "Delete" && mod && writable) remove();
      else if (event.key === "Delete" && writable) setNull();
      else if (event.key === " ") panelOpen.value = !panelOpen.value;
      else return false;
      return true;
    },
  };

  useEffect(() => {
    if (!host.current) return;
    const call: GridEvents = {};
    for (const name of [
      "onNeed",
      "onEdit",
      "onType",
      "onJump",
      "onFollow",
      "onSort",
      "onHeadMenu",
      "onCellMenu",
      "onSelect",
      "onPaste",
      "onKey",
    ] as const) {
      // The grid lives longer than one render: it calls what the last one made.
      (call as Record<string, unknown>)[name] = (...words: unknown[]) =>
        (events.current[name] as ((...all: unknown[]) => unknown) | undefined)?.(...words);
    }
    const made = new Grid(host.current, `Rows of ${detail.name}`, model, call);
    grid.current = made;
    return () => {
      made.destroy();
      grid.current = null;
    };
  }, [detail.oid]);

  // Staged changes, hidden columns and another query: read before this render, drawn after it.
  const drawn = [model, staged.value, hidden, density.value, loaded.version.value];
  useMemo(() => {
    model.hidden = hidden;
    model.update();
  }, drawn);
  useEffect(() => {
    grid.current?.setModel(model);
  }, drawn);

  useCommands(
    () => [
      {
        id: "rows.reload",
        title: "Read the rows again",
        group: "Rows",
        keys: ["Mod+Shift+R", "F5"],
        run: () => load(),
      },
      {
        id: "rows.first",
        title: "First rows",
        group: "Rows",
        keys: ["Mod+Home"],
        run: () => load("first"),
      },
      {
        id: "rows.last",
        title: "Last rows",
        group: "Rows",
        keys: ["Mod+End"],
        run: () => load("last"),
      },
      {
        id: "rows.insert",
        title: "New row",
        group: "Rows",
        keys: ["Alt+N"],
        enabled: () => insertable,
        run: () => insert(),
      },
      {
        id: "rows.duplicate",
        title: "Duplicate the selected rows",
        group: "Rows",
        keys: ["Mod+D"],
        enabled: () => insertable,
        run: () => duplicate(),
      },
      {
        id: "rows.delete",
        title: "Delete the selected rows",
        group: "Rows",
        keys: ["Mod+Delete"],
        enabled: () => writable,
        run: () => remove(),
      },
      {
        id: "rows.filter",
        title: "Add a filter",
        group: "Rows",
        keys: ["Alt+F"],
        run: () =>
          setDraft({
            column:
              model.shown[grid.current?.current.column ?? 0]?.attnum ??
              detail.columns[0]?.attnum ??
              0,
            at: null,
          }),
      },
      {
        id: "rows.panel",
        title: "Show the row as a list",
        group: "Rows",
        keys: ["Alt+R"],
        run: () => {
          panelOpen.value = !panelOpen.value;
        },
      },
      ...(["tsv", "csv", "json", "sql"] as const).map((format) => ({
        id: `rows.copy.${format}`,
        title: `Copy the selection as ${format === "sql" ? "INSERT" : format.toUpperCase()}`,
        group: "Rows",
        run: () => copyAs(format),
      })),
      {
        id: "rows.export",
        title: "Export…",
        group: "Rows",
        keys: ["Alt+E"],
        run: () => openExport(detail, place, model.shown),
      },
      {
        id: "rows.import",
        title: "Import…",
        group: "Rows",
        keys: ["Alt+I"],
        enabled: () => insertable,
        run: () => openImport(detail, () => load()),
      },
      {
        id: "grid.edit",
        title: "Edit the cell",
        group: "Grid",
        keys: ["Enter"],
        hidden: true,
        run: () => grid.current?.focus(),
      },
    ],
    [model, insertable, writable, asked],
  );

  const panel = panelOpen.value && model.rowCount > 0;
  const busy = loaded.loading.value;
  const failed = loaded.error.value;
  return (
    <>
      <div class="tools">
        {insertable && (
          <Button small icon="plus" keys="Alt+N" onClick={insert}>
            Row
          </Button>
        )}
        <FilterBar
          columns={detail.columns}
          filters={place.filters}
          where={place.where}
          draft={draft}
          onDraft={setDraft}
          onFilters={(filters) => goTo(place, { filters })}
          onWhere={(where) => goTo(place, { where })}
        />
        <span class="grow" />
        <Button
          small
          kind="ghost"
          icon="columns"
          aria-haspopup="menu"
          onClick={(event) => openMenu(event.currentTarget, "Columns", columnsMenu)}
        >
          Columns{hidden.size > 0 && <span class="badge accent">{hidden.size} hidden</span>}
        </Button>
        <Button
          small
          kind="ghost"
          icon="sidebar"
          aria-label="The row as a list"
          aria-pressed={panelOpen.value}
          keys="Space"
          onClick={() => {
            panelOpen.value = !panelOpen.value;
          }}
        />
        {insertable && (
          <Button small kind="ghost" icon="upload" onClick={() => openImport(detail, () => load())}>
            Import
          </Button>
        )}
        <Button
          small
          kind="ghost"
          icon="download"
          onClick={() => openExport(detail, place, model.shown)}
        >
          Export
        </Button>
        <Button
          small
          kind="ghost"
          icon="refresh"
          aria-label="Read the rows again"
          keys="F5"
          onClick={() => load()}
        />
      </div>
      <Unindexed detail={detail} columns={loaded.unindexed.value} />
      <div class="gridarea">
        <div class={editing ? "gridhost editing" : "gridhost"} ref={host}>
          {failed && model.rowCount === model.inserted && (
            <div class="gridstate">
              {failed.cancelled ? (
                <Empty icon="stop" title="Cancelled">
                  <Button icon="refresh" onClick={() => load()}>
                    Read the rows
                  </Button>
                </Empty>
              ) : (
                <Failed error={failed} onRetry={() => load()} />
              )}
            </div>
          )}
          {busy === "all" && model.rowCount === model.inserted && (
            <div class="gridstate">
              <Loading what="Reading" onCancel={() => loaded.cancel()} />
            </div>
          )}
          {!busy && !failed && model.rowCount === 0 && loaded.version.value > 0 && (
            <div class="gridstate">
              {place.filters.length > 0 || place.where ? (
                <Empty icon="filter" title="No row fits the filters">
                  <Button onClick={() => goTo(place, { filters: [], where: "" })}>
                    Show all rows
                  </Button>
                </Empty>
              ) : (
                <Empty title="No rows yet">
                  {insertable && (
                    <div class="row">
                      <Button icon="plus" onClick={insert}>
                        New row
                      </Button>
                      <Button icon="upload" onClick={() => openImport(detail, () => load())}>
                        Import…
                      </Button>
                    </div>
                  )}
                </Empty>
              )}
            </div>
          )}
        </div>
        {panel && (
          <RowPanel
            detail={detail}
            model={model}
            row={at.row}
            onClose={() => {
              panelOpen.value = false;
            }}
          />
        )}
      </div>
      {editing && (
        <CellEditor
          key={`${editing.at.row}:${editing.at.column}`}
          editing={editing.editing}
          onSet={set}
          onClose={closeEditor}
        />
      )}
      <ChangesBar onCommitted={() => load()} />
      <div class="gridbar">
        <Button
          small
          kind="ghost"
          icon="first"
          aria-label="First rows"
          keys="Mod+Home"
          onClick={() => load("first")}
        />
        <Button
          small
          kind="ghost"
          icon="last"
          aria-label="Last rows"
          keys="Mod+End"
          onClick={() => load("last")}
        />
        <Counted key={asked} detail={detail} place={place} loaded={loaded} />
        {busy && (
          <span class="row soft" role="status">
            <span class="spinner" />
            {busy === "all" ? "reading" : "reading on"}
            <Button small kind="ghost" onClick={() => loaded.cancel()}>
              Cancel
            </Button>
          </span>
        )}
        {failed && model.rowCount > model.inserted && (
          <span class="badge bad" title={failed.message}>
            {failed.cancelled ? "cancelled" : failed.message}
            <button type="button" class="linklike" onClick={() => load()}>
              again
            </button>
          </span>
        )}
        <span class="grow" />
        {!writable && (
          <span class="soft row">
            <Icon name="lock" />
            {session.value?.read_only
              ? "the studio is read-only"
              : "cannot be edited: no key names a row"}
          </span>
        )}
        {loaded.ms.value !== null && <span class="faint nums">{loaded.ms.value} ms</span>}
      </div>
    </>
  );
}

/** The rows of another table that point at a row here. */
export function backHref(
  model: TableModel,
  row: number,
  foreign: Detail["referenced_by"][number],
): string {
  const filters: Filter[] = [];
  for (const [index, attnum] of foreign.columns.entries()) {
    const value = model.valueOf(row, attnum);
    const to = foreign.to[index];
    if (to !== undefined && typeof value === "string") filters.push({ column: to, op: "=", value });
  }
  return dataHref(foreign.oid, { filters });
}

function Unindexed({ detail, columns }: { detail: Detail; columns: readonly Attnum[] }) {
  if (columns.length === 0) return null;
  const names = columns.map(
    (attnum) => detail.columns.find((column) => column.attnum === attnum)?.name ?? attnum,
  );
  return (
    <p class="notice" role="status">
      <Icon name="warning" />
      No index helps with {names.join(", ")}: each page reads the whole table.
    </p>
  );
}

/** Which rows are loaded, of how many: an estimate until somebody asks for the number. */
function Counted({
  detail,
  place,
  loaded,
}: {
  detail: Detail;
  place: DataPlace;
  loaded: RowWindow;
}) {
  const [known, setKnown] = useState<{ count: number; exact: boolean } | null>(null);
  const [job, setJob] = useState<Job | null>(null);
  const filtered = place.filters.length > 0 || place.where !== "";
  void loaded.version.value;
  const whole = !loaded.hasBefore && !loaded.hasAfter && loaded.version.value > 0;
  const ask = async (exact: boolean) => {
    const next = new Job();
    if (exact) setJob(next);
    try {
      setKnown(
        await post(
          "count",
          {
            oid: detail.oid,
            filters: place.filters,
            ...(place.where ? { where: place.where } : {}),
            exact,
            request: next.request,
          },
          next.abort,
        ),
      );
    } catch (thrown) {
      if (exact && !asApiError(thrown).cancelled) toastError(thrown, "Counting");
    } finally {
      if (exact) setJob(null);
    }
  };
  useEffect(() => {
    if (!whole && loaded.version.value > 0 && known === null) ask(false);
  }, [whole, loaded.version.value > 0]);

  const from = loaded.start === null ? null : loaded.start + 1;
  const shown = loaded.rows.length;
  return (
    <span class="row nums soft" role="status" aria-label="Rows">
      {loaded.version.value === 0 ? null : whole ? (
        <span>{shown === 1 ? "1 row" : `${count(shown)} rows`}</span>
      ) : (
        <>
          <span>
            {from === null
              ? `the last ${count(shown)}`
              : `${count(from)}–${count(from + shown - 1)}`}
            {known && known.count >= 0 && ` of ${known.exact ? "" : "about "}${count(known.count)}`}
          </span>
          {job ? (
            <>
              <span class="spinner" />
              <Button small onClick={() => job.cancel()}>
                Stop counting
              </Button>
            </>
          ) : (
            !known?.exact && (
              <Button small kind="ghost" onClick={() => ask(true)}>
                Count exactly
              </Button>
            )
          )}
        </>
      )}
      {filtered && <span class="badge accent">filtered</span>}
    </span>
  );
}
