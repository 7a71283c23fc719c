// The relationship diagram: #/diagram/schema/OID, or #/diagram/table/OID?hops=2 for what is near a
// table. A schema of more than 300 tables opens on the neighbourhood of its best connected one.

import { useComputed, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { download } from "../../api/client";
import type { TreeSchema } from "../../api/types";
import { useCommands } from "../../shell/commands";
import { href, navigate, route } from "../../state/route";
import { objects, schemas, session } from "../../state/session";
import { Button, Segmented } from "../../ui/controls";
import { openMenu } from "../../ui/menu";
import { Empty, Failed, Loading } from "../../ui/states";
import { toastError } from "../../ui/toast";
import { Canvas, cardRect, focusCard } from "./canvas";
import { pngBlob, svgText } from "./export";
import { bounds, type Detail, type Measure } from "./geometry";
import { Drawing, type Scope, TOO_MANY } from "./model";
import { TableSearch } from "./search";
import { Viewport } from "./viewport";

const DRAWN = new Set(["table", "partitioned", "foreign"]);
const HOPS = [1, 2, 3, 4];
const DETAILS: { value: Detail; label: string }[] = [
  { value: "all", label: "Columns" },
  { value: "keys", label: "Keys" },
  { value: "names", label: "Names" },
];

const drawable = (schema: TreeSchema) => schema.objects.filter((object) => DRAWN.has(object.kind));

/** What the address asks for, or null where it has to be chosen. */
function scopeOf(path: string[], query: URLSearchParams): Scope | null {
  const oid = Number(path[1]);
  if (!Number.isInteger(oid) || oid <= 0) return null;
  if (path[0] === "schema") return { schema: oid };
  const hops = Number(query.get("hops") ?? 1);
  return path[0] === "table" ? { oid, hops: HOPS.includes(hops) ? hops : 1 } : null;
}

const scopeHref = (scope: Scope): string =>
  "schema" in scope
    ? href("diagram", ["schema", scope.schema])
    : href("diagram", ["table", scope.oid], { hops: String(scope.hops) });

/** To a schema's drawing; to what is near its largest table, where all of it is too much for one. */
function schemaHref(oid: number): string {
  const schema = schemas.value?.find((each) => each.oid === oid);
  const tables = schema ? drawable(schema) : [];
  const largest = [...tables].sort((a, b) => (b.rows ?? 0) - (a.rows ?? 0))[0];
  return tables.length > TOO_MANY && largest
    ? scopeHref({ oid: largest.oid, hops: 1 })
    : scopeHref({ schema: oid });
}

/** The schema to begin with: `public` where it has tables, else the one with most of them. */
function firstSchema(all: TreeSchema[]): TreeSchema | null {
  const filled = all.filter((schema) => drawable(schema).length > 0);
  const most = [...filled].sort((a, b) => drawable(b).length - drawable(a).length)[0];
  return filled.find((schema) => schema.name === "public") ?? most ?? null;
}

function makeMeasure(): Measure {
  const context = document.createElement("canvas").getContext("2d");
  const family = getComputedStyle(document.body).fontFamily;
  const known = new Map<string, number>();
  return (text, bold) => {
    const key = `${bold ? 1 : 0}${text}`;
    let width = known.get(key);
    if (width === undefined) {
      if (context) context.font = `${bold ? "600 13px" : "400 12px"} ${family}`;
      width = context ? context.measureText(text).width : text.length * 7;
      known.set(key, width);
    }
    return width;
  };
}

export function View() {
  const scope = useComputed(() => {
    const { view, path, query } = route.value;
    return view === "diagram" ? scopeOf(path, query) : null;
  });
  const all = schemas.value;
  useSignalEffect(() => {
    const { view, path, query } = route.value;
    if (view !== "diagram" || scopeOf(path, query) || !schemas.value) return;
    const first = firstSchema(schemas.value);
    if (first) navigate(schemaHref(first.oid), true);
  });
  if (!all) return <Loading what="Reading the catalog" />;
  if (!scope.value) {
    return firstSchema(all) ? (
      <Loading />
    ) : (
      <Empty icon="diagram" title="Nothing to draw">
        <p>This database has no tables yet.</p>
      </Empty>
    );
  }
  return <Scoped key={scopeHref(scope.value)} scope={scope.value} />;
}

function Scoped({ scope }: { scope: Scope }) {
  const measure = useMemo(makeMeasure, []);
  const drawing = useMemo(() => new Drawing(scope, measure), [scope, measure]);
  const viewport = useMemo(() => new Viewport(), []);
  const frame = useRef<HTMLDivElement>(null);
  const fitted = useRef(false);

  useEffect(() => {
    void drawing.load();
    return () => drawing.close();
  }, [drawing]);

  const svg = () => frame.current?.querySelector<SVGSVGElement>("svg.diagram-canvas") ?? null;
  const fit = () => viewport.fit(bounds(drawing.cards.value, drawing.points()));
  const ready = drawing.state.value === "ready";
  useEffect(() => {
    if (!ready || fitted.current) return;
    fitted.current = true;
    fit();
    const asked = "oid" in scope ? scope.oid : null;
    if (asked !== null) drawing.selected.value = asked;
  });

  const jump = (oid: number) => {
    const rect = cardRect(drawing, oid);
    if (rect) {
      drawing.selected.value = oid;
      viewport.center(rect);
      focusCard(svg(), oid);
    } else navigate(scopeHref({ oid, hops: 1 }));
  };
  const neighbours = (oid: number) => navigate(scopeHref({ oid, hops: 1 }));
  const title = scopeTitle(scope);
  const save = async (format: "svg" | "png") => {
    const world = svg()?.querySelector<SVGGElement>(".world");
    if (!world) return;
    // What is lit or left out at this zoom is how it is looked at, not what is drawn.
    const selected = drawing.selected.peek();
    const zoom = viewport.zoom;
    drawing.selected.value = null;
    drawing.hovered.value = null;
    viewport.zoomTo(1);
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    try {
      const rect = bounds(drawing.cards.value, drawing.points());
      const text = svgText(world, rect, title);
      const blob =
        format === "svg" ? new Blob([text], { type: "image/svg+xml" }) : await pngBlob(text, rect);
      await download(new Response(blob), `${title}.${format}`);
    } catch (thrown) {
      toastError(thrown, `The ${format.toUpperCase()} was not made`);
    } finally {
      viewport.zoomTo(zoom);
      drawing.selected.value = selected;
    }
  };

  useCommands(
    () => [
      {
        id: "diagram.fit",
        title: "Fit the drawing into the window",
        group: "Diagram",
        keys: ["F"],
        run: fit,
      },
      {
        id: "diagram.in",
        title: "Zoom in",
        group: "Diagram",
        keys: ["+", "="],
        run: () => viewport.zoomBy(1.25),
      },
      {
        id: "diagram.out",
        title: "Zoom out",
        group: "Diagram",
        keys: ["-"],
        run: () => viewport.zoomBy(0.8),
      },
      {
        id: "diagram.one",
        title: "Zoom to 100 %",
        group: "Diagram",
        keys: ["0"],
        run: () => viewport.zoomTo(1),
      },
      {
        id: "diagram.arrange",
        title: "Arrange the drawing anew, and forget where tables were dragged",
        group: "Diagram",
        run: () => void drawing.arrangeAll(true).then(fit).catch(toastError),
      },
      {
        id: "diagram.svg",
        title: "Export the drawing as SVG",
        group: "Diagram",
        run: () => void save("svg"),
      },
      {
        id: "diagram.png",
        title: "Export the drawing as PNG",
        group: "Diagram",
        run: () => void save("png"),
      },
    ],
    [drawing],
  );
  useSignalEffect(() => {
    const failed = drawing.saveError.value;
    if (failed) toastError(failed, "Where the tables stand was not saved");
  });

  return (
    <div class="diagram" ref={frame}>
      <div class="toolbar" role="toolbar" aria-label="Diagram">
        <ScopePicker scope={scope} />
        <TableSearch drawing={drawing} onPick={jump} />
        <span class="grow" />
        {drawing.data.value && (
          <span class="soft nums">
            {tablesText(drawing.data.value)} · {drawing.edges.value.length} references
          </span>
        )}
        <Segmented
          label="What a table shows"
          value={drawing.detail.value}
          choices={DETAILS}
          onChange={(detail) => {
            drawing.detail.value = detail;
            if (!drawing.kept.value) void drawing.arrangeAll(false).then(fit).catch(toastError);
          }}
        />
        <Button
          icon="download"
          aria-haspopup="menu"
          disabled={!ready}
          onClick={(event) =>
            openMenu(event.currentTarget, "Export the drawing", () => [
              { label: "As SVG", run: () => void save("svg") },
              { label: "As PNG", run: () => void save("png") },
            ])
          }
        >
          Export
        </Button>
      </div>
      <div class="diagram-frame">
        {drawing.error.value ? (
          <Failed error={drawing.error.value} onRetry={() => navigate(scopeHref(scope), true)} />
        ) : drawing.data.value && drawing.data.value.tables.length === 0 ? (
          <Empty icon="diagram" title="Nothing to draw">
            <p>There are no tables here.</p>
          </Empty>
        ) : ready ? (
          <Canvas
            drawing={drawing}
            viewport={viewport}
            label={`Diagram of ${title}`}
            onNeighbours={neighbours}
          />
        ) : (
          <Loading
            what={
              drawing.state.value === "arranging" ? "Arranging the tables" : "Reading the tables"
            }
          />
        )}
        {ready && (
          <>
            <Selection drawing={drawing} onNeighbours={neighbours} />
            <div class="diagram-zoom" role="toolbar" aria-label="Zoom">
              <Button
                kind="ghost"
                small
                icon="minus"
                aria-label="Zoom out"
                keys="-"
                onClick={() => viewport.zoomBy(0.8)}
              />
              <Button
                kind="ghost"
                small
                aria-label="Zoom to 100 %"
                onClick={() => viewport.zoomTo(1)}
              >
                <span class="nums">{viewport.percent.value} %</span>
              </Button>
              <Button
                kind="ghost"
                small
                icon="plus"
                aria-label="Zoom in"
                keys="+"
                onClick={() => viewport.zoomBy(1.25)}
              />
              <Button kind="ghost" small keys="F" onClick={fit}>
                Fit
              </Button>
              {drawing.kept.value && (
                <Button
                  kind="ghost"
                  small
                  title="Forget where tables were dragged, and arrange them anew"
                  onClick={() => void drawing.arrangeAll(true).then(fit).catch(toastError)}
                >
                  Arrange
                </Button>
              )}
            </div>
          </>
        )}
      </div>
    </div>
  );
}

function tablesText({ tables, total }: { tables: unknown[]; total: number }): string {
  const of = total > tables.length ? ` of ${total}` : "";
  return `${tables.length}${of} tables`;
}

function scopeTitle(scope: Scope): string {
  if ("schema" in scope) {
    const found = schemas.value?.find((schema) => schema.oid === scope.schema);
    return found?.name ?? session.value?.database.name ?? "schema";
  }
  const table = objects.value.get(scope.oid);
  return table ? `${table.schema}.${table.name}` : "table";
}

/** The schema, or the table and how far from it. */
function ScopePicker({ scope }: { scope: Scope }) {
  const all = (schemas.value ?? []).filter((schema) => drawable(schema).length > 0);
  const table = "oid" in scope ? objects.value.get(scope.oid) : undefined;
  const current =
    "schema" in scope
      ? scope.schema
      : (all.find((schema) => schema.name === table?.schema)?.oid ?? 0);
  return (
    <>
      <select
        class="select"
        aria-label="Schema"
        value={String(current)}
        onChange={(event) => navigate(schemaHref(Number(event.currentTarget.value)))}
      >
        {all.map((schema) => (
          <option key={schema.oid} value={String(schema.oid)}>
            {schema.name}
          </option>
        ))}
      </select>
      {"oid" in scope && (
        <>
          <span class="badge accent diagram-scope" title="Only what is near this table is drawn">
            near {table?.name ?? scope.oid}
          </span>
          <select
            class="select"
            aria-label="How far from the table"
            value={String(scope.hops)}
            onChange={(event) =>
              navigate(scopeHref({ oid: scope.oid, hops: Number(event.currentTarget.value) }))
            }
          >
            {HOPS.map((hops) => (
              <option key={hops} value={String(hops)}>
                {hops === 1 ? "1 hop" : `${hops} hops`}
              </option>
            ))}
          </select>
          <Button kind="ghost" onClick={() => navigate(scopeHref({ schema: current }))}>
            Whole schema
          </Button>
        </>
      )}
    </>
  );
}

/** What can be done with the selected table. */
function Selection({
  drawing,
  onNeighbours,
}: {
  drawing: Drawing;
  onNeighbours: (oid: number) => void;
}) {
  const oid = drawing.selected.value;
  const card = oid === null ? undefined : drawing.cardById.value.get(oid);
  if (oid === null || !card) return null;
  const edges = drawing.edges.value;
  const out = edges.filter((edge) => edge.from === oid).length;
  const back = edges.filter((edge) => edge.to === oid).length;
  return (
    <section class="diagram-selection" aria-label="The selected table">
      <strong class="ellipsis">{drawing.title(card.table)}</strong>
      <span class="soft nums">
        {card.table.columns.length} columns · refers to {out} · referred to by {back}
      </span>
      <a class="button small" href={href("data", [oid])}>
        Open
      </a>
      <Button small keys="N" onClick={() => onNeighbours(oid)}>
        Neighbourhood
      </Button>
    </section>
  );
}
