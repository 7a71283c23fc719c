/*
 * What a table's card looks like in numbers: which of its columns are shown, how wide it is, where an edge leaves it. All
 * lengths are in the drawing's own units (CSS pixels at a zoom of 1).
 */
import type { Point } from "./layout";
import { meets, wayAround } from "./routing";

export interface DiagramColumn {
  attnum: number;
  name: string;
  type: string;
  key: boolean;
  foreign: boolean;
  not_null: boolean;
}

export interface DiagramTable {
  oid: number;
  schema: string;
  name: string;
  kind: string;
  columns: DiagramColumn[];
}

export interface DiagramEdge {
  name: string;
  from: number;
  to: number;
  columns: number[];
  to_columns: number[];
  unique: boolean;
  not_null: boolean;
}

export interface Diagram {
  tables: DiagramTable[];
  edges: DiagramEdge[];
  total: number;
  layout: Record<string, [number, number]>;
}

export type Detail = "all" | "keys" | "names";

export interface Card {
  table: DiagramTable;
  rows: DiagramColumn[];
  /** Columns that are left out below the rows. */
  hidden: number;
  width: number;
  height: number;
}

export const HEAD = 30;
export const ROW = 20;
export const FOOT = 6;
const WIDEST = 340;
const NARROWEST = 150;
/** A table of more columns shows its keys and the first ones. */
const MANY = 24;

