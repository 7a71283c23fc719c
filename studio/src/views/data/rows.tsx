// The rows of a table: the grid with its tools, filters, notices and the line of counts.

import { signal } from "@preact/signals";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Attnum, Detail } from "../../api/types";
import { Grid } from "../../grid/grid";
import type { GridEvents, Place } from "../../grid/model";
import { useCommands } from "../../shell/commands";
import { session } from "../../state/session";
import { density } from "../../state/settings";
import { Button } from "../../ui/controls";
import { Icon } from "../../ui/icon";
import { openMenu } from "../../ui/menu";
import { Empty, Failed, Loading } from "../../ui/states";
import { Actions } from "./actions";
import { Counted, Unindexed } from "./counted";
import { CellEditor, type Editing } from "./editor";
import { FilterBar } from "./filters";
import { openExport, openImport } from "./io";
import { cellMenu, columnsMenu, headMenu } from "./menus";
import { type DataPlace, goTo } from "./place";
import { ChangesBar } from "./review";
import { rowCommands } from "./row_commands";
import { RowPanel } from "./row_panel";
import { staged } from "./staged";
import { TableModel } from "./table_model";
import { type Moved, RowWindow } from "./window";

/** Hidden columns by table, while the page lives. */
const hiddenOf = new Map<number, ReadonlySet<Attnum>>();
const NONE: ReadonlySet<Attnum> = new Set();
const panelOpen = signal(false);

function togglePanel(): void {
  panelOpen.value = !panelOpen.value;
}

type Draft = { column: number; at: number | null } | null;

export function Rows({ detail, place }: { detail: Detail; place: DataPlace }) {
  const host = useRef<HTMLDivElement>(null);
  const grid = useRef<Grid | null>(null);
  const [hidden, setHidden] = useState(hiddenOf.get(detail.oid) ?? NONE);
  const [editing, setEditing] = useState<{ at: Place; editing: Editing } | null>(null);
  const [draft, setDraft] = useState<Draft>(null);
  const [at, setAt] = useState<Place>({ row: 0, column: 0 });
  const asked = JSON.stringify([place.oid, place.sort, place.filters, place.where]);

  const { loaded, model } = useMemo(() => {
    const moved = (change: Moved) => {
      table.update();
      if (change.kind === "reset") table.grow();
      if (change.kind !== "reset" && change.shift) grid.current?.shift(change.shift);
      else grid.current?.refresh(change.kind === "reset" ? rows.edge : undefined);
    };
    const rows = new RowWindow(detail.oid, place, moved);
    const table = new TableModel(detail, rows, place, hidden);
    return { loaded: rows, model: table };
  }, [detail, asked]);

  const load = useCallback(
    async (edge: "first" | "last" = "first") => {
      await loaded.load(edge);
    },
    [loaded],
  );
  useEffect(() => {
    load();
    return () => loaded.cancel();
  }, [loaded]);

  const readOnly = session.value?.read_only === true;
  const latest = useRef<Actions | null>(null);
  const actions = new Actions({
    detail,
    place,
    model,
    loaded,
    grid: grid.current,
    writable: !readOnly && detail.identity.by !== null,
    insertable: !readOnly && detail.insertable,
    isHidden: (attnum) => hiddenOf.get(detail.oid)?.has(attnum) ?? false,
    onEdit: (where, what) => setEditing({ at: where, editing: what }),
    onFilter: (column) => setDraft({ column, at: null }),
    onHide: (attnum, hiding) => {
      const next = new Set(hiddenOf.get(detail.oid));
      if (hiding) next.add(attnum);
      else next.delete(attnum);
      hiddenOf.set(detail.oid, next);
      setHidden(next);
    },
  });
  latest.current = actions;

  useEffect(() => {
    if (!host.current) return;
    const made = new Grid(
      host.current,
      `Rows of ${detail.name}`,
      model,
      gridEvents(latest, load, setAt),
    );
    grid.current = made;
    // The actions of this render were made before there was a grid.
    if (latest.current) latest.current.context.grid = made;
    return () => {
      made.destroy();
      grid.current = null;
    };
  }, [detail.oid, load]);

  // Staged changes, hidden columns and another query: read before this render, drawn after it.
  const drawn = [model, staged.value, hidden, density.value, loaded.version.value];
  useMemo(() => {
    model.hidden = hidden;
    model.update();
  }, drawn);
  useEffect(() => {
    grid.current?.setModel(model);
  }, drawn);

  useCommands(() => rowCommands(() => latest.current ?? actions, load, togglePanel), [load]);

  const closeEditor = () => {
    setEditing(null);
    grid.current?.focus();
  };
  return (
    <>
      <Tools actions={actions} load={load} hidden={hidden.size} draft={draft} onDraft={setDraft} />
      <Unindexed detail={detail} place={place} loaded={loaded} />
      <div class="gridarea">
        <div class={editing ? "gridhost editing" : "gridhost"} ref={host}>
          <GridState actions={actions} load={load} />
        </div>
        {panelOpen.value && model.rowCount > 0 && (
          <RowPanel
            detail={detail}
            model={model}
            row={Math.min(at.row, model.rowCount - 1)}
            onClose={togglePanel}
          />
        )}
      </div>
      {editing && (
        <CellEditor
          key={`${editing.at.row}:${editing.at.column}`}
          editing={editing.editing}
          onSet={(value, was) => {
            actions.set([{ at: editing.at, value, was }]);
            closeEditor();
          }}
          onClose={closeEditor}
        />
      )}
      <ChangesBar onCommitted={load} />
      <Bar actions={actions} load={load} asked={asked} />
    </>
  );
}

