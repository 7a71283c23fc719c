// Menus at a button or at the pointer: one open at a time, on the popover API, so that a click
// outside and Escape close it. Arrows move, Home and End jump, a letter goes to what starts so.

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Kbd } from "./controls";
import { Icon, type IconName } from "./icon";

export type MenuItem =
  | {
      label: string;
      icon?: IconName;
      keys?: string;
      run: () => void;
      disabled?: boolean;
      danger?: boolean;
      /** A choice that is on or off; the menu stays open when it is flipped. */
      checked?: boolean;
    }
  | { head: string }
  | "line";

interface Open {
  label: string;
  items: () => MenuItem[];
  at: { x: number; y: number; above: number };
  from: Element | null;
}

const open = signal<Open | null>(null);
const turn = signal(0);

/** Opens a menu below an element or at a pointer's event. `items` is asked again after a flip. */
export function openMenu(at: Element | MouseEvent, label: string, items: () => MenuItem[]): void {
  const from = document.activeElement;
  if (at instanceof Element) {
    const box = at.getBoundingClientRect();
    open.value = { label, items, at: { x: box.left, y: box.bottom + 4, above: box.top - 4 }, from };
  } else {
    at.preventDefault();
    open.value = { label, items, at: { x: at.clientX, y: at.clientY, above: at.clientY }, from };
  }
}

export function closeMenu(): void {
  const from = open.value?.from;
  open.value = null;
  if (from instanceof HTMLElement && from.isConnected) from.focus();
}

/** Where the menu is drawn: once, in the shell. */
export function Menus() {
  const shown = open.value;
  return shown ? <Menu key={`${shown.at.x},${shown.at.y},${shown.label}`} shown={shown} /> : null;
}

function Menu({ shown }: { shown: Open }) {
  const element = useRef<HTMLDivElement>(null);
  void turn.value;
  const items = shown.items();
  useEffect(() => {
    const menu = element.current;
    if (!menu) return;
    menu.showPopover();
    const box = menu.getBoundingClientRect();
    const x = Math.max(4, Math.min(shown.at.x, innerWidth - box.width - 4));
    const below = shown.at.y + box.height <= innerHeight - 4;
    const y = below ? shown.at.y : Math.max(4, shown.at.above - box.height);
    menu.style.left = `${x}px`;
    menu.style.top = `${y}px`;
    entries(menu)[0]?.focus();
    const toggled = (event: Event) => {
      if ((event as ToggleEvent).newState === "closed" && open.value === shown) closeMenu();
    };
    menu.addEventListener("toggle", toggled);
    return () => menu.removeEventListener("toggle", toggled);
  }, [shown]);

  const move = (event: KeyboardEvent) => {
    const all = entries(element.current);
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = target(event, all, at);
    if (to !== undefined) {
      event.preventDefault();
      all[to]?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      closeMenu();
    }
    event.stopPropagation();
  };

  return (
    <div
      class="menu"
      popover="auto"
      role="menu"
      tabIndex={-1}
      aria-label={shown.label}
      ref={element}
      onKeyDown={move}
    >
      {items.map((item, index) => (
        <Entry key={typeof item === "object" && "label" in item ? item.label : index} item={item} />
      ))}
    </div>
  );
}

function Entry({ item }: { item: MenuItem }) {
  if (item === "line") return <hr />;
  if ("head" in item) return <div class="head">{item.head}</div>;
  const run = () => {
    if (item.disabled) return;
    if (item.checked === undefined) {
      closeMenu();
      item.run();
    } else {
      item.run();
      turn.value += 1;
    }
  };
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role is one of the two
    <button
      type="button"
      role={item.checked === undefined ? "menuitem" : "menuitemcheckbox"}
      aria-checked={item.checked}
      aria-disabled={item.disabled ?? false}
      tabIndex={-1}
      class={item.danger ? "danger" : ""}
      onClick={run}
    >
      {item.checked !== undefined && <Icon name="check" class={item.checked ? "" : "hidden"} />}
      {item.icon && <Icon name={item.icon} />}
      <span class="grow ellipsis">{item.label}</span>
      {item.keys && <Kbd keys={item.keys} />}
    </button>
  );
}

function entries(menu: HTMLElement | null): HTMLElement[] {
  return menu ? [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]')] : [];
}

function target(event: KeyboardEvent, all: HTMLElement[], at: number): number | undefined {
  const count = all.length;
  switch (event.key) {
    case "ArrowDown":
      return (at + 1) % count;
    case "ArrowUp":
      return (at - 1 + count) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
  }
  if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.key === " ")
    return undefined;
  const letter = event.key.toLowerCase();
  for (let step = 1; step <= count; step += 1) {
    const to = (at + step) % count;
    if (all[to]?.textContent?.trim().toLowerCase().startsWith(letter)) return to;
  }
  return undefined;
}
