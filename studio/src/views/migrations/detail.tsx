// One migration: where it stands, its two ways as text, and what was done with it.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type ApiError, asApiError, get } from "../../api/client";
import { Tabs } from "../../ui/controls";
import { Empty, Failed, Loading } from "../../ui/states";
import { duration } from "../sql/duration";
import { Code } from "./code";
import { StateBadge } from "./list";
import { type LogLine, type Migration, moment, standingOf, status, type Whole } from "./model";

type Shown = "up" | "down" | "log";

export function Detail({ tag }: { tag: string }) {
  const whole = useSignal<Whole | null>(null);
  const error = useSignal<ApiError | null>(null);
  const shown = useSignal<Shown>("up");
  const migration = status.value?.migrations.find((each) => each.tag === tag);
  const load = async (abort?: AbortSignal) => {
    try {
      whole.value = await get<Whole>(`migrations/${encodeURIComponent(tag)}`, abort);
      error.value = null;
    } catch (thrown) {
      const failed = asApiError(thrown);
      if (!failed.cancelled) error.value = failed;
    }
  };
  useEffect(() => {
    const gone = new AbortController();
    whole.value = null;
    void load(gone.signal);
    return () => gone.abort();
  }, [tag, status.value]);
  if (error.value) return <Failed error={error.value} onRetry={() => void load()} />;
  if (!whole.value) return <Loading what="Reading the migration" />;
  const { up, down, kind, log } = whole.value;
  return (
    <div class="migration">
      {migration && <Facts migration={migration} />}
      <div class="migration-tabs">
        <Tabs
          id="migration"
          label="The migration"
          value={shown.value}
          tabs={[
            { value: "up", label: "Up" },
            { value: "down", label: "Down" },
            { value: "log", label: "Log", badge: log.length },
          ]}
          onChange={(value) => {
            shown.value = value;
          }}
        />
      </div>
      <div class="migration-body" role="tabpanel" id="migration-panel" aria-label={shown.value}>
        {shown.value === "log" ? (
          <Log lines={log} />
        ) : (
          <Text text={shown.value === "up" ? up : down} way={shown.value} kind={kind} />
        )}
      </div>
    </div>
  );
}

/** Lua has comments of the same kind as SQL and is not SQL. */
const isLua = (text: string, kind: string): boolean =>
  kind === "lua" || /^\s*(local |return |function |migration|--\[\[)/m.test(text);

function Text({ text, way, kind }: { text: string | null; way: "up" | "down"; kind: string }) {
  if (text === null || text === "") {
    return way === "down" ? (
      <Empty icon="undo" title="There is no way back">
        <p>This migration has no down: it is not taken back.</p>
      </Empty>
    ) : (
      <Empty icon="empty" title="Its file is gone" />
    );
  }
  return <Code text={text} label={`${way} of the migration`} plain={isLua(text, kind)} />;
}

function Facts({ migration }: { migration: Migration }) {
  const { state, file, hash, applied_at, applied_by, duration_ms, replaces, statements_done } =
    migration;
  const help = standingOf(state).help;
  const facts: [string, string | undefined][] = [
    ["File", file],
    ["Applied", applied_at ? moment(applied_at) : undefined],
    ["By", applied_by],
    ["Took", duration_ms === undefined ? undefined : duration(duration_ms)],
    ["Statements done", statements_done === undefined ? undefined : String(statements_done)],
    ["Hash", hash?.slice(0, 12)],
    ["Replaces", replaces?.join(", ")],
  ];
  return (
    <div class="migration-facts">
      <p>
        <StateBadge state={state} /> <span class={state === "applied" ? "soft" : ""}>{help}</span>
      </p>
      <dl>
        {facts
          .filter(([, value]) => value !== undefined && value !== "")
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </div>
  );
}

function Log({ lines }: { lines: LogLine[] }) {
  if (lines.length === 0) return <Empty icon="history" title="Nothing was done with it yet" />;
  return (
    <div class="scroll migration-log">
      <table class="table">
        <thead>
          <tr>
            <th>When</th>
            <th>What</th>
            <th>Who</th>
            <th class="num">Took</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line, index) => {
            const took = line.duration_ms ?? line.ms;
            return (
              <tr key={index}>
                <td class="nums">{moment(line.at)}</td>
                <td>{line.event ?? line.action}</td>
                <td class="soft">{line.who ?? line.by}</td>
                <td class="num soft">
                  {took === null || took === undefined ? "" : duration(took)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
