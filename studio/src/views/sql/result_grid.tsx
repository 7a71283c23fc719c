// A result's rows in the shared grid: nothing in it can be edited, a cell opens as a whole.

import { useEffect, useRef } from "preact/hooks";
import { Grid } from "../../grid/grid";
import type { GridColumn, GridModel, ValueKind } from "../../grid/model";
import { fitWidth } from "../../grid/text";
import { Button } from "../../ui/controls";
import { Dialog, openDialog } from "../../ui/dialog";
import { toast, toastError } from "../../ui/toast";
import type { Result, ResultColumn } from "./run";

/** A result has types and no categories. */
const KINDS: [RegExp, ValueKind][] = [
  [/\[\]$/, "other"],
  [
    /^(smallint|integer|bigint|numeric|real|double precision|money|oid|int[248]|float[48])\b/,
    "number",
  ],
  [/^bool(ean)?$/, "boolean"],
  [/^(timestamp|date|time|interval)/, "time"],
  [/^jsonb?$/, "json"],
  [/^bytea$/, "bytea"],
  [/^(text|character|varchar|bpchar|name|citext)/, "text"],
];

const kindOfType = (type: string): ValueKind =>
  KINDS.find(([pattern]) => pattern.test(type))?.[1] ?? "other";

class ResultModel implements GridModel {
  readonly columns: GridColumn[];
  constructor(readonly result: Result) {
    this.columns = result.columns.map((column, index) => ({
      id: String(index),
      name: column.name,
      type: column.type,
      kind: kindOfType(column.type),
      width: 100,
    }));
    this.fit();
  }
  fit(): void {
    this.columns.forEach((column, index) => {
      column.width = fitWidth(this, index);
    });
  }
  get rowCount(): number {
    return this.result.rows.length;
  }
  cell(row: number, column: number) {
    return { value: this.result.rows[row]?.[column] ?? null };
  }
}

export function ResultGrid({
  result,
  count,
  label,
}: {
  result: Result;
  /** The rows that it has by now: they are put into the same array. */
  count: number;
  label: string;
}) {
  const host = useRef<HTMLDivElement>(null);
  const grid = useRef<Grid | null>(null);
  useEffect(() => {
    if (!host.current) return;
    const model = new ResultModel(result);
    const made = new Grid(host.current, label, model, {
      onEdit: ({ row, column }) => showValue(result, row, column),
    });
    grid.current = made;
    return () => {
      grid.current = null;
      made.destroy();
    };
  }, [result, label]);
  const fitted = useRef(0);
  useEffect(() => {
    const model = grid.current?.model;
    if (!(model instanceof ResultModel)) return;
    // The first rows say how wide a column is; what comes later does not move it any more.
    if (fitted.current < 60 && count > fitted.current) model.fit();
    fitted.current = count;
    grid.current?.refresh();
  }, [count]);
  return <div class="result-host" ref={host} />;
}

/** JSON in lines, where it is JSON. */
function laidOut(value: string, column: ResultColumn): string {
  if (!/^jsonb?$/.test(column.type)) return value;
  // Only white space is put in: parsing and writing it would change what a number looks like.
  let depth = 0;
  let text = "";
  let quoted = false;
  for (let at = 0; at < value.length; at += 1) {
    const sign = value[at] as string;
    if (quoted) {
      text += sign;
      if (sign === "\\") text += value[++at] ?? "";
      else if (sign === '"') quoted = false;
      continue;
    }
    if (sign === '"') quoted = true;
    if (/\s/.test(sign)) continue;
    const closes = sign === "}" || sign === "]";
    const opens = sign === "{" || sign === "[";
    const before = text.at(-1);
    if (closes) depth -= 1;
    if (closes && before !== "{" && before !== "[") text += `\n${"  ".repeat(depth)}`;
    else if (!closes && (before === "{" || before === "[")) text += `\n${"  ".repeat(depth)}`;
    text += sign;
    if (opens) depth += 1;
    if (sign === ",") text += `\n${"  ".repeat(depth)}`;
    if (sign === ":") text += " ";
  }
  return text;
}

function showValue(result: Result, row: number, at: number): void {
  const column = result.columns[at];
  const value = result.rows[row]?.[at];
  if (!column || value === undefined) return;
  void openDialog((close) => (
    <Dialog
      wide
      title={column.name}
      onClose={close}
      footer={
        <>
          <span class="soft grow">
            {column.type}
            {value !== null && ` · ${value.length.toLocaleString("en-US")} characters`}
          </span>
          <Button
            icon="copy"
            disabled={value === null}
            onClick={() =>
              navigator.clipboard
                .writeText(value ?? "")
                .then(() => toast("Copied", "good"))
                .catch((thrown: unknown) => toastError(thrown, "Not copied"))
            }
          >
            Copy
          </Button>
        </>
      }
    >
      {value === null ? (
        <p class="faint">NULL</p>
      ) : (
        <pre class="code value-whole">{laidOut(value, column)}</pre>
      )}
    </Dialog>
  ));
}
