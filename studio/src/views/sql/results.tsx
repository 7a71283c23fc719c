// What a run gave: a tab a statement, the plan among them, and below the shown one how long it
// took, how many rows there are, and how to get them out.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { asApiError, download, downloadExport, type ErrorBody } from "../../api/client";
import type { Value } from "../../api/types";
import { formulaGuard } from "../../state/settings";
import { Button, Kbd } from "../../ui/controls";
import { openMenu } from "../../ui/menu";
import { Empty, Problem } from "../../ui/states";
import { toastError } from "../../ui/toast";
import { duration } from "./duration";
import { Explain } from "./explain";
import { ResultGrid } from "./result_grid";
import type { Notice, Result, Run } from "./run";
import type { Tab } from "./tabs";

const numbers = new Intl.NumberFormat("en-US");

/** Counts up by itself while something runs. */
function Elapsed({ since }: { since: number }) {
  const now = useSignal(performance.now());
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = performance.now();
    }, 100);
    return () => clearInterval(timer);
  }, [now]);
  return <span class="nums">{duration(Math.max(0, now.value - since))}</span>;
}

export function Results({ tab, onJump }: { tab: Tab; onJump: (offset: number) => void }) {
  const run = tab.run.value;
  const explained = tab.explained.value;
  if (!run && !explained) {
    return (
      <Empty icon="sql" title="Nothing was run yet">
        <p>
          <Kbd keys="Mod+Enter" /> runs the selection, or everything. <Kbd keys="Mod+Shift+Enter" />{" "}
          runs the statement at the cursor.
        </p>
      </Empty>
    );
  }
  const shown = tab.shown.value;
  const plan = shown === "plan" && explained !== null;
  return (
    <div class="results">
      <ResultTabs tab={tab} run={run} />
      <div class="results-body" role="tabpanel" id="result-panel" aria-label="Result">
        {plan ? (
          <Explain explained={explained} />
        ) : run ? (
          <RunBody run={run} shown={shown === "plan" ? 0 : shown} onJump={onJump} />
        ) : null}
      </div>
    </div>
  );
}

// A run is written in place and stays one object, which a component takes for unchanged: so each of
// these reads its version.

function ResultTabs({ tab, run }: { tab: Tab; run: Run | null }) {
  void run?.version.value;
  const shown = tab.shown.value;
  const results = run?.results ?? [];
  const keys: (number | "plan")[] = [
    ...results.map((_, index) => index),
    ...(tab.explained.value ? ["plan" as const] : []),
  ];
  const move = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by || keys.length === 0) return;
    event.preventDefault();
    const next = (keys.indexOf(shown) + by + keys.length) % keys.length;
    tab.shown.value = keys[next] ?? 0;
    (event.currentTarget as HTMLElement)
      .querySelectorAll<HTMLElement>('[role="tab"]')
      [next]?.focus();
  };
  return (
    <div class="result-tabs">
      <div class="tabs" role="tablist" aria-label="Results" onKeyDown={move}>
        {results.map((result, index) => (
          <button
            key={result.statement}
            type="button"
            role="tab"
            aria-selected={shown === index}
            aria-controls="result-panel"
            tabIndex={shown === index ? 0 : -1}
            title={result.sql.slice(0, 500)}
            onClick={() => {
              tab.shown.value = index;
            }}
          >
            {result.error && <span class="dot bad" aria-label="failed" role="img" />}
            {results.length > 1 && <span class="faint nums">{index + 1} </span>}
            {result.error ? "error" : (result.tag ?? "running")}
          </button>
        ))}
        {tab.explained.value && (
          <button
            type="button"
            role="tab"
            aria-selected={shown === "plan"}
            aria-controls="result-panel"
            tabIndex={shown === "plan" ? 0 : -1}
            onClick={() => {
              tab.shown.value = "plan";
            }}
          >
            Plan
          </button>
        )}
      </div>
      <span class="grow" />
      {run?.running ? (
        <span class="row soft" role="status">
          <span class="spinner" />
          <Elapsed since={run.started} />
          {run.cancelled && "cancelling"}
        </span>
      ) : (
        run && (
          <span class="soft nums" role="status">
            {run.cancelled ? "cancelled after " : ""}
            {duration(run.ms ?? 0)}
          </span>
        )
      )}
    </div>
  );
}

