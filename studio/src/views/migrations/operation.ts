// One operation from plan to end: up, down, generate or push. The plan is asked for and shown;
// only what was shown can be run: its token goes with the request, and the server refuses (409)
// where something changed since.

import { signal } from "@preact/signals";
import { asApiError, type ErrorBody, Job, post, stream } from "../../api/client";
import { loadTree } from "../../state/session";
import { loadStatus } from "./model";

export type Doing = "up" | "down" | "generate" | "push";

export interface Effect {
  relation: string;
  lock: string;
  rewritten: boolean;
  scanned: boolean;
}

/** What lint says of a statement. */
export interface Hazard {
  rule: string | null;
  level: string | null;
  message: string | null;
  why?: string | null;
  how?: string | null;
}

export interface Step {
  step: string;
  object: string;
  reason: string | null;
  loses_data: boolean;
  refusal: string | null;
  transaction: boolean;
  effects: Effect[];
  hazards?: Hazard[];
  sql: string[];
}

export interface PlannedMigration {
  tag: string;
  direction: "up" | "down";
  file: string | null;
  statements: { sql: string; line: number }[];
  lua?: string;
  steps?: Step[];
  loses_data?: boolean;
}

export interface Plan {
  /** The word that has to be typed, where data is lost. */
  confirm: string | null;
  plan: string;
  migrations?: PlannedMigration[];
  steps?: Step[];
  steps_up?: Step[];
  steps_down?: Step[];
  loses_data?: boolean;
  name?: string | null;
  up?: string | null;
  down?: string | null;
  warnings?: string[];
}

export interface Options {
  /** How many migrations; null: all of them. */
  n: number | null;
  /** For generate: the migration's name, "" where one is made up. */
  name: string;
  /** What became of what is gone: "old=new", and what was dropped. */
  rename: string[];
  dropped: string[];
}

/** A line of a run's stream. */
export interface RunEvent {
  event?: string;
  kind?: string;
  tag?: string;
  direction?: string;
  number?: number;
  total?: number;
  statement?: number;
  text?: string;
  us?: number;
  done?: number;
  of?: number;
  severity?: string;
  holder?: unknown;
  [more: string]: unknown;
}

export type Phase = "planning" | "planned" | "running" | "done" | "failed";

export class Operation {
  readonly options = signal<Options>({ n: null, name: "", rename: [], dropped: [] });
  readonly phase = signal<Phase>("planning");
  readonly plan = signal<Plan | null>(null);
  readonly error = signal<ErrorBody | null>(null);
  /** What is to be done is no longer what was shown, or another runner is at work. */
  readonly conflict = signal(false);
  readonly events = signal<readonly RunEvent[]>([]);
  readonly result = signal<Record<string, unknown> | null>(null);
  #job: Job | null = null;

  constructor(readonly doing: Doing) {
    if (doing === "down") this.options.value = { ...this.options.value, n: 1 };
  }

  #asked(): Record<string, unknown> {
    const { n, name, rename, dropped } = this.options.value;
    const counted = this.doing === "up" || this.doing === "down";
    return {
      do: this.doing,
      ...(counted && n !== null ? { n } : {}),
      ...(this.doing === "generate" && name !== "" ? { name } : {}),
      ...(counted ? {} : { rename, dropped }),
    };
  }

  async makePlan(): Promise<void> {
    this.#job?.cancel();
    const job = new Job();
    this.#job = job;
    this.phase.value = "planning";
    this.error.value = null;
    this.conflict.value = false;
    this.events.value = [];
    this.result.value = null;
    try {
      const plan = await post<Plan>("plan", this.#asked(), job.abort);
      if (this.#job !== job) return;
      this.plan.value = plan;
      this.phase.value = "planned";
    } catch (thrown) {
      const failed = asApiError(thrown);
      if (failed.cancelled || this.#job !== job) return;
      this.conflict.value = failed.status === 409;
      this.error.value = failed.body;
      this.phase.value = "failed";
    }
  }

  async run(confirmation: string | null): Promise<void> {
    const plan = this.plan.value;
    if (!plan || this.phase.value !== "planned") return;
    const job = new Job();
    this.#job = job;
    this.phase.value = "running";
    this.error.value = null;
    try {
      const asked = {
        ...this.#asked(),
        plan: plan.plan,
        ...(confirmation === null ? {} : { confirm: confirmation }),
      };
      for await (const line of stream<RunEvent & { end?: boolean; error?: ErrorBody }>(
        "run",
        asked,
        job.abort,
      )) {
        if (line.error) this.error.value = line.error;
        if (line.end) this.result.value = line;
        if (line.event || line.kind) this.events.value = [...this.events.value.slice(-999), line];
      }
      this.phase.value = this.error.value ? "failed" : "done";
    } catch (thrown) {
      const failed = asApiError(thrown);
      this.conflict.value = failed.status === 409;
      this.error.value = failed.body;
      this.phase.value = "failed";
    }
    void loadStatus();
    void loadTree();
  }

  /** Leaves the plan; what runs already goes on to its end on the server. */
  close(): void {
    if (this.phase.value === "planning") this.#job?.cancel();
    this.#job = null;
  }
}

/** All steps that a plan shows. */
export const stepsOf = (plan: Plan): Step[] => plan.steps ?? plan.steps_up ?? [];

export const isEmpty = (plan: Plan): boolean =>
  stepsOf(plan).length === 0 && (plan.migrations ?? []).length === 0;

/** What is gone and may have been renamed, with the words that settle it. */
export interface Question {
  kind: string;
  object: string;
  from: string;
  dropped: string;
  candidates: { to: string; likeness: number; rename: string }[];
}

export const questionsOf = (error: ErrorBody): Question[] =>
  Array.isArray(error.questions) ? (error.questions as Question[]) : [];
