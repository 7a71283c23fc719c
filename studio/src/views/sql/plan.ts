/*
 * PostgreSQL's plan (EXPLAIN with FORMAT JSON) as a tree of nodes with what each of them cost by itself. Nothing here knows
 * a node's type: the shares come from the times, or from the costs where the query was not run.
 *
 * Times are wall-clock milliseconds. PostgreSQL gives the average of a loop, and below a Gather every process counts as a
 * loop: so a node's time is (average * loops / processes). Rows are those of one loop, as are the estimated ones.
 */

export type PlanJson = Record<string, unknown>;

export interface PlanNode {
  id: number;
  depth: number;
  type: string;
  /** What it works on: `film f`, `film_pkey on film`. */
  target: string;
  /** "CTE recent", "SubPlan 1": how the parent uses it, where that is not as its input. */
  role: string;
  /** With the children's, and without. Null where the query was not run. */
  totalMs: number | null;
  selfMs: number | null;
  selfCost: number;
  /** 0..1 of the whole query, of the time or else of the cost. */
  share: number;
  estimatedRows: number;
  actualRows: number | null;
  loops: number | null;
  /** How many times too many or too few rows were expected; 1 is right. */
  misestimate: number;
  buffers: Buffers | null;
  remarks: Remark[];
  details: [name: string, value: string][];
  children: PlanNode[];
}

/** Blocks that the node itself touched. */
export interface Buffers {
  hit: number;
  read: number;
  dirtied: number;
  written: number;
  temp: number;
}

export interface Remark {
  level: "warn" | "bad";
  text: string;
}

export interface Plan {
  root: PlanNode;
  analyzed: boolean;
  nodes: PlanNode[];
  totalMs: number | null;
  /** What stands beside the tree: planning and execution time, triggers, JIT. */
  summary: [name: string, value: string][];
}

const number = (value: unknown): number => (typeof value === "number" ? value : 0);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const list = (value: unknown): PlanJson[] => (Array.isArray(value) ? (value as PlanJson[]) : []);

const count = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/* ---------------------------------------------------------------- what is worth a remark */

interface Rule {
  level: Remark["level"];
  /** A sentence, or null where there is nothing to say. */
  say(node: PlanJson, made: PlanNode): string | null;
}

const rules: Rule[] = [
  {
    level: "bad",
    say: (node, made) =>
      made.misestimate >= 10 &&
      Math.max(number(node["Plan Rows"]), number(node["Actual Rows"])) >= 100
        ? `${count.format(made.misestimate)} times ${
            number(node["Actual Rows"]) > number(node["Plan Rows"]) ? "more" : "fewer"
          } rows than expected; ANALYZE the table, or extended statistics may help`
        : null,
  },
  {
    level: "bad",
    say: (node) =>
      node["Sort Space Type"] === "Disk"
        ? `sorted on disk (${count.format(number(node["Sort Space Used"]))} kB): work_mem was too small`
        : null,
  },
  {
    level: "warn",
    say: (node) =>
      number(node["Hash Batches"]) > 1
        ? `the hash table went to disk in ${count.format(number(node["Hash Batches"]))} batches: work_mem was too small`
        : null,
  },
  {
    level: "warn",
    say: (node) => {
      const removed =
        number(node["Rows Removed by Filter"]) + number(node["Rows Removed by Join Filter"]);
      const kept = number(node["Actual Rows"]);

      return removed >= 1000 && removed > 10 * kept
        ? `read ${count.format(removed + kept)} rows to keep ${count.format(kept)}`
        : null;
    },
  },
  {
    level: "warn",
    say: (node) =>
      number(node["Lossy Heap Blocks"]) > 0
        ? `the bitmap did not fit: ${count.format(number(node["Lossy Heap Blocks"]))} blocks were read whole`
        : null,
  },
  {
    level: "warn",
    say: (node) =>
      number(node["Heap Fetches"]) > 0.1 * number(node["Actual Rows"]) &&
      number(node["Heap Fetches"]) >= 100
        ? `went to the table for ${count.format(number(node["Heap Fetches"]))} rows all the same: VACUUM it`
        : null,
  },
  {
    level: "warn",
    say: (node) =>
      number(node["Workers Launched"]) < number(node["Workers Planned"])
        ? `${number(node["Workers Launched"])} of ${number(node["Workers Planned"])} workers were free`
        : null,
  },
];

/* ---------------------------------------------------------------- one node */

