// Where the page stands: #/view/rest?query. The fragment never reaches the server, and links are
// plain <a href>, so that the browser's back, forward and "copy link" work.

import { computed, signal } from "@preact/signals";

export interface Route {
  view: string;
  /** What follows the view, decoded. */
  path: string[];
  query: URLSearchParams;
}

function parse(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const parts = path.split("/").filter(Boolean).map(safeDecode);
  return { view: parts[0] ?? "data", path: parts.slice(1), query: new URLSearchParams(query) };
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const hash = signal("");
export const route = computed(() => parse(hash.value));

/** The fragment of a place: href("data", [16384]) is "#/data/16384". */
export function href(
  view: string,
  path: (string | number)[] = [],
  query: Record<string, string> = {},
): string {
  const tail = path.map((part) => `/${encodeURIComponent(String(part))}`).join("");
  const asked = new URLSearchParams(query).toString();
  return `#/${view}${tail}${asked ? `?${asked}` : ""}`;
}

/** Goes to a fragment made by href; `replace` leaves no step to go back to. */
export function navigate(to: string, replace = false): void {
  if (replace) {
    history.replaceState(null, "", to);
    hash.value = to;
  } else {
    location.hash = to;
  }
}

/** Called once, after the token has left the fragment. */
export function startRouting(): void {
  hash.value = location.hash;
  window.addEventListener("hashchange", () => {
    hash.value = location.hash;
  });
}
