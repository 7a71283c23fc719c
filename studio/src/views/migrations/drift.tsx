// Drift: the database against what its applied migrations make. That is replayed in a shadow,
// which takes seconds: it is done when somebody asks.

import { signal } from "@preact/signals";
import { type ApiError, asApiError, Job, post } from "../../api/client";
import { Button } from "../../ui/controls";
import { Icon } from "../../ui/icon";
import { Empty, Failed, Loading } from "../../ui/states";
import { toast, toastError } from "../../ui/toast";
import { changeSign, diffHref } from "./diff";
import type { Change, Drift } from "./model";

const found = signal<{ drift: Drift; at: Date } | null>(null);
const error = signal<ApiError | null>(null);
const looking = signal<Job | null>(null);

async function look(): Promise<void> {
  const job = new Job();
  looking.value = job;
  error.value = null;
  try {
    found.value = { drift: await post<Drift>("drift", {}, job.abort), at: new Date() };
  } catch (thrown) {
    const failed = asApiError(thrown);
    if (!failed.cancelled) error.value = failed;
  } finally {
    looking.value = null;
  }
}

export function DriftView() {
  if (looking.value) {
    return (
      <Loading
        what="Replaying the applied migrations in a shadow, and comparing"
        onCancel={() => looking.value?.cancel()}
      />
    );
  }
  if (error.value) return <Failed error={error.value} onRetry={() => void look()} />;
  if (!found.value) {
    return (
      <Empty icon="drift" title="Did somebody change the database by hand?">
        <p>
          The migrations that are applied are replayed in a shadow database, and what they make is
          compared with what is there. Nothing is changed.
        </p>
        <Button kind="primary" onClick={() => void look()}>
          Look for drift
        </Button>
      </Empty>
    );
  }
  const { drift, at } = found.value;
  return (
    <div class="scroll drift">
      <div class="drift-head">
        <Icon
          name={drift.drift ? "warning" : "check"}
          class={drift.drift ? "bad-text" : "good-text"}
        />
        <h2>
          {drift.drift
            ? `${drift.changes.length} ${drift.changes.length === 1 ? "difference" : "differences"}`
            : "No drift"}
        </h2>
        <span class="soft">
          compared with {drift.basis} at{" "}
          {at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}
        </span>
        <span class="grow" />
        {drift.drift && (
          <a class="button" href={diffHref(drift.compared_with, "db")}>
            Side by side
          </a>
        )}
        <Button icon="refresh" onClick={() => void look()}>
          Look again
        </Button>
      </div>
      {drift.drift ? (
        <>
          <Changes changes={drift.changes} />
          <Repairs drift={drift} />
        </>
      ) : (
        <p class="soft">The database is what its migrations make.</p>
      )}
    </div>
  );
}

function Changes({ changes }: { changes: readonly Change[] }) {
  return (
    <table class="table drift-table">
      <thead>
        <tr>
          <th>Object</th>
          <th>What</th>
          <th>The migrations make</th>
          <th>The database has</th>
        </tr>
      </thead>
      <tbody>
        {changes.flatMap((change) => {
          const { sign, kind } = changeSign(change.change);
          const values = Object.entries(change.values);
          const head = (
            <>
              <span class={`sign ${kind}`}>{sign}</span> {change.object}
            </>
          );
          if (values.length === 0) {
            return [
              <tr key={change.object}>
                <td>{head}</td>
                <td class="soft">{kind === "good" ? "by hand" : "gone"}</td>
                <td>{kind === "bad" ? change.kind : <span class="faint">nothing</span>}</td>
                <td>{kind === "good" ? change.kind : <span class="faint">nothing</span>}</td>
              </tr>,
            ];
          }
          return values.map(([name, { from, to }], index) => (
            <tr key={`${change.object} ${name}`}>
              <td>{index === 0 && head}</td>
              <td class="soft">{name}</td>
              <td>{from === null ? <span class="faint">nothing</span> : <code>{from}</code>}</td>
              <td>{to === null ? <span class="faint">nothing</span> : <code>{to}</code>}</td>
            </tr>
          ));
        })}
      </tbody>
    </table>
  );
}

function Repairs({ drift }: { drift: Drift }) {
  const ways: [string, string | null][] = [
    [
      "To keep what the database has, write it down as a migration; its SQL is printed by",
      drift.to_keep,
    ],
    ["To bring the database back (what it drops is gone), look at the SQL of", drift.to_bring_back],
  ];
  return (
    <div class="drift-repairs">
      {ways.map(
        ([text, command]) =>
          command && (
            <div key={text} class="stack">
              <p class="soft">{text}</p>
              <div class="row">
                <code class="code grow">{command}</code>
                <Button
                  kind="ghost"
                  icon="copy"
                  aria-label={`Copy ${command}`}
                  onClick={() =>
                    navigator.clipboard
                      .writeText(command)
                      .then(() => toast("Copied", "good"))
                      .catch((thrown: unknown) => toastError(thrown, "Not copied"))
                  }
                />
              </div>
            </div>
          ),
      )}
    </div>
  );
}
