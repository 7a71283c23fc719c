// What a person likes, kept in this browser: never data, names or SQL of the database.

import { effect, type Signal, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

/** A signal that localStorage keeps. A value that does not pass `good` is the default again. */
export function kept<T>(name: string, initial: T, good: (value: unknown) => boolean): Signal<T> {
  const key = `raymig.${name}`;
  const held = signal(initial);
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
    if (value !== null && good(value)) held.value = value as T;
  } catch {
    // A browser that keeps nothing starts with the defaults.
  }
  let first = true;
  effect(() => {
    const value = held.value;
    if (first) {
      first = false;
      return;
    }
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // As above.
    }
  });
  return held;
}

const oneOf =
  (...words: string[]) =>
  (value: unknown): boolean =>
    words.includes(value as string);
const between = (low: number, high: number) => (value: unknown) =>
  typeof value === "number" && value >= low && value <= high;

export const theme = kept<Theme>("theme", "system", oneOf("system", "light", "dark"));
export const density = kept<"compact" | "cosy">("density", "compact", oneOf("compact", "cosy"));
export const sidebarWidth = kept("sidebar", 248, between(160, 560));
export const sidebarOpen = kept("sidebar_open", true, (value) => typeof value === "boolean");
export const formulaGuard = kept("formula_guard", true, (value) => typeof value === "boolean");

const wide = window.matchMedia("(prefers-color-scheme: dark)");
const systemDark = signal(wide.matches);
wide.addEventListener("change", () => {
  systemDark.value = wide.matches;
});

/** Whether the page is dark now, whoever decided it. */
export function isDark(): boolean {
  return theme.value === "system" ? systemDark.value : theme.value === "dark";
}

/** Writes theme and density to the document, now and on each change. */
export function applySettings(): void {
  effect(() => {
    document.documentElement.dataset.theme = isDark() ? "dark" : "light";
    document.documentElement.dataset.density = density.value;
  });
}
