// The elements of a grid, written anew as it scrolls.

import type { GridCell, GridColumn } from "./model";
import { cellText } from "./text";

export interface PooledCell {
  element: HTMLElement;
  text: HTMLElement;
  follow: HTMLElement | null;
}

export interface PooledRow {
  element: HTMLElement;
  gutter: HTMLElement;
  cells: PooledCell[];
  /** What it was written as; -1: nothing. */
  index: number;
  version: number;
  from: number;
  to: number;
  mark: string;
  newCell: () => PooledCell;
}

export function pooledRow(): PooledRow {
  const element = document.createElement("div");
  element.className = "grid-row";
  element.setAttribute("role", "row");
  element.hidden = true;
  const gutter = document.createElement("div");
  gutter.className = "grid-gutter";
  gutter.setAttribute("role", "rowheader");
  element.append(gutter);
  const newCell = () => {
    const cell = document.createElement("div");
    cell.className = "grid-cell";
    cell.setAttribute("role", "gridcell");
    const text = document.createElement("span");
    text.className = "grid-text";
    cell.append(text);
    element.append(cell);
    return { element: cell, text, follow: null };
  };
  return { element, gutter, cells: [], index: -1, version: -1, from: 0, to: 0, mark: "", newCell };
}

export function writeCell(
  pooled: PooledCell,
  head: GridColumn,
  cell: GridCell,
  column: number,
  mark: { current: boolean; selected: boolean },
): void {
  const { element } = pooled;
  const isNull = cell.value === null && cell.stand === undefined;
  const names = ["grid-cell", `v-${head.kind}`];
  if (isNull || cell.stand !== undefined) names.push("null");
  if (cell.changed) names.push("changed");
  if (cell.conflict) names.push("conflict");
  if (mark.selected) names.push("selected");
  if (mark.current) names.push("current");
  element.hidden = false;
  element.className = names.join(" ");
  element.dataset.column = String(column);
  element.setAttribute("aria-colindex", String(column + 1));
  element.setAttribute("aria-selected", String(mark.selected || mark.current));
  const text = cellText(cell, head.kind);
  if (pooled.text.textContent !== text) pooled.text.textContent = text;
  writeFollow(pooled, cell.link === true && cell.value !== null);
}

function writeFollow(pooled: PooledCell, wanted: boolean): void {
  if (wanted && !pooled.follow) {
    pooled.follow = document.createElement("span");
    pooled.follow.className = "follow";
    pooled.follow.title = "Go to the row that this points at";
    pooled.follow.append(svg("M6 3.5H3.5v9h9V10M8.5 3.5h4v4M12.500 3.500L7.500 8.500"));
    pooled.element.append(pooled.follow);
  }
  if (pooled.follow) pooled.follow.hidden = !wanted;
}

export function svg(path: string): SVGElement {
  const name = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(name, "svg");
  picture.setAttribute("class", "icon");
  picture.setAttribute("viewBox", "0 0 16 16");
  picture.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(name, "path");
  line.setAttribute("d", path);
  picture.append(line);
  return picture;
}

const KEY = "M5 10.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM7.500 8h6.500v2.500M11 8v2";
const LINK =
  "M6.5 9.5l3-3M7 4.500l1.200-1.200a2.800 2.800 0 0 1 4 4L11 8.500M9 11.500l-1.200 1.200a2.800 2.800 0 0 1-4-4L5 7.500";
const UP = "M8 13V3M4 7l4-4 4 4";
const DOWN = "M8 3v10M4 9l4 4 4-4";
const MORE = "M4 6.500L8 10.500l4-4";
const FUNNEL = "M2 3.500h12L9.500 9v4L6.500 11.500V9z";

/** A head: marks, name, sort, type below, the button of its menu, the grip at its edge. */
export function headCell(column: GridColumn, index: number, id: string): HTMLElement {
  const cell = document.createElement("div");
  cell.className = "grid-th";
  cell.id = id;
  cell.dataset.column = String(index);
  cell.setAttribute("role", "columnheader");
  cell.setAttribute("aria-colindex", String(index + 1));
  cell.setAttribute("aria-sort", column.sort ?? "none");
  cell.title = column.title ?? `${column.name}\n${column.type}`;
  const top = part("div", "grid-name");
  if (column.isKey) top.append(svg(KEY));
  if (column.isForeign) top.append(svg(LINK));
  const name = part("span", "ellipsis");
  name.textContent = column.name;
  top.append(name);
  if (column.sort) {
    top.append(svg(column.sort === "ascending" ? UP : DOWN));
    if (column.sortPlace) {
      const place = part("span", "grid-place");
      place.textContent = String(column.sortPlace);
      top.append(place);
    }
  }
  if (column.filtered) top.append(svg(FUNNEL));
  const type = part("div", "grid-type ellipsis");
  type.textContent = column.type;
  const more = document.createElement("button");
  more.type = "button";
  more.className = "grid-more";
  more.tabIndex = -1;
  more.setAttribute("aria-label", `Menu of ${column.name}`);
  more.append(svg(MORE));
  cell.append(top, type, more, part("div", "grid-grip"));
  return cell;
}

function part(tag: string, name: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}
