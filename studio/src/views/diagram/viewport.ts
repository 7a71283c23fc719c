// Pan and zoom of the drawing: where its origin stands in the window and how large a unit is.
// Written to the DOM directly: a frame of a pan must not draw 300 cards anew.

import { signal } from "@preact/signals";
import type { Rect } from "./geometry";
import type { Point } from "./layout";

const LEAST = 0.04;
const MOST = 3;
/** Below it names are all that can be read, and all that is drawn. */
const FAR = 0.36;
const MARGIN = 40;

export class Viewport {
  /** The zoom in percent, for the toolbar. */
  readonly percent = signal(100);
  x = 0;
  y = 0;
  zoom = 1;
  #svg: SVGSVGElement | null = null;
  #group: SVGGElement | null = null;
  /** What was fitted, until somebody moves it: a window that gets its size later shows all of it, too. */
  #fitted: Rect | null = null;
  readonly #observer = new ResizeObserver(() => {
    if (this.#fitted) this.fit(this.#fitted);
  });

  attach(svg: SVGSVGElement | null): void {
    this.#svg = svg;
    this.#observer.disconnect();
    if (svg) this.#observer.observe(svg);
    this.#group = svg?.querySelector<SVGGElement>(".world") ?? null;
    this.#apply();
  }

  get size(): { width: number; height: number } {
    const box = this.#svg?.getBoundingClientRect();
    return { width: box?.width || 1, height: box?.height || 1 };
  }

  /** A point of the window in the drawing's units. */
  toWorld(clientX: number, clientY: number): Point {
    const box = this.#svg?.getBoundingClientRect();
    return {
      x: (clientX - (box?.left ?? 0) - this.x) / this.zoom,
      y: (clientY - (box?.top ?? 0) - this.y) / this.zoom,
    };
  }

  panBy(dx: number, dy: number): void {
    this.#fitted = null;
    this.x += dx;
    this.y += dy;
    this.#apply();
  }

  /** Zooms about a point of the window, which stays where it is; the middle where none is given. */
  zoomBy(factor: number, clientX?: number, clientY?: number): void {
    const box = this.#svg?.getBoundingClientRect();
    const { width, height } = this.size;
    const px = clientX === undefined ? width / 2 : clientX - (box?.left ?? 0);
    const py = clientY === undefined ? height / 2 : clientY - (box?.top ?? 0);
    const zoom = Math.min(MOST, Math.max(LEAST, this.zoom * factor));
    const real = zoom / this.zoom;
    this.#fitted = null;
    this.x = px - (px - this.x) * real;
    this.y = py - (py - this.y) * real;
    this.zoom = zoom;
    this.#apply();
  }

  zoomTo(zoom: number): void {
    this.zoomBy(zoom / this.zoom);
  }

  /** Shows all of `rect`, never larger than life. */
  fit(rect: Rect): void {
    const { width, height } = this.size;
    const room = (whole: number, part: number) => (whole - 2 * MARGIN) / Math.max(part, 1);
    this.zoom = Math.min(
      1,
      Math.max(LEAST, Math.min(room(width, rect.width), room(height, rect.height))),
    );
    this.x = (width - rect.width * this.zoom) / 2 - rect.x * this.zoom;
    this.y = (height - rect.height * this.zoom) / 2 - rect.y * this.zoom;
    this.#fitted = rect;
    this.#apply();
  }

  /** Brings a rectangle to the middle, at a zoom at which it can be read. */
  center(rect: Rect): void {
    const { width, height } = this.size;
    if (this.zoom < 0.7) this.zoom = 0.9;
    this.#fitted = null;
    this.x = width / 2 - (rect.x + rect.width / 2) * this.zoom;
    this.y = height / 2 - (rect.y + Math.min(rect.height, 200) / 2) * this.zoom;
    this.#apply();
  }

  /** Pans just as far as is needed for the rectangle to be seen. */
  reveal(rect: Rect): void {
    const { width, height } = this.size;
    const left = rect.x * this.zoom + this.x;
    const top = rect.y * this.zoom + this.y;
    const right = left + rect.width * this.zoom;
    const bottom = top + Math.min(rect.height * this.zoom, height - 2 * MARGIN);
    this.#fitted = null;
    if (left < MARGIN) this.x += MARGIN - left;
    else if (right > width - MARGIN) this.x -= right - width + MARGIN;
    if (top < MARGIN) this.y += MARGIN - top;
    else if (bottom > height - MARGIN) this.y -= bottom - height + MARGIN;
    this.#apply();
  }

  #apply(): void {
    this.#group?.setAttribute(
      "transform",
      `translate(${this.x.toFixed(2)} ${this.y.toFixed(2)}) scale(${this.zoom.toFixed(4)})`,
    );
    this.#svg?.classList.toggle("far", this.zoom < FAR);
    this.percent.value = Math.round(this.zoom * 100);
  }
}
