// What a grid draws. It asks for what is in sight and nothing else, so a model may hold any
// number of rows; it holds values as PostgreSQL's own text, null for NULL.

import type { Value } from "../api/types";

export type ValueKind = "text" | "number" | "boolean" | "json" | "time" | "bytea" | "other";

export interface GridColumn {
  /** Unique in its grid. */
  id: string;
  name: string;
  /** The type as it is shown under the name. */
  type: string;
  kind: ValueKind;
  /** In pixels; the grid writes here what a person drags. */
  width: number;
  /** Marks before the name. */
  isKey?: boolean;
  isForeign?: boolean;
  sort?: "ascending" | "descending" | undefined;
  /** The place among several sorts, from 1. */
  sortPlace?: number | undefined;
  filtered?: boolean;
  /** What a pointer at rest on the head is told. */
  title?: string;
}

export interface GridCell {
  value: Value;
  /** Whole size in bytes of a value that came shortened. */
  cut?: number | undefined;
  /** Stands for a value that the server will make (DEFAULT, a bytea to be uploaded). */
  stand?: string | undefined;
  changed?: boolean;
  /** Can be followed to the row that it points at. */
  link?: boolean;
  conflict?: boolean;
}

export type RowState = "" | "inserted" | "deleted" | "changed" | "conflict";

export interface GridModel {
  columns: readonly GridColumn[];
  rowCount: number;
  cell(row: number, column: number): GridCell;
  rowState?(row: number): RowState;
  /** What the gutter says: the row's number where it is known. */
  rowLabel?(row: number): string;
  /** Rows there are in all, for assistive technology; -1 where nobody knows. */
  total?: number;
  /** Rows before the first one here, where known. */
  offset?: number;
}

export interface Place {
  row: number;
  column: number;
}

/** A rectangle of cells, both ends included. */
export interface Range {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

export interface GridEvents {
  /** The view comes near an end of what is loaded. */
  onNeed?: (edge: "before" | "after") => void;
  /** Enter, F2 or a double click. */
  onEdit?: (place: Place) => void;
  /** A letter typed on a cell; true when it started an edit. */
  onType?: (place: Place, typed: string) => boolean;
  onJump?: (edge: "first" | "last") => void;
  onFollow?: (place: Place) => void;
  /** A click on a head, or Enter on it; `add` with Shift. */
  onSort?: (column: number, add: boolean) => void;
  onHeadMenu?: (column: number, at: Element | MouseEvent) => void;
  onCellMenu?: (place: Place, at: Element | MouseEvent) => void;
  onSelect?: () => void;
  onPaste?: (text: string) => void;
  /** A key that the grid has no use for; true when it was one. */
  onKey?: (event: KeyboardEvent) => boolean;
}
