// One row as a list, beside the grid: every column with its value, the rows it points at, and
// the tables that point at it.

import type { Detail } from "../../api/types";
import { cellText } from "../../grid/text";
import { Splitter } from "../../shell/splitter";
import { kept } from "../../state/settings";
import { Button } from "../../ui/controls";
import { backHref } from "./actions";
import { dataHref } from "./place";
import type { TableModel } from "./table_model";

const width = kept(
  "row_panel",
  340,
  (value) => typeof value === "number" && value >= 220 && value <= 900,
);
const LONG = 4000;

export function RowPanel({
  detail,
  model,
  row,
  onClose,
}: {
  detail: Detail;
  model: TableModel;
  row: number;
  onClose: () => void;
}) {
  return (
    <aside class="rowpanel" aria-label="The row as a list" style={{ width: `${width.value}px` }}>
      <Splitter label="Width of the row's panel" size={width} low={220} high={900} side="left" />
      <header class="row">
        <h3 class="grow">{model.window.start === null ? "Row" : `Row ${model.rowLabel(row)}`}</h3>
        <Button
          small
          kind="ghost"
          icon="close"
          aria-label="Close the row's panel"
          onClick={onClose}
        />
      </header>
      <dl>
        {model.shown.map((column, index) => {
          const cell = model.cell(row, index);
          const link = model.linkOf(index);
          const isNull = cell.value === null;
          return (
            <div key={column.attnum}>
              <dt>
                {column.name} <span class="faint">{column.type}</span>
              </dt>
              <dd class={isNull ? "null" : `v-${model.columns[index]?.kind}`}>
                {isNull
                  ? cellText(cell)
                  : (cell.value?.length ?? 0) > 5
                    ? cell.value?.slice(0, LONG)
                    : cellText(cell, model.columns[index]?.kind)}
                {cell.value === "" && <span class="faint">empty</span>}
                {link && typeof cell.value === "string" && (
                  <a
                    class="badge"
                    href={dataHref(link.oid, {
                      filters: link.columns.flatMap((attnum, at) => {
                        const value = model.valueOf(row, attnum);
                        const to = link.to[at];
                        return typeof value === "string" && to !== undefined
                          ? [{ column: to, op: "=", value }]
                          : [];
                      }),
                    })}
                  >
                    {link.table} →
                  </a>
                )}
              </dd>
            </div>
          );
        })}
      </dl>
      {detail.referenced_by.length > 0 && model.at(row).row && (
        <section>
          <h4>Rows that point here</h4>
          <ul>
            {detail.referenced_by.map((foreign) => (
              <li key={`${foreign.oid}${foreign.name}`}>
                <a href={backHref(model, row, foreign)}>{foreign.table}</a>{" "}
                <span class="faint">{foreign.name}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </aside>
  );
}
