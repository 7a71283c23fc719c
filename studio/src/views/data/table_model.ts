// The grid's model of a table: rows that are to be inserted first, then those that are loaded,
// each with what is staged for it written over what the server sent.

import type { Attnum, Column, Detail, ForeignKey, SetValue, Value } from "../../api/types";
import type { GridCell, GridColumn, GridModel, RowState } from "../../grid/model";
import { fitWidth, kindOf } from "../../grid/text";
import type { Query } from "./place";
import { conflictsOf, idOf, insertsOf, type Staged, staged } from "./staged";
import type { Row, RowWindow } from "./window";

/** A row of the grid: one that is loaded, one that is to be inserted. */
export interface TableRow {
  row: Row | null;
  staged: Staged | null;
}

// Widths outlive the view, so that a table one comes back to looks as one left it.
const heads = new Map<string, GridColumn>();
/** The width that each was given; one that differs was dragged, and stays. */
const fitted = new Map<string, number>();

export class TableModel implements GridModel {
  columns: GridColumn[] = [];
  /** The columns that are shown, in the grid's order. */
  shown: Column[] = [];
  #places: number[] = [];
  #inserts: Staged[] = [];
  readonly #links = new Map<Attnum, ForeignKey>();
  readonly #byNumber: Map<Attnum, Column>;

