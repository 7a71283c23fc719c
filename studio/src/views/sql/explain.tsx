// A plan as a tree: a line a node, with the bar of its own share of the time (or of the cost), the
// rows that were expected and that came, the blocks it touched. A node opens to its conditions.

import { useSignal } from "@preact/signals";
import { Button } from "../../ui/controls";
import { Loading, Problem } from "../../ui/states";
import { toast, toastError } from "../../ui/toast";
import { duration } from "./duration";
import { heat, type Plan, type PlanNode } from "./plan";
import type { Explained } from "./tabs";

const numbers = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
const BLOCK = 8192;

const rowsText = (rows: number): string =>
  rows < 10_000 ? numbers.format(rows) : short.format(rows);

/** Blocks in bytes, as most servers have them. */
function bytes(blocks: number): string {
  const size = blocks * BLOCK;
  if (size < 1 << 20) return `${numbers.format(size / 1024)} kB`;
  return size < 1 << 30
    ? `${(size / (1 << 20)).toFixed(1)} MB`
    : `${(size / (1 << 30)).toFixed(2)} GB`;
}

export function Explain({ explained }: { explained: Explained }) {
  if (explained.job) {
    return (
      <Loading
        what={explained.analyze ? "Running it to measure the plan" : "Asking for the plan"}
        onCancel={() => explained.job?.cancel()}
      />
    );
  }
  if (explained.error) {
    return (
      <div class="results-message">
        <Problem error={explained.error} />
      </div>
    );
  }
  return explained.plan ? <Tree plan={explained.plan} json={explained.json} /> : null;
}

function Tree({ plan, json }: { plan: Plan; json: unknown }) {
  const open = useSignal<ReadonlySet<number>>(new Set());
  const buffers = plan.nodes.some((node) => node.buffers !== null);
  const flip = (id: number) => {
    const next = new Set(open.value);
    if (!next.delete(id)) next.add(id);
    open.value = next;
  };
  const key = (event: KeyboardEvent) => {
    const rows = [
      ...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('[role="treeitem"]'),
    ];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to !== undefined) rows[Math.max(0, Math.min(rows.length - 1, to))]?.focus();
    else if ((event.key === "Enter" || event.key === " ") && at >= 0) flip(at);
    else if (event.key === "ArrowRight" && at >= 0 && !open.value.has(at)) flip(at);
    else if (event.key === "ArrowLeft" && at >= 0 && open.value.has(at)) flip(at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="plan">
      <div class="plan-summary">
        {plan.summary.map(([name, value]) => (
          <span key={name}>
            <span class="soft">{name}</span> <span class="nums">{value}</span>
          </span>
        ))}
        {!plan.analyzed && <span class="soft">Estimated: the query was not run</span>}
        <span class="grow" />
        <Button
          small
          kind="ghost"
          icon="copy"
          onClick={() =>
            navigator.clipboard
              .writeText(JSON.stringify(json, null, 2))
              .then(() => toast("Copied", "good"))
              .catch((thrown: unknown) => toastError(thrown, "Not copied"))
          }
        >
          Copy as JSON
        </Button>
      </div>
      <div
        class={`plan-tree ${buffers ? "with-buffers" : ""}`}
        role="tree"
        aria-label="The plan"
        onKeyDown={key}
      >
        <div class="plan-head" aria-hidden="true">
          <span>Node</span>
          <span>{plan.analyzed ? "Own time" : "Own cost"}</span>
          <span class="right">{plan.analyzed ? "Rows, expected" : "Rows expected"}</span>
          <span class="right">{plan.analyzed ? "Loops" : ""}</span>
          {buffers && <span>Blocks</span>}
        </div>
        {plan.nodes.map((node) => (
          <Line
            key={node.id}
            node={node}
            analyzed={plan.analyzed}
            buffers={buffers}
            open={open.value.has(node.id)}
            onFlip={() => flip(node.id)}
          />
        ))}
      </div>
    </div>
  );
}

function Line({
  node,
  analyzed,
  buffers,
  open,
  onFlip,
}: {
  node: PlanNode;
  analyzed: boolean;
  buffers: boolean;
  open: boolean;
  onFlip: () => void;
}) {
  const share = `${(node.share * 100).toFixed(node.share < 0.1 ? 1 : 0)} %`;
  const own = analyzed ? duration(node.selfMs ?? 0) : numbers.format(node.selfCost);
  const wrong = node.misestimate >= 10;
  return (
    <>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the tree hears the keys of its items */}
      <div
        class={`plan-line heat-${heat(node)}`}
        role="treeitem"
        tabIndex={node.id === 0 ? 0 : -1}
        aria-level={node.depth + 1}
        aria-expanded={open}
        onClick={onFlip}
      >
        <span class="plan-node" style={{ paddingLeft: `${node.depth * 18 + 12}px` }}>
          {node.depth > 0 && (
            <span class="plan-branch" style={{ left: `${node.depth * 18 + 1}px` }} />
          )}
          {node.role && <span class="badge">{node.role}</span>}
          <strong>{node.type}</strong>
          {node.target && <span class="plan-target ellipsis">{node.target}</span>}
        </span>
        <span class="plan-share" title={`${share} of the whole`}>
          <span class="plan-bar">
            <span style={{ width: `${Math.max(node.share * 100, 0.5)}%` }} />
          </span>
          <span class="nums plan-own">{own}</span>
          <span class="nums soft plan-percent">{share}</span>
        </span>
        <span class="nums right">
          {node.actualRows !== null && <>{rowsText(node.actualRows)} </>}
          <span class={wrong ? "bad-text" : "faint"}>{rowsText(node.estimatedRows)}</span>
        </span>
        <span class="nums right soft">
          {node.loops === null ? "" : node.loops === 0 ? "never" : numbers.format(node.loops)}
        </span>
        {buffers && (
          <span class="nums soft plan-buffers">{node.buffers && <BufferText node={node} />}</span>
        )}
      </div>
      {node.remarks.map((remark) => (
        <div
          key={remark.text}
          class={`plan-remark ${remark.level}`}
          style={{ paddingLeft: `${node.depth * 18 + 30}px` }}
        >
          {remark.text}
        </div>
      ))}
      {open && (
        <dl class="plan-details" style={{ paddingLeft: `${node.depth * 18 + 30}px` }}>
          {node.totalMs !== null && (
            <>
              <dt>With its inputs</dt>
              <dd class="nums">{duration(node.totalMs)}</dd>
            </>
          )}
          {node.details.map(([name, value]) => (
            <>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </>
          ))}
        </dl>
      )}
    </>
  );
}

function BufferText({ node }: { node: PlanNode }) {
  const { buffers } = node;
  if (!buffers) return null;
  const parts: [string, number][] = [
    ["hit", buffers.hit],
    ["read", buffers.read],
    ["dirtied", buffers.dirtied],
    ["written", buffers.written],
    ["temp", buffers.temp],
  ];
  const told = parts.filter(([, blocks]) => blocks > 0);
  return (
    <span
      title={told.map(([name, blocks]) => `${name} ${numbers.format(blocks)} blocks`).join(", ")}
    >
      {told.map(([name, blocks]) => `${bytes(blocks)} ${name}`).join(" · ")}
    </span>
  );
}
