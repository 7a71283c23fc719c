// A grid of rows and columns of which only what is in sight is in the document.
//
// Rows have one height and columns their widths, so that what is in sight follows from the
// scroll position alone. Elements are pooled: a row that scrolls out is written anew as the one
// that scrolls in. The element keeps the focus and names the current cell
// (aria-activedescendant); cells never have it, since they are written anew.
//
// Everything is text: cells are filled by textContent, never by markup.

import type { GridCell, GridColumn, GridEvents, GridModel, Place, Range } from "./model";
import { headCell, type PooledCell, type PooledRow, pooledRow, writeCell } from "./pool";
import { fitWidth, offsets } from "./text";

const OVERSCAN_ROWS = 6;
const OVERSCAN_PIXELS = 120;
/** Rows before an end of what is loaded at which more is asked for. */
const NEAR = 60;

let made = 0;

export class Grid {
  readonly element: HTMLElement;
  readonly #head: HTMLElement;
  readonly #body: HTMLElement;
  readonly #events: GridEvents;
  readonly #id: string;
  readonly #rows: PooledRow[] = [];
  readonly #watch: ResizeObserver;
  #model: GridModel;
  #lefts: number[] = [0];
  #rowHeight = 26;
  #gutter = 48;
  #at: Place = { row: 0, column: 0 };
  #anchor: Place = { row: 0, column: 0 };
  #version = 0;
  #asked = false;
  #dragging = false;

