// What can be done with the rows that are shown: sort, filter, follow, edit, copy. Made anew for
// each render of the view, over what that render shows.

import type { Attnum, Detail, Filter, ForeignKey, SetValue, Value } from "../../api/types";
import type { Grid } from "../../grid/grid";
import type { Place } from "../../grid/model";
import { navigate } from "../../state/route";
import { copy } from "../../ui/clipboard";
import { toast } from "../../ui/toast";
import type { Editing } from "./editor";
import { type CopyFormat, copyText, parseTsv } from "./format";
import { type DataPlace, dataHref, goTo } from "./place";
import { discard, stageDeletes, stageEdits, stageInserts } from "./staged";
import type { TableModel } from "./table_model";
import type { RowWindow } from "./window";

export interface Context {
  detail: Detail;
  place: DataPlace;
  model: TableModel;
  loaded: RowWindow;
  grid: Grid | null;
  /** Rows can be changed and deleted; rows can be added. */
  writable: boolean;
  insertable: boolean;
  /** As it is now, also between two renders. */
  isHidden: (attnum: Attnum) => boolean;
  onEdit: (at: Place, editing: Editing) => void;
  onFilter: (column: Attnum) => void;
  onHide: (attnum: Attnum, hiding: boolean) => void;
}

/** The rows of another table that point at a row here. */
export function backHref(model: TableModel, row: number, foreign: ForeignKey): string {
  const filters: Filter[] = [];
  for (const [index, attnum] of foreign.columns.entries()) {
    const value = model.valueOf(row, attnum);
    const to = foreign.to[index];
    if (to !== undefined && typeof value === "string") filters.push({ column: to, op: "=", value });
  }
  return dataHref(foreign.oid, { filters });
}

export class Actions {
  constructor(readonly context: Context) {}

  // ---------------------------------------------------------------- looking

  sort(column: Attnum, descending: boolean | null, add: boolean): void {
    const { place } = this.context;
    const others = add ? place.sort.filter((entry) => entry.column !== column) : [];
    goTo(place, { sort: descending === null ? others : [...others, { column, descending }] });
  }

  /** Ascending, descending, not at all. */
  turnSort(index: number, add: boolean): void {
    const column = this.context.model.shown[index];
    if (!column) return;
    const current = this.context.place.sort.find((entry) => entry.column === column.attnum);
    this.sort(column.attnum, !current ? false : current.descending ? null : true, add);
  }

  nulls(column: Attnum, to: "first" | "last"): void {
    const { place } = this.context;
    goTo(place, {
      sort: place.sort.map((entry) => (entry.column === column ? { ...entry, nulls: to } : entry)),
    });
  }

  filterBy(column: Attnum, value: Value): void {
    const { place } = this.context;
    const filter: Filter = value === null ? { column, op: "is null" } : { column, op: "=", value };
    goTo(place, { filters: [...place.filters, filter] });
  }

  /** To the row that a foreign key's column points at. */
  follow(at: Place): void {
    const { model } = this.context;
    const key = model.linkOf(at.column);
    if (!key) return;
    const filters: Filter[] = [];
    for (const [index, attnum] of key.columns.entries()) {
      const value = model.valueOf(at.row, attnum);
      const to = key.to[index];
      if (value === null || value === undefined || to === undefined) return;
      filters.push({ column: to, op: "=", value });
    }
    navigate(dataHref(key.oid, { filters }));
  }

  // ---------------------------------------------------------------- editing

  /** Opens the editor of a cell, or its value where it cannot be changed. */
  edit(at: Place, typed?: string): void {
    const { model, grid, detail, writable } = this.context;
    const cell = grid?.cellElement(at);
    const column = model.shown[at.column];
    const entry = model.at(at.row);
    if (!cell || !column || entry.staged?.op === "delete") return;
    const canWrite =
      entry.staged?.op === "insert" || (writable && typeof entry.row?.key === "string");
    this.context.onEdit(at, {
      column,
      value: model.value(at.row, at.column).value,
      cut: model.cutBytes(at.row, at.column),
      oid: detail.oid,
      key: entry.row?.key ?? null,
      writable: canWrite && column.editor !== "readonly",
      ...(typed === undefined ? {} : { typed }),
      box: cell.getBoundingClientRect(),
    });
  }

  /** A letter typed on a cell starts its edit. */
  type(at: Place, typed: string): boolean {
    const column = this.context.model.shown[at.column];
    const canWrite = this.context.writable || this.context.model.at(at.row).staged?.op === "insert";
    if (!column || !canWrite || column.editor === "bytea" || column.editor === "readonly") {
      return false;
    }
    this.edit(at, typed);
    return true;
  }

