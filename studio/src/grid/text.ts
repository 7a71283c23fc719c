// How a value looks in a cell, and how wide a column starts.

import type { GridCell, GridColumn, GridModel, ValueKind } from "./model";

const SHOWN = 400;
// Control characters, line separators, and what turns the direction of writing.
const UNSEEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const SIGNS: Record<string, string> = { "\n": "↵", "\r": "", "\t": "⇥" };

/** One line of a value: line ends and tabs as signs, other control characters as boxes. */
export function oneLine(value: string): string {
  const text = value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value;
  return text.replace(UNSEEN, (sign) => SIGNS[sign] ?? "␣");
}

export function cellText(cell: GridCell): string {
  if (cell.stand !== undefined) return cell.stand;
  if (cell.value === null) return "NULL";
  return oneLine(cell.value);
}

/** By pg_type.typcategory and the name of the type. */
export function kindOf(category: string, type: string): ValueKind {
  if (category === "N") return "number";
  if (category === "B") return "boolean";
  if (category === "D" || category === "T") return "time";
  if (/^jsonb?\b/.test(type) && !type.endsWith("[]")) return "json";
  if (type === "bytea") return "bytea";
  return category === "S" ? "text" : "other";
}

const CHAR = 7.2;
const LOW = 72;
const HIGH = 320;

/** A width for a column from its name, its type and the first rows. */
export function fitWidth(model: GridModel, column: number, sample = 60, high = HIGH): number {
  const head = model.columns[column];
  if (!head) return LOW;
  const marks = (head.isKey ? 18 : 0) + (head.isForeign ? 18 : 0) + 26;
  let width = Math.max(head.name.length * CHAR + marks, head.type.length * 6 + 22);
  width = Math.min(width, 220);
  for (let row = 0; row < Math.min(sample, model.rowCount); row += 1) {
    const cell = model.cell(row, column);
    width = Math.max(width, cellText(cell).length * CHAR + 20 + (cell.link ? 18 : 0));
  }
  return Math.round(Math.max(LOW, Math.min(high, width)));
}

export function offsets(columns: readonly GridColumn[]): number[] {
  const lefts: number[] = [];
  let left = 0;
  for (const column of columns) {
    lefts.push(left);
    left += column.width;
  }
  lefts.push(left);
  return lefts;
}
