// Two states of the schema compared: object by object side by side, or as the SQL that leads from
// one to the other and back. #/migrations/diff?from=db&to=schema

import { useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type ApiError, asApiError, post } from "../../api/client";
import { useCommands } from "../../shell/commands";
import { href, navigate, route } from "../../state/route";
import { session } from "../../state/session";
import { Button, SearchBox, Tabs } from "../../ui/controls";
import { Empty, Failed, Loading } from "../../ui/states";
import { Code, SideBySide } from "./code";
import { status } from "./model";

interface Different {
  object: string;
  change: string;
  kind?: string;
  from: string | null;
  to: string | null;
}

interface Difference {
  objects: Different[];
  sql_up: string;
  sql_down: string;
  unified: string;
}

type Shown = "side" | "up" | "down" | "unified";

/** "create", "drop", "alter" and their like, as a sign before a name. */
export function changeSign(change: string): { sign: string; kind: string } {
  if (/^(create|add|new|\+)/.test(change)) return { sign: "+", kind: "good" };
  if (/^(drop|remove|gone|-)/.test(change)) return { sign: "−", kind: "bad" };
  return { sign: "~", kind: "warn" };
}

export const diffHref = (from: string, to: string): string =>
  href("migrations", ["diff"], { from, to });

/** The sources there are here, with the names that the server knows them by. */
function sources(): { group: string; items: { value: string; label: string }[] }[] {
  const tags = [...(status.value?.migrations ?? [])].reverse().map((each) => each.tag);
  const at = (kind: string) =>
    tags.map((tag) => ({ value: `${kind}@${tag}`, label: `${kind} at ${tag}` }));
  return [
    {
      group: "Now",
      items: [
        { value: "db", label: "database" },
        ...(session.value?.features.schema === false
          ? []
          : [{ value: "schema", label: "Lua schema" }]),
        { value: "migrations", label: "migrations" },
        { value: "snapshot", label: "snapshot" },
        { value: "empty", label: "nothing" },
      ],
    },
    { group: "Migrations up to", items: at("migrations") },
    { group: "Snapshot of", items: at("snapshot") },
  ];
}

