// The state of a drawing: its tables and edges as the server gives them, the cards made of them,
// and where each stands. A card's place is a signal of its own, so that a drag draws one card and
// its edges and nothing else.

import { computed, type Signal, signal } from "@preact/signals";
import { type ApiError, asApiError, post } from "../../api/client";
import type { Oid } from "../../api/types";
import { arrange } from "./arrange";
import {
  type Card,
  cardOf,
  type Detail,
  type Diagram,
  type DiagramEdge,
  type DiagramTable,
  type Measure,
  type Rect,
} from "./geometry";
import type { Point } from "./layout";

/** What is drawn: a schema, or what is near a table. */
export type Scope = { schema: Oid } | { oid: Oid; hops: number };

/** Above it a schema opens on a table's neighbourhood. */
export const TOO_MANY = 300;
/** Above it only keys are shown to begin with. */
const KEYS_ONLY = 120;
const SAVE_AFTER_MS = 500;

export const scopeName = (scope: Scope): string =>
  "schema" in scope ? `schema ${scope.schema}` : `table ${scope.oid}`;

export class Drawing {
  readonly state = signal<"loading" | "arranging" | "ready" | "failed">("loading");
  readonly error = signal<ApiError | null>(null);
  readonly saveError = signal<ApiError | null>(null);
  readonly data = signal<Diagram | null>(null);
  readonly detail = signal<Detail>("all");
  readonly selected = signal<Oid | null>(null);
  readonly hovered = signal<Oid | null>(null);
  readonly places = new Map<Oid, Signal<Point>>();
  /** Whether somebody placed tables by hand, now or in an earlier session. */
  readonly kept = signal(false);
  readonly #put = signal(0);
  #saveTimer = 0;
  #gone = new AbortController();

  readonly cards = computed<Card[]>(() =>
    (this.data.value?.tables ?? []).map((table) =>
      cardOf(table, this.title(table), this.detail.value, this.measure),
    ),
  );
  readonly cardById = computed(() => new Map(this.cards.value.map((c) => [c.table.oid, c])));
  readonly edges = computed<DiagramEdge[]>(() => {
    const there = this.cardById.value;
    return (this.data.value?.edges ?? []).filter((e) => there.has(e.from) && there.has(e.to));
  });
  /** Where the cards stand, as of the last time that one was put down: while it is dragged only its own edges follow. */
  readonly rects = computed<Rect[]>(() => {
    void this.#put.value;
    return this.cards.value.map((card) => ({
      ...this.place(card.table.oid).peek(),
      width: card.width,
      height: card.height,
    }));
  });
  /** The tables that a table refers to or that refer to it. */
  readonly near = computed(() => {
    const all = new Map<Oid, Set<Oid>>();
    const add = (a: Oid, b: Oid) => {
      const set = all.get(a) ?? new Set();
      set.add(b);
      all.set(a, set);
    };
    for (const edge of this.edges.value) {
      add(edge.from, edge.to);
      add(edge.to, edge.from);
    }
    return all;
  });
  readonly manySchemas = computed(
    () => new Set(this.data.value?.tables.map((table) => table.schema)).size > 1,
  );

  constructor(
    readonly scope: Scope,
    readonly measure: Measure,
  ) {}

  title(table: DiagramTable): string {
    return this.manySchemas.value ? `${table.schema}.${table.name}` : table.name;
  }

  async load(): Promise<void> {
    try {
      const data = await post<Diagram>("diagram", this.scope, this.#gone.signal);
      if (data.tables.length > KEYS_ONLY) this.detail.value = "keys";
      this.data.value = data;
      for (const [oid, [x, y]] of Object.entries(data.layout))
        this.places.set(Number(oid), signal({ x, y }));
      this.kept.value = Object.keys(data.layout).length > 0;
      await this.#placeMissing();
      this.state.value = "ready";
    } catch (thrown) {
      const error = asApiError(thrown);
      if (error.cancelled) return;
      this.error.value = error;
      this.state.value = "failed";
    }
  }

  /** Lets a view go: nothing arrives after it, what is to be saved is saved. */
  close(): void {
    this.#gone.abort();
    if (this.#saveTimer !== 0) this.#save();
  }

  place(oid: Oid): Signal<Point> {
    let held = this.places.get(oid);
    if (!held) {
      held = signal({ x: 0, y: 0 });
      this.places.set(oid, held);
    }
    return held;
  }

  points(): Map<Oid, Point> {
    return new Map([...this.places].map(([oid, held]) => [oid, held.peek()]));
  }

  move(oid: Oid, to: Point): void {
    this.place(oid).value = { x: Math.round(to.x), y: Math.round(to.y) };
    this.kept.value = true;
    window.clearTimeout(this.#saveTimer);
    this.#saveTimer = window.setTimeout(() => this.#save(), SAVE_AFTER_MS);
  }

  /** A card was put down: the edges of others go around it where it is now. */
  putDown(): void {
    this.#put.value += 1;
  }

  /** Places every table anew; where that was asked for, what was kept is forgotten. */
  async arrangeAll(forget: boolean): Promise<void> {
    this.state.value = "arranging";
    this.places.clear();
    await this.#placeMissing();
    this.state.value = "ready";
    if (!forget) return;
    this.kept.value = false;
    window.clearTimeout(this.#saveTimer);
    this.#saveTimer = 0;
    await this.#post(null);
  }

  async #placeMissing(): Promise<void> {
    const missing = this.cards.value.filter((card) => !this.places.has(card.table.oid));
    if (missing.length === 0) return;
    this.state.value = "arranging";
    const places = await arrange(missing, this.edges.value, this.#gone.signal);
    let below = 0;
    for (const card of this.cards.value) {
      const place = this.places.get(card.table.oid)?.peek();
      if (place) below = Math.max(below, place.y + card.height + 60);
    }
    for (const [oid, { x, y }] of places) this.places.set(oid, signal({ x, y: y + below }));
    this.putDown();
  }

  #save(): void {
    this.#saveTimer = 0;
    const positions: Record<string, [number, number]> = {};
    for (const card of this.cards.value) {
      const { x, y } = this.place(card.table.oid).peek();
      positions[card.table.oid] = [x, y];
    }
    void this.#post(positions);
  }

  async #post(positions: Record<string, [number, number]> | null): Promise<void> {
    try {
      await post("layout", { name: scopeName(this.scope), positions });
      this.saveError.value = null;
    } catch (thrown) {
      this.saveError.value = asApiError(thrown);
    }
  }
}
