// The migrations: in the sidebar by name and state, and as a table with who, when and how long.

import { useSignal } from "@preact/signals";
import { href, route } from "../../state/route";
import { Button, SearchBox } from "../../ui/controls";
import { Icon } from "../../ui/icon";
import { Empty, Failed, Loading } from "../../ui/states";
import { duration } from "../sql/duration";
import {
  loadingStatus,
  loadStatus,
  type Migration,
  moment,
  standingOf,
  status,
  statusError,
} from "./model";

export const migrationHref = (tag: string): string => href("migrations", ["one", tag]);

const shownTag = (): string | null =>
  route.value.path[0] === "one" ? (route.value.path[1] ?? null) : null;

export function StateBadge({ state }: { state: string }) {
  const { kind, help } = standingOf(state);
  return (
    <span class={`badge ${kind}`} title={help}>
      {state}
    </span>
  );
}

export function MigrationsSide() {
  const wanted = useSignal("");
  const now = status.value;
  const text = wanted.value.trim().toLowerCase();
  const found = (now?.migrations ?? [])
    .filter((each) => each.tag.toLowerCase().includes(text))
    .reverse();
  return (
    <>
      <header>
        <span class="grow">Migrations</span>
        {loadingStatus.value && (
          <span class="spinner" role="status" aria-label="Reading the migrations" />
        )}
        <Button
          kind="ghost"
          small
          icon="refresh"
          aria-label="Read the migrations again"
          onClick={() => void loadStatus()}
        />
      </header>
      <SearchBox
        label="Search migrations"
        value={wanted.value}
        onInput={(value) => {
          wanted.value = value;
        }}
      />
      <ul class="migration-list" aria-label="Migrations, the newest first">
        {found.map((each) => (
          <li key={each.tag}>
            <a
              href={migrationHref(each.tag)}
              aria-current={each.tag === shownTag() ? "page" : undefined}
              title={each.tag}
            >
              <span
                class={`dot ${standingOf(each.state).kind}`}
                role="img"
                aria-label={each.state}
              />
              <span class="ellipsis grow">{each.tag}</span>
              {each.state !== "applied" && <span class="faint">{each.state}</span>}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

const COUNTED = [
  "applied",
  "pending",
  "changed",
  "out of order",
  "partial",
  "edited",
  "missing",
  "half applied",
];

function Counts({ counts }: { counts: Record<string, number> }) {
  const told = COUNTED.filter((state) => (counts[state] ?? 0) > 0);
  return (
    <p class="migration-counts">
      {told.map((state) => (
        <span key={state}>
          <span class={`dot ${standingOf(state).kind}`} />{" "}
          <strong class="nums">{counts[state]}</strong> <span class="soft">{state}</span>
        </span>
      ))}
    </p>
  );
}

export function Overview() {
  const now = status.value;
  if (statusError.value)
    return <Failed error={statusError.value} onRetry={() => void loadStatus()} />;
  if (!now) return <Loading what="Reading the migrations" />;
  if (now.migrations.length === 0) {
    return (
      <Empty icon="migrations" title="No migrations yet">
        <p>
          Generate writes the first one from the schema; <code>raymig new NAME</code> makes an empty
          one.
        </p>
      </Empty>
    );
  }
  const troubled = now.migrations.filter((each) => standingOf(each.state).kind === "bad");
  return (
    <div class="scroll migration-overview">
      <Counts counts={now.counts} />
      {troubled.map((each) => (
        <p key={each.tag} class="notice bad">
          <Icon name="warning" />
          <span>
            <a href={migrationHref(each.tag)}>{each.tag}</a> is {each.state}.{" "}
            {standingOf(each.state).help}
          </span>
        </p>
      ))}
      <table class="table migration-table">
        <thead>
          <tr>
            <th>Migration</th>
            <th>State</th>
            <th>Applied</th>
            <th>By</th>
            <th class="num">Took</th>
            <th>Way back</th>
          </tr>
        </thead>
        <tbody>
          {[...now.migrations].reverse().map((each) => (
            <Row key={each.tag} migration={each} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ migration }: { migration: Migration }) {
  const { tag, state, applied_at, applied_by, duration_ms, down } = migration;
  return (
    <tr>
      <td>
        <a href={migrationHref(tag)}>{tag}</a>
      </td>
      <td>
        <StateBadge state={state} />
      </td>
      <td class="nums soft" title={applied_at}>
        {moment(applied_at)}
      </td>
      <td class="soft">{applied_by}</td>
      <td class="num soft">{duration_ms === undefined ? "" : duration(duration_ms)}</td>
      <td class="soft">{down}</td>
    </tr>
  );
}
