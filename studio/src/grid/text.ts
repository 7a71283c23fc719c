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

/** PostgreSQL's text; a boolean's t and f are told by their words. */
export function cellText(cell: GridCell, kind?: ValueKind): string {
  if (cell.stand !== undefined) return cell.stand;
  if (cell.value === null) return "NULL";
  if (kind === "boolean" && cell.value === "t") return "true";
  if (kind === "boolean" && cell.value === "f") return "false";
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

const LOW = 72;
const HIGH = 320;

let context: CanvasRenderingContext2D | null = null;
let fonts = { cell: "", head: "", type: "", mono: "" };

/** Looks at the page's fonts: once is enough, both themes have the same. */
function measured(text: string, font: keyof typeof fonts): number {
  if (!context) {
    context = document.createElement("canvas").getContext("2d");
    const style = getComputedStyle(document.documentElement);
    const [sans, mono] = ["--font", "--mono"].map((name) => style.getPropertyValue(name));
    fonts = {
      cell: `13px ${sans}`,
      head: `600 13px ${sans}`,
      type: `11px ${sans}`,
      mono: `12px ${mono}`,
    };
  }
  if (!context) return text.length * 8;
  context.font = fonts[font];
  return context.measureText(text).width;
}

/** A width for a column from its name, its type and the first rows. */
export function fitWidth(model: GridModel, column: number, sample = 60, high = HIGH): number {
  const head = model.columns[column];
  if (!head) return LOW;
  const marks = (head.isKey ? 16 : 0) + (head.isForeign ? 16 : 0) + 20 + (head.sort ? 16 : 0);
  let width = Math.max(measured(head.name, "head") + marks, measured(head.type, "type") + 20);
  width = Math.min(width, 240);
  const font = head.kind === "json" || head.kind === "bytea" ? "mono" : "cell";
  for (let row = 0; row < Math.min(sample, model.rowCount); row += 1) {
    const cell = model.cell(row, column);
    width = Math.max(width, measured(cellText(cell), font) + 20 + (cell.link ? 22 : 0));
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