function SourcePicker({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <label class="row soft">
      {label}
      <select
        class="select diff-source"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {sources().map(({ group, items }) => (
          <optgroup key={group} label={group}>
            {items.map((item) => (
              <option key={item.value} value={item.value}>
                {item.label}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

export function DiffView() {
  const { query } = route.value;
  const first = session.value?.features.schema === false ? "migrations" : "schema";
  const from = query.get("from") ?? "db";
  const to = query.get("to") ?? first;
  const found = useSignal<Difference | null>(null);
  const error = useSignal<ApiError | null>(null);
  const turn = useSignal(0);
  useEffect(() => {
    const gone = new AbortController();
    found.value = null;
    error.value = null;
    post<Difference>("diff", { from, to }, gone.signal).then(
      (answer) => {
        found.value = answer;
      },
      (thrown: unknown) => {
        const failed = asApiError(thrown);
        if (!failed.cancelled) error.value = failed;
      },
    );
    return () => gone.abort();
  }, [from, to, turn.value]);
  const again = () => {
    turn.value += 1;
  };
  useCommands(
    () => [
      {
        id: "diff.swap",
        title: "Swap what is compared",
        group: "Migrations",
        run: () => navigate(diffHref(to, from), true),
      },
      { id: "diff.again", title: "Compare again", group: "Migrations", run: again },
    ],
    [from, to],
  );
  return (
    <div class="diff">
      <div class="diff-head">
        <SourcePicker
          label="From"
          value={from}
          onChange={(value) => navigate(diffHref(value, to), true)}
        />
        <Button
          kind="ghost"
          icon="swap"
          aria-label="Swap what is compared"
          onClick={() => navigate(diffHref(to, from), true)}
        />
        <SourcePicker
          label="to"
          value={to}
          onChange={(value) => navigate(diffHref(from, value), true)}
        />
        <Button kind="ghost" icon="refresh" aria-label="Compare again" onClick={again} />
      </div>
      {error.value ? (
        <Failed error={error.value} onRetry={again} />
      ) : !found.value ? (
        <Loading what="Comparing, and proving the way there and back" />
      ) : found.value.objects.length === 0 ? (
        <Empty icon="check" title="No difference">
          <p>Both say the same schema.</p>
        </Empty>
      ) : (
        <Difference found={found.value} from={from} to={to} />
      )}
    </div>
  );
}

function Difference({ found, from, to }: { found: Difference; from: string; to: string }) {
  const shown = useSignal<Shown>("side");
  return (
    <>
      <div class="migration-tabs">
        <Tabs
          id="diff"
          label="The difference"
          value={shown.value}
          tabs={[
            { value: "side", label: "Side by side", badge: found.objects.length },
            { value: "up", label: "SQL there" },
            { value: "down", label: "SQL back" },
            { value: "unified", label: "Unified" },
          ]}
          onChange={(value) => {
            shown.value = value;
          }}
        />
      </div>
      <div class="diff-body" role="tabpanel" id="diff-panel" aria-label="The difference">
        {shown.value === "side" ? (
          <Objects objects={found.objects} from={from} to={to} />
        ) : shown.value === "unified" ? (
          <Unified text={found.unified} />
        ) : (
          <Code
            text={(shown.value === "up" ? found.sql_up : found.sql_down) || "-- nothing\n"}
            label={shown.value === "up" ? "SQL from one to the other" : "SQL back"}
          />
        )}
      </div>
    </>
  );
}

/** What a source is called in the pickers. */
function sourceLabel(value: string): string {
  const known = sources().flatMap((group) => group.items);
  return known.find((item) => item.value === value)?.label ?? value;
}

function Objects({
  objects,
  from,
  to,
}: {
  objects: readonly Different[];
  from: string;
  to: string;
}) {
  const wanted = useSignal("");
  const chosen = useSignal(0);
  const found = useComputed(() =>
    objects
      .map((object, index) => ({ object, index }))
      .filter(({ object }) =>
        object.object.toLowerCase().includes(wanted.value.trim().toLowerCase()),
      ),
  );
  const now = objects[chosen.value] ?? objects[0];
  const key = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const at = found.value.findIndex(({ index }) => index === chosen.value);
    const next = found.value[Math.max(0, Math.min(found.value.length - 1, at + by))];
    if (!next) return;
    chosen.value = next.index;
    (event.currentTarget as HTMLElement)
      .querySelector<HTMLElement>(`[data-index="${next.index}"]`)
      ?.focus();
  };
  return (
    <div class="diff-objects">
      <nav aria-label="Objects that differ">
        <SearchBox
          label="Search objects"
          value={wanted.value}
          onInput={(value) => {
            wanted.value = value;
          }}
        />
        <div
          class="diff-list"
          role="listbox"
          aria-label="Objects that differ"
          tabIndex={-1}
          onKeyDown={key}
        >
          {found.value.map(({ object, index }) => {
            const { sign, kind } = changeSign(object.change);
            return (
              <button
                key={index}
                type="button"
                role="option"
                data-index={index}
                aria-selected={index === chosen.value}
                tabIndex={index === chosen.value ? 0 : -1}
                title={`${object.change} ${object.object}`}
                onClick={() => {
                  chosen.value = index;
                }}
              >
                <span class={`sign ${kind}`}>{sign}</span>
                <span class="ellipsis">{object.object}</span>
              </button>
            );
          })}
        </div>
      </nav>
      {now && (
        <div class="diff-sides">
          <div class="diff-names">
            <span class="ellipsis">
              {sourceLabel(from)}
              {now.from === null && " has no such object"}
            </span>
            <span class="ellipsis">
              {sourceLabel(to)}
              {now.to === null && " has no such object"}
            </span>
          </div>
          <SideBySide from={now.from ?? ""} to={now.to ?? ""} label={now.object} />
        </div>
      )}
    </div>
  );
}

/** A unified diff with its lines coloured by their first sign. */
export function Unified({ text }: { text: string }) {
  const kinds: Record<string, string> = { "+": "plus", "-": "minus", "@": "place" };
  return (
    <pre class="unified scroll">
      {text.split("\n").map((line, index) => (
        <span key={index} class={kinds[line[0] ?? ""] ?? ""}>
          {`${line}\n`}
        </span>
      ))}
    </pre>
  );
}
