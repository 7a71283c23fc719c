/*
 * Where the tables go that nobody has placed: each connected part of the graph by dagre, from the left (what is referred to)
 * to the right, then the parts beside each other on shelves, the largest first. dagre alone would put 200 tables without a
 * foreign key under one another. No DOM in here: it runs in a Worker.
 */
import dagre from "@dagrejs/dagre";

export interface Box {
  id: number;
  width: number;
  height: number;
}

export interface Link {
  /** The table that has the foreign key, and the one it refers to. */
  from: number;
  to: number;
}

export interface Point {
  x: number;
  y: number;
}

interface Part {
  width: number;
  height: number;
  places: Map<number, Point>;
}

const GAP = 48;
/** Above it dagre's ranking by network simplex takes seconds. */
const MANY = 250;

/** The connected parts, as lists of boxes. */
function parts(boxes: Box[], links: Link[]): Box[][] {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const beside = new Map<number, number[]>(boxes.map((box) => [box.id, []]));
  const seen = new Set<number>();
  const result: Box[][] = [];

  for (const { from, to } of links) {
    beside.get(from)?.push(to);
    beside.get(to)?.push(from);
  }
  for (const start of boxes) {
    if (seen.has(start.id)) continue;
    const part: Box[] = [];
    const queue = [start.id];

    seen.add(start.id);
    for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
      const box = byId.get(at);

      if (box === undefined) continue;
      part.push(box);
      for (const next of beside.get(at) ?? [])
        if (!seen.has(next)) {
          seen.add(next);
          queue.push(next);
        }
    }
    result.push(part);
  }
  return result;
}

function place(boxes: Box[], links: Link[]): Part {
  const graph = new dagre.graphlib.Graph();
  const inside = new Set(boxes.map((box) => box.id));
  const places = new Map<number, Point>();

  graph.setGraph({
    rankdir: "LR",
    nodesep: 28,
    ranksep: 96,
    ranker: boxes.length > MANY ? "longest-path" : "network-simplex",
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const box of boxes) graph.setNode(String(box.id), { width: box.width, height: box.height });
  for (const { from, to } of links)
    if (from !== to && inside.has(from) && inside.has(to)) graph.setEdge(String(to), String(from));
  dagre.layout(graph);
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;

  for (const box of boxes) {
    const node = graph.node(String(box.id)) as Point;
    const x = node.x - box.width / 2;
    const y = node.y - box.height / 2;

    places.set(box.id, { x, y });
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + box.width);
    bottom = Math.max(bottom, y + box.height);
  }
  for (const point of places.values()) {
    point.x -= left;
    point.y -= top;
  }
  return { width: right - left, height: bottom - top, places };
}

/** Tables without any foreign key, as a block of columns of about equal height. */
function grid(boxes: Box[]): Part {
  const places = new Map<number, Point>();
  const area = boxes.reduce((sum, box) => sum + (box.width + GAP) * (box.height + GAP), 0);
  const tall = Math.max(Math.sqrt(area / 1.8), ...boxes.map((box) => box.height));
  let x = 0;
  let y = 0;
  let wide = 0;
  let height = 0;

  for (const box of boxes) {
    if (y > 0 && y + box.height > tall) {
      x += wide + GAP;
      y = 0;
      wide = 0;
    }
    places.set(box.id, { x, y });
    y += box.height + 28;
    wide = Math.max(wide, box.width);
    height = Math.max(height, y - 28);
  }
  return { width: x + wide, height, places };
}

/** Top left corners by id. The same input gives the same output. */
export function layout(boxes: Box[], links: Link[]): Map<number, Point> {
  const result = new Map<number, Point>();
  const all = parts(boxes, links);
  const alone = all.filter((part) => part.length === 1).flat();
  const laid = all.filter((part) => part.length > 1).map((part) => place(part, links));

  laid.sort((a, b) => b.width * b.height - a.width * a.height);
  if (alone.length > 0) laid.push(grid(alone));
  const area = laid.reduce((sum, part) => sum + (part.width + GAP) * (part.height + GAP), 0);
  const wide = Math.max(Math.sqrt(area * 1.8), ...laid.map((part) => part.width));
  let x = 0;
  let y = 0;
  let tall = 0;

  for (const part of laid) {
    if (x > 0 && x + part.width > wide) {
      x = 0;
      y += tall + GAP * 1.5;
      tall = 0;
    }
    for (const [id, point] of part.places)
      result.set(id, { x: Math.round(x + point.x), y: Math.round(y + point.y) });
    x += part.width + GAP * 1.5;
    tall = Math.max(tall, part.height);
  }
  return result;
}
