// The migrations view: #/migrations, /one/TAG, /diff, /drift, /run/up|down|generate|push.

import { useEffect } from "preact/hooks";
import { useCommands } from "../../shell/commands";
import { href, navigate, route } from "../../state/route";
import { session } from "../../state/session";
import { Icon } from "../../ui/icon";
import { Empty } from "../../ui/states";
import { Detail } from "./detail";
import { DiffView } from "./diff";
import { DriftView } from "./drift";
import { Overview } from "./list";
import { loadStatus, status, waiting } from "./model";
import type { Doing } from "./operation";
import { isDoing, RunView, runHref } from "./run";

export { MigrationsSide as Side } from "./list";

export function View() {
  const { features, read_only } = session.value ?? {};
  const there = features?.migrations !== false;
  const [page, rest] = route.value.path;
  useEffect(() => {
    if (there) void loadStatus();
  }, [there]);
  useCommands(() => {
    const go = (doing: Doing, title: string) => ({
      id: `migrations.${doing}`,
      title,
      group: "Migrations",
      run: () => navigate(runHref(doing)),
      enabled: () => there,
    });
    return [
      go("up", "Apply migrations"),
      go("down", "Take migrations back"),
      go("generate", "Generate a migration from the schema"),
      go("push", "Push the schema to the database"),
      {
        id: "migrations.diff",
        title: "Compare schema, migrations and database",
        group: "Migrations",
        run: () => navigate(href("migrations", ["diff"])),
      },
      {
        id: "migrations.drift",
        title: "Look for drift",
        group: "Migrations",
        run: () => navigate(href("migrations", ["drift"])),
      },
    ];
  }, [there]);
  if (!there) {
    return (
      <Empty icon="migrations" title="This project has no migrations">
        <p>
          <code>raymig init</code> starts some; the folder is what <code>out</code> in raymig.lua
          names.
        </p>
      </Empty>
    );
  }
  const schema = features?.schema !== false;
  return (
    <>
      <div class="toolbar" role="toolbar" aria-label="Migrations">
        <nav class="migration-pages" aria-label="Pages">
          <Page to={href("migrations")} current={page === undefined || page === "one"}>
            Status
          </Page>
          <Page to={href("migrations", ["diff"])} current={page === "diff"}>
            Diff
          </Page>
          <Page to={href("migrations", ["drift"])} current={page === "drift"}>
            Drift
          </Page>
        </nav>
        {page === "one" && rest && <h1 class="ellipsis title">{rest}</h1>}
        <span class="grow" />
        {read_only ? (
          <span class="badge warn">
            <Icon name="lock" /> read-only
          </span>
        ) : (
          <Actions schema={schema} />
        )}
      </div>
      <div class="migration-main">
        {page === "one" && rest ? (
          <Detail key={rest} tag={rest} />
        ) : page === "diff" ? (
          <DiffView />
        ) : page === "drift" ? (
          <DriftView />
        ) : page === "run" && isDoing(rest) && !read_only ? (
          <RunView key={rest} doing={rest} />
        ) : (
          <Overview />
        )}
      </div>
    </>
  );
}

function Page({ to, current, children }: { to: string; current: boolean; children: string }) {
  return (
    <a href={to} aria-current={current ? "page" : undefined}>
      {children}
    </a>
  );
}

function Actions({ schema }: { schema: boolean }) {
  const pending = waiting.value;
  const applied = status.value?.counts.applied ?? 0;
  return (
    <>
      {schema && (
        <>
          <a class="button" href={runHref("generate")}>
            Generate
          </a>
          <a class="button" href={runHref("push")}>
            Push
          </a>
        </>
      )}
      {applied > 0 && (
        <a class="button" href={runHref("down")}>
          <Icon name="arrowdown" /> Down
        </a>
      )}
      <a class={pending > 0 ? "button primary" : "button"} href={runHref("up")}>
        <Icon name="up" /> Up{pending > 0 && <span class="nums">{pending}</span>}
      </a>
    </>
  );
}
