// What the server is connected to, and the tree of its objects: fetched at the start, the tree
// again when somebody asks or when something here may have changed it.

import { computed, signal } from "@preact/signals";
import { type ApiError, asApiError, get } from "../api/client";
import type { Oid, Session, TreeObject, TreeSchema } from "../api/types";

export const session = signal<Session | null>(null);
export const sessionError = signal<ApiError | null>(null);
export const schemas = signal<TreeSchema[] | null>(null);
export const treeError = signal<ApiError | null>(null);
export const treeLoading = signal(false);
/** Counts up with each tree that arrives: what stands on the catalog looks again. */
export const catalogVersion = signal(0);

export interface Located extends TreeObject {
  schema: string;
}

/** Every object of the tree by its oid. */
export const objects = computed(() => {
  const all = new Map<Oid, Located>();
  for (const schema of schemas.value ?? []) {
    for (const object of schema.objects) all.set(object.oid, { ...object, schema: schema.name });
  }
  return all;
});

export async function loadSession(): Promise<void> {
  try {
    session.value = await get<Session>("session");
    sessionError.value = null;
    document.title = `${session.value.database.name} · raymig studio`;
  } catch (thrown) {
    sessionError.value = asApiError(thrown);
  }
}

/** Fetches the tree; a later call while one runs waits for a fetch of its own. */
export async function loadTree(): Promise<void> {
  treeLoading.value = true;
  try {
    schemas.value = (await get<{ schemas: TreeSchema[] }>("objects")).schemas;
    treeError.value = null;
    catalogVersion.value += 1;
  } catch (thrown) {
    treeError.value = asApiError(thrown);
  } finally {
    treeLoading.value = false;
  }
}
