// The line below the grid: which rows are loaded, of how many, and that no index helps.

import { useEffect, useState } from "preact/hooks";
import { asApiError, Job, post } from "../../api/client";
import type { Attnum, Detail } from "../../api/types";
import { Button } from "../../ui/controls";
import { Icon } from "../../ui/icon";
import { toastError } from "../../ui/toast";
import { count } from "./format";
import type { DataPlace } from "./place";
import type { RowWindow } from "./window";

/** From so many rows on the server calls a table large, too. */
const LARGE = 100_000;

/** What the server found; while it still reads, what the columns let one expect. */
function withoutIndex({ detail, place, loaded }: Props): readonly Attnum[] {
  if (loaded.loading.value !== "all") return loaded.unindexed.value;
  if ((detail.rows ?? 0) < LARGE) return [];
  const asked = [...place.sort.slice(0, 1), ...place.filters].map((entry) => entry.column);
  return [...new Set(asked)].filter(
    (attnum) => !detail.columns.find((column) => column.attnum === attnum)?.indexed,
  );
}

export function Unindexed(props: Props) {
  const { detail, loaded } = props;
  const columns = withoutIndex(props);
  if (columns.length === 0) return null;
  const names = columns.map(
    (attnum) => detail.columns.find((column) => column.attnum === attnum)?.name ?? attnum,
  );
  return (
    <p class="notice" role="status">
      <Icon name="warning" />
      <span>No index helps with {names.join(", ")}: each page reads the whole table.</span>
      {loaded.loading.value === "all" && (
        <Button small onClick={() => loaded.cancel()}>
          Cancel
        </Button>
      )}
    </p>
  );
}

interface Props {
  detail: Detail;
  place: DataPlace;
  loaded: RowWindow;
}

/** An estimate until somebody asks for the number. */
export function Counted({ detail, place, loaded }: Props) {
  const [known, setKnown] = useState<{ count: number | null; exact: boolean } | null>(null);
  const [job, setJob] = useState<Job | null>(null);
  const filtered = place.filters.length > 0 || place.where !== "";
  const isThere = loaded.version.value > 0;
  const whole = isThere && !loaded.hasBefore && !loaded.hasAfter;
  const ask = async (exact: boolean) => {
    const next = new Job();
    if (exact) setJob(next);
    const asked = {
      oid: detail.oid,
      filters: place.filters,
      ...(place.where ? { where: place.where } : {}),
      exact,
      request: next.request,
    };
    try {
      const found = await post<{ count: number | null; exact: boolean }>(
        "count",
        asked,
        next.abort,
      );
      setKnown(found);
      if (found.exact && found.count !== null) loaded.counted(found.count);
    } catch (thrown) {
      if (exact && !asApiError(thrown).cancelled) toastError(thrown, "Counting");
    } finally {
      if (exact) setJob(null);
    }
  };
  useEffect(() => {
    if (!whole && isThere && known === null) ask(false);
  }, [whole, isThere]);
  useEffect(() => () => job?.cancel(), [job]);

  return (
    <span class="row nums soft" role="status" aria-label="Rows">
      {!isThere ? null : whole ? (
        <span>{loaded.rows.length === 1 ? "1 row" : `${count(loaded.rows.length)} rows`}</span>
      ) : (
        <>
          <span>
            {span(loaded)}
            {typeof known?.count === "number" &&
              known.count >= 0 &&
              ` of ${known.exact ? "" : "about "}${count(known.count)}`}
          </span>
          {job ? (
            <>
              <span class="spinner" />
              <Button small onClick={() => job.cancel()}>
                Stop counting
              </Button>
            </>
          ) : (
            !known?.exact && (
              <Button small kind="ghost" onClick={() => ask(true)}>
                Count exactly
              </Button>
            )
          )}
        </>
      )}
      {filtered && <span class="badge accent">filtered</span>}
    </span>
  );
}

/** "1–200", or what is known of rows that were read from the end. */
function span(loaded: RowWindow): string {
  const shown = loaded.rows.length;
  if (loaded.start === null) return `the last ${count(shown)}`;
  return `${count(loaded.start + 1)}–${count(loaded.start + shown)}`;
}
