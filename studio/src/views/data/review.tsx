// The changes that are staged: the bar that says how many, and the dialog that shows their SQL
// and commits them in one transaction, or says which rows changed meanwhile.

import { useEffect, useState } from "preact/hooks";
import { type ApiError, asApiError, post } from "../../api/client";
import type { ChangesAnswer, Conflict } from "../../api/types";
import { useCommands } from "../../shell/commands";
import { objects } from "../../state/session";
import { Button } from "../../ui/controls";
import { confirm, Dialog, openDialog } from "../../ui/dialog";
import { Loading, Problem } from "../../ui/states";
import { toast } from "../../ui/toast";
import {
  acceptConflict,
  asChanges,
  canRedo,
  canUndo,
  clearStaged,
  conflictsOf,
  discard,
  discardAll,
  markConflicts,
  redo,
  type Staged,
  staged,
  stagedCount,
  undo,
} from "./staged";

export function openReview(onCommitted: () => void): void {
  openDialog((close) => <Review onClose={close} onCommitted={onCommitted} />);
}

export async function askDiscard(): Promise<void> {
  const count = stagedCount.value;
  const sure = await confirm({
    title: "Discard the changes?",
    body: (
      <p>
        {count === 1 ? "One change is" : `${count} changes are`} dropped. Undo brings them back.
      </p>
    ),
    action: "Discard",
    danger: true,
  });
  if (sure) discardAll();
}

export function ChangesBar({ onCommitted }: { onCommitted: () => void }) {
  useCommands(
    () => [
      {
        id: "changes.review",
        title: "Review and commit the changes",
        group: "Changes",
        keys: ["Mod+S"],
        enabled: () => stagedCount.value > 0,
        run: () => openReview(onCommitted),
      },
      {
        id: "changes.discard",
        title: "Discard the changes",
        group: "Changes",
        enabled: () => stagedCount.value > 0,
        run: () => {
          askDiscard();
        },
      },
      {
        id: "changes.undo",
        title: "Undo",
        group: "Changes",
        keys: ["Mod+Z"],
        enabled: () => canUndo.value,
        run: undo,
      },
      {
        id: "changes.redo",
        title: "Redo",
        group: "Changes",
        keys: ["Mod+Shift+Z", "Mod+Y"],
        enabled: () => canRedo.value,
        run: redo,
      },
    ],
    [onCommitted],
  );
  const count = stagedCount.value;
  if (count === 0 && !canRedo.value) return null;
  const tables = new Set([...staged.value.values()].map((row) => row.oid)).size;
  const bad = [...staged.value.values()].filter((row) => row.conflict || row.error).length;
  return (
    <section class="changes" aria-label="Staged changes">
      <span>
        <strong>{count === 1 ? "1 change" : `${count} changes`}</strong>
        {tables > 1 && ` in ${tables} tables`}, not committed
      </span>
      {bad > 0 && <span class="badge bad">{bad} in conflict</span>}
      <span class="grow" />
      <Button
        kind="ghost"
        icon="undo"
        aria-label="Undo"
        keys="Mod+Z"
        disabled={!canUndo.value}
        onClick={undo}
      />
      <Button
        kind="ghost"
        icon="redo"
        aria-label="Redo"
        keys="Mod+Shift+Z"
        disabled={!canRedo.value}
        onClick={redo}
      />
      <Button disabled={count === 0} onClick={askDiscard}>
        Discard
      </Button>
      <Button
        kind="primary"
        keys="Mod+S"
        disabled={count === 0}
        onClick={() => openReview(onCommitted)}
      >
        Review and commit
      </Button>
    </section>
  );
}

function Review({ onClose, onCommitted }: { onClose: () => void; onCommitted: () => void }) {
  const [sql, setSql] = useState<string[] | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const rows = staged.value;

  const send = async (commit: boolean) => {
    const { ids, changes } = asChanges();
    setBusy(true);
    try {
      const answer = await post<ChangesAnswer>("changes", { changes, commit });
      setError(null);
      setSql(answer.sql);
      if (!answer.committed) return;
      clearStaged();
      toast(ids.length === 1 ? "1 change committed" : `${ids.length} changes committed`, "good");
      onClose();
      onCommitted();
    } catch (thrown) {
      const failure = asApiError(thrown);
      setError(failure);
      setSql(Array.isArray(failure.answer.sql) ? (failure.answer.sql as string[]) : []);
      markConflicts(foundIn(failure, ids));
    } finally {
      setBusy(false);
    }
  };
  useEffect(() => {
    if (rows.size > 0) send(false);
  }, [
    [...rows.values()]
      .map((row) => `${row.id}${JSON.stringify(row.set)}${JSON.stringify(row.old)}`)
      .join(),
  ]);

  const conflicts = [...rows.values()].filter((row) => row.conflict);
  return (
    <Dialog
      title={rows.size === 1 ? "1 change" : `${rows.size} changes`}
      wide
      onClose={onClose}
      footer={
        <>
          <span class="soft grow">One transaction: all of it, or nothing.</span>
          <Button onClick={onClose}>Back</Button>
          <Button
            kind="primary"
            disabled={busy || error !== null || rows.size === 0}
            onClick={() => send(true)}
          >
            {busy ? <span class="spinner" /> : null}
            Commit
          </Button>
        </>
      }
    >
      <div class="stack">
        {error && <Problem error={error} />}
        {conflicts.map((row) => (
          <ConflictBox key={row.id} row={row} />
        ))}
        {sql === null ? <Loading what="Trying the changes" /> : <Statements sql={sql} />}
      </div>
    </Dialog>
  );
}

function Statements({ sql }: { sql: string[] }) {
  if (sql.length === 0) return null;
  return <pre class="code statements">{sql.map((statement) => `${statement};`).join("\n\n")}</pre>;
}

function foundIn(
  failure: ApiError,
  ids: string[],
): Map<string, Pick<Staged, "conflict" | "error">> {
  const found = new Map<string, Pick<Staged, "conflict" | "error">>();
  for (const { index, now } of (failure.answer.conflicts as Conflict[] | undefined) ?? []) {
    const id = ids[index];
    if (id) found.set(id, { conflict: { now } });
  }
  const id = typeof failure.answer.index === "number" ? ids[failure.answer.index] : undefined;
  if (id) found.set(id, { error: failure.message });
  return found;
}

function ConflictBox({ row }: { row: Staged }) {
  const table = objects.value.get(row.oid);
  const now = row.conflict?.now;
  const changed = conflictsOf(row);
  return (
    <div class="conflict-box">
      <span class="grow">
        {now ? (
          <>
            A row of {table?.name} was changed by somebody else:
            {changed.map(([attnum, value]) => (
              <span key={attnum} class="mono">
                {" "}
                {row.old[attnum] ?? "NULL"} → {value ?? "NULL"}
              </span>
            ))}
          </>
        ) : (
          <>A row of {table?.name} is gone.</>
        )}
      </span>
      {now && (
        <Button small onClick={() => acceptConflict(row.id)}>
          Change it all the same
        </Button>
      )}
      <Button small onClick={() => discard([row.id])}>
        Drop my change
      </Button>
    </div>
  );
}
