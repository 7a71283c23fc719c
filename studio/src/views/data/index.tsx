// Data: an object of the database, its rows, its structure, its DDL.

import { useEffect, useState } from "preact/hooks";
import { type ApiError, asApiError, get } from "../../api/client";
import type { Detail, Kind, Oid } from "../../api/types";
import { useCommands } from "../../shell/commands";
import { href, navigate, route } from "../../state/route";
import { catalogVersion, loadTree, objects, session } from "../../state/session";
import { Button, Kbd, Tabs } from "../../ui/controls";
import { Icon } from "../../ui/icon";
import { Empty, Failed, Loading } from "../../ui/states";
import { bytes, count } from "./format";
import { type DataPlace, dataHref, goTo, placeOf, type Tab } from "./place";
import { ChangesBar } from "./review";
import { Rows } from "./rows";
import { Ddl, Structure } from "./structure";

const WITH_ROWS: readonly Kind[] = [
  "table",
  "partitioned",
  "partition",
  "view",
  "matview",
  "foreign",
];
const KIND_NAMES: Record<Kind, string> = {
  table: "table",
  partitioned: "partitioned table",
  partition: "partition",
  view: "view",
  matview: "materialized view",
  foreign: "foreign table",
  sequence: "sequence",
  function: "function",
  type: "type",
};

export function View() {
  const place = placeOf(route.value);
  return place ? <ObjectView key={place.oid} place={place} /> : <Overview />;
}

function useDetail(oid: Oid): { detail: Detail | null; error: ApiError | null; again: () => void } {
  const [detail, setDetail] = useState<Detail | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    get<Detail>(`objects/${oid}?ddl=0`, stop.signal).then(
      (found) => {
        setDetail(found);
        setError(null);
      },
      (thrown) => stop.signal.aborted || setError(asApiError(thrown)),
    );
    return () => stop.abort();
  }, [oid, turn, Math.max(1, catalogVersion.value)]);
  return { detail, error, again: () => setTurn(turn + 1) };
}

function ObjectView({ place }: { place: DataPlace }) {
  const { detail, error, again } = useDetail(place.oid);
  const withRows = detail !== null && WITH_ROWS.includes(detail.kind);
  useCommands(
    () =>
      (["rows", "structure", "ddl"] as const).map((tab, index) => ({
        id: `data.tab.${tab}`,
        title: `Show ${tab === "ddl" ? "the DDL" : `the ${tab}`}`,
        group: "Data",
        keys: [`Alt+Shift+${index + 1}`],
        run: () => goTo(place, { tab }),
      })),
    [place.oid],
  );
  if (error) return <Failed error={error} onRetry={again} />;
  if (!detail) return <Loading />;
  const tabs: { value: Tab; label: string }[] = [
    ...(withRows ? [{ value: "rows" as const, label: "Rows" }] : []),
    { value: "structure", label: "Structure" },
    { value: "ddl", label: "DDL" },
  ];
  const tab = tabs.some((one) => one.value === place.tab) ? place.tab : "structure";
  return (
    <>
      <header class="toolbar object">
        <Icon name={detail.kind} />
        <h1 class="ellipsis">
          <span class="faint">{detail.schema}.</span>
          {detail.name}
        </h1>
        <span class="badge">{KIND_NAMES[detail.kind]}</span>
        {detail.comment && (
          <span class="soft ellipsis comment" title={detail.comment}>
            {detail.comment}
          </span>
        )}
        <span class="grow" />
        {withRows && (
          <Button
            kind="ghost"
            icon="diagram"
            aria-label="Its neighbours in the diagram"
            onClick={() => navigate(href("diagram", ["table", detail.oid]))}
          />
        )}
        <Tabs
          id="object"
          label="Parts"
          value={tab}
          tabs={tabs}
          onChange={(to) => goTo(place, { tab: to })}
        />
      </header>
      <div class="panel" role="tabpanel" id="object-panel" aria-label={tab}>
        {tab === "rows" ? (
          <Rows detail={detail} place={place} />
        ) : tab === "structure" ? (
          <Structure detail={detail} />
        ) : (
          <Ddl detail={detail} />
        )}
        {tab !== "rows" && <ChangesBar onCommitted={again} />}
      </div>
    </>
  );
}

/** What to open, before anything is: the largest relations. */
function Overview() {
  const all = [...objects.value.values()].filter((object) => WITH_ROWS.includes(object.kind));
  if (all.length === 0) {
    return (
      <Empty icon="database" title={session.value?.database.name ?? "No objects"}>
        <p>This database holds no table that this user may see.</p>
      </Empty>
    );
  }
  const largest = all
    .filter((object) => object.kind !== "partition")
    .sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0) || (a.name < b.name ? -1 : 1))
    .slice(0, 100);
  return (
    <>
      <div class="details overview">
        <header>
          <h1>{session.value?.database.name}</h1>
          <p class="soft">
            {count(all.length)} relations. <Kbd keys="Mod+K" /> goes to any of them by name.
          </p>
        </header>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Kind</th>
              <th scope="col" class="num">
                Rows, about
              </th>
              <th scope="col" class="num">
                Size
              </th>
              <th scope="col">Comment</th>
            </tr>
          </thead>
          <tbody>
            {largest.map((object) => (
              <tr key={object.oid}>
                <td class="named">
                  <a href={dataHref(object.oid)}>
                    <span class="faint">{object.schema}.</span>
                    {object.name}
                  </a>
                </td>
                <td class="soft">{KIND_NAMES[object.kind]}</td>
                <td class="num">
                  {object.rows !== null && object.rows >= 0 ? count(object.rows) : ""}
                </td>
                <td class="num">{!object.bytes ? "" : bytes(object.bytes)}</td>
                <td class="soft">{object.comment ?? ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ChangesBar onCommitted={loadTree} />
    </>
  );
}
