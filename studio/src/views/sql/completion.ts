// What the editor completes: names of the catalog (GET /api/completion), the server's own
// keywords, and the columns of the tables that the statement names.

import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { SQLDialect, type SQLNamespace, sql } from "@codemirror/lang-sql";
import { syntaxTree } from "@codemirror/language";
import type { EditorState, Extension } from "@codemirror/state";
import { signal } from "@preact/signals";
import { get } from "../../api/client";
import { catalogVersion } from "../../state/session";
import { toastError } from "../../ui/toast";

export interface CompletionAnswer {
  schemas: string[];
  tables: { schema: string; name: string; columns: { name: string; type: string }[] }[];
  functions: { schema: string; name: string; arguments: string; result: string }[];
  types: string[];
  keywords: string[];
}

/** A name as SQL has to spell it. */
export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

const unquoted = (text: string): string =>
  text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase();

const option = (label: string, type: string, detail: string, boost = 0): Completion => {
  const apply = quoted(label);
  return { label, type, detail, boost, ...(apply === label ? {} : { apply }) };
};

/** A name as a key of the namespace, where a dot without a backslash divides names. */
const key = (name: string): string => name.replaceAll(".", "\\.");

/** Each name comes with the spelling that SQL wants: lang-sql's own quoting forgets quotes in names. */
function namespace(answer: CompletionAnswer): SQLNamespace {
  const children = new Map<string, Record<string, SQLNamespace>>();
  for (const name of answer.schemas) children.set(name, {});
  for (const { schema, name, columns } of answer.tables) {
    const tables = children.get(schema) ?? {};
    children.set(schema, tables);
    tables[key(name)] = {
      self: option(name, "type", "table"),
      children: columns.map((column) => option(column.name, "property", column.type)),
    };
  }
  return Object.fromEntries(
    [...children].map(([name, tables]) => [
      key(name),
      { self: option(name, "namespace", "schema"), children: tables },
    ]),
  );
}

/** The identifiers of the statement around the cursor: every table that it names is among them. */
function namesAround(state: EditorState, position: number): Set<string> {
  const names = new Set<string>();
  let node = syntaxTree(state).resolveInner(position, -1);
  while (node.name !== "Statement" && node.parent) node = node.parent;
  node.cursor().iterate((inner) => {
    if (inner.name === "Identifier" || inner.name === "QuotedIdentifier")
      names.add(unquoted(state.sliceDoc(inner.from, inner.to)));
  });
  return names;
}

type Source = (context: CompletionContext) => CompletionResult | null;

/** Columns of the tables that the statement names, where no dot stands before. */
function columnSource(answer: CompletionAnswer): Source {
  const byName = new Map<string, CompletionAnswer["tables"]>();
  for (const table of answer.tables)
    byName.set(table.name, [...(byName.get(table.name) ?? []), table]);
  return (context) => {
    const word = context.matchBefore(/[\w$]*/);
    if (!word || (word.from === word.to && !context.explicit)) return null;
    if (context.state.sliceDoc(word.from - 1, word.from) === ".") return null;
    const options: Completion[] = [];
    for (const name of namesAround(context.state, context.pos))
      for (const table of byName.get(name) ?? [])
        for (const column of table.columns)
          options.push(option(column.name, "property", `${table.name} · ${column.type}`, 20));
    return options.length === 0 ? null : { from: word.from, options, validFor: /^[\w$]*$/ };
  };
}

/** Functions by name; those outside pg_catalog first, with their arguments told. */
function functionSource(answer: CompletionAnswer): Source {
  const seen = new Set<string>();
  const options: Completion[] = [];
  for (const { schema, name, arguments: given, result } of answer.functions) {
    if (seen.has(`${schema}.${name}`)) continue;
    seen.add(`${schema}.${name}`);
    options.push({
      label: name,
      type: "function",
      detail: `(${given}) ${result}`,
      boost: schema === "pg_catalog" ? -20 : -2,
      apply: `${quoted(name)}(`,
    });
  }
  return (context) => {
    const word = context.matchBefore(/[a-zA-Z_][\w$]*/);
    if (!word || word.to - word.from < 2) return null;
    if (context.state.sliceDoc(word.from - 1, word.from) === ".") return null;
    return { from: word.from, options, validFor: /^[\w$]*$/ };
  };
}

/** How PostgreSQL's text differs from the standard's, as the editor's grammar wants to know it. */
const POSTGRESQL = {
  charSetCasts: true,
  doubleDollarQuotedStrings: true,
  operatorChars: "+-*/<>=~!@#%^&|`?",
  specialVar: "",
};
/** Names of types that the grammar has and no type of the catalog bears. */
const TYPE_WORDS =
  "int int2 int4 int8 float float4 float8 bool char varchar bpchar varbit decimal dec precision " +
  "timestamptz timetz varying serial bigserial smallserial";

const words = (names: readonly string[]): string =>
  names.map((name) => name.toLowerCase()).join(" ");

/** The language with everything that this database can complete; without an answer, the standard's words alone. */
export function sqlLanguage(answer: CompletionAnswer | null): Extension {
  if (!answer) return sql({ dialect: SQLDialect.define(POSTGRESQL) });
  const types = answer.types.map((type) => type.split(/[\s(]/, 1)[0] ?? "");
  const dialect = SQLDialect.define({
    ...POSTGRESQL,
    keywords: words(answer.keywords),
    types: `${TYPE_WORDS} ${words(types.filter((type) => /^[a-z_][a-z0-9_]*$/.test(type)))}`,
  });
  return [
    sql({
      dialect,
      schema: namespace(answer),
      defaultSchema: answer.schemas.includes("public") ? "public" : (answer.schemas[0] ?? ""),
    }),
    dialect.language.data.of({ autocomplete: columnSource(answer) }),
    dialect.language.data.of({ autocomplete: functionSource(answer) }),
  ];
}

/* ---------------------------------------------------------------- what the server said */

export const completion = signal<CompletionAnswer | null>(null);
let completionOf = -1;

/** Asks for what can be completed, once for each state of the catalog. */
export async function loadCompletion(): Promise<void> {
  if (completionOf === catalogVersion.value) return;
  completionOf = catalogVersion.value;
  try {
    completion.value = await get<CompletionAnswer>("completion");
  } catch (thrown) {
    completionOf = -1;
    toastError(thrown, "Names cannot be completed");
  }
}

/** The statement around the cursor, as the editor's own grammar sees it; null in blank space. */
export function statementAt(state: EditorState): { from: number; to: number } | null {
  const { head } = state.selection.main;
  const tree = syntaxTree(state);
  for (const side of [-1, 1] as const) {
    let node = tree.resolveInner(head, side);
    while (node.name !== "Statement" && node.parent) node = node.parent;
    if (node.name === "Statement") return { from: node.from, to: node.to };
  }
  // Just behind a semicolon, or on the blank lines after it: the statement before.
  let before: { from: number; to: number } | null = null;
  for (let child = tree.topNode.firstChild; child && child.from <= head; child = child.nextSibling)
    if (child.name === "Statement") before = { from: child.from, to: child.to };
  return before;
}