  constructor(host: HTMLElement, label: string, model: GridModel, events: GridEvents) {
    made += 1;
    this.#id = `grid${made}`;
    this.#events = events;
    this.#model = model;
    this.element = document.createElement("div");
    this.element.className = "grid";
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "grid");
    this.element.setAttribute("aria-label", label);
    this.element.setAttribute("aria-multiselectable", "true");
    this.#head = document.createElement("div");
    this.#head.className = "grid-head";
    this.#head.setAttribute("role", "row");
    this.#head.setAttribute("aria-rowindex", "1");
    this.#body = document.createElement("div");
    this.#body.className = "grid-body";
    this.#body.setAttribute("role", "rowgroup");
    this.element.append(this.#head, this.#body);
    host.append(this.element);
    this.element.addEventListener("scroll", () => this.#draw(), { passive: true });
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("copy", (event) => this.#copy(event));
    this.element.addEventListener("paste", (event) => this.#paste(event));
    this.#pointers();
    this.#watch = new ResizeObserver(() => this.#measure());
    this.#watch.observe(this.element);
    this.setModel(model);
  }

  destroy(): void {
    this.#watch.disconnect();
    this.element.remove();
  }

  /** Another table, or other columns: starts at the left, the cell kept where it can be. */
  setModel(model: GridModel): void {
    this.#model = model;
    this.refresh();
  }

  get model(): GridModel {
    return this.#model;
  }

  /**
   * The model's rows, values or columns changed: writes what is in sight anew. With an edge it
   * goes there first, so that what is drawn does not ask for rows beyond the other one.
   */
  refresh(edge?: "first" | "last"): void {
    this.#version += 1;
    this.#lefts = offsets(this.#model.columns);
    this.#asked = false;
    const longest = this.#label(Math.max(0, this.#model.rowCount - 1)).length;
    this.#gutter = Math.max(44, longest * 7.5 + 22);
    this.element.style.setProperty("--gutter", `${this.#gutter}px`);
    const width = this.#gutter + (this.#lefts.at(-1) ?? 0);
    this.#body.style.width = `${width}px`;
    this.#head.style.width = `${width}px`;
    this.#body.style.height = `${this.#model.rowCount * this.#rowHeight}px`;
    this.element.setAttribute(
      "aria-rowcount",
      String(this.#model.total ?? this.#model.rowCount + 1),
    );
    this.element.setAttribute("aria-colcount", String(this.#model.columns.length));
    this.#at = this.#inside(this.#at);
    this.#anchor = this.#inside(this.#anchor);
    this.#drawHead();
    if (edge) this.scrollToEdge(edge);
    this.#draw();
  }

  /** `count` rows were put before the first one (or taken away, if negative): nothing moves. */
  shift(count: number): void {
    this.#at = { ...this.#at, row: this.#at.row + count };
    this.#anchor = { ...this.#anchor, row: this.#anchor.row + count };
    const top = Math.max(0, this.element.scrollTop + count * this.#rowHeight);
    // As in refresh: scrolled before anything is drawn, and so before more is asked for.
    this.#body.style.height = `${Math.max(this.#model.rowCount, this.#model.rowCount - count) * this.#rowHeight}px`;
    this.element.scrollTop = top;
    this.refresh();
  }

  focus(): void {
    this.element.focus({ preventScroll: true });
  }

  get current(): Place {
    return this.#at;
  }

  get range(): Range {
    return {
      top: Math.min(this.#at.row, this.#anchor.row),
      bottom: Math.max(this.#at.row, this.#anchor.row),
      left: Math.min(this.#at.column, this.#anchor.column),
      right: Math.max(this.#at.column, this.#anchor.column),
    };
  }

  /** Makes a cell the current one and brings it into sight; `extend` keeps the other end. */
  select(place: Place, extend = false): void {
    this.#at = this.#inside(place);
    if (!extend) this.#anchor = this.#at;
    this.#reveal(this.#at);
    this.#selected();
  }

  selectRange(range: Range): void {
    this.#anchor = this.#inside({ row: range.top, column: range.left });
    this.#at = this.#inside({ row: range.bottom, column: range.right });
    this.#selected();
  }

  /** To an end of the loaded rows. */
  scrollToEdge(edge: "first" | "last"): void {
    this.select({
      row: edge === "first" ? 0 : this.#model.rowCount - 1,
      column: this.#at.column,
    });
  }

  /** Where a cell is on the screen, if it is in the document. */
  box(place: Place): DOMRect | null {
    const cell = document.getElementById(this.#cellId(place));
    return cell?.getBoundingClientRect() ?? null;
  }

  cellElement(place: Place): HTMLElement | null {
    return document.getElementById(this.#cellId(place));
  }

  fit(column: number): void {
    const head = this.#model.columns[column];
    if (!head) return;
    head.width = fitWidth(this.#model, column, 500, 640);
    this.refresh();
  }

  // ---------------------------------------------------------------- drawing

  #measure(): void {
    const asked = getComputedStyle(this.element).getPropertyValue("--row");
    const height = Number.parseFloat(asked) || 26;
    if (height !== this.#rowHeight) {
      this.#rowHeight = height;
      this.refresh();
    } else {
      this.#draw();
    }
  }

  #label(row: number): string {
    return this.#model.rowLabel?.(row) ?? String(row + 1);
  }

  #cellId(place: Place): string {
    return `${this.#id}-${place.row}-${place.column}`;
  }

  #inside(place: Place): Place {
    return {
      row: Math.max(0, Math.min(this.#model.rowCount - 1, place.row)),
      column: Math.max(0, Math.min(this.#model.columns.length - 1, place.column)),
    };
  }

  #visibleColumns(): [number, number] {
    const left = this.element.scrollLeft - OVERSCAN_PIXELS;
    const right = this.element.scrollLeft + this.element.clientWidth + OVERSCAN_PIXELS;
    const count = this.#model.columns.length;
    let from = 0;
    while (from < count - 1 && (this.#lefts[from + 1] ?? 0) + this.#gutter < left) from += 1;
    let to = from;
    while (to < count && (this.#lefts[to] ?? 0) + this.#gutter <= right) to += 1;
    return [from, to];
  }

  #drawHead(): void {
    this.#head.textContent = "";
    const corner = document.createElement("div");
    corner.className = "grid-corner";
    corner.setAttribute("role", "presentation");
    this.#head.append(corner);
    for (const [index, column] of this.#model.columns.entries()) {
      const cell = headCell(column, index, `${this.#id}-head-${index}`);
      cell.style.left = `${this.#gutter + (this.#lefts[index] ?? 0)}px`;
      cell.style.width = `${column.width}px`;
      this.#head.append(cell);
    }
  }

  #draw(): void {
    const model = this.#model;
    const top = this.element.scrollTop;
    const headHeight = this.#head.offsetHeight;
    const inSight = Math.ceil((this.element.clientHeight - headHeight) / this.#rowHeight) + 1;
    const first = Math.floor(top / this.#rowHeight);
    const from = Math.max(0, first - OVERSCAN_ROWS);
    const to = Math.min(model.rowCount, first + inSight + OVERSCAN_ROWS);
    const columns = this.#visibleColumns();
    const wanted = Math.max(0, inSight + 2 * OVERSCAN_ROWS);
    while (this.#rows.length < wanted) {
      const row = pooledRow();
      this.#rows.push(row);
      this.#body.append(row.element);
    }
    const used = new Set<PooledRow>();
    for (let index = from; index < to; index += 1) {
      const row = this.#rows[index % this.#rows.length];
      if (!row) continue;
      used.add(row);
      this.#drawRow(row, index, columns);
    }
    for (const row of this.#rows) {
      if (!used.has(row) && row.index >= 0) {
        row.index = -1;
        row.element.hidden = true;
      }
    }
    this.#describe();
    if (!this.#asked && model.rowCount > 0) {
      if (to >= model.rowCount - NEAR) this.#ask("after");
      if (from < NEAR) this.#ask("before");
    }
  }

  #ask(edge: "before" | "after"): void {
    this.#events.onNeed?.(edge);
  }

  #drawRow(row: PooledRow, index: number, [from, to]: [number, number]): void {
    const range = this.range;
    const marked = index >= range.top && index <= range.bottom;
    const mark =
      marked || index === this.#at.row
        ? `${range.left}-${range.right}-${index === this.#at.row ? this.#at.column : ""}`
        : "";
    const same = row.index === index && row.version === this.#version;
    if (same && row.from === from && row.to === to && row.mark === mark) return;
    if (!same) {
      const state = this.#model.rowState?.(index) ?? "";
      row.element.hidden = false;
      row.element.className = `grid-row${state && ` ${state}`}`;
      row.element.style.transform = `translateY(${index * this.#rowHeight}px)`;
      row.element.setAttribute("aria-rowindex", String((this.#model.offset ?? 0) + index + 2));
      row.gutter.textContent = this.#label(index);
      row.gutter.title = state;
    }
    row.gutter.classList.toggle("marked", marked);
    row.index = index;
    row.version = this.#version;
    row.from = from;
    row.to = to;
    row.mark = mark;
    const count = to - from;
    while (row.cells.length < count) row.cells.push(row.newCell());
    for (const [place, cell] of row.cells.entries()) {
      if (place < count) this.#drawCell(cell, index, from + place, marked);
      else if (!cell.element.hidden) cell.element.hidden = true;
    }
  }

  #drawCell(cell: PooledCell, row: number, column: number, markedRow: boolean): void {
    const head = this.#model.columns[column] as GridColumn;
    const range = this.range;
    cell.element.id = this.#cellId({ row, column });
    cell.element.style.left = `${this.#gutter + (this.#lefts[column] ?? 0)}px`;
    cell.element.style.width = `${head.width}px`;
    const many = range.top !== range.bottom || range.left !== range.right;
    writeCell(cell, head, this.#model.cell(row, column), column, {
      current: row === this.#at.row && column === this.#at.column,
      selected: many && markedRow && column >= range.left && column <= range.right,
    });
  }

  #describe(): void {
    const id = this.#cellId(this.#at);
    if (document.getElementById(id)) this.element.setAttribute("aria-activedescendant", id);
    else this.element.removeAttribute("aria-activedescendant");
  }

  #selected(): void {
    this.#draw();
    this.#events.onSelect?.();
  }

  #reveal(place: Place): void {
    const element = this.element;
    const head = this.#head.offsetHeight;
    const top = place.row * this.#rowHeight;
    const height = element.clientHeight - head;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + this.#rowHeight > element.scrollTop + height) {
      element.scrollTop = top + this.#rowHeight - height;
    }
    const left = this.#lefts[place.column] ?? 0;
    const right = this.#lefts[place.column + 1] ?? left;
    const width = element.clientWidth - this.#gutter;
    if (left < element.scrollLeft) element.scrollLeft = left;
    else if (right > element.scrollLeft + width) {
      element.scrollLeft = Math.min(left, right - width);
    }
  }

  // ---------------------------------------------------------------- keys

  #key(event: KeyboardEvent): void {
    if (event.target !== this.element || event.defaultPrevented) return;
    if (this.#move(event) || this.#act(event) || this.#events.onKey?.(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  #move(event: KeyboardEvent): boolean {
    const mod = event.ctrlKey || event.metaKey;
    const { row, column } = this.#at;
    const lastRow = this.#model.rowCount - 1;
    const lastColumn = this.#model.columns.length - 1;
    const page = Math.max(
      1,
      Math.floor((this.element.clientHeight - this.#head.offsetHeight) / this.#rowHeight) - 1,
    );
    if (event.altKey) return false;
    if (mod && (event.key === "Home" || event.key === "End") && this.#events.onJump) {
      this.#events.onJump(event.key === "Home" ? "first" : "last");
      return true;
    }
    const to: Record<string, Place> = {
      ArrowUp: { row: mod ? 0 : row - 1, column },
      ArrowDown: { row: mod ? lastRow : row + 1, column },
      ArrowLeft: { row, column: mod ? 0 : column - 1 },
      ArrowRight: { row, column: mod ? lastColumn : column + 1 },
      PageUp: { row: row - page, column },
      PageDown: { row: row + page, column },
      Home: { row: mod ? 0 : row, column: mod ? column : 0 },
      End: { row: mod ? lastRow : row, column: mod ? column : lastColumn },
    };
    const place = to[event.key];
    if (!place) return false;
    this.select(place, event.shiftKey);
    return true;
  }

  #act(event: KeyboardEvent): boolean {
    const mod = event.ctrlKey || event.metaKey;
    if (mod && event.key.toLowerCase() === "a") {
      this.selectRange({
        top: 0,
        left: 0,
        bottom: this.#model.rowCount - 1,
        right: this.#model.columns.length - 1,
      });
      return true;
    }
    if (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) {
      const cell = this.cellElement(this.#at);
      if (cell) this.#events.onCellMenu?.(this.#at, cell);
      return true;
    }
    if (event.altKey && event.key === "ArrowDown") {
      const head = document.getElementById(`${this.#id}-head-${this.#at.column}`);
      if (head) this.#events.onHeadMenu?.(this.#at.column, head);
      return true;
    }
    if (event.key === "Escape") {
      const single = this.#at.row === this.#anchor.row && this.#at.column === this.#anchor.column;
      if (single) return false;
      this.#anchor = this.#at;
      this.#selected();
      return true;
    }
    if (mod && event.key === "Enter" && this.#events.onFollow) {
      this.#events.onFollow(this.#at);
      return true;
    }
    if (this.#model.rowCount === 0 || !this.#events.onEdit || mod || event.altKey) return false;
    if (event.key === "Enter" || event.key === "F2") {
      this.#events.onEdit(this.#at);
      return true;
    }
    if (event.key.length === 1 && event.key !== " " && this.#events.onType) {
      return this.#events.onType(this.#at, event.key);
    }
    return false;
  }

  // ---------------------------------------------------------------- pointer

  #placeOf(target: EventTarget | null): Place | null {
    const cell = target instanceof Element ? target.closest<HTMLElement>(".grid-cell") : null;
    const row = cell?.closest<HTMLElement>(".grid-row");
    const pooled = this.#rows.find((entry) => entry.element === row);
    if (!cell || !pooled) return null;
    return { row: pooled.index, column: Number(cell.dataset.column) };
  }

  #rowOf(target: EventTarget | null): number {
    const gutter = target instanceof Element ? target.closest<HTMLElement>(".grid-gutter") : null;
    return this.#rows.find((entry) => entry.gutter === gutter)?.index ?? -1;
  }

  #pointers(): void {
    this.#body.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      const gutter = this.#rowOf(event.target);
      if (gutter >= 0) {
        this.#pickRow(gutter, event.shiftKey);
        return;
      }
      const place = this.#placeOf(event.target);
      if (!place) return;
      if (event.target instanceof Element && event.target.closest(".follow")) return;
      this.select(place, event.shiftKey);
      this.#dragging = true;
    });
    this.#body.addEventListener("pointermove", (event) => {
      if (!this.#dragging || !(event.buttons & 1)) return;
      const place = this.#placeOf(event.target);
      if (place && (place.row !== this.#at.row || place.column !== this.#at.column)) {
        this.select(place, true);
      }
    });
    window.addEventListener("pointerup", () => {
      this.#dragging = false;
    });
    this.#body.addEventListener("dblclick", (event) => {
      const place = this.#placeOf(event.target);
      if (place) this.#events.onEdit?.(place);
    });
    this.#body.addEventListener("click", (event) => {
      const follow = event.target instanceof Element && event.target.closest(".follow");
      const place = this.#placeOf(event.target);
      if (follow && place) this.#events.onFollow?.(place);
    });
    this.#body.addEventListener("contextmenu", (event) => {
      const place = this.#placeOf(event.target);
      const gutter = this.#rowOf(event.target);
      if (gutter >= 0) {
        this.#pickRow(gutter, false);
        this.#events.onCellMenu?.({ row: gutter, column: this.#at.column }, event);
      } else if (place && this.#events.onCellMenu) {
        const { top, bottom, left, right } = this.range;
        const within =
          place.row >= top && place.row <= bottom && place.column >= left && place.column <= right;
        if (!within) this.select(place);
        this.#events.onCellMenu(place, event);
      }
    });
    this.#headPointers();
  }

  #pickRow(row: number, extend: boolean): void {
    this.#at = { row, column: this.#model.columns.length - 1 };
    this.#anchor = { row: extend ? this.#anchor.row : row, column: 0 };
    this.focus();
    this.#selected();
  }

  #headPointers(): void {
    const columnOf = (event: Event) => {
      const head = (event.target as Element).closest<HTMLElement>(".grid-th");
      return head ? Number(head.dataset.column) : -1;
    };
    this.#head.addEventListener("pointerdown", (event) => {
      const column = columnOf(event);
      const head = this.#model.columns[column];
      const grip = (event.target as Element).closest<HTMLElement>(".grid-grip");
      if (!grip || !head) return;
      event.preventDefault();
      const from = event.clientX;
      const before = head.width;
      const move = (moved: PointerEvent) => {
        head.width = Math.max(40, Math.min(1200, before + moved.clientX - from));
        this.refresh();
      };
      window.addEventListener("pointermove", move);
      window.addEventListener("pointerup", () => window.removeEventListener("pointermove", move), {
        once: true,
      });
    });
    this.#head.addEventListener("dblclick", (event) => {
      if ((event.target as Element).closest(".grid-grip")) this.fit(columnOf(event));
    });
    this.#head.addEventListener("click", (event) => {
      const column = columnOf(event);
      const target = event.target as Element;
      if (column < 0 || target.closest(".grid-grip")) return;
      const more = target.closest(".grid-more");
      if (more) this.#events.onHeadMenu?.(column, more);
      else this.#events.onSort?.(column, event.shiftKey);
    });
    this.#head.addEventListener("contextmenu", (event) => {
      const column = columnOf(event);
      if (column >= 0) this.#events.onHeadMenu?.(column, event);
    });
  }

  // ---------------------------------------------------------------- clipboard

  #copy(event: ClipboardEvent): void {
    if (event.target !== this.element || this.#model.rowCount === 0) return;
    event.preventDefault();
    event.clipboardData?.setData("text/plain", this.copyText());
  }

  #paste(event: ClipboardEvent): void {
    if (event.target !== this.element || !this.#events.onPaste) return;
    event.preventDefault();
    this.#events.onPaste(event.clipboardData?.getData("text/plain") ?? "");
  }

  /** The selected cells, tab-separated; a single cell is its value alone. */
  copyText(): string {
    const { top, bottom, left, right } = this.range;
    const lines: string[] = [];
    const alone = top === bottom && left === right;
    for (let row = top; row <= bottom; row += 1) {
      const cells: string[] = [];
      for (let column = left; column <= right; column += 1) {
        const value = plain(this.#model.cell(row, column));
        cells.push(alone || !/["\t\r\n]/.test(value) ? value : `"${value.replace(/"/g, '""')}"`);
      }
      lines.push(cells.join("\t"));
    }
    return lines.join("\n");
  }
}

function plain(cell: GridCell): string {
  return cell.value ?? "";
}
