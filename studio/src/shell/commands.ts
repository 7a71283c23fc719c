// Commands: what the palette lists, and what keys run. A view adds its own while it is shown
// (useCommands); the last added wins a key, so a dialog's shadows the view's behind it.
//
// Keys are written "Mod+Shift+K": Mod is Command on a Mac and Ctrl elsewhere. A key without
// Mod or Alt does nothing while somebody types in a field.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export interface Command {
  id: string;
  title: string;
  /** The heading it stands under in the palette: "Data", "SQL". */
  group: string;
  keys?: string[];
  run: () => void;
  /** Left out of the palette and deaf to its keys while this says no. */
  enabled?: () => boolean;
  /** Works while a field has the focus, although its key has no Mod. */
  inFields?: boolean;
  /** Has a key and no place in the palette. */
  hidden?: boolean;
}

const layers = signal<readonly (readonly Command[])[]>([]);
export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** All commands that can run now, the latest added first; an id counts once. */
export function activeCommands(): Command[] {
  const seen = new Set<string>();
  const found: Command[] = [];
  for (const command of layers.value.flat().reverse()) {
    if (seen.has(command.id) || command.enabled?.() === false) continue;
    seen.add(command.id);
    found.push(command);
  }
  return found;
}

export function addCommands(commands: readonly Command[]): () => void {
  layers.value = [...layers.value, commands];
  return () => {
    layers.value = layers.value.filter((layer) => layer !== commands);
  };
}

/** Adds commands while the component is mounted; `inputs` as those of useEffect. */
export function useCommands(make: () => Command[], inputs: readonly unknown[] = []): void {
  useEffect(() => addCommands(make()), inputs);
}

/** "Mod+Shift+K" for a key event, letters upper case. */
export function keyOf(event: KeyboardEvent): string {
  const parts: string[] = [];
  if (isMac ? event.metaKey : event.ctrlKey) parts.push("Mod");
  if (isMac && event.ctrlKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  // A sign's Shift is in the sign: "?" is "?", on whatever key it lies.
  if (event.shiftKey && (event.key.length > 1 || /[A-Z]/.test(key))) parts.push("Shift");
  parts.push(key === " " ? "Space" : key);
  return parts.join("+");
}

/** A key as it is printed on keyboards: ["Ctrl", "K"], ["⌘", "K"]. */
export function keyCaps(key: string): string[] {
  const names: Record<string, string> = isMac
    ? { Mod: "⌘", Shift: "⇧", Alt: "⌥", Ctrl: "⌃", Enter: "↩", Escape: "esc" }
    : { Mod: "Ctrl", Escape: "Esc" };
  const arrows: Record<string, string> = {
    ArrowUp: "↑",
    ArrowDown: "↓",
    ArrowLeft: "←",
    ArrowRight: "→",
  };
  return key.split("+").map((part) => names[part] ?? arrows[part] ?? part);
}

export function typesInto(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

const EDITING = /^Mod\+(Shift\+)?([ZYACVXD]|Home|End|Delete|Backspace|Arrow\w+)$/;

export function startKeys(): void {
  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const key = keyOf(event);
    const free = /^(Mod|Alt|F\d)/.test(key);
    const typing = typesInto(event.composedPath()[0] ?? event.target);
    // Inside an open dialog only what the dialog added counts.
    if (typing && EDITING.test(key)) {
      // They belong to the text: what a field undoes or deletes is not what the rows do.
      if (!activeCommands().some((one) => one.inFields && one.keys?.includes(key))) return;
    }
    const modal = document.querySelector("dialog:modal") !== null;
    for (const command of activeCommands()) {
      if (!command.keys?.includes(key)) continue;
      if (typing && !free && !command.inFields) continue;
      if (modal && !command.inFields) continue;
      event.preventDefault();
      command.run();
      return;
    }
  });
}
