// The rows that are loaded: a run of keyset pages around what is in sight. Pages are put to
// either end as the view comes near it, and dropped at the far end, so that a table of any size
// takes the memory of MAX_PAGES.

import { signal } from "@preact/signals";
import { type ApiError, asApiError, Job, post } from "../../api/client";
import type { Attnum, From, Oid, RowsAnswer, RowsRequest, Value } from "../../api/types";
import type { Query } from "./place";

const PAGE = 200;
const MAX_PAGES = 30;

export interface Row {
  values: Value[];
  key: string | null;
  /** Whole sizes of the values that came shortened, by the place of their column. */
  cut: Map<number, number> | null;
}

interface Page {
  rows: Row[];
  first: string | null;
  last: string | null;
}

export type Moved = { kind: "reset" } | { kind: "before" | "after"; shift: number };

export class RowWindow {
  columns: Attnum[] = [];
  rows: Row[] = [];
  /** The number of the first loaded row, from 0; null where it is not known. */
  start: number | null = 0;
  hasBefore = false;
  hasAfter = false;
  readonly loading = signal<false | "all" | "before" | "after">(false);
  readonly error = signal<ApiError | null>(null);
  readonly unindexed = signal<Attnum[]>([]);
  readonly ms = signal<number | null>(null);
  /** Counts up with each change of the rows. */
  readonly version = signal(0);
  /** Which edge the loaded run began at. */
  edge: "first" | "last" = "first";
  /** How many rows there are, once somebody has counted them. */
  #total: number | null = null;
  #pages: Page[] = [];
  #job: Job | null = null;

  constructor(
    readonly oid: Oid,
    readonly query: Query,
    /** Told of each change before `version` is: where the rows in sight went. */
    readonly onMoved: (moved: Moved) => void,
  ) {}

  cancel(): void {
    this.#job?.cancel();
    this.#job = null;
  }

  #request(from: From, job: Job): RowsRequest {
    return {
      oid: this.oid,
      sort: this.query.sort,
      filters: this.query.filters,
      ...(this.query.where ? { where: this.query.where } : {}),
      from,
      limit: PAGE,
      request: job.request,
    };
  }

  async #fetch(from: From, kind: "all" | "before" | "after"): Promise<RowsAnswer | null> {
    this.cancel();
    const job = new Job();
    this.#job = job;
    this.loading.value = kind;
    try {
      const answer = await post<RowsAnswer>("rows", this.#request(from, job), job.abort);
      if (this.#job !== job) return null;
      this.error.value = null;
      return answer;
    } catch (thrown) {
      // A cancel leaves `loading` as an error that can be tried again; a newer job owns both.
      if (this.#job === job || this.#job === null) this.error.value = asApiError(thrown);
      return null;
    } finally {
      if (this.#job === job || this.#job === null) {
        this.loading.value = false;
        this.#job = null;
      }
    }
  }

  /** Starts anew at an end of the table. */
  async load(edge: "first" | "last" = "first"): Promise<boolean> {
    const answer = await this.#fetch({ edge }, "all");
    if (!answer) return false;
    this.columns = answer.columns;
    this.unindexed.value = answer.unindexed;
    this.ms.value = answer.ms;
    this.edge = edge;
    this.hasBefore = answer.before;
    this.hasAfter = answer.after;
    this.start = edge === "first" || !answer.before ? 0 : this.#fromEnd(answer.rows.length);
    this.#pages = [page(answer)];
    this.#settle({ kind: "reset" });
    return true;
  }

  #fromEnd(loaded: number): number | null {
    return this.#total === null || this.hasAfter ? null : Math.max(0, this.#total - loaded);
  }

  /** The exact count: rows that were read from the end have numbers by it. */
  counted(total: number): void {
    this.#total = total;
    if (this.start !== null) return;
    this.start = this.#fromEnd(this.rows.length);
    this.version.value += 1;
  }

  /** Asks for the next page at one end, if there is one and nothing is under way. */
  async more(edge: "before" | "after"): Promise<void> {
    if (this.loading.value || this.error.value) return;
    if (edge === "after" ? !this.hasAfter : !this.hasBefore) return;
    const cursor = edge === "after" ? this.#pages.at(-1)?.last : this.#pages[0]?.first;
    if (!cursor) return;
    const answer = await this.#fetch(
      edge === "after" ? { after: cursor } : { before: cursor },
      edge,
    );
    if (!answer) return;
    const got = page(answer);
    this.ms.value = answer.ms;
    let shift = 0;
    if (edge === "after") {
      this.hasAfter = answer.after;
      if (got.rows.length > 0) this.#pages.push(got);
      while (this.#pages.length > MAX_PAGES) {
        shift -= this.#pages.shift()?.rows.length ?? 0;
        this.hasBefore = true;
      }
    } else {
      this.hasBefore = answer.before;
      if (got.rows.length > 0) {
        this.#pages.unshift(got);
        shift += got.rows.length;
      }
      while (this.#pages.length > MAX_PAGES) {
        this.#pages.pop();
        this.hasAfter = true;
      }
    }
    if (this.start !== null) this.start = this.hasBefore ? Math.max(0, this.start - shift) : 0;
    else if (!this.hasBefore) this.start = 0;
    this.#settle({ kind: edge, shift });
  }

  #settle(moved: Moved): void {
    this.rows = this.#pages.flatMap((entry) => entry.rows);
    this.onMoved(moved);
    this.version.value += 1;
  }
}

function page(answer: RowsAnswer): Page {
  const rows: Row[] = answer.rows.map((values, index) => ({
    values,
    key: answer.keys[index] ?? null,
    cut: null,
  }));
  for (const [row, column, bytes] of answer.cut) {
    const cut = rows[row];
    if (!cut) continue;
    cut.cut ??= new Map();
    cut.cut.set(column, bytes);
  }
  return { rows, first: answer.first, last: answer.last };
}
