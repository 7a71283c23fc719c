// Running from here: the plan first, the typed word where data is lost, then what happens as it
// happens. #/migrations/run/up

import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { href, navigate } from "../../state/route";
import { session } from "../../state/session";
import { Button, Field } from "../../ui/controls";
import { Icon } from "../../ui/icon";
import { Empty, Loading, Problem } from "../../ui/states";
import { duration } from "../sql/duration";
import { applied, waiting } from "./model";
import { type Doing, isEmpty, Operation, questionsOf, type RunEvent, stepsOf } from "./operation";
import { PlanView } from "./plan_view";

interface Words {
  title: string;
  action: string;
  planning: string;
  nothing: string;
  nothingMore: string;
  done: string;
}

const WORDS: Record<Doing, Words> = {
  up: {
    title: "Apply migrations",
    action: "Apply",
    planning: "Reading what would be applied",
    nothing: "Nothing is pending",
    nothingMore: "Every migration of the folder is applied.",
    done: "Applied",
  },
  down: {
    title: "Take migrations back",
    action: "Take back",
    planning: "Reading what would be taken back",
    nothing: "Nothing to take back",
    nothingMore: "No migration is applied.",
    done: "Taken back",
  },
  generate: {
    title: "Generate a migration",
    action: "Write the migration",
    planning: "Comparing the schema with the migrations, and proving the plan both ways",
    nothing: "The migrations make what the schema says",
    nothingMore: "There is nothing to generate.",
    done: "Written",
  },
  push: {
    title: "Push the schema",
    action: "Push",
    planning: "Comparing the schema with the database, and proving the plan",
    nothing: "The database is what the schema says",
    nothingMore: "There is nothing to push.",
    done: "Pushed",
  },
};

export const isDoing = (word: string | undefined): word is Doing =>
  word !== undefined && word in WORDS;
export const runHref = (doing: Doing): string => href("migrations", ["run", doing]);
const back = () => navigate(href("migrations"));

export function RunView({ doing }: { doing: Doing }) {
  const operation = useMemo(() => new Operation(doing), [doing]);
  useEffect(() => {
    void operation.makePlan();
    return () => operation.close();
  }, [operation]);
  const words = WORDS[doing];
  const phase = operation.phase.value;
  return (
    <section class="run" aria-label={words.title}>
      <header class="run-head">
        <h2>{words.title}</h2>
        {phase !== "running" && phase !== "done" && <OptionsBar operation={operation} />}
        <span class="grow" />
        <Button kind="ghost" icon="close" aria-label="Close" onClick={back} />
      </header>
      <div class="run-body scroll">
        {phase === "planning" ? (
          <Loading what={words.planning} />
        ) : phase === "planned" ? (
          <Planned operation={operation} words={words} />
        ) : phase === "failed" && operation.events.value.length === 0 ? (
          <Trouble operation={operation} />
        ) : (
          <Progress operation={operation} words={words} />
        )}
      </div>
      {phase === "planned" && operation.plan.value && !isEmpty(operation.plan.value) && (
        <Confirm operation={operation} words={words} />
      )}
      {(phase === "done" || phase === "failed") && (
        <footer class="run-foot">
          <span class="grow" />
          {phase === "failed" && (
            <Button icon="refresh" onClick={() => void operation.makePlan()}>
              Plan again
            </Button>
          )}
          <Button kind="primary" onClick={back}>
            Close
          </Button>
        </footer>
      )}
    </section>
  );
}

/** How many migrations, or what the new one is called. */
function OptionsBar({ operation }: { operation: Operation }) {
  const { doing } = operation;
  const options = operation.options.value;
  const name = useSignal(options.name);
  const set = (change: Partial<typeof options>) => {
    operation.options.value = { ...operation.options.value, ...change };
    void operation.makePlan();
  };
  if (doing === "push") return null;
  if (doing === "generate") {
    return (
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          set({ name: name.value.trim() });
        }}
      >
        <input
          class="input"
          aria-label="Name of the migration"
          placeholder="name, made up from what changed"
          spellcheck={false}
          autocomplete="off"
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
          onBlur={() => {
            if (name.value.trim() !== operation.options.value.name)
              set({ name: name.value.trim() });
          }}
        />
      </form>
    );
  }
  const most = Math.max(1, doing === "up" ? waiting.value : applied.value);
  return (
    <label class="row soft">
      How many
      <select
        class="select"
        value={options.n === null ? "all" : String(options.n)}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          set({ n: chosen === "all" ? null : Number(chosen) });
        }}
      >
        {doing === "up" && <option value="all">all {waiting.value}</option>}
        {Array.from({ length: Math.min(most, 50) }, (_, index) => (
          <option key={index + 1} value={String(index + 1)}>
            {index + 1}
          </option>
        ))}
      </select>
    </label>
  );
}

