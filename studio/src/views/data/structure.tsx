// What an object is made of: columns, keys, indexes, constraints, triggers, policies, sizes,
// and its DDL as the catalog's SQL writer gives it.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { asApiError, get } from "../../api/client";
import type { Detail, ForeignKey } from "../../api/types";
import { objects } from "../../state/session";
import { copy } from "../../ui/clipboard";
import { Button } from "../../ui/controls";
import { Empty, Failed, Loading } from "../../ui/states";
import { bytes, count } from "./format";
import { dataHref } from "./place";

export function Ddl({ detail }: { detail: Detail }) {
  const [ddl, setDdl] = useState<string | null | undefined>(undefined);
  const [error, setError] = useState<Error | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    get<Detail>(`objects/${detail.oid}`, stop.signal).then(
      (found) => setDdl(found.ddl ?? null),
      (thrown) => stop.signal.aborted || setError(asApiError(thrown)),
    );
    return () => stop.abort();
  }, [detail]);
  if (error) return <Failed error={error} />;
  if (ddl === undefined) return <Loading what="Reading the catalog" />;
  if (ddl === null) {
    return (
      <Empty title="No DDL">
        <p>raymig's catalog does not write objects of this kind.</p>
      </Empty>
    );
  }
  return (
    <div class="details">
      <div class="row">
        <span class="soft grow">As the database holds it now.</span>
        <Button icon="copy" onClick={() => copy(ddl, "DDL copied")}>
          Copy
        </Button>
      </div>
      <pre class="code">{ddl}</pre>
    </div>
  );
}

export function Structure({ detail }: { detail: Detail }) {
  const name = (attnum: number) =>
    detail.columns.find((column) => column.attnum === attnum)?.name ?? String(attnum);
  const { bytes: size } = detail;
  return (
    <div class="details">
      {detail.comment && <p class="soft">{detail.comment}</p>}
      <dl class="facts">
        <Fact label="Owner">{detail.owner}</Fact>
        {detail.rows !== null && detail.rows >= 0 && (
          <Fact label="Rows, about">{count(detail.rows)}</Fact>
        )}
        {size && size.total > 0 && (
          <>
            <Fact label="In all">{bytes(size.total)}</Fact>
            <Fact label="Table">{bytes(size.table)}</Fact>
            <Fact label="Indexes">{bytes(size.indexes)}</Fact>
            {size.toast > 0 && <Fact label="TOAST">{bytes(size.toast)}</Fact>}
          </>
        )}
        {detail.columns.length > 0 && (
          <Fact label="A row is named by">
            {detail.identity.by
              ? `${detail.identity.by}${
                  detail.identity.columns.length
                    ? ` (${detail.identity.columns.map(name).join(", ")})`
                    : ""
                }`
              : "nothing: read-only"}
          </Fact>
        )}
      </dl>
      {detail.columns.length > 0 && <Columns detail={detail} />}
      <Partitions detail={detail} />
      {detail.keys.length > 0 && (
        <Section title="Keys" count={detail.keys.length}>
          <Definitions rows={detail.keys} />
        </Section>
      )}
      {detail.references.length > 0 && (
        <Section title="References" count={detail.references.length}>
          <Links keys={detail.references} name={name} />
        </Section>
      )}
      {detail.referenced_by.length > 0 && (
        <Section title="Referenced by" count={detail.referenced_by.length}>
          <Links keys={detail.referenced_by} name={name} />
        </Section>
      )}
      {detail.indexes.length > 0 && <Indexes detail={detail} />}
      {detail.constraints.length > 0 && (
        <Section title="Constraints" count={detail.constraints.length}>
          <Definitions rows={detail.constraints} />
        </Section>
      )}
      {detail.triggers.length > 0 && (
        <Section title="Triggers" count={detail.triggers.length}>
          <Definitions rows={detail.triggers} />
        </Section>
      )}
      {detail.policies.length > 0 && (
        <Section title="Policies" count={detail.policies.length}>
          <Definitions rows={detail.policies} />
        </Section>
      )}
    </div>
  );
}

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd class="nums">{children}</dd>
    </div>
  );
}

