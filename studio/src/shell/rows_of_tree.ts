// The tree as the flat list of the rows that show: what is folded is left out, a search shows
// every match with what it stands under.

import type { Kind, TreeObject, TreeSchema } from "../api/types";

export interface TreeRow {
  id: string;
  level: number;
  label: string;
  kind: Kind | "schema" | "group";
  /** Set where the row can be folded. */
  expanded?: boolean;
  object?: TreeObject;
  count?: string;
  title?: string;
}

const RELATIONS: readonly Kind[] = [
  "table",
  "partitioned",
  "partition",
  "view",
  "matview",
  "foreign",
];
const GROUPS: readonly [Kind, string][] = [
  ["sequence", "Sequences"],
  ["function", "Functions"],
  ["type", "Types"],
];

const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** 200000 as "200K"; an estimate is told as one in the row's title. */
export function compact(count: number): string {
  return short.format(count);
}

function byName(a: TreeObject, b: TreeObject): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/**
 * `flipped` holds the ids of rows that are not as they start: schemas start open, groups and
 * partitioned tables folded. `query` is lower case, "" for no search.
 */
export function treeRows(
  schemas: readonly TreeSchema[],
  flipped: ReadonlySet<string>,
  query: string,
): TreeRow[] {
  const rows: TreeRow[] = [];
  for (const schema of schemas) {
    const inside = schemaRows(schema, flipped, query);
    if (query !== "" && inside.length === 0) continue;
    const id = `s${schema.oid}`;
    const expanded = query !== "" || !flipped.has(id);
    rows.push({
      id,
      level: 1,
      label: schema.name,
      kind: "schema",
      expanded,
      count: String(schema.objects.filter((object) => RELATIONS.includes(object.kind)).length),
      ...(schema.comment ? { title: schema.comment } : {}),
    });
    if (expanded) rows.push(...inside);
  }
  return rows;
}

function schemaRows(schema: TreeSchema, flipped: ReadonlySet<string>, query: string): TreeRow[] {
  const rows: TreeRow[] = [];
  const here = new Set(schema.objects.map((object) => object.oid));
  const children = new Map<number, TreeObject[]>();
  for (const object of schema.objects) {
    if (object.parent === null || !here.has(object.parent)) continue;
    children.set(object.parent, [...(children.get(object.parent) ?? []), object]);
  }
  const matches = (object: TreeObject) => object.name.toLowerCase().includes(query);
  const add = (object: TreeObject, level: number): void => {
    const below = [...(children.get(object.oid) ?? [])].sort(byName);
    const inside = below.some(function found(child): boolean {
      return matches(child) || (children.get(child.oid) ?? []).some(found);
    });
    if (query !== "" && !matches(object) && !inside) return;
    const id = `o${object.oid}`;
    const expanded = query !== "" ? inside : flipped.has(id);
    rows.push({
      id,
      level,
      label: object.name,
      kind: object.kind,
      object,
      ...(below.length > 0 ? { expanded } : {}),
      ...(object.rows !== null && object.rows >= 0 ? { count: compact(object.rows) } : {}),
      ...(object.comment ? { title: object.comment } : {}),
    });
    if (expanded) for (const child of below) add(child, level + 1);
  };
  const roots = schema.objects.filter(
    (object) =>
      RELATIONS.includes(object.kind) && !(object.parent !== null && here.has(object.parent)),
  );
  for (const object of roots.sort(byName)) add(object, 2);
  for (const [kind, label] of GROUPS) {
    const members = schema.objects.filter((object) => object.kind === kind && matches(object));
    if (members.length === 0) continue;
    const id = `g${schema.oid}${kind}`;
    const expanded = query !== "" || flipped.has(id);
    rows.push({ id, level: 2, label, kind: "group", expanded, count: String(members.length) });
    if (!expanded) continue;
    for (const object of members.sort(byName)) {
      rows.push({
        id: `o${object.oid}`,
        level: 3,
        label: object.name,
        kind,
        object,
        ...(object.comment ? { title: object.comment } : {}),
      });
    }
  }
  return rows;
}