function Planned({ operation, words }: { operation: Operation; words: Words }) {
  const plan = operation.plan.value;
  if (!plan) return null;
  if (isEmpty(plan)) {
    return (
      <Empty icon="check" title={words.nothing}>
        <p>{words.nothingMore}</p>
        <Button onClick={back}>Close</Button>
      </Empty>
    );
  }
  return <PlanView plan={plan} />;
}

/** The foot below a plan: what it comes to, the typed word, the button. */
function Confirm({ operation, words }: { operation: Operation; words: Words }) {
  const plan = operation.plan.value;
  const typed = useSignal("");
  const input = useRef<HTMLInputElement>(null);
  if (!plan) return null;
  const word = plan.confirm;
  const steps = stepsOf(plan).length;
  const migrations = plan.migrations?.length ?? 0;
  const readOnly = session.value?.read_only ?? false;
  const ready = !readOnly && (word === null || typed.value === word);
  const submit = (event: Event) => {
    event.preventDefault();
    if (ready) void operation.run(word === null ? null : typed.value);
  };
  return (
    <form class="run-foot" onSubmit={submit}>
      <span class="soft nums">
        {migrations > 0 && `${migrations} ${migrations === 1 ? "migration" : "migrations"}`}
        {migrations > 0 && steps > 0 && " · "}
        {steps > 0 && `${steps} ${steps === 1 ? "step" : "steps"}`}
      </span>
      {word !== null && (
        <span class="badge bad">
          <Icon name="warning" /> loses data
        </span>
      )}
      <span class="grow" />
      {word !== null && (
        <label class="row">
          <span>
            Type <code>{word}</code> to go on
          </span>
          <input
            ref={input}
            class="input"
            spellcheck={false}
            autocomplete="off"
            value={typed.value}
            onInput={(event) => {
              typed.value = event.currentTarget.value;
            }}
          />
        </label>
      )}
      <Button onClick={back}>Cancel</Button>
      <Button
        type="submit"
        kind={word === null ? "primary" : "danger"}
        disabled={!ready}
        title={readOnly ? "The studio was started with --read-only" : undefined}
      >
        {words.action}
      </Button>
    </form>
  );
}

function Trouble({ operation }: { operation: Operation }) {
  const error = operation.error.value;
  if (!error) return null;
  const questions = questionsOf(error);
  const answer = (change: { rename?: string; dropped?: string }) => {
    const { rename, dropped } = operation.options.value;
    operation.options.value = {
      ...operation.options.value,
      rename: change.rename ? [...rename, change.rename] : rename,
      dropped: change.dropped ? [...dropped, change.dropped] : dropped,
    };
    void operation.makePlan();
  };
  return (
    <div class="run-trouble">
      {operation.conflict.value && (
        <p class="notice">
          <Icon name="warning" /> What is to be done is no longer what was shown, or somebody else
          is at it. Look at the plan again.
        </p>
      )}
      {questions.length === 0 && <Problem error={error} />}
      {/* One answer may settle others: they are asked one by one. */}
      {questions.slice(0, 1).map((question) => (
        <section class="stack" key={question.from} aria-label="What was renamed">
          <p>
            What became of {question.kind} <code>{question.from}</code>?
            {questions.length > 1 && (
              <span class="soft"> {questions.length - 1} more behind this one.</span>
            )}
          </p>
          <div class="row wrap">
            {question.candidates.map((candidate, index) => (
              <Button
                key={candidate.to}
                {...(index === 0 && { kind: "primary" })}
                onClick={() => answer({ rename: candidate.rename })}
              >
                It was renamed to {candidate.to}
              </Button>
            ))}
            <Button kind="danger" onClick={() => answer({ dropped: question.dropped })}>
              {question.kind === "enum value" ? "It is gone" : "It is gone, with its data"}
            </Button>
          </div>
          <RenameOther
            from={question.from}
            onAnswer={(to) => answer({ rename: `${question.from}=${to}` })}
          />
        </section>
      ))}
    </div>
  );
}