function Section({
  title,
  count: size,
  children,
}: {
  title: string;
  count: number;
  children: ComponentChildren;
}) {
  return (
    <section aria-label={title}>
      <h3>
        {title} <span class="faint">{size}</span>
      </h3>
      {children}
    </section>
  );
}

function Partitions({ detail }: { detail: Detail }) {
  const members = [...objects.value.values()]
    .filter((object) => object.parent === detail.oid)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (members.length === 0) return null;
  return (
    <Section title="Partitions" count={members.length}>
      <table class="table">
        <tbody>
          {members.map((object) => (
            <tr key={object.oid}>
              <td class="named">
                <a href={dataHref(object.oid)}>{object.name}</a>
              </td>
              <td class="num">
                {object.rows !== null && object.rows >= 0 && `${count(object.rows)} rows`}
              </td>
              <td class="num">{object.bytes ? bytes(object.bytes) : ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Columns({ detail }: { detail: Detail }) {
  const key = new Set(
    detail.keys.filter((row) => /primary/i.test(row.kind)).flatMap((row) => row.columns),
  );
  const links = new Map<number, ForeignKey>();
  for (const foreign of detail.references) {
    for (const attnum of foreign.columns) links.set(attnum, foreign);
  }
  return (
    <Section title="Columns" count={detail.columns.length}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Type</th>
            <th scope="col">Null</th>
            <th scope="col">Default</th>
            <th scope="col">Key</th>
            <th scope="col">Comment</th>
          </tr>
        </thead>
        <tbody>
          {detail.columns.map((column) => {
            const link = links.get(column.attnum);
            return (
              <tr key={column.attnum}>
                <td class="strong">{column.name}</td>
                <td class="mono">
                  {column.type}
                  {column.labels && <div class="faint labels">{column.labels.join(" · ")}</div>}
                </td>
                <td class="soft">{column.not_null ? "not null" : ""}</td>
                <td class="mono soft">
                  {column.generated
                    ? `generated: ${column.generated}`
                    : column.identity
                      ? `identity ${column.identity}`
                      : (column.default ?? "")}
                </td>
                <td>
                  {key.has(column.attnum) && <span class="badge accent">primary</span>}{" "}
                  {link && (
                    <a class="badge" href={dataHref(link.oid)}>
                      {link.table}
                    </a>
                  )}
                </td>
                <td class="soft">{column.comment ?? ""}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Section>
  );
}

function Indexes({ detail }: { detail: Detail }) {
  return (
    <Section title="Indexes" count={detail.indexes.length}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Definition</th>
            <th scope="col" class="num">
              Size
            </th>
            <th scope="col" class="num">
              Scans
            </th>
          </tr>
        </thead>
        <tbody>
          {detail.indexes.map((index) => (
            <tr key={index.oid}>
              <td class="strong">
                {index.name} {!index.valid && <span class="badge bad">invalid</span>}
              </td>
              <td class="mono soft">{index.definition}</td>
              <td class="num">{bytes(index.bytes)}</td>
              <td class="num">{index.scans === null ? "" : count(index.scans)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Definitions({
  rows,
}: {
  rows: readonly { name: string; kind?: string; definition: string; enabled?: string | boolean }[];
}) {
  return (
    <table class="table">
      <tbody>
        {rows.map((row) => (
          <tr key={row.name}>
            <td class="strong named">
              {row.name}{" "}
              {(row.enabled === false || row.enabled === "disabled") && (
                <span class="badge warn">disabled</span>
              )}
            </td>
            <td class="mono soft">{row.definition}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Links({ keys, name }: { keys: readonly ForeignKey[]; name: (attnum: number) => string }) {
  return (
    <table class="table">
      <tbody>
        {keys.map((key) => (
          <tr key={`${key.oid}${key.name}`}>
            <td class="strong named">{key.name}</td>
            <td>
              <span class="mono soft">({key.columns.map(name).join(", ")})</span>{" "}
              <a href={dataHref(key.oid)}>
                {key.schema}.{key.table}
              </a>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
