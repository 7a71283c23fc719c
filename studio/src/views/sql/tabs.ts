// The editor's tabs. They outlive the view, so that looking at a table does not lose what was
// written or what it gave; their text outlives a reload, in this browser tab alone.

import type { EditorState } from "@codemirror/state";
import { computed, type Signal, signal } from "@preact/signals";
import { asApiError, type ErrorBody, get, Job, post } from "../../api/client";
import { session } from "../../state/session";
import { kept } from "../../state/settings";
import { toastError } from "../../ui/toast";
import { type Plan, readPlan } from "./plan";
import { type Asked, Run, type Transaction } from "./run";

const KEY = "raymig.sql.tabs";

export interface Explained {
  sql: string;
  analyze: boolean;
  job: Job | null;
  plan: Plan | null;
  json: unknown;
  error: ErrorBody | null;
}

export interface Tab {
  id: string;
  title: Signal<string>;
  /** The text, where no editor has been made of it yet. */
  text: string;
  /** The editor's state while another tab is shown. */
  editor: EditorState | null;
  run: Signal<Run | null>;
  explained: Signal<Explained | null>;
  /** Which result is shown: its index, or the plan. */
  shown: Signal<number | "plan">;
  transaction: Signal<Transaction>;
  mode: Signal<"auto" | "transaction">;
  /** The name under which it is saved in the project. */
  saved: Signal<string | null>;
}

const oneOf = (numbers: number[]) => (value: unknown) => numbers.includes(value as number);
export const TIMEOUTS = [0, 5_000, 30_000, 60_000, 300_000, 1_800_000];
/** The last is the most that the server gives. */
export const CAPS = [100, 1_000, 10_000, 100_000];
/** Milliseconds, 0: the server's own. */
export const timeout = kept("sql.timeout", 0, oneOf(TIMEOUTS));
export const cap = kept("sql.cap", 1_000, oneOf(CAPS));
/** The editor's height in pixels. */
export const editorHeight = kept(
  "sql.height",
  280,
  (value) => typeof value === "number" && value >= 80 && value <= 2000,
);

export const tabs = signal<readonly Tab[]>([]);
export const currentId = signal("");
export const current = computed(
  () => tabs.value.find((tab) => tab.id === currentId.value) ?? tabs.value[0] ?? null,
);

export const currentIndex = (): number => (current.value ? tabs.value.indexOf(current.value) : -1);

let number = 0;

export function newTab(text = "", title?: string, saved: string | null = null): Tab {
  number += 1;
  const tab: Tab = {
    id: crypto.randomUUID(),
    title: signal(title ?? `Query ${number}`),
    text,
    editor: null,
    run: signal(null),
    explained: signal(null),
    shown: signal(0),
    transaction: signal("idle"),
    mode: signal("auto"),
    saved: signal(saved),
  };
  tabs.value = [...tabs.value, tab];
  currentId.value = tab.id;
  return tab;
}

export function closeTab(tab: Tab): void {
  tab.run.value?.cancel();
  tab.explained.value?.job?.cancel();
  if (tab.run.value) post("transaction", { session: tab.id, do: "close" }).catch(() => {});
  const at = tabs.value.indexOf(tab);
  tabs.value = tabs.value.filter((each) => each !== tab);
  if (tabs.value.length === 0) newTab();
  else if (currentId.value === tab.id)
    currentId.value = (tabs.value[at] ?? tabs.value[at - 1] ?? tab).id;
  keepTabs();
}

export const textOf = (tab: Tab): string => tab.editor?.doc.toString() ?? tab.text;

/** Writes the tabs' texts down for a reload. */
export function keepTabs(): void {
  try {
    const list = tabs.value.map((tab) => ({
      title: tab.title.value,
      text: textOf(tab),
      saved: tab.saved.value,
    }));
    sessionStorage.setItem(KEY, JSON.stringify({ list, at: currentIndex() }));
  } catch {
    // Full or forbidden: then a reload begins with an empty tab.
  }
}

/** The tabs of before a reload, or one empty tab. */
export function openTabs(): void {
  if (tabs.value.length > 0) return;
  try {
    const held = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as {
      list: { title: string; text: string; saved: string | null }[];
      at: number;
    } | null;
    for (const { title, text, saved } of held?.list ?? [])
      newTab(String(text), String(title), saved);
    currentId.value = tabs.value[held?.at ?? 0]?.id ?? "";
  } catch {
    // What cannot be read is as good as nothing.
  }
  if (tabs.value.length === 0) newTab();
}

/* ---------------------------------------------------------------- running */

const timeoutMs = (): number => timeout.value || (session.value?.limits.statement_timeout_ms ?? 0);

/** Runs `sql`, which begins at `offset` in the tab's text; resolves when it has ended. */
export async function run(tab: Tab, sql: string, offset: number): Promise<Run> {
  const asked: Asked = {
    sql,
    offset,
    session: tab.id,
    mode: tab.mode.value,
    timeoutMs: timeoutMs(),
    cap: cap.value,
  };
  const made = new Run(asked);
  tab.run.value = made;
  tab.shown.value = 0;
  await made.go();
  if (made.transaction) tab.transaction.value = made.transaction;
  const failed = made.results.findIndex((result) => result.error !== null);
  if (failed >= 0) tab.shown.value = failed;
  void loadQueries();
  return made;
}

export async function explain(tab: Tab, sql: string, analyze: boolean): Promise<Explained> {
  const job = new Job();
  const before: Explained = { sql, analyze, job, plan: null, json: null, error: null };
  tab.explained.value = before;
  tab.shown.value = "plan";
  const settle = (found: Partial<Explained>): Explained => {
    const after = { ...before, job: null, ...found };
    if (tab.explained.value === before) tab.explained.value = after;
    return after;
  };
  try {
    const { plan } = await post<{ plan: unknown }>(
      "explain",
      {
        sql,
        session: tab.id,
        analyze,
        buffers: analyze,
        timeout_ms: timeoutMs(),
        request: job.request,
      },
      job.abort,
    );
    return settle({ plan: readPlan(plan), json: plan });
  } catch (thrown) {
    return settle({ error: asApiError(thrown).body });
  }
}

export async function transact(tab: Tab, what: "begin" | "commit" | "rollback"): Promise<void> {
  try {
    const answer = await post<{ transaction: Transaction }>("transaction", {
      session: tab.id,
      do: what,
    });
    tab.transaction.value = answer.transaction;
  } catch (thrown) {
    toastError(thrown, `The ${what} failed`);
  }
}

/* ---------------------------------------------------------------- history and saved queries */

export interface Past {
  sql: string;
  at: string;
  ms: number | null;
  rows: number | null;
  error: string | null;
}
export interface Saved {
  name: string;
  sql: string;
}

export const past = signal<readonly Past[]>([]);
export const savedQueries = signal<readonly Saved[]>([]);
export const queriesError = signal<ErrorBody | null>(null);

export async function loadQueries(): Promise<void> {
  try {
    const answer = await get<{ history: Past[]; saved: Saved[] }>("queries");
    past.value = answer.history;
    savedQueries.value = answer.saved;
    queriesError.value = null;
  } catch (thrown) {
    queriesError.value = asApiError(thrown).body;
  }
}

export async function changeQueries(change: object): Promise<boolean> {
  try {
    await post("queries", change);
    await loadQueries();
    return true;
  } catch (thrown) {
    toastError(thrown, "The project's queries were not changed");
    return false;
  }
}
