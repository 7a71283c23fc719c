// The drawing's surface: pointer and keys. Dragging the ground pans, dragging a card moves it, the
// wheel zooms about the pointer. With the keyboard Tab reaches one card, arrows go to the next in
// that direction, Shift with an arrow moves the card, Enter opens its table.

import { useEffect, useRef } from "preact/hooks";
import { href, navigate } from "../../state/route";
import { EdgeLine, TableCard } from "./card";
import { nextCard, type Rect } from "./geometry";
import type { Drawing } from "./model";
import type { Viewport } from "./viewport";

const CLICK_SLOP = 4;
const STEP = 16;
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function cardRect(drawing: Drawing, oid: number): Rect | null {
  const card = drawing.cardById.value.get(oid);
  if (!card) return null;
  return { ...drawing.place(oid).peek(), width: card.width, height: card.height };
}

const cardUnder = (target: EventTarget | null): number | null => {
  const card = target instanceof Element ? target.closest<SVGElement>(".card") : null;
  return card ? Number(card.dataset.oid) : null;
};

export function focusCard(svg: SVGSVGElement | null, oid: number): void {
  svg?.querySelector<SVGElement>(`.card[data-oid="${oid}"]`)?.focus({ preventScroll: true });
}

interface Drag {
  pointer: number;
  oid: number | null;
  x: number;
  y: number;
  /** Where on the card it was taken, in the drawing's units. */
  grip: { x: number; y: number };
  moved: boolean;
}

export function Canvas({
  drawing,
  viewport,
  label,
  onNeighbours,
}: {
  drawing: Drawing;
  viewport: Viewport;
  label: string;
  onNeighbours: (oid: number) => void;
}) {
  const ref = useRef<SVGSVGElement>(null);
  const drag = useRef<Drag | null>(null);
  const dragged = useRef(false);
  const cards = drawing.cards.value;
  const edges = drawing.edges.value;
  const entry = drawing.selected.value ?? cards[0]?.table.oid ?? null;

  useEffect(() => {
    const svg = ref.current;
    viewport.attach(svg);
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 18 : 1;
      if (event.shiftKey) viewport.panBy(-(event.deltaX || event.deltaY) * unit, 0);
      else {
        const speed = event.ctrlKey ? 0.01 : 0.0016;
        viewport.zoomBy(Math.exp(-event.deltaY * unit * speed), event.clientX, event.clientY);
      }
    };
    svg?.addEventListener("wheel", wheel, { passive: false });
    return () => {
      svg?.removeEventListener("wheel", wheel);
      viewport.attach(null);
    };
  }, [viewport]);

  const down = (event: PointerEvent) => {
    if (event.button !== 0 && event.button !== 1) return;
    const oid = event.button === 1 ? null : cardUnder(event.target);
    const world = viewport.toWorld(event.clientX, event.clientY);
    const at = oid === null ? { x: 0, y: 0 } : drawing.place(oid).peek();
    dragged.current = false;
    drag.current = {
      pointer: event.pointerId,
      oid,
      x: event.clientX,
      y: event.clientY,
      grip: { x: world.x - at.x, y: world.y - at.y },
      moved: false,
    };
  };
  const move = (event: PointerEvent) => {
    const now = drag.current;
    if (!now || now.pointer !== event.pointerId) {
      drawing.hovered.value = cardUnder(event.target);
      return;
    }
    const dx = event.clientX - now.x;
    const dy = event.clientY - now.y;
    if (!now.moved && Math.hypot(dx, dy) < CLICK_SLOP) return;
    if (!now.moved) {
      // Only now: a captured pointer's click would go to the drawing and not to the link.
      now.moved = true;
      dragged.current = true;
      ref.current?.setPointerCapture(event.pointerId);
      ref.current?.classList.add(now.oid === null ? "panning" : "moving");
    }
    if (now.oid === null) {
      viewport.panBy(dx, dy);
      now.x = event.clientX;
      now.y = event.clientY;
    } else {
      const world = viewport.toWorld(event.clientX, event.clientY);
      drawing.move(now.oid, { x: world.x - now.grip.x, y: world.y - now.grip.y });
    }
  };
  const up = (event: PointerEvent) => {
    const now = drag.current;
    drag.current = null;
    ref.current?.classList.remove("panning", "moving");
    if (now?.moved && now.oid !== null) drawing.putDown();
    if (!now || now.moved || event.type === "pointercancel") return;
    if (now.oid === null) drawing.selected.value = null;
    else drawing.selected.value = now.oid;
  };
  const click = (event: MouseEvent) => {
    if (dragged.current) event.preventDefault();
  };
  const open = (oid: number) => navigate(href("data", [oid]));

  const key = (event: KeyboardEvent) => {
    const oid = cardUnder(event.target);
    if (oid === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow && event.shiftKey) {
      const at = drawing.place(oid).peek();
      drawing.move(oid, { x: at.x + arrow[0] * STEP, y: at.y + arrow[1] * STEP });
      drawing.putDown();
    } else if (arrow) {
      const next = nextCard(cards, drawing.points(), oid, arrow[0], arrow[1]);
      if (next !== null) {
        drawing.selected.value = next;
        focusCard(ref.current, next);
      }
    } else if (event.key === "Enter") open(oid);
    else if (event.key === " ") drawing.selected.value = oid;
    else if (event.key === "n") onNeighbours(oid);
    else if (event.key === "Escape") drawing.selected.value = null;
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const focus = (event: FocusEvent) => {
    const oid = cardUnder(event.target);
    const rect = oid === null ? null : cardRect(drawing, oid);
    // A card that was clicked is seen already; one that Tab or an arrow reached may not be.
    if (rect && (event.target as Element).matches(":focus-visible")) viewport.reveal(rect);
  };

  return (
    <svg
      ref={ref}
      class="diagram-canvas"
      role="application"
      aria-label={label}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
      onPointerLeave={() => {
        drawing.hovered.value = null;
      }}
      onClickCapture={click}
      onDblClick={(event) => {
        const oid = cardUnder(event.target);
        if (oid !== null) open(oid);
      }}
      onDragStart={(event) => event.preventDefault()}
      onKeyDown={key}
      onFocusIn={focus}
    >
      <g class="world">
        <g class="edges">
          {edges.map((edge) => (
            <EdgeLine key={`${edge.from} ${edge.name}`} drawing={drawing} edge={edge} />
          ))}
        </g>
        {cards.map((card) => (
          <TableCard
            key={card.table.oid}
            drawing={drawing}
            card={card}
            tabbable={card.table.oid === entry}
          />
        ))}
      </g>
    </svg>
  );
}
