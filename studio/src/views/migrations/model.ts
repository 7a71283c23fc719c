// Where the project's migrations stand, and the shapes of what the server says about them.

import { computed, signal } from "@preact/signals";
import { type ApiError, asApiError, get } from "../../api/client";

export interface Migration {
  tag: string;
  state: string;
  /** "sql", "lua", "stored" in the history, or "none". */
  down: string;
  file?: string;
  when?: number;
  hash?: string;
  applied_at?: string;
  applied_by?: string;
  duration_ms?: number;
  statements_done?: number;
  replaces?: string[];
  by_originals?: boolean;
}

export interface Status {
  folder: string;
  format: string;
  counts: Record<string, number>;
  migrations: Migration[];
}

export interface LogLine {
  at?: string;
  who?: string;
  by?: string;
  event?: string;
  action?: string;
  duration_ms?: number | null;
  ms?: number | null;
  raymig_version?: string;
  detail?: unknown;
}

export interface Whole {
  tag: string;
  up: string | null;
  down: string | null;
  kind: string;
  log: LogLine[];
}

/** What `raymig diff --json` says of one object. */
export interface Change {
  change: string;
  kind: string;
  object: string;
  values: Record<string, { from: string | null; to: string | null }>;
}

export interface Drift {
  drift: boolean;
  compared_with: string;
  basis: string;
  changes: Change[];
  to_keep: string | null;
  to_bring_back: string | null;
}

export interface Standing {
  kind: "good" | "warn" | "bad" | "";
  /** What the state means, and what to do about it. */
  help: string;
}

/** The states of `raymig status`. */
const STANDINGS: Record<string, Standing> = {
  applied: { kind: "good", help: "Applied, and the file is what was applied." },
  pending: { kind: "warn", help: "Not applied yet: up applies it." },
  changed: {
    kind: "warn",
    help: "A migration that runs again whenever its file changes, and it has changed: up runs it.",
  },
  "out of order": {
    kind: "bad",
    help:
      "Not applied, although later ones are. `raymig up --out-of-order` applies it all the same; " +
      "`raymig rebase` gives it a number behind them.",
  },
  partial: {
    kind: "bad",
    help: "Stopped half-way. `raymig up` goes on where it stopped, once the cause is gone.",
  },
  edited: {
    kind: "bad",
    help:
      "The file is not what was applied. Put it back, or accept it with `raymig repair`; what was " +
      "changed in it has not been run.",
  },
  missing: {
    kind: "bad",
    help: "Applied, and its file is gone. Get the file back, or forget the row with `raymig repair`.",
  },
  "half applied": {
    kind: "bad",
    help: "Some of the migrations that this one replaces are applied and others are not.",
  },
};

export const standingOf = (state: string): Standing => STANDINGS[state] ?? { kind: "", help: "" };

export const isWaiting = (state: string): boolean =>
  state === "pending" || state === "changed" || state === "partial" || state === "out of order";

export const status = signal<Status | null>(null);
export const statusError = signal<ApiError | null>(null);
export const loadingStatus = signal(false);

export const waiting = computed(
  () => status.value?.migrations.filter((each) => isWaiting(each.state)).length ?? 0,
);
export const applied = computed(
  () => status.value?.migrations.filter((each) => !isWaiting(each.state)).length ?? 0,
);

export async function loadStatus(): Promise<void> {
  loadingStatus.value = true;
  try {
    status.value = await get<Status>("migrations");
    statusError.value = null;
  } catch (thrown) {
    statusError.value = asApiError(thrown);
  } finally {
    loadingStatus.value = false;
  }
}

/** "2026-11-25 22:02:45.27+00" to the minute, in the reader's own zone. */
export function moment(at: string | undefined): string {
  if (!at) return "";
  const iso = at.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00");
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return at;
  return time.toLocaleString([], {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
}
