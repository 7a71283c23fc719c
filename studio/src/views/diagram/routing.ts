/*
 * The way of an edge around the cards between its ends. The curve that leads straight there is taken where it meets none;
 * else the cards between are taken as columns, from the left to the right, and each is crossed at the free height that is
 * nearest to where the edge is going anyway. No DOM in here.
 */
import type { Rect } from "./geometry";
import type { Point } from "./layout";

/** How far an edge goes straight before it bends. */
const STRAIGHT = 10;
const SAMPLES = 24;
const CLEAR = 4;

/** A column of cards that stand over each other: its sides, and the heights that are taken. */
interface Column {
  left: number;
  right: number;
  taken: [top: number, bottom: number][];
}

/** Whether a curve with horizontal ends meets a card. */
export function meets(from: Point, c1: number, c2: number, to: Point, cards: Rect[]): boolean {
  for (let i = 1; i < SAMPLES; i += 1) {
    const t = i / SAMPLES;
    const u = 1 - t;
    const x = u * u * u * from.x + 3 * u * u * t * c1 + 3 * u * t * t * c2 + t * t * t * to.x;
    const y = (u * u * u + 3 * u * u * t) * from.y + (3 * u * t * t + t * t * t) * to.y;
    const hit = cards.some(
      (card) =>
        x > card.x - CLEAR &&
        x < card.x + card.width + CLEAR &&
        y > card.y - CLEAR &&
        y < card.y + card.height + CLEAR,
    );

    if (hit) return true;
  }
  return false;
}

function columnsOf(cards: Rect[], margin: number): Column[] {
  const columns: Column[] = [];

  for (const card of [...cards].sort((a, b) => a.x - b.x)) {
    const last = columns.at(-1);
    const taken: [number, number] = [card.y - margin, card.y + card.height + margin];

    if (last && card.x < last.right + 2 * STRAIGHT) {
      last.right = Math.max(last.right, card.x + card.width);
      last.taken.push(taken);
    } else columns.push({ left: card.x, right: card.x + card.width, taken: [taken] });
  }
  return columns;
}

/** The height nearest to `wish` at which nothing stands. */
function freeHeight({ taken }: Column, wish: number): number {
  const merged: [number, number][] = [];

  for (const [top, bottom] of [...taken].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);

    if (last && top < last[1]) last[1] = Math.max(last[1], bottom);
    else merged.push([top, bottom]);
  }
  const inside = merged.find(([top, bottom]) => wish > top && wish < bottom);

  if (!inside) return wish;
  return wish - inside[0] < inside[1] - wish ? inside[0] : inside[1];
}

/** From the left end to the right one. `margin`: how far from the cards. */
export function wayAround(left: Point, right: Point, cards: Rect[], margin: number): string {
  let at = { x: left.x + STRAIGHT, y: left.y };
  let path = `M${left.x} ${left.y}H${at.x}`;
  const bendTo = (to: Point) => {
    const middle = Math.round((at.x + to.x) / 2);

    path += `C${middle} ${at.y} ${middle} ${to.y} ${to.x} ${to.y}`;
    at = to;
  };

  for (const column of columnsOf(cards, margin)) {
    const start = Math.max(column.left - STRAIGHT, at.x);
    const end = Math.min(column.right + STRAIGHT, right.x - STRAIGHT);

    if (end <= start) continue;
    const part = (start - at.x) / Math.max(1, right.x - at.x);
    const y = Math.round(freeHeight(column, at.y + (right.y - at.y) * part));

    bendTo({ x: start, y });
    path += `H${end}`;
    at = { x: end, y };
  }
  bendTo({ x: right.x - STRAIGHT, y: right.y });
  return `${path}H${right.x}`;
}