/** The grid lives longer than one render: it calls what the last one made. */
function gridEvents(
  latest: { current: Actions | null },
  load: (edge: "first" | "last") => void,
  onSelect: (at: Place) => void,
): GridEvents {
  const run = <T,>(what: (actions: Actions) => T): T | undefined =>
    latest.current ? what(latest.current) : undefined;
  return {
    onNeed: (edge) => run((actions) => actions.context.loaded.more(edge)),
    onEdit: (at) => run((actions) => actions.edit(at)),
    onType: (at, typed) => run((actions) => actions.type(at, typed)) ?? false,
    onFollow: (at) => run((actions) => actions.follow(at)),
    onSort: (column, add) => run((actions) => actions.turnSort(column, add)),
    onPaste: (text) => run((actions) => actions.paste(text)),
    onSelect: () =>
      run((actions) => actions.context.grid && onSelect(actions.context.grid.current)),
    onHeadMenu: (column, from) =>
      run((actions) => openMenu(from, "Column", () => headMenu(actions, column))),
    onCellMenu: (at, from) => run((actions) => openMenu(from, "Cell", () => cellMenu(actions, at))),
    onJump: (edge) =>
      run(({ context: { loaded, grid } }) => {
        if (edge === "first" ? loaded.hasBefore : loaded.hasAfter) load(edge);
        else grid?.scrollToEdge(edge);
      }),
    onKey: (event) => {
      const mod = event.ctrlKey || event.metaKey;
      if (event.key === " ") togglePanel();
      else if (event.key !== "Delete") return false;
      else run((actions) => (mod ? actions.remove() : actions.setNull()));
      return true;
    },
  };
}

interface Part {
  actions: Actions;
  load: (edge?: "first" | "last") => void;
}

function Tools({
  actions,
  load,
  hidden,
  draft,
  onDraft,
}: Part & { hidden: number; draft: Draft; onDraft: (draft: Draft) => void }) {
  const { detail, place, model, insertable } = actions.context;
  return (
    <div class="tools">
      {insertable && (
        <Button small icon="plus" keys="Alt+N" onClick={() => actions.insert()}>
          Row
        </Button>
      )}
      <FilterBar
        columns={detail.columns}
        filters={place.filters}
        where={place.where}
        draft={draft}
        onDraft={onDraft}
        onFilters={(filters) => goTo(place, { filters })}
        onWhere={(where) => goTo(place, { where })}
      />
      <Button
        small
        kind="ghost"
        icon="columns"
        aria-haspopup="menu"
        onClick={(event) => openMenu(event.currentTarget, "Columns", () => columnsMenu(actions))}
      >
        Columns{hidden > 0 && <span class="badge accent">{hidden} hidden</span>}
      </Button>
      <Button
        small
        kind="ghost"
        icon="list"
        aria-label="The row as a list"
        aria-pressed={panelOpen.value}
        keys="Space"
        onClick={togglePanel}
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
  );
}

/** What lies over an empty grid: loading, an error, nothing there. */
function GridState({ actions, load }: Part) {
  const { loaded, model, place, insertable, detail } = actions.context;
  if (model.rowCount > 0) return null;
  const failed = loaded.error.value;
  if (loaded.loading.value === "all") {
    return (
      <div class="gridstate">
        <Loading what="Reading" onCancel={() => loaded.cancel()} />
      </div>
    );
  }
  if (failed?.cancelled) {
    return (
      <div class="gridstate">
        <Empty icon="stop" title="Cancelled">
          <Button icon="refresh" onClick={() => load()}>
            Read the rows
          </Button>
        </Empty>
      </div>
    );
  }
  if (failed) {
    return (
      <div class="gridstate">
        <Failed error={failed} onRetry={() => load()} />
      </div>
    );
  }
  if (loaded.version.value === 0) return null;
  return (
    <div class="gridstate">
      {place.filters.length > 0 || place.where ? (
        <Empty icon="filter" title="No row fits the filters">
          <Button onClick={() => goTo(place, { filters: [], where: "" })}>Show all rows</Button>
        </Empty>
      ) : (
        <Empty title="No rows yet">
          {insertable && (
            <div class="row">
              <Button icon="plus" onClick={() => actions.insert()}>
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
  );
}

function Bar({ actions, load, asked }: Part & { asked: string }) {
  const { detail, place, loaded, model, writable } = actions.context;
  const busy = loaded.loading.value;
  const failed = loaded.error.value;
  return (
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
      {failed && model.rowCount > 0 && (
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
      {loaded.ms.value !== null && (
        <span class="faint nums">{Math.max(1, Math.round(loaded.ms.value))} ms</span>
      )}
    </div>
  );
}