function RunBody({
  run,
  shown,
  onJump,
}: {
  run: Run;
  shown: number;
  onJump: (offset: number) => void;
}) {
  void run.version.value;
  const result = run.results[shown];
  const offset = run.errorOffset();
  const jump = (error: ErrorBody) =>
    offset !== null && typeof error.position === "number" ? (
      <Button small kind="ghost" icon="jump" onClick={() => onJump(offset)}>
        Show where
      </Button>
    ) : null;
  if (!result) {
    if (run.error) return <Message error={run.error} action={jump(run.error)} />;
    if (run.running) return null;
    if (run.cancelled) return <Empty icon="stop" title="Cancelled before it gave anything" />;
    return <Empty icon="check" title="There was no statement to run" />;
  }
  return (
    <>
      {result.notices.length > 0 && <Notices notices={result.notices} />}
      {result.error && <Message error={result.error} action={jump(result.error)} />}
      {result.columns.length > 0 && !result.error ? (
        <>
          <ResultGrid
            result={result}
            count={result.rows.length}
            label={`Rows of statement ${result.statement}`}
          />
          <Footer run={run} result={result} />
        </>
      ) : (
        result.tag !== null && (
          <Empty icon="check" title={result.tag}>
            <p class="soft nums">{result.ms !== null && duration(result.ms)}</p>
          </Empty>
        )
      )}
    </>
  );
}

function Message({ error, action }: { error: ErrorBody; action: preact.ComponentChildren }) {
  return (
    <div class="results-message">
      <Problem error={error}>{action}</Problem>
    </div>
  );
}

function Notices({ notices }: { notices: readonly Notice[] }) {
  return (
    <ul class="sql-notices" aria-label="Notices of the server">
      {notices.map((notice, index) => (
        <li key={index}>
          <span class={`badge ${notice.severity === "WARNING" ? "warn" : ""}`}>
            {notice.severity ?? "NOTICE"}
          </span>{" "}
          {notice.message}
          {notice.detail && <div class="soft">{notice.detail}</div>}
          {notice.hint && <div class="soft">{notice.hint}</div>}
        </li>
      ))}
    </ul>
  );
}

/* ---------------------------------------------------------------- getting it out */

const csvField = (value: Value, guard: boolean): string => {
  if (value === null) return "";
  // A spreadsheet runs what begins so; a quote before it makes it text.
  const safe =
    guard && /^[=+\-@\t\r]/.test(value) && !/^[-+]?[\d.]+$/.test(value) ? `'${value}` : value;
  return safe === "" || /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

function asCsv(result: Result): string {
  const head = result.columns.map((column) => csvField(column.name, false));
  const lines = result.rows.map((row) => row.map((value) => csvField(value, formulaGuard.value)));
  return [head, ...lines].map((line) => `${line.join(",")}\r\n`).join("");
}

/** Values stay PostgreSQL's text; numbers that JavaScript would change are not made numbers. */
function asJson(result: Result): string {
  const rows = result.rows.map((row) =>
    Object.fromEntries(result.columns.map((column, index) => [column.name, row[index] ?? null])),
  );
  return `${JSON.stringify(rows, null, 2)}\n`;
}

function exportMenu(result: Result): void {
  const shown = numbers.format(result.rows.length);
  const save = (text: string, type: string, name: string) =>
    void download(new Response(new Blob([text], { type })), name);
  const again = async (format: "csv" | "json" | "ndjson" | "sql") => {
    try {
      await downloadExport({
        sql: result.sql,
        format,
        header: true,
        formula_guard: formulaGuard.value,
        request: crypto.randomUUID(),
      });
    } catch (thrown) {
      toastError(asApiError(thrown), "The export failed");
    }
  };
  const reads = /^\s*(select|with|values|table|show)\b/i.test(result.sql);
  const button = document.querySelector("#result-export");
  if (!button) return;
  openMenu(button, "Export the result", () => [
    { head: `The ${shown} rows shown` },
    { label: "CSV", run: () => save(asCsv(result), "text/csv", "result.csv") },
    { label: "JSON", run: () => save(asJson(result), "application/json", "result.json") },
    ...(reads
      ? [
          "line" as const,
          { head: "All rows, by running it again" },
          { label: "All rows as CSV", run: () => void again("csv") },
          { label: "All rows as JSON", run: () => void again("json") },
          { label: "All rows as NDJSON", run: () => void again("ndjson") },
        ]
      : []),
  ]);
}

function Footer({ run, result }: { run: Run; result: Result }) {
  void run.version.value;
  const count = numbers.format(result.rows.length);
  return (
    <div class="results-foot">
      <span class="nums">
        {count} {result.rows.length === 1 ? "row" : "rows"}
      </span>
      {result.cut && (
        <span class="badge warn" title="The limit stands in the toolbar">
          {/* A query through a cursor is read one row further, and no more. */}
          {result.total > result.rows.length + 1
            ? `the first of ${numbers.format(result.total)}`
            : `only the first ${numbers.format(run.asked.cap)}: there are more`}
        </span>
      )}
      {result.cellsCut > 0 && (
        <span
          class="badge warn"
          title="Long values are shown by their beginning; an export has all of them"
        >
          {numbers.format(result.cellsCut)} long {result.cellsCut === 1 ? "value" : "values"}{" "}
          shortened
        </span>
      )}
      {result.ms !== null && <span class="soft nums">{duration(result.ms)}</span>}
      <span class="grow" />
      <Button
        id="result-export"
        small
        kind="ghost"
        icon="download"
        aria-haspopup="menu"
        onClick={() => exportMenu(result)}
      >
        Export
      </Button>
    </div>
  );
}