/** What is shown in columns of its own, or is of no use to who reads a plan. */
const shown = new Set([
  "Node Type",
  "Plans",
  "Parent Relationship",
  "Subplan Name",
  "Startup Cost",
  "Total Cost",
  "Plan Rows",
  "Plan Width",
  "Actual Startup Time",
  "Actual Total Time",
  "Actual Rows",
  "Actual Loops",
  "Parallel Aware",
  "Async Capable",
  "Schema",
  "Relation Name",
  "Alias",
  "Index Name",
  "Function Name",
  "CTE Name",
  "Join Type",
  "Scan Direction",
  "Strategy",
  "Partial Mode",
  "Operation",
  "Command",
  "Inner Unique",
  "Workers",
  "Disabled",
]);

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join(", ");
  if (typeof value === "number")
    return count.format(value) === String(value) || Number.isInteger(value)
      ? count.format(value)
      : String(value);
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function typeOf(node: PlanJson): string {
  const type = text(node["Node Type"]);
  const join = text(node["Join Type"]);
  const strategy = text(node.Strategy);
  const words: string[] = [];

  if (node["Parallel Aware"] === true) words.push("Parallel");
  if (text(node["Partial Mode"]) !== "" && node["Partial Mode"] !== "Simple")
    words.push(text(node["Partial Mode"]));
  if (type === "Aggregate")
    words.push(
      { Hashed: "Hash Aggregate", Sorted: "Group Aggregate", Mixed: "Mixed Aggregate" }[strategy] ??
        type,
    );
  else if (type === "ModifyTable") words.push(text(node.Operation));
  else words.push(type);
  if (join !== "" && join !== "Inner") words.push(`(${join})`);
  if (node["Scan Direction"] === "Backward") words.push("backward");
  return words.join(" ");
}

function targetOf(node: PlanJson): string {
  const relation =
    text(node["Relation Name"]) || text(node["Function Name"]) || text(node["CTE Name"]);
  const alias = text(node.Alias);
  const named = alias !== "" && alias !== relation ? `${relation} ${alias}`.trim() : relation;
  const index = text(node["Index Name"]);

  return index === "" ? named : named === "" ? index : `${index} on ${named}`;
}

function buffersOf(node: PlanJson): Buffers | null {
  if (node["Shared Hit Blocks"] === undefined) return null;
  const sum = (what: string): number =>
    number(node[`Shared ${what} Blocks`]) + number(node[`Local ${what} Blocks`]);

  return {
    hit: sum("Hit"),
    read: sum("Read"),
    dirtied: sum("Dirtied"),
    written: sum("Written"),
    temp: number(node["Temp Read Blocks"]) + number(node["Temp Written Blocks"]),
  };
}

/** The counts of a node hold its children's. */
function withoutChildren(own: Buffers | null, children: (Buffers | null)[]): Buffers | null {
  if (own === null) return null;
  const result = { ...own };

  for (const key of Object.keys(result) as (keyof Buffers)[])
    for (const child of children) result[key] = Math.max(0, result[key] - (child?.[key] ?? 0));
  return result;
}

/** Nodes that take in everything before they give anything: above them a LIMIT stops nothing. */
const BLOCKING = new Set(["Sort", "Hash", "Aggregate", "Materialize", "WindowAgg", "ModifyTable"]);

/** `stopped`: something above may have had enough of its rows, so that few of them are no surprise. */
function misestimateOf(node: PlanJson, stopped: boolean): number {
  if (node["Actual Rows"] === undefined || number(node["Actual Loops"]) === 0) return 1;
  const actual = Math.max(1, number(node["Actual Rows"]));
  const expected = Math.max(1, number(node["Plan Rows"]));

  if (stopped && actual < expected) return 1;
  return Math.max(actual / expected, expected / actual);
}

/* ---------------------------------------------------------------- the tree */

interface Reading {
  nodes: PlanNode[];
  /** A CTE's time is in the nodes that scan it, not in the node that it hangs on. */
  ctes: Map<string, number>;
}

const isCte = (node: PlanJson): boolean => text(node["Subplan Name"]).startsWith("CTE ");

/** What a node has from those above it. */
interface Above {
  depth: number;
  processes: number;
  stopped: boolean;
}

