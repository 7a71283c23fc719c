// What is to be changed and is not yet: kept here until it is committed in one transaction or
// discarded. The whole of it is one immutable map, so that undo and redo are earlier and later
// maps. Rows that exist are named by the server's key, new ones by a number of ours.

import { computed, signal } from "@preact/signals";
import type { Attnum, Change, Oid, SetValue, Value } from "../../api/types";

export interface Staged {
  id: string;
  oid: Oid;
  op: "insert" | "update" | "delete";
  key: string | null;
  /** The values that the row is expected to hold still, by attnum. */
  old: Record<string, Value>;
  set: Record<string, SetValue>;
  /** After a commit that was refused: what the row holds now, null where it is gone. */
  conflict?: { now: Record<string, Value> | null };
  /** What the server said about this one. */
  error?: string;
}

type All = ReadonlyMap<string, Staged>;

export const staged = signal<All>(new Map());
const past = signal<readonly All[]>([]);
const future = signal<readonly All[]>([]);
const DEPTH = 200;
let made = 0;

export const stagedCount = computed(() => staged.value.size);
export const canUndo = computed(() => past.value.length > 0);
export const canRedo = computed(() => future.value.length > 0);

// The page holds the only copy: a tab that is closed with changes asks first.
window.addEventListener("beforeunload", (event) => {
  if (staged.value.size > 0) event.preventDefault();
});

function put(next: All): void {
  past.value = [...past.value.slice(-DEPTH), staged.value];
  future.value = [];
  staged.value = next;
}

export function undo(): void {
  const before = past.value.at(-1);
  if (!before) return;
  future.value = [...future.value, staged.value];
  past.value = past.value.slice(0, -1);
  staged.value = before;
}

export function redo(): void {
  const after = future.value.at(-1);
  if (!after) return;
  past.value = [...past.value, staged.value];
  future.value = future.value.slice(0, -1);
  staged.value = after;
}

/** Drops everything; it can be undone. */
export function discardAll(): void {
  if (staged.value.size > 0) put(new Map());
}

/** After a commit: nothing is left, and nothing of it can be undone here. */
export function clearStaged(): void {
  staged.value = new Map();
  past.value = [];
  future.value = [];
}

export function discard(ids: readonly string[]): void {
  const next = new Map(staged.value);
  for (const id of ids) next.delete(id);
  if (next.size !== staged.value.size) put(next);
}

export function idOf(oid: Oid, key: string): string {
  return `${oid}:${key}`;
}

export function insertsOf(oid: Oid): Staged[] {
  return [...staged.value.values()].filter((row) => row.oid === oid && row.op === "insert");
}

/** New rows; `sets` in the order in which they are to be shown, the last added first. */
export function stageInserts(oid: Oid, sets: readonly Record<string, SetValue>[]): void {
  const next = new Map<string, Staged>();
  for (const set of sets) {
    made += 1;
    const id = `${oid}:new${made}`;
    next.set(id, { id, oid, op: "insert", key: null, old: {}, set });
  }
  for (const [id, row] of staged.value) next.set(id, row);
  put(next);
}

export interface Edit {
  attnum: Attnum;
  value: SetValue;
  /** The whole value that the row holds, as it was read. */
  was: Value;
}

/** Edits of one or more rows as one step of undo. */
export function stageEdits(
  oid: Oid,
  edits: readonly {
    id: string | null;
    key: string | null;
    old: Record<string, Value>;
    edit: Edit;
  }[],
): void {
  const next = new Map(staged.value);
  for (const { id: given, key, old, edit } of edits) {
    const id = given ?? (key === null ? null : idOf(oid, key));
    if (id === null) continue;
    const before = next.get(id);
    const set = { ...before?.set };
    if (before?.op === "insert") {
      next.set(id, { ...before, set: { ...set, [edit.attnum]: edit.value } });
      continue;
    }
    if (edit.value === edit.was) delete set[edit.attnum];
    else set[edit.attnum] = edit.value;
    if (Object.keys(set).length === 0) next.delete(id);
    else {
      const known = { ...(before?.op === "update" ? before.old : old), [edit.attnum]: edit.was };
      next.set(id, { id, oid, op: "update", key, old: known, set });
    }
  }
  put(next);
}

/** Takes back a value that was to be set. */
export function unset(id: string, attnum: Attnum): void {
  const before = staged.value.get(id);
  if (!before) return;
  const { [attnum]: _, ...set } = before.set;
  const next = new Map(staged.value);
  if (before.op === "update" && Object.keys(set).length === 0) next.delete(id);
  else next.set(id, { ...before, set });
  put(next);
}

/** Marks rows for deletion; a new row is simply dropped, one that is marked is unmarked. */
export function stageDeletes(
  oid: Oid,
  rows: readonly { id: string | null; key: string | null; old: Record<string, Value> }[],
): void {
  const next = new Map(staged.value);
  const marked = rows.every(
    (row) => row.key !== null && next.get(idOf(oid, row.key))?.op === "delete",
  );
  for (const { id: given, key, old } of rows) {
    if (given !== null && next.get(given)?.op === "insert") next.delete(given);
    else if (key === null) continue;
    else if (marked) next.delete(idOf(oid, key));
    else next.set(idOf(oid, key), { id: idOf(oid, key), oid, op: "delete", key, old, set: {} });
  }
  put(next);
}

/** The changes as the server takes them, and the ids in the same order. */
export function asChanges(): { ids: string[]; changes: Change[] } {
  const rows = [...staged.value.values()];
  // Deletes first, then updates, then inserts: what makes room comes before what needs it.
  const order = { delete: 0, update: 1, insert: 2 };
  rows.sort((a, b) => order[a.op] - order[b.op]);
  return { ids: rows.map((row) => row.id), changes: rows.map(asChange) };
}

function asChange({ oid, op, key, old, set }: Staged): Change {
  if (op === "insert") return { oid, op, set };
  if (op === "delete") return { oid, op, key: key ?? "", old };
  return { oid, op, key: key ?? "", old, set };
}

/** Notes what the server found on the rows; no step of undo. */
export function markConflicts(
  found: ReadonlyMap<string, Pick<Staged, "conflict" | "error">>,
): void {
  const next = new Map<string, Staged>();
  for (const [id, { conflict: _, error: __, ...row }] of staged.value) {
    next.set(id, { ...row, ...found.get(id) });
  }
  staged.value = next;
}

/** The columns that the row was expected to hold otherwise, with what they hold. */
export function conflictsOf(row: Staged): [attnum: string, now: Value][] {
  const now = row.conflict?.now;
  if (!now) return [];
  return Object.entries(now).filter(
    ([attnum, value]) => attnum in row.old && value !== row.old[attnum],
  );
}

/** Takes the row as it is now for what was expected: a second commit then goes through. */
export function acceptConflict(id: string): void {
  const row = staged.value.get(id);
  if (!row?.conflict?.now) return;
  const { conflict, error: _, ...rest } = row;
  const next = new Map(staged.value);
  const old: Record<string, Value> = {};
  for (const attnum of Object.keys(row.old)) old[attnum] = conflict.now?.[attnum] ?? null;
  next.set(id, { ...rest, old });
  put(next);
}
