// The shapes of docs/studio-http.md, under its names.

export type Oid = number;
export type Attnum = number;
/** PostgreSQL's own text of a value; null is NULL. */
export type Value = string | null;

export interface Operator {
  op: string;
  label: string;
  /** pg_type.typcategory letters that it fits; empty: every type. */
  categories: string | null;
  values: 0 | 1 | "many";
}

export interface Session {
  version: string;
  project: { name: string; root: string };
  database: {
    name: string;
    user: string;
    host: string;
    server_version: string;
    timezone: string;
    encoding: string;
  };
  read_only: boolean;
  /** Functions that PostgreSQL does not hold back in a read-only transaction, and that may be called. */
  beyond_read_only: string[];
  limits: { cell_bytes: number; rows: number; body_bytes: number; statement_timeout_ms: number };
  features: { migrations: boolean; schema: boolean };
  operators: Operator[];
}

export type Kind =
  | "table"
  | "partitioned"
  | "partition"
  | "view"
  | "matview"
  | "foreign"
  | "sequence"
  | "function"
  | "type";

export interface TreeObject {
  oid: Oid;
  name: string;
  kind: Kind;
  parent: Oid | null;
  partitions?: number | null;
  rows: number | null;
  bytes: number | null;
  comment: string | null;
}

export interface TreeSchema {
  oid: Oid;
  name: string;
  comment: string | null;
  objects: TreeObject[];
}

export type EditorKind =
  | "text"
  | "long"
  | "boolean"
  | "enum"
  | "number"
  | "timestamp"
  | "date"
  | "time"
  | "json"
  | "array"
  | "bytea"
  | "readonly";

export interface Column {
  attnum: Attnum;
  name: string;
  type: string;
  category: string;
  base: string;
  not_null: boolean;
  has_default: boolean;
  default: string | null;
  identity: string | null;
  generated: string | null;
  comment: string | null;
  labels: string[] | null;
  editor: EditorKind;
  indexed: boolean;
}

export interface ForeignKey {
  name: string;
  /** The other table. */
  oid: Oid;
  schema: string;
  table: string;
  /** Columns here, and the ones there that they meet. */
  columns: Attnum[];
  to: Attnum[];
}

export interface Detail {
  oid: Oid;
  schema: string;
  name: string;
  kind: Kind;
  owner: string;
  comment: string | null;
  rows: number | null;
  bytes: { table: number; indexes: number; toast: number; total: number } | null;
  insertable: boolean;
  columns: Column[];
  identity: { by: "primary key" | "unique" | "ctid" | null; columns: Attnum[] };
  keys: {
    name: string;
    kind: string;
    columns: Attnum[];
    definition: string;
    comment: string | null;
  }[];
  indexes: {
    oid: Oid;
    name: string;
    definition: string;
    unique: boolean;
    valid: boolean;
    bytes: number;
    scans: number | null;
    comment: string | null;
  }[];
  constraints: { name: string; kind: string; definition: string; comment?: string | null }[];
  triggers: { name: string; definition: string; enabled: string | boolean }[];
  policies: { name: string; definition: string }[];
  references: ForeignKey[];
  referenced_by: ForeignKey[];
  /** Of a function: what it takes. */
  arguments?: string | null;
  /** Absent where it was not asked for; null where the model has no such object. */
  ddl?: string | null;
}

export interface Sort {
  column: Attnum;
  descending: boolean;
  nulls?: "first" | "last";
}

export interface Filter {
  column: Attnum;
  op: string;
  value?: string | string[];
}

export type From = { edge: "first" | "last" } | { after: string } | { before: string };

export interface RowsRequest {
  oid: Oid;
  columns?: Attnum[];
  sort: Sort[];
  filters: Filter[];
  where?: string;
  from: From;
  limit: number;
  cell_bytes?: number;
  request: string;
}

export interface RowsAnswer {
  columns: Attnum[];
  rows: Value[][];
  /** Names each row for an edit; null where the object has no identity. */
  keys: (string | null)[];
  /** [row, column index, whole size in bytes] of the values that came shortened. */
  cut: [number, number, number][];
  first: string | null;
  last: string | null;
  before: boolean;
  after: boolean;
  ms: number;
  unindexed: Attnum[];
}

export type SetValue = Value | { base64: string } | { default: true };
export type ValueSet = Record<string, SetValue>;

export type Change =
  | { oid: Oid; op: "insert"; set: ValueSet }
  | { oid: Oid; op: "update"; key: string; old: Record<string, Value>; set: ValueSet }
  | { oid: Oid; op: "delete"; key: string; old: Record<string, Value> };

export interface ChangesAnswer {
  sql: string[];
  committed: boolean;
  rows: ({ key: string; values: Value[] | Record<string, Value> } | null)[];
}

export interface Conflict {
  index: number;
  now: Record<string, Value> | null;
}
