// A table as it stands in the drawing, and an edge between two. Names are text nodes; whatever
// somebody called a table is written, never read as markup.

import { useComputed } from "@preact/signals";
import { href } from "../../state/route";
import { type Card, clip, type DiagramEdge, HEAD, ROW, route, shortType } from "./geometry";
import type { Drawing } from "./model";

const PAD = 10;

/** What a screen reader says of a card: its name, its size, and whom it knows. */
function describe(drawing: Drawing, card: Card): string {
  const { table } = card;
  const names = (found: number[]) =>
    found
      .map((oid) => drawing.cardById.value.get(oid)?.table)
      .map((other) => (other ? drawing.title(other) : "?"))
      .join(", ");
  const edges = drawing.edges.value;
  const out = edges.filter((edge) => edge.from === table.oid).map((edge) => edge.to);
  const back = edges.filter((edge) => edge.to === table.oid).map((edge) => edge.from);
  return [
    `${table.kind} ${drawing.title(table)}, ${table.columns.length} columns`,
    ...(out.length > 0 ? [`refers to ${names(out)}`] : []),
    ...(back.length > 0 ? [`referred to by ${names(back)}`] : []),
  ].join("; ");
}

export interface CardProps {
  drawing: Drawing;
  card: Card;
  /** The one card that Tab reaches; the arrow keys go on from there. */
  tabbable: boolean;
}

export function TableCard({ drawing, card, tabbable }: CardProps) {
  const { table, rows, hidden, width, height } = card;
  const { measure } = drawing;
  const at = drawing.place(table.oid).value;
  const state = useComputed(() => {
    const lit = drawing.hovered.value ?? drawing.selected.value;
    const near = lit === null ? undefined : drawing.near.value.get(lit);
    return [
      drawing.selected.value === table.oid ? "selected" : "",
      lit === null || lit === table.oid ? "" : near?.has(table.oid) ? "near" : "dim",
    ].join(" ");
  });
  const title = drawing.title(table);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a card is drawn in SVG, where no button is
    <g
      class={`card ${table.kind} ${state.value}`}
      transform={`translate(${at.x} ${at.y})`}
      data-oid={table.oid}
      tabindex={tabbable ? 0 : -1}
      role="button"
      aria-label={describe(drawing, card)}
    >
      <rect class="ground" width={width} height={height} rx="6" />
      <path
        class="head"
        d={
          height > HEAD
            ? `M0 ${HEAD}V6a6 6 0 0 1 6-6h${width - 12}a6 6 0 0 1 6 6v${HEAD - 6}z`
            : `M6 0h${width - 12}a6 6 0 0 1 6 6v${HEAD - 12}a6 6 0 0 1-6 6H6a6 6 0 0 1-6-6V6a6 6 0 0 1 6-6z`
        }
      />
      <rect class="box" width={width} height={height} rx="6" />
      <a class="open" href={href("data", [table.oid])} tabindex={-1}>
        <text class="name" x={PAD} y={HEAD / 2 + 5}>
          {clip(title, width - 2 * PAD, true, measure)}
        </text>
        <title>{`Open ${table.schema}.${table.name}`}</title>
      </a>
      <g class="rows">
        {rows.map((column, index) => {
          const y = HEAD + index * ROW + ROW / 2 + 5;
          const type = shortType(column.type);
          const typeWidth = Math.min(measure(type, false), width * 0.42);
          return (
            <g key={column.attnum} class={column.not_null ? "column" : "column nullable"}>
              {(column.key || column.foreign) && (
                <path
                  class={column.key ? "mark key" : "mark foreign"}
                  transform={`translate(${PAD - 2} ${y - 9})`}
                  d={
                    column.key
                      ? "M3 8.500a2.500 2.500 0 1 0-.01 0M5 4.500L10 1M8 2.400l1.500 1.700"
                      : "M1 5.500h7M5.500 2.500L8.500 5.500l-3 3"
                  }
                />
              )}
              <text class="column-name" x={PAD + 15} y={y}>
                {clip(column.name, width - PAD * 2 - 27 - typeWidth, false, measure)}
              </text>
              <text class="type" x={width - PAD} y={y}>
                {clip(type, typeWidth + 1, false, measure)}
              </text>
            </g>
          );
        })}
        {hidden > 0 && (
          <text class="more" x={PAD + 15} y={HEAD + rows.length * ROW + ROW / 2 + 5}>
            {`${hidden} more`}
          </text>
        )}
      </g>
      <text class="far-name" x={width / 2} y={height / 2}>
        {clip(title, (width / 26) * 13, true, measure)}
      </text>
    </g>
  );
}

export function EdgeLine({ drawing, edge }: { drawing: Drawing; edge: DiagramEdge }) {
  const from = drawing.cardById.value.get(edge.from);
  const to = drawing.cardById.value.get(edge.to);
  const at = drawing.place(edge.from).value;
  const toAt = drawing.place(edge.to).value;
  const state = useComputed(() => {
    const lit = drawing.hovered.value ?? drawing.selected.value;
    return lit === null ? "" : lit === edge.from || lit === edge.to ? "lit" : "dim";
  });
  if (!from || !to) return null;
  const { path, many, one } = route(edge, from, to, at, toAt, drawing.rects.value);
  const foot = edge.unique
    ? `M${many.x + many.side * 8} ${many.y - 5}v10`
    : `M${many.x + many.side * 10} ${many.y}L${many.x} ${many.y - 5}M${many.x + many.side * 10} ${many.y}L${many.x} ${many.y + 5}`;
  const bar = one.x + one.side * 6;
  const name = (card: Card, attnums: number[]) => {
    const columns = card.table.columns.filter((column) => attnums.includes(column.attnum));
    return `${drawing.title(card.table)} (${columns.map((column) => column.name).join(", ")})`;
  };
  return (
    <g class={`edge ${edge.not_null ? "" : "optional"} ${state.value}`}>
      <path class="hit" d={path} />
      <path class="line" d={path} />
      <path class="end" d={foot} />
      <path class="end" d={`M${bar} ${one.y - 5}v10`} />
      {!edge.not_null && (
        <circle class="end hole" cx={one.x + one.side * 12} cy={one.y} r="3.500" />
      )}
      <title>{`${edge.name}: ${name(from, edge.columns)} refers to ${name(to, edge.to_columns)}`}</title>
    </g>
  );
}
