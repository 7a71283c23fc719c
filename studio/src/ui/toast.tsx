// Short messages that come and go by themselves; an error stays until it is closed.

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { asApiError } from "../api/client";
import { Button } from "./controls";

interface Toast {
  id: number;
  kind: "info" | "good" | "bad";
  text: string;
  more: string | undefined;
}

const toasts = signal<readonly Toast[]>([]);
let last = 0;

export function toast(text: string, kind: Toast["kind"] = "info", more?: string): void {
  last += 1;
  const id = last;
  toasts.value = [...toasts.value.slice(-3), { id, kind, text, more }];
  if (kind !== "bad") setTimeout(() => drop(id), 4000);
}

/** Shows a failure; one that somebody asked for (a cancel) is no news. */
export function toastError(thrown: unknown, what?: string): void {
  const error = asApiError(thrown);
  if (error.cancelled) return;
  const more = [error.body.detail, error.body.hint].filter(Boolean).join("\n");
  toast(what ? `${what}: ${error.message}` : error.message, "bad", more || undefined);
}

function drop(id: number): void {
  toasts.value = toasts.value.filter((entry) => entry.id !== id);
}

/** Where they are drawn: once, in the shell. A popover, so that it lies above open dialogs. */
export function Toasts() {
  const element = useRef<HTMLDivElement>(null);
  const shown = toasts.value;
  useEffect(() => {
    const box = element.current;
    if (!box) return;
    if (box.matches(":popover-open")) box.hidePopover();
    if (shown.length > 0) box.showPopover();
  }, [shown]);
  return (
    <div
      class="toasts"
      popover="manual"
      ref={element}
      role="log"
      aria-live="polite"
      aria-label="Messages"
    >
      {shown.map((entry) => (
        <div key={entry.id} class={`toast ${entry.kind}`}>
          <div class="grow">
            <div>{entry.text}</div>
            {entry.more && <div class="soft">{entry.more}</div>}
          </div>
          <Button
            kind="ghost"
            small
            icon="close"
            aria-label="Close message"
            onClick={() => drop(entry.id)}
          />
        </div>
      ))}
    </div>
  );
}
