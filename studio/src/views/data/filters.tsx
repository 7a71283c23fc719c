// The line above the grid: what is filtered, as chips, and the raw WHERE.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Column, Filter, Operator } from "../../api/types";
import { session } from "../../state/session";
import { Button } from "../../ui/controls";
import { Icon } from "../../ui/icon";

/** The operators that fit a column: those for every type, and those for its category. */
export function operatorsFor(column: Column | undefined): Operator[] {
  const all = session.value?.operators ?? [];
  if (!column) return all;
  return all.filter((row) => !row.categories || row.categories.includes(column.category));
}

export function filterText(filter: Filter, columns: readonly Column[]): string {
  const column = columns.find((one) => one.attnum === filter.column);
  const operator = session.value?.operators.find((row) => row.op === filter.op);
  const value = Array.isArray(filter.value) ? filter.value.join(", ") : filter.value;
  return [column?.name ?? filter.column, operator?.label ?? filter.op, value ?? ""]
    .join(" ")
    .trim();
}

export function FilterBar({
  columns,
  filters,
  where,
  draft,
  onDraft,
  onFilters,
  onWhere,
}: {
  columns: readonly Column[];
  filters: readonly Filter[];
  where: string;
  /** The filter that is being written; null: none. */
  draft: { column: number; at: number | null } | null;
  onDraft: (draft: { column: number; at: number | null } | null) => void;
  onFilters: (filters: Filter[]) => void;
  onWhere: (where: string) => void;
}) {
  const [text, setText] = useState(where);
  useEffect(() => setText(where), [where]);
  const set = (filter: Filter, at: number | null) => {
    const next = [...filters];
    if (at === null) next.push(filter);
    else next[at] = filter;
    onDraft(null);
    onFilters(next);
  };
  return (
    <search class="filterbar" aria-label="Filters">
      {filters.map((filter, at) =>
        draft?.at === at ? (
          <Draft
            key={`${filter.column}${filter.op}`}
            columns={columns}
            start={filter}
            onSet={(next) => set(next, at)}
            onCancel={() => onDraft(null)}
          />
        ) : (
          <span class="chip" key={`${filter.column}${filter.op}${filter.value}`}>
            <button
              type="button"
              title="Change this filter"
              onClick={() => onDraft({ column: filter.column, at })}
            >
              {filterText(filter, columns)}
            </button>
            <button
              type="button"
              aria-label={`Drop the filter ${filterText(filter, columns)}`}
              onClick={() => onFilters(filters.filter((_, index) => index !== at))}
            >
              <Icon name="close" />
            </button>
          </span>
        ),
      )}
      {draft && draft.at === null ? (
        <Draft
          key={draft.column}
          columns={columns}
          start={{ column: draft.column, op: "=" }}
          onSet={(next) => set(next, null)}
          onCancel={() => onDraft(null)}
        />
      ) : (
        <Button
          small
          kind="ghost"
          icon="plus"
          onClick={() => onDraft({ column: columns[0]?.attnum ?? 0, at: null })}
        >
          Filter
        </Button>
      )}
      <form
        class="where"
        onSubmit={(event) => {
          event.preventDefault();
          onWhere(text.trim());
        }}
      >
        <label>
          <span class="faint mono">WHERE</span>
          <input
            class="input mono"
            aria-label="Raw WHERE condition"
            placeholder="any SQL condition, then Enter"
            spellcheck={false}
            autocomplete="off"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") setText(where);
            }}
          />
        </label>
        {where && (
          <Button
            small
            kind="ghost"
            icon="close"
            aria-label="Drop the WHERE"
            onClick={() => onWhere("")}
          />
        )}
      </form>
    </search>
  );
}

function Draft({
  columns,
  start,
  onSet,
  onCancel,
}: {
  columns: readonly Column[];
  start: Filter;
  onSet: (filter: Filter) => void;
  onCancel: () => void;
}) {
  const [number, setNumber] = useState(start.column);
  const [op, setOp] = useState(start.op);
  const [value, setValue] = useState(
    Array.isArray(start.value) ? start.value.join(", ") : (start.value ?? ""),
  );
  const column = columns.find((one) => one.attnum === number);
  const operators = operatorsFor(column);
  const operator = operators.find((row) => row.op === op) ?? operators[0];
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const submit = (event: Event) => {
    event.preventDefault();
    if (!operator) return;
    const filter: Filter = { column: number, op: operator.op };
    if (operator.values === "many") {
      filter.value = value
        .split(",")
        .map((part) => part.trim())
        .filter(Boolean);
    } else if (operator.values === 1) filter.value = value;
    onSet(filter);
  };
  const known = column?.labels ?? (column?.editor === "boolean" ? ["true", "false"] : null);
  return (
    <form
      class="draft"
      aria-label="New filter"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === "Escape") onCancel();
      }}
    >
      <select
        class="select"
        aria-label="Column"
        value={number}
        onChange={(event) => setNumber(Number(event.currentTarget.value))}
      >
        {columns.map((one) => (
          <option key={one.attnum} value={one.attnum}>
            {one.name}
          </option>
        ))}
      </select>
      <select
        class="select"
        aria-label="Operator"
        value={operator?.op ?? ""}
        onChange={(event) => setOp(event.currentTarget.value)}
      >
        {operators.map((row) => (
          <option key={row.op} value={row.op}>
            {row.label}
          </option>
        ))}
      </select>
      {operator?.values !== 0 && (
        <input
          ref={field}
          class="input"
          aria-label="Value"
          list={known ? "filter-values" : undefined}
          placeholder={operator?.values === "many" ? "a, b, c" : "value"}
          spellcheck={false}
          autocomplete="off"
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
      )}
      {known && (
        <datalist id="filter-values">
          {known.map((label) => (
            <option key={label} value={label} />
          ))}
        </datalist>
      )}
      <Button kind="primary" onClick={submit}>
        Apply
      </Button>
      <Button kind="ghost" icon="close" aria-label="Leave it" onClick={onCancel} />
      <input type="submit" hidden />
    </form>
  );
}
