// Rows as text for the clipboard, and sizes and counts as people read them.

import type { Value } from "../../api/types";

export type CopyFormat = "tsv" | "csv" | "json" | "sql";

export interface Block {
  schema: string;
  table: string;
  names: string[];
  /** Of each column: a JSON number or boolean may stand as it is. */
  bare: boolean[];
  rows: Value[][];
}

function csvField(value: Value): string {
  if (value === null) return "";
  return value === "" || /[",\r\n]/.test(value) ? `"${value.replace(/"/g, '""')}"` : value;
}

function tsvField(value: Value): string {
  if (value === null) return "";
  return /["\t\r\n]/.test(value) ? `"${value.replace(/"/g, '""')}"` : value;
}

export function identifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replace(/"/g, '""')}"`;
}

export function literal(value: Value): string {
  if (value === null) return "NULL";
  if (value.includes("\\")) return `E'${value.replace(/\\/g, "\\\\").replace(/'/g, "''")}'`;
  return `'${value.replace(/'/g, "''")}'`;
}

const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

function jsonValue(value: Value, bare: boolean): string {
  if (value === null) return "null";
  if (bare && (value === "t" || value === "f")) return value === "t" ? "true" : "false";
  return bare && JSON_NUMBER.test(value) ? value : JSON.stringify(value);
}

export function copyText(block: Block, format: CopyFormat): string {
  switch (format) {
    case "tsv":
      return [block.names, ...block.rows].map((row) => row.map(tsvField).join("\t")).join("\n");
    case "csv":
      return [block.names, ...block.rows].map((row) => row.map(csvField).join(",")).join("\n");
    case "json":
      return `[\n${block.rows
        .map((row) => {
          const fields = row.map(
            (value, at) =>
              `${JSON.stringify(block.names[at])}: ${jsonValue(value, block.bare[at] ?? false)}`,
          );
          return `  {${fields.join(", ")}}`;
        })
        .join(",\n")}\n]`;
    case "sql": {
      const into = `${identifier(block.schema)}.${identifier(block.table)}`;
      const names = block.names.map(identifier).join(", ");
      return block.rows
        .map((row) => `INSERT INTO ${into} (${names}) VALUES (${row.map(literal).join(", ")});`)
        .join("\n");
    }
  }
}

/** Cells of a text that was copied from a spreadsheet or from here. */
export function parseTsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const field = /(?:"((?:[^"]|"")*)"|([^\t\r\n]*))(\t|\r?\n|$)/y;
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    if (!found) break;
    rows.at(-1)?.push(found[1] === undefined ? (found[2] ?? "") : found[1].replace(/""/g, '"'));
    if (found[3] !== "\t" && found[3] !== "" && field.lastIndex < text.length) rows.push([]);
    if (found[0] === "") break;
  }
  return rows;
}

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

export function bytes(size: number): string {
  let unit = 0;
  let left = size;
  while (left >= 1024 && unit < UNITS.length - 1) {
    left /= 1024;
    unit += 1;
  }
  return `${unit === 0 || left >= 100 ? Math.round(left) : left.toFixed(1)} ${UNITS[unit]}`;
}

const grouped = new Intl.NumberFormat("en");

export function count(number: number): string {
  return grouped.format(number);
}

/** JSON text over several lines, every token as it was written: numbers keep their digits. */
export function prettyJson(text: string): string {
  const tokens = text.match(/"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let out = "";
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  for (const [at, token] of tokens.entries()) {
    const next = tokens[at + 1];
    if (token === "{" || token === "[") {
      const closes = next === "}" || next === "]";
      depth += 1;
      out += closes ? token : token + line();
    } else if (token === "}" || token === "]") {
      depth -= 1;
      const before = tokens[at - 1];
      out += before === "{" || before === "[" ? token : line() + token;
    } else if (token === ",") out += token + line();
    else out += token === ":" ? ": " : token;
  }
  return out;
}

/** The elements of a one-dimensional array's text; null where it is not one. */
export function arrayItems(text: string): Value[] | null {
  if (!text.startsWith("{") || !text.endsWith("}")) return null;
  const inside = text.slice(1, -1);
  if (inside === "") return [];
  const items: Value[] = [];
  const item = /(?:"((?:\\.|[^"\\])*)"|([^",{}\\]+))(,|$)/y;
  while (item.lastIndex < inside.length) {
    const found = item.exec(inside);
    if (!found) return null;
    if (found[1] !== undefined) items.push(found[1].replace(/\\(.)/gs, "$1"));
    else items.push(/^null$/i.test(found[2] ?? "") ? null : (found[2] ?? ""));
    if (found[3] === "," && item.lastIndex === inside.length) return null;
  }
  return items;
}

export function arrayText(items: readonly Value[]): string {
  const quoted = items.map((item) => {
    if (item === null) return "NULL";
    const bare = item !== "" && !/[{}",\\\s]/.test(item) && !/^null$/i.test(item);
    return bare ? item : `"${item.replace(/(["\\])/g, "\\$1")}"`;
  });
  return `{${quoted.join(",")}}`;
}