  constructor(
    readonly detail: Detail,
    readonly window: RowWindow,
    readonly query: Query,
    public hidden: ReadonlySet<Attnum>,
  ) {
    this.#byNumber = new Map(detail.columns.map((column) => [column.attnum, column]));
    for (const key of detail.references) {
      for (const attnum of key.columns) if (!this.#links.has(attnum)) this.#links.set(attnum, key);
    }
    this.update();
  }

  /** Reads the window, the staged changes and the hidden columns anew. */
  update(): void {
    this.#inserts = insertsOf(this.detail.oid);
    const loaded = this.window.columns.length
      ? this.window.columns
      : this.detail.columns.map((column) => column.attnum);
    this.shown = [];
    this.#places = [];
    for (const [place, attnum] of loaded.entries()) {
      const column = this.#byNumber.get(attnum);
      if (!column || this.hidden.has(attnum)) continue;
      this.shown.push(column);
      this.#places.push(place);
    }
    this.columns = this.shown.map((column) => this.#head(column));
    // Until there are rows a width follows from the head alone, and is made anew with them.
    for (const [index, head] of this.columns.entries()) {
      if (fitted.has(head.id)) continue;
      head.width = fitWidth(this, index);
      if (this.window.rows.length > 0) fitted.set(head.id, head.width);
    }
  }

  /** Other rows were loaded: columns that nobody dragged grow to what these hold. */
  grow(): void {
    for (const [index, head] of this.columns.entries()) {
      if (head.width !== fitted.get(head.id)) continue;
      head.width = Math.max(head.width, fitWidth(this, index));
      fitted.set(head.id, head.width);
    }
  }

  #head(column: Column): GridColumn {
    const id = `${this.detail.oid}:${column.attnum}`;
    const kept = heads.get(id);
    const sort = this.query.sort.findIndex((entry) => entry.column === column.attnum);
    const by = this.query.sort[sort];
    const head: GridColumn = {
      id,
      name: column.name,
      type: column.type,
      kind: kindOf(column.category, column.base),
      width: kept?.width ?? 0,
      isKey:
        this.detail.identity.by === "primary key" &&
        this.detail.identity.columns.includes(column.attnum),
      isForeign: this.#links.has(column.attnum),
      sort: by ? (by.descending ? "descending" : "ascending") : undefined,
      sortPlace: by && this.query.sort.length > 1 ? sort + 1 : undefined,
      filtered: this.query.filters.some((filter) => filter.column === column.attnum),
      title: headTitle(column),
    };
    heads.set(id, head);
    return head;
  }

  get rowCount(): number {
    return this.#inserts.length + this.window.rows.length;
  }

  get inserted(): number {
    return this.#inserts.length;
  }

  get offset(): number {
    return this.window.start ?? 0;
  }

  get total(): number {
    return this.window.hasBefore || this.window.hasAfter ? -1 : this.rowCount + 1;
  }

  rowLabel(index: number): string {
    const at = index - this.#inserts.length;
    if (at < 0) return "new";
    return this.window.start === null ? "·" : String(this.window.start + at + 1);
  }

  at(index: number): TableRow {
    const inserted = this.#inserts[index];
    if (inserted) return { row: null, staged: inserted };
    const row = this.window.rows[index - this.#inserts.length] ?? null;
    const found = row?.key ? staged.value.get(idOf(this.detail.oid, row.key)) : undefined;
    return { row, staged: found ?? null };
  }

  rowState(index: number): RowState {
    const change = this.at(index).staged;
    if (!change) return "";
    if (change.conflict || change.error) return "conflict";
    return change.op === "insert" ? "inserted" : change.op === "delete" ? "deleted" : "changed";
  }

  /** What the cell holds with what is staged, and whether that is staged. */
  value(index: number, column: number): { value: SetValue; isStaged: boolean } {
    const { row, staged: change } = this.at(index);
    const attnum = this.shown[column]?.attnum ?? 0;
    const set = change?.set[attnum];
    if (set !== undefined) return { value: set, isStaged: true };
    if (!row) return { value: { default: true }, isStaged: false };
    return { value: row.values[this.#places[column] ?? -1] ?? null, isStaged: false };
  }

  cell(index: number, column: number): GridCell {
    const { value, isStaged } = this.value(index, column);
    const { row, staged: change } = this.at(index);
    const attnum = this.shown[column]?.attnum ?? 0;
    const cell: GridCell = {
      value: null,
      changed: isStaged && change?.op === "update",
      conflict: change !== null && conflictsOf(change).some(([key]) => Number(key) === attnum),
      link: this.#links.has(attnum),
    };
    if (value === null || typeof value === "string") {
      cell.value = value;
      if (!isStaged) cell.cut = row?.cut?.get(this.#places[column] ?? -1);
      if (cell.cut !== undefined && value !== null) cell.value = `${value}…`;
      return cell;
    }
    cell.stand = standFor(value, this.shown[column]);
    return cell;
  }

  /** The whole size of a value that came shortened and is not staged anew. */
  cutBytes(index: number, column: number): number | undefined {
    if (this.value(index, column).isStaged) return undefined;
    return this.at(index).row?.cut?.get(this.#places[column] ?? -1);
  }

  /**
   * What a row that is to go is expected to hold: every value that came whole. An update of a row
   * that a key names needs only the old of what it sets, since it overwrites nothing else.
   */
  old(row: Row, op: "update" | "delete"): Record<string, Value> {
    const { by, columns } = this.detail.identity;
    const old: Record<string, Value> = {};
    if (op === "update" && by !== "ctid") return old;
    for (const [place, attnum] of this.window.columns.entries()) {
      const named = by !== "ctid" && columns.includes(attnum);
      if (!named && !row.cut?.has(place)) old[attnum] = row.values[place] ?? null;
    }
    return old;
  }

  /** The value of a column whether it is shown or not. */
  valueOf(index: number, attnum: Attnum): Value | undefined {
    const { row, staged: change } = this.at(index);
    const set = change?.set[attnum];
    if (set === null || typeof set === "string") return set;
    const place = this.window.columns.indexOf(attnum);
    return place < 0 ? undefined : row?.values[place];
  }

  linkOf(column: number): ForeignKey | undefined {
    return this.#links.get(this.shown[column]?.attnum ?? 0);
  }
}

function standFor(value: Exclude<SetValue, Value>, column: Column | undefined): string {
  if ("default" in value) {
    if (column?.generated) return "GENERATED";
    return column?.has_default || column?.identity ? "DEFAULT" : "NULL";
  }
  return `${Math.floor((value.base64.length * 3) / 4)} bytes to upload`;
}

function headTitle(column: Column): string {
  return [
    `${column.name} ${column.type}`,
    column.not_null ? "not null" : "",
    column.default ? `default ${column.default}` : "",
    column.generated ? `generated ${column.generated}` : "",
    column.indexed ? "leads an index" : "",
    column.comment ?? "",
  ]
    .filter(Boolean)
    .join("\n");
}