function read(node: PlanJson, above: Above, state: Reading): PlanNode {
  const { depth, processes, stopped } = above;
  const gathers = node["Workers Launched"] !== undefined;
  const below = gathers ? number(node["Workers Launched"]) + 1 : processes;
  const stopsBelow =
    node["Node Type"] === "Limit" || (stopped && !BLOCKING.has(text(node["Node Type"])));
  const analyzed = node["Actual Total Time"] !== undefined;
  const loops = number(node["Actual Loops"]);
  const together = loops >= processes ? processes : 1;
  const made: PlanNode = {
    id: state.nodes.length,
    depth,
    type: typeOf(node),
    target: targetOf(node),
    role: text(node["Subplan Name"]),
    totalMs: analyzed ? (number(node["Actual Total Time"]) * loops) / together : null,
    selfMs: null,
    selfCost: number(node["Total Cost"]),
    share: 0,
    estimatedRows: number(node["Plan Rows"]),
    actualRows: analyzed ? number(node["Actual Rows"]) : null,
    loops: analyzed ? loops : null,
    misestimate: misestimateOf(node, stopped),
    buffers: buffersOf(node),
    remarks: [],
    details: Object.entries(node)
      .filter(([key]) => !shown.has(key) && !/ Blocks$/.test(key))
      .map(([key, value]): [string, string] => [key, valueText(value)]),
    children: [],
  };

  state.nodes.push(made);
  const plans = list(node.Plans).sort((a, b) => Number(isCte(b)) - Number(isCte(a)));
  let childrenMs = 0;
  const childBuffers: (Buffers | null)[] = [];

  for (const plan of plans) {
    const child = read(plan, { depth: depth + 1, processes: below, stopped: stopsBelow }, state);

    made.children.push(child);
    childBuffers.push(buffersOf(plan));
    if (isCte(plan)) {
      state.ctes.set(child.role.slice("CTE ".length), child.totalMs ?? 0);
      continue;
    }
    childrenMs += child.totalMs ?? 0;
    made.selfCost -= number(plan["Total Cost"]);
  }
  const cte = state.ctes.get(text(node["CTE Name"]));

  if (cte !== undefined && made.totalMs !== null) {
    const paid = Math.min(cte, made.totalMs);

    childrenMs += paid;
    state.ctes.set(text(node["CTE Name"]), cte - paid);
  }
  made.selfCost = Math.max(0, made.selfCost);
  if (made.totalMs !== null) made.selfMs = Math.max(0, made.totalMs - childrenMs);
  made.buffers = withoutChildren(made.buffers, childBuffers);
  for (const rule of rules) {
    const said = analyzed && loops > 0 ? rule.say(node, made) : null;

    if (said !== null) made.remarks.push({ level: rule.level, text: said });
  }
  if (analyzed && loops === 0)
    made.details.unshift(["Never executed", "nothing asked for its rows"]);
  return made;
}

const milliseconds = (value: unknown): string => `${number(value).toFixed(3)} ms`;

function summaryOf(top: PlanJson): [string, string][] {
  const result: [string, string][] = [];
  const jit = top.JIT as PlanJson | undefined;

  for (const key of ["Planning Time", "Execution Time"])
    if (top[key] !== undefined) result.push([key, milliseconds(top[key])]);
  for (const trigger of list(top.Triggers))
    result.push([
      `Trigger ${text(trigger["Constraint Name"]) || text(trigger["Trigger Name"])}`,
      `${milliseconds(trigger.Time)}, ${count.format(number(trigger.Calls))} calls`,
    ]);
  if (jit !== undefined)
    result.push(["JIT", milliseconds((jit.Timing as PlanJson | undefined)?.Total)]);
  if (top.Settings !== undefined)
    for (const [name, value] of Object.entries(top.Settings as PlanJson))
      result.push([name, String(value)]);
  return result;
}

/** `answer` is what EXPLAIN (FORMAT JSON) gives: a list of one. Throws on what is no plan. */
export function readPlan(answer: unknown): Plan {
  const top = (Array.isArray(answer) ? answer[0] : answer) as PlanJson | undefined;
  const plan = top?.Plan as PlanJson | undefined;

  if (top === undefined || plan === undefined) throw new Error("this is not a plan in JSON");
  const state: Reading = { nodes: [], ctes: new Map() };
  const root = read(plan, { depth: 0, processes: 1, stopped: false }, state);
  const analyzed = root.totalMs !== null;
  const whole = analyzed
    ? Math.max(root.totalMs ?? 0, number(top["Execution Time"]))
    : state.nodes.reduce((sum, node) => sum + node.selfCost, 0);

  for (const node of state.nodes)
    node.share =
      whole > 0 ? Math.min(1, (analyzed ? (node.selfMs ?? 0) : node.selfCost) / whole) : 0;
  return {
    root,
    analyzed,
    nodes: state.nodes,
    totalMs: analyzed ? whole : null,
    summary: summaryOf(top),
  };
}

/** How loud a node is: 0 quiet to 3, where most of the time went. */
export function heat(node: PlanNode): 0 | 1 | 2 | 3 {
  return node.share >= 0.4 ? 3 : node.share >= 0.15 ? 2 : node.share >= 0.05 ? 1 : 0;
}
