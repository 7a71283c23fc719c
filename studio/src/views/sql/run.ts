// One run of an editor tab: what POST /api/query streams, gathered into one result a statement.
//
// The lines arrive by the thousand; they are written into plain arrays, and a signal that counts
// up tells the view, at most once a frame.

import { signal } from "@preact/signals";
import { asApiError, type ErrorBody, Job, post, stream } from "../../api/client";
import type { Value } from "../../api/types";
import { offsetOf } from "./offsets";

export interface ResultColumn {
  name: string;
  type: string;
  oid: number;
}

export interface Notice {
  severity?: string;
  message: string;
  detail?: string;
  hint?: string;
}

export interface Result {
  /** 1-based, as the server counts. */
  statement: number;
  sql: string;
  /** Where it stands in the editor, UTF-16 offsets. */
  from: number;
  to: number;
  columns: ResultColumn[];
  rows: Value[][];
  notices: Notice[];
  /** "SELECT 200"; null while it runs or where it failed. */
  tag: string | null;
  /** How many rows the statement gave, shown or not. */
  total: number;
  ms: number | null;
  cut: boolean;
  /** Values that came shortened. */
  cellsCut: number;
  error: ErrorBody | null;
}

export type Transaction = "idle" | "open" | "failed";

interface Line {
  statement?: number;
  position?: { from: number; to: number };
  columns?: ResultColumn[];
  rows?: Value[][] | number;
  notice?: Notice | string;
  done?: string;
  ms?: number;
  cut?: boolean;
  cells_cut?: number;
  error?: ErrorBody;
  end?: boolean;
  transaction?: Transaction;
}

export interface Asked {
  sql: string;
  /** Where `sql` begins in the editor: 0, or the selection's start. */
  offset: number;
  session: string;
  mode: "auto" | "transaction";
  timeoutMs: number;
  cap: number;
}

export class Run {
  readonly job = new Job();
  readonly results: Result[] = [];
  readonly started = performance.now();
  /** Counts up whenever something arrived. */
  readonly version = signal(0);
  running = true;
  cancelled = false;
  /** What is wrong with the run itself: the connection, the request. */
  error: ErrorBody | null = null;
  transaction: Transaction | null = null;
  ms: number | null = null;
  #frame = 0;

  constructor(readonly asked: Asked) {}

  async go(): Promise<void> {
    const { sql, session, mode, timeoutMs, cap } = this.asked;
    try {
      const lines = stream<Line>(
        "query",
        { sql, session, mode, timeout_ms: timeoutMs, rows: cap, request: this.job.request },
        this.job.abort,
      );
      for await (const line of lines) this.#take(line);
    } catch (thrown) {
      const error = asApiError(thrown);
      if (error.cancelled) this.cancelled = true;
      else this.error = error.body;
    }
    this.ms ??= performance.now() - this.started;
    this.running = false;
    cancelAnimationFrame(this.#frame);
    this.version.value += 1;
  }

  /** Asks the server to stop and lets it tell how that ended; a second time, hangs up. */
  cancel(): void {
    if (this.cancelled) this.job.cancel();
    else post("cancel", { request: this.job.request }).catch(() => this.job.cancel());
    this.cancelled = true;
    this.#changed();
  }

  #changed(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => {
      this.version.value += 1;
    });
  }

  #take(line: Line): void {
    const last = this.results.at(-1);
    if (line.statement !== undefined) this.#begin(line);
    else if (line.columns && last) last.columns = line.columns;
    else if (Array.isArray(line.rows) && last) last.rows.push(...line.rows);
    else if (line.notice !== undefined) this.#note(line.notice);
    else if (line.done !== undefined && last) {
      last.tag = line.done;
      last.total = typeof line.rows === "number" ? line.rows : last.rows.length;
      last.ms = line.ms ?? null;
      last.cut = line.cut ?? false;
      last.cellsCut = line.cells_cut ?? 0;
    } else if (line.error) {
      if (last && last.tag === null) last.error = line.error;
      else this.error = line.error;
    }
    if (line.transaction) this.transaction = line.transaction;
    if (line.end && line.ms !== undefined) this.ms = line.ms;
    this.#changed();
  }

  #begin(line: Line): void {
    const { sql, offset } = this.asked;
    const from = offsetOf(sql, line.position?.from ?? 0);
    const to = line.position ? offsetOf(sql, line.position.to) : sql.length;
    this.results.push({
      statement: line.statement ?? this.results.length + 1,
      sql: sql.slice(from, to),
      from: offset + from,
      to: offset + to,
      columns: [],
      rows: [],
      notices: [],
      tag: null,
      total: 0,
      ms: null,
      cut: false,
      cellsCut: 0,
      error: null,
    });
  }

  #note(notice: Notice | string): void {
    const said = typeof notice === "string" ? { message: notice } : notice;
    this.results.at(-1)?.notices.push(said);
  }

  /** Where the failed statement's error stands in the editor, or null. */
  errorOffset(): number | null {
    const failed = this.results.find((result) => result.error !== null);
    const error = failed?.error ?? this.error;
    if (!error || typeof error.position !== "number" || error.position < 1) return null;
    const base = failed ? failed.from : this.asked.offset;
    const sql = failed ? failed.sql : this.asked.sql;
    return base + offsetOf(sql, error.position - 1);
  }
}
