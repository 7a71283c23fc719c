// A plan to be read before it is run: each step with its SQL, what it locks and rewrites while the
// database is in use, and what it loses.

import { Icon } from "../../ui/icon";
import { type Hazard, type Plan, type PlannedMigration, type Step, stepsOf } from "./operation";

/** From here on writes wait, and from ACCESS EXCLUSIVE reads too. */
const BLOCKS_WRITES = new Set(["SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE"]);

interface Mark {
  kind: "" | "warn" | "bad";
  text: string;
  title: string;
}

function marks(step: Step): Mark[] {
  const found: Mark[] = [];
  if (step.loses_data)
    found.push({
      kind: "bad",
      text: "loses data",
      title: "What this removes cannot be brought back by down",
    });
  for (const { relation, lock, rewritten, scanned } of step.effects ?? []) {
    if (rewritten)
      found.push({
        kind: "bad",
        text: `rewrites ${relation}`,
        title: "Every row is written anew; readers and writers wait as long",
      });
    if (lock === "ACCESS EXCLUSIVE")
      found.push({
        kind: scanned || rewritten ? "bad" : "warn",
        text: `locks ${relation}`,
        title: "ACCESS EXCLUSIVE: reads and writes wait until the transaction ends",
      });
    else if (BLOCKS_WRITES.has(lock))
      found.push({ kind: "warn", text: `writes to ${relation} wait`, title: `${lock} lock` });
    if (scanned && !rewritten)
      found.push({
        kind: "warn",
        text: `reads ${relation}`,
        title: "The whole table is read under the lock",
      });
  }
  if (step.transaction === false)
    found.push({
      kind: "",
      text: "outside the transaction",
      title: "PostgreSQL runs this in no transaction block: what failed half-way stays half-way",
    });
  return found;
}

function StepView({ step }: { step: Step }) {
  const named = step.object !== "";
  const told = marks(step);
  const sign = { create: "+", drop: "−", alter: "~" }[step.step] ?? "~";
  const kind = { create: "good", drop: "bad", alter: "warn" }[step.step] ?? "warn";
  return (
    <li class={step.loses_data ? "plan-step loses" : "plan-step"}>
      {(named || told.length > 0) && (
        <div class="plan-step-head">
          {named && (
            <>
              <span class={`sign ${kind}`}>{sign}</span>
              <strong>{step.object}</strong>
            </>
          )}
          {step.reason && <span class="soft">{step.reason}</span>}
          {named && <span class="grow" />}
          {told.map((mark) => (
            <span key={mark.text} class={`badge ${mark.kind}`} title={mark.title}>
              {mark.text}
            </span>
          ))}
        </div>
      )}
      {step.refusal && <p class="bad-text">{step.refusal}</p>}
      {step.sql.length > 0 && <pre class="code">{step.sql.map(withEnd).join("\n")}</pre>}
      {(step.hazards ?? []).map((hazard) => (
        <HazardView key={`${hazard.rule} ${hazard.message}`} hazard={hazard} />
      ))}
    </li>
  );
}

function HazardView({ hazard }: { hazard: Hazard }) {
  const bad = hazard.level === "error";
  return (
    <div class={bad ? "plan-hazard bad" : "plan-hazard"}>
      <Icon name="warning" class="hazard-mark" />
      <div>
        <strong>{hazard.message ?? hazard.rule}</strong>
        {hazard.why && <div class="soft">{hazard.why}</div>}
        {hazard.how && <div class="soft">{hazard.how}</div>}
      </div>
    </div>
  );
}

const withEnd = (sql: string): string => (/;\s*$/.test(sql) ? sql : `${sql};`);

function MigrationView({ migration }: { migration: PlannedMigration }) {
  return (
    <li class="plan-migration">
      <h3>
        <span class="badge accent">{migration.direction}</span> {migration.tag}
        {migration.loses_data && <span class="badge bad">loses data</span>}
        <span class="faint">{migration.file}</span>
      </h3>
      {migration.steps && migration.steps.length > 0 ? (
        <ul>
          {migration.steps.map((step, index) => (
            <StepView key={`${index} ${step.object}`} step={step} />
          ))}
        </ul>
      ) : (
        <pre class="code">
          {migration.lua ?? migration.statements.map(({ sql }) => withEnd(sql)).join("\n\n")}
        </pre>
      )}
    </li>
  );
}

export function PlanView({ plan }: { plan: Plan }) {
  const steps = stepsOf(plan);
  return (
    <div class="plan-view">
      {(plan.warnings ?? []).map((warning) => (
        <p key={warning} class="notice">
          {warning}
        </p>
      ))}
      {plan.migrations && plan.migrations.length > 0 && (
        <ul aria-label="Migrations of the plan">
          {plan.migrations.map((migration) => (
            <MigrationView key={migration.tag} migration={migration} />
          ))}
        </ul>
      )}
      {steps.length > 0 && (
        <ul aria-label="Steps of the plan">
          {steps.map((step, index) => (
            <StepView key={`${index} ${step.object}`} step={step} />
          ))}
        </ul>
      )}
    </div>
  );
}
