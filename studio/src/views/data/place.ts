// What of a table is shown, as the address holds it: #/data/OID?q={sort, filters, where}&tab=…
// The address is the only state of it, so back and forward go through what one has looked at.

import type { Filter, Oid, Sort } from "../../api/types";
import { href, navigate, type Route } from "../../state/route";

export type Tab = "rows" | "structure" | "ddl";

export interface Query {
  sort: Sort[];
  filters: Filter[];
  where: string;
}

export interface DataPlace extends Query {
  oid: Oid;
  tab: Tab;
}

export const NO_QUERY: Query = { sort: [], filters: [], where: "" };

export function placeOf(route: Route): DataPlace | null {
  const oid = Number(route.path[0]);
  if (!Number.isInteger(oid) || oid <= 0) return null;
  const tab = route.query.get("tab");
  return {
    oid,
    tab: tab === "structure" || tab === "ddl" ? tab : "rows",
    ...readQuery(route.query.get("q")),
  };
}

function readQuery(text: string | null): Query {
  if (!text) return NO_QUERY;
  try {
    const read = JSON.parse(text) as Partial<Query>;
    return {
      sort: Array.isArray(read.sort) ? read.sort : [],
      filters: Array.isArray(read.filters) ? read.filters : [],
      where: typeof read.where === "string" ? read.where : "",
    };
  } catch {
    return NO_QUERY;
  }
}

export function dataHref(oid: Oid, query: Partial<Query> = {}, tab: Tab = "rows"): string {
  const asked: Partial<Query> = {};
  if (query.sort?.length) asked.sort = query.sort;
  if (query.filters?.length) asked.filters = query.filters;
  if (query.where) asked.where = query.where;
  const words: Record<string, string> = {};
  if (Object.keys(asked).length > 0) words.q = JSON.stringify(asked);
  if (tab !== "rows") words.tab = tab;
  return href("data", [oid], words);
}

export function goTo(place: DataPlace, change: Partial<DataPlace>, replace = false): void {
  const next = { ...place, ...change };
  navigate(dataHref(next.oid, next, next.tab), replace);
}
