// The bar between two panes: dragged, or moved with the arrow keys.

import type { Signal } from "@preact/signals";
import { useState } from "preact/hooks";

export function Splitter({
  label,
  size,
  low,
  high,
  side = "right",
}: {
  label: string;
  size: Signal<number>;
  low: number;
  high: number;
  /** The edge of its pane that it lies on. */
  side?: "right" | "left" | "top" | "bottom";
}) {
  const [dragging, setDragging] = useState(false);
  const upright = side === "right" || side === "left";
  const sign = side === "right" || side === "bottom" ? 1 : -1;
  const set = (value: number) => {
    size.value = Math.round(Math.max(low, Math.min(high, value)));
  };
  const start = (event: PointerEvent) => {
    const bar = event.currentTarget as HTMLElement;
    const from = upright ? event.clientX : event.clientY;
    const before = size.value;
    bar.setPointerCapture(event.pointerId);
    setDragging(true);
    bar.onpointermove = (moved) =>
      set(before + sign * ((upright ? moved.clientX : moved.clientY) - from));
    bar.onlostpointercapture = () => {
      bar.onpointermove = null;
      setDragging(false);
    };
  };
  const key = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -16, ArrowUp: -16, ArrowRight: 16, ArrowDown: 16 }[event.key];
    if (!step) return;
    event.preventDefault();
    set(size.value + sign * step);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: an <hr> cannot be moved
    <div
      class={`splitter ${side}${dragging ? " dragging" : ""}`}
      role="separator"
      aria-label={label}
      aria-orientation={upright ? "vertical" : "horizontal"}
      aria-valuenow={size.value}
      aria-valuemin={low}
      aria-valuemax={high}
      tabIndex={0}
      onPointerDown={start}
      onKeyDown={key}
    />
  );
}
