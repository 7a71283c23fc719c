// The drawing as a file. The SVG is a copy of what is on the page with every colour and font
// written into its attributes, since the page's style sheet does not go with it; the PNG is that
// SVG, painted.

import type { Rect } from "./geometry";

const NS = "http://www.w3.org/2000/svg";
const MARGIN = 24;
/** Browsers refuse larger canvases, and a picture of 100 million points helps nobody. */
const MOST_PIXELS = 60_000_000;

/** Properties of the page's style sheet that a drawing needs, as SVG's attributes call them. */
const PROPERTIES = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
  "opacity",
] as const;

/** Writes the computed style of `from` and what is in it into the copy; hidden parts go. */
function inline(from: Element, copy: Element, known: Map<string, [string, string][]>): void {
  const style = getComputedStyle(from);
  if (style.display === "none") {
    copy.remove();
    return;
  }
  // Elements of one class path look alike: asking the browser once for each is 20 times faster.
  const path = `${from.tagName} ${from.getAttribute("class")} < ${from.parentElement?.getAttribute("class")} < ${from.parentElement?.parentElement?.getAttribute("class")}`;
  let values = known.get(path);
  if (!values) {
    values = PROPERTIES.map((name): [string, string] => [name, style.getPropertyValue(name)]);
    known.set(path, values);
  }
  if (from.tagName !== "g" && from.tagName !== "a")
    for (const [name, value] of values) if (value !== "") copy.setAttribute(name, value);
  const children = [...from.children];
  const copies = [...copy.children];
  for (const name of ["class", "tabindex", "role", "aria-hidden", "data-oid"])
    copy.removeAttribute(name);
  children.forEach((child, index) => {
    const twin = copies[index];
    if (twin) inline(child, twin, known);
  });
  // Links lead into this page: in a file they lead nowhere.
  if (copy.tagName === "a") copy.replaceWith(...copy.childNodes);
}

/** The drawing as the text of an SVG file. */
export function svgText(world: SVGGElement, bounds: Rect, title: string): string {
  const x = bounds.x - MARGIN;
  const y = bounds.y - MARGIN;
  const width = bounds.width + 2 * MARGIN;
  const height = bounds.height + 2 * MARGIN;
  const svg = document.createElementNS(NS, "svg");
  const copy = world.cloneNode(true) as SVGGElement;
  const name = document.createElementNS(NS, "title");
  const ground = document.createElementNS(NS, "rect");
  svg.setAttribute("xmlns", NS);
  svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(height));
  name.textContent = title;
  for (const [key, value] of Object.entries({ x, y, width, height }))
    ground.setAttribute(key, String(value));
  ground.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
  inline(world, copy, new Map());
  copy.removeAttribute("transform");
  for (const hit of copy.querySelectorAll("path[stroke='rgba(0, 0, 0, 0)']")) hit.remove();
  svg.append(name, ground, copy);
  return new XMLSerializer().serializeToString(svg);
}

export async function pngBlob(svg: string, bounds: Rect): Promise<Blob> {
  const width = bounds.width + 2 * MARGIN;
  const height = bounds.height + 2 * MARGIN;
  const scale = Math.min(2, Math.sqrt(MOST_PIXELS / (width * height)));
  const image = new Image();
  // The CSP lets pictures come from here and from data: URLs, not from blobs.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser paints no pictures");
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) =>
      blob ? resolve(blob) : reject(new Error("the picture is too large for this browser")),
    );
  });
}