/** PostgreSQL's own short names of the types that are long; those of public go by their name alone. */
const SHORT: [RegExp, string][] = [
  [/^timestamp(\(\d\))? with time zone/, "timestamptz$1"],
  [/^timestamp(\(\d\))? without time zone/, "timestamp$1"],
  [/^time(\(\d\))? with time zone/, "timetz$1"],
  [/^time(\(\d\))? without time zone/, "time$1"],
  [/^character varying/, "varchar"],
  [/^character\(/, "char("],
  [/^double precision/, "float8"],
  [/^bit varying/, "varbit"],
];

export function shortType(full: string): string {
  const type = full.replace(/^public\./, "");
  const found = SHORT.find(([pattern]) => pattern.test(type));
  return found ? type.replace(...found) : type;
}

export type Measure = (text: string, bold: boolean) => number;

function rowsOf(table: DiagramTable, detail: Detail): DiagramColumn[] {
  if (detail === "names") return [];
  const keys = table.columns.filter((column) => column.key || column.foreign);

  if (detail === "keys") return keys;
  if (table.columns.length <= MANY) return table.columns;
  const kept = new Set(keys);

  for (const column of table.columns) if (kept.size < MANY - 1) kept.add(column);
  return table.columns.filter((column) => kept.has(column));
}

export function cardOf(table: DiagramTable, title: string, detail: Detail, measure: Measure): Card {
  const rows = rowsOf(table, detail);
  const hidden = detail === "names" ? 0 : table.columns.length - rows.length;
  let width = measure(title, true) + 36;

  for (const column of rows)
    width = Math.max(
      width,
      26 + measure(column.name, false) + 18 + measure(shortType(column.type), false) + 12,
    );
  return {
    table,
    rows,
    hidden,
    width: Math.round(Math.min(WIDEST, Math.max(NARROWEST, width))),
    height: HEAD + rows.length * ROW + (hidden > 0 ? ROW : 0) + (detail === "names" ? 0 : FOOT),
  };
}

/** `text`, or its beginning and an ellipsis where it is wider. */
export function clip(text: string, width: number, bold: boolean, measure: Measure): string {
  if (measure(text, bold) <= width) return text;
  let low = 0;
  let high = text.length;

  while (low < high) {
    const middle = (low + high + 1) >> 1;

    if (measure(`${text.slice(0, middle)}…`, bold) <= width) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low)}…`;
}

/* ---------------------------------------------------------------- edges */

/** The height at which an edge meets the card: its first column's row, or the head's. */
function heightOf(card: Card, columns: number[]): number {
  const row = card.rows.findIndex((column) => columns.includes(column.attnum));

  return row < 0 ? HEAD / 2 : HEAD + row * ROW + ROW / 2 + 1;
}

export interface Route {
  path: string;
  /** Where the crow's foot and the bar stand; `side` is 1 where the edge leaves to the right, else -1. */
  many: Point & { side: 1 | -1 };
  one: Point & { side: 1 | -1 };
}

/** `others`: all cards, which the edge goes around. */
export function route(
  edge: DiagramEdge,
  from: Card,
  to: Card,
  at: Point,
  toAt: Point,
  others: readonly Rect[],
): Route {
  const y1 = at.y + heightOf(from, edge.columns);
  const y2 = toAt.y + heightOf(to, edge.to_columns);
  let side1: 1 | -1 = -1;
  let side2: 1 | -1 = 1;

  if (from === to) side1 = 1;
  else if (at.x + from.width + 24 < toAt.x) [side1, side2] = [1, -1];
  else if (at.x <= toAt.x + to.width + 24) {
    /* one above the other: out and in on the side where they are nearer to each other */
    const left = Math.abs(at.x - toAt.x);
    const right = Math.abs(at.x + from.width - toAt.x - to.width);

    side1 = side2 = right <= left ? 1 : -1;
  }
  const x1 = at.x + (side1 === 1 ? from.width : 0);
  const x2 = toAt.x + (side2 === 1 ? to.width : 0);
  const bend =
    side1 === side2
      ? 28 + Math.min(60, Math.abs(y1 - y2) / 6)
      : Math.max(28, Math.min(160, Math.abs(x1 - x2) / 2));

  const many = { x: x1, y: y1, side: side1 };
  const one = { x: x2, y: y2, side: side2 };

  if (side1 !== side2) {
    const [left, right] = x1 < x2 ? [many, one] : [one, many];
    const between = others.filter(
      (card) => card.x < right.x - 24 && card.x + card.width > left.x + 24,
    );
    const start = { x: x1 + side1 * 10, y: y1 };
    const end = { x: x2 + side2 * 10, y: y2 };

    /* Edges of different columns keep apart where they go the same way. */
    if (meets(start, x1 + side1 * bend, x2 + side2 * bend, end, between))
      return {
        path: wayAround(left, right, between, 8 + 3 * ((edge.columns[0] ?? 0) % 3)),
        many,
        one,
      };
  }
  return {
    path:
      `M${x1} ${y1}H${x1 + side1 * 10}` +
      `C${x1 + side1 * bend} ${y1} ${x2 + side2 * bend} ${y2} ${x2 + side2 * 10} ${y2}H${x2}`,
    many,
    one,
  };
}

/* ---------------------------------------------------------------- the view */

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export function bounds(cards: Iterable<Card>, places: ReadonlyMap<number, Point>): Rect {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;

  for (const card of cards) {
    const place = places.get(card.table.oid);

    if (place === undefined) continue;
    left = Math.min(left, place.x);
    top = Math.min(top, place.y);
    right = Math.max(right, place.x + card.width);
    bottom = Math.max(bottom, place.y + card.height);
  }
  return left > right
    ? { x: 0, y: 0, width: 0, height: 0 }
    : { x: left, y: top, width: right - left, height: bottom - top };
}

/** The card that lies next in a direction (a unit vector), for the arrow keys: near, and not far beside the way. */
export function nextCard(
  cards: readonly Card[],
  places: ReadonlyMap<number, Point>,
  from: number,
  dx: number,
  dy: number,
): number | null {
  const middle = (card: Card): Point => {
    const place = places.get(card.table.oid) ?? { x: 0, y: 0 };

    return { x: place.x + card.width / 2, y: place.y + Math.min(card.height / 2, HEAD) };
  };
  const start = cards.find((card) => card.table.oid === from);
  let best: number | null = null;
  let least = Infinity;

  if (start === undefined) return null;
  const origin = middle(start);

  for (const card of cards) {
    const point = middle(card);
    const along = (point.x - origin.x) * dx + (point.y - origin.y) * dy;
    const beside = Math.abs((point.x - origin.x) * dy) + Math.abs((point.y - origin.y) * dx);
    const cost = along + 2.5 * beside;

    if (card !== start && along > 1 && cost < least) {
      least = cost;
      best = card.table.oid;
    }
  }
  return best;
}