function RenameOther({ from, onAnswer }: { from: string; onAnswer: (to: string) => void }) {
  const name = useSignal("");
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.value.trim() !== "") onAnswer(name.value.trim());
      }}
    >
      <Field label={`${from} has another name now`}>
        <input
          class="input"
          spellcheck={false}
          autocomplete="off"
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
      </Field>
      <Button type="submit" disabled={name.value.trim() === ""}>
        Renamed
      </Button>
    </form>
  );
}

/* ---------------------------------------------------------------- progress */

/** What a line of the log says of an event; null: it says nothing. */
function tell(event: RunEvent): { text: string; kind: string } | null {
  const took = typeof event.us === "number" ? `  ${duration(event.us / 1000)}` : "";
  const text = String(event.text ?? "");
  switch (String(event.event ?? event.kind).replaceAll("_", " ")) {
    case "begin":
      return {
        text: `${event.number ?? ""}/${event.total ?? ""}  ${event.tag ?? ""}`,
        kind: "head",
      };
    case "statement":
      return { text: text.trim(), kind: "sql" };
    case "statement done":
      return took === "" ? null : { text: took.trim(), kind: "took" };
    case "notice":
      return { text: `${event.severity ?? "NOTICE"}: ${text}`, kind: "soft" };
    case "warning":
      return { text, kind: "warn" };
    case "progress":
      return {
        text: `${text}: ${event.done ?? 0}${(event.of ?? -1) > 0 ? ` of ${event.of}` : ""}`,
        kind: "soft",
      };
    case "retry":
      return { text: `tried again: ${text}`, kind: "warn" };
    case "lock wait":
      return { text: "another runner holds the lock; waiting", kind: "warn" };
    case "done":
      return { text: `${event.tag ?? ""} is done${took}`, kind: "good" };
    case "failed":
      return { text: `${event.tag ?? ""} failed`, kind: "bad" };
    case "backup":
      return { text: `backup in ${text}`, kind: "soft" };
  }
  return text === "" ? null : { text, kind: "soft" };
}

function Progress({ operation, words }: { operation: Operation; words: Words }) {
  const end = useRef<HTMLDivElement>(null);
  const phase = operation.phase.value;
  const events = operation.events.value;
  const files = operation.result.value?.files;
  const last = [...events].reverse().find((event) => event.total !== undefined);
  const share = phase === "done" ? 1 : last?.total ? ((last.number ?? 1) - 1) / last.total : 0;
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest" });
  }, [events.length, phase]);
  return (
    <div class="run-progress">
      <progress
        max={1}
        value={phase === "running" && share === 0 ? undefined : share}
        aria-label="Progress"
      />
      <ol class="run-log" aria-live="polite" aria-label="What happened">
        {events.map((event, index) => {
          const line = tell(event);
          return (
            line && (
              <li key={index} class={line.kind}>
                {line.text}
              </li>
            )
          );
        })}
      </ol>
      {Array.isArray(files) && files.length > 0 && (
        <ul class="run-files" aria-label="Files written">
          {files.map(({ path }: { path: string }) => (
            <li key={path}>
              <Icon name="check" /> <code>{path}</code>
            </li>
          ))}
        </ul>
      )}
      {phase === "running" && (
        <p class="row soft" role="status">
          <span class="spinner" /> running
        </p>
      )}
      {phase === "done" && (
        <p class="row good-text" role="status">
          <Icon name="check" /> {words.done}
          {typeof operation.result.value?.duration_ms === "number" &&
            ` in ${duration(operation.result.value.duration_ms)}`}
        </p>
      )}
      {phase === "failed" && <Trouble operation={operation} />}
      <div ref={end} />
    </div>
  );
}