  /** Stages a value for each place, all as one step of undo. */
  set(places: readonly { at: Place; value: SetValue; was?: Value | undefined }[]): void {
    const { model, detail, loaded } = this.context;
    const edits = places.flatMap(({ at, value, was }) => {
      const { row, staged: change } = model.at(at.row);
      const attnum = model.shown[at.column]?.attnum;
      if (attnum === undefined || (!row && !change)) return [];
      // A value that came shortened is known whole only to who fetched it.
      const place = loaded.columns.indexOf(attnum);
      if (was === undefined && row?.cut?.has(place) && !(attnum in (change?.old ?? {}))) {
        toast("A value that came shortened is changed in its editor alone", "bad");
        return [];
      }
      const original = was ?? change?.old[attnum] ?? row?.values[place] ?? null;
      return [
        {
          id: change?.id ?? null,
          key: row?.key ?? null,
          old: row ? model.old(row, "update") : {},
          edit: { attnum, value, was: original },
        },
      ];
    });
    stageEdits(detail.oid, edits);
  }

  setNull(): void {
    const { grid, model, writable } = this.context;
    if (!grid || !writable) return;
    const { top, bottom, left, right } = grid.range;
    const places: { at: Place; value: SetValue }[] = [];
    for (let row = top; row <= bottom; row += 1) {
      for (let column = left; column <= right; column += 1) {
        const one = model.shown[column];
        if (!one || one.not_null || one.editor === "readonly") continue;
        places.push({ at: { row, column }, value: null });
      }
    }
    this.set(places);
  }

  paste(text: string): void {
    const { grid, model, writable } = this.context;
    if (!grid || !writable) return;
    const { top, left } = grid.range;
    const places: { at: Place; value: SetValue }[] = [];
    for (const [down, line] of parseTsv(text).entries()) {
      for (const [right, value] of line.entries()) {
        const at = { row: top + down, column: left + right };
        const column = model.shown[at.column];
        if (at.row >= model.rowCount || !column || column.editor === "readonly") continue;
        places.push({ at, value });
      }
    }
    if (places.length > 0) this.set(places);
  }

  insert(): void {
    const { detail, grid, insertable } = this.context;
    if (!insertable) return;
    stageInserts(detail.oid, [{}]);
    grid?.select({ row: 0, column: 0 });
    grid?.focus();
  }

  /** Copies the selected rows as new ones, without what the server makes by itself. */
  duplicate(): void {
    const { detail, grid, loaded, insertable } = this.context;
    if (!insertable) return;
    const made = new Set<Attnum>();
    for (const column of detail.columns) {
      const counts = (column.default ?? "").startsWith("nextval(");
      if (column.generated || column.identity || counts) made.add(column.attnum);
    }
    const sets = this.#selected().flatMap(({ row, staged: change }) => {
      if (row?.cut?.size) {
        toast("A row with values that came shortened cannot be duplicated here", "bad");
        return [];
      }
      const values: Record<string, SetValue> = {};
      for (const [index, attnum] of loaded.columns.entries()) {
        if (row && !made.has(attnum)) values[attnum] = row.values[index] ?? null;
      }
      return [{ ...values, ...change?.set }];
    });
    if (sets.length === 0) return;
    stageInserts(detail.oid, sets);
    grid?.select({ row: 0, column: 0 });
  }

  remove(): void {
    const { detail, model, writable } = this.context;
    const rows = this.#selected().filter((entry) => writable || entry.staged?.op === "insert");
    stageDeletes(
      detail.oid,
      rows.map(({ row, staged: change }) => ({
        id: change?.id ?? null,
        key: row?.key ?? null,
        old: row ? model.old(row, "delete") : {},
      })),
    );
  }

  revert(): void {
    discard(this.#selected().flatMap(({ staged: change }) => (change ? [change.id] : [])));
  }

  #selected() {
    const { grid, model } = this.context;
    const { top, bottom } = grid?.range ?? { top: 0, bottom: -1 };
    const found = [];
    for (let row = top; row <= bottom; row += 1) {
      const entry = model.at(row);
      if (entry.row || entry.staged) found.push(entry);
    }
    return found;
  }

  // ---------------------------------------------------------------- copying

  copy(): void {
    copy(this.context.grid?.copyText() ?? "");
  }

  copyAs(format: CopyFormat): void {
    const { grid, model, detail } = this.context;
    if (!grid || model.rowCount === 0) return;
    const { top, bottom, left, right } = grid.range;
    const columns = model.shown.slice(left, right + 1);
    const rows: Value[][] = [];
    for (let row = top; row <= bottom; row += 1) {
      rows.push(columns.map((column) => model.valueOf(row, column.attnum) ?? null));
    }
    const text = copyText(
      {
        schema: detail.schema,
        table: detail.name,
        names: columns.map((column) => column.name),
        bare: columns.map((column) => column.category === "N" || column.category === "B"),
        rows,
      },
      format,
    );
    const many = rows.length === 1 ? "1 row" : `${rows.length} rows`;
    copy(text, `${many} copied as ${format === "sql" ? "INSERT" : format.toUpperCase()}`);
  }
}
