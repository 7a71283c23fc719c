/*
 * What the details of an object are read by: one statement a section, each with the oid as $1 and one JSON value as its
 * result. Sections of relations have a WHERE that finds nothing of other objects.
 */
#include "studio/object_sql.h"

#include <stddef.h>

#define LIST(object, order) \
    "SELECT coalesce(json_agg(json_build_object(" object ") ORDER BY " order "), '[]'::json)"

/* "{1,2}" as a JSON array. */
#define ATTNUMS(array) "coalesce(array_to_json(" array "), '[]'::json)"

#define HEAD                                                                                      \
    "'oid', o.oid::int8, 'schema', n.nspname, 'name', o.name, 'kind', o.kind,"                    \
    " 'owner', pg_get_userbyid(o.owner), 'comment', o.comment, 'rows', o.rows, 'bytes', o.bytes," \
    " 'insertable', o.insertable"

static const char head[] =
    "SELECT json_build_object(" HEAD ", 'arguments', o.arguments) FROM ("
    "SELECT c.oid, c.relnamespace AS schema, c.relname::text AS name,"
    " CASE WHEN c.relkind IN ('r', 'p') AND c.relispartition THEN 'partition' ELSE CASE c.relkind"
    " WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned' WHEN 'v' THEN 'view' WHEN 'm' THEN 'matview'"
    " WHEN 'f' THEN 'foreign' WHEN 'S' THEN 'sequence' END END AS kind, c.relowner AS owner,"
    " obj_description(c.oid, 'pg_class') AS comment,"
    " CASE WHEN c.relkind IN ('r', 'm', 'p') AND c.reltuples >= 0 THEN c.reltuples::int8 END AS rows,"
    " json_build_object('table', pg_relation_size(c.oid), 'indexes', pg_indexes_size(c.oid),"
    " 'toast', coalesce(pg_total_relation_size(NULLIF(c.reltoastrelid, 0)), 0),"
    " 'total', pg_total_relation_size(c.oid)) AS bytes,"
    " c.relkind IN ('r', 'p', 'v', 'f') AND pg_relation_is_updatable(c.oid, true) & 8 <> 0"
    " AND (has_table_privilege(c.oid, 'INSERT') OR has_any_column_privilege(c.oid, 'INSERT'))"
    " AS insertable, NULL::text AS arguments FROM pg_class c WHERE c.oid = $1::oid"
    " AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')"
    " UNION ALL SELECT p.oid, p.pronamespace, p.proname::text, 'function', p.proowner,"
    " obj_description(p.oid, 'pg_proc'), NULL, NULL, false, pg_get_function_identity_arguments(p.oid)"
    " FROM pg_proc p WHERE p.oid = $1::oid"
    " UNION ALL SELECT t.oid, t.typnamespace, t.typname::text, 'type', t.typowner,"
    " obj_description(t.oid, 'pg_type'), NULL, NULL, false, NULL FROM pg_type t WHERE t.oid = $1::oid"
    ") o JOIN pg_namespace n ON n.oid = o.schema WHERE n.nspname !~ '^pg_' AND"
    " n.nspname <> 'information_schema' LIMIT 1";

/* A domain's values are edited as those of its base type. */
static const char columns[] = LIST(
    "'attnum', a.attnum, 'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),"
    " 'category', t.typcategory, 'base', format_type(a.atttypid, NULL), 'not_null', a.attnotnull,"
    " 'has_default', a.atthasdef AND a.attgenerated = '',"
    " 'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,"
    " 'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,"
    " 'generated', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,"
    " 'comment', col_description(a.attrelid, a.attnum),"
    " 'labels', CASE WHEN b.typtype = 'e' THEN (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder)"
    " FROM pg_enum e WHERE e.enumtypid = b.oid) END,"
    " 'editor', CASE WHEN a.attgenerated <> '' THEN 'readonly' WHEN b.typtype = 'e' THEN 'enum'"
    " WHEN b.typcategory = 'A' THEN 'array' ELSE CASE b.oid::regtype::text"
    " WHEN 'boolean' THEN 'boolean' WHEN 'timestamp without time zone' THEN 'timestamp'"
    " WHEN 'timestamp with time zone' THEN 'timestamp' WHEN 'date' THEN 'date'"
    " WHEN 'time without time zone' THEN 'time' WHEN 'time with time zone' THEN 'time'"
    " WHEN 'json' THEN 'json' WHEN 'jsonb' THEN 'json' WHEN 'bytea' THEN 'bytea' WHEN 'text' THEN"
    " 'long' WHEN 'xml' THEN 'long' WHEN 'smallint' THEN 'number' WHEN 'integer' THEN 'number'"
    " WHEN 'bigint' THEN 'number' WHEN 'numeric' THEN 'number' WHEN 'real' THEN 'number'"
    " WHEN 'double precision' THEN 'number' ELSE 'text' END END,"
    " 'indexed', EXISTS (SELECT FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid"
    " JOIN pg_am m ON m.oid = ic.relam WHERE i.indrelid = a.attrelid AND i.indkey[0] = a.attnum"
    " AND m.amname = 'btree' AND i.indisvalid AND i.indpred IS NULL)",
    "a.attnum") " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
                " JOIN LATERAL (WITH RECURSIVE r AS (SELECT t.oid, t.typtype, t.typbasetype, t.typcategory UNION ALL"
                " SELECT y.oid, y.typtype, y.typbasetype, y.typcategory FROM r JOIN pg_type y ON y.oid = r.typbasetype"
                " WHERE r.typtype = 'd') SELECT * FROM r WHERE typtype <> 'd') b ON true"
                " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
                " JOIN pg_class c ON c.oid = a.attrelid AND c.relkind <> 'S'"
                " WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped";

/* What names a row: the primary key, else a unique index of columns that are not NULL, else its place. */
static const char identity[] =
    "SELECT coalesce((SELECT json_build_object('by', CASE WHEN i.indisprimary THEN 'primary key' ELSE"
    " 'unique' END, 'columns', " ATTNUMS(
        "i.indkey[0:i.indnkeyatts - 1]::int[]") ")"
                                                " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = $1::oid AND i.indisunique"
                                                " AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND NOT 0 = ANY (i.indkey)"
                                                " AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND NOT a.attnotnull"
                                                " AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1]))"
                                                " ORDER BY i.indisprimary DESC, i.indnkeyatts, c.relname LIMIT 1),"
                                                " (SELECT json_build_object('by', CASE WHEN c.relkind IN ('r', 'p', 'm') THEN 'ctid' END, 'columns', '[]'::json)"
                                                " FROM pg_class c WHERE c.oid = $1::oid), '{\"by\":null,\"columns\":[]}'::json)";

#define CONSTRAINT(kinds)                                                                           \
    LIST("'name', k.conname, 'kind', CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN"      \
         " 'unique' WHEN 'x' THEN 'exclusion' WHEN 'c' THEN 'check' WHEN 'n' THEN 'not null'"       \
         " WHEN 't' THEN 'trigger' END, 'columns', " ATTNUMS(                                       \
             "k.conkey") ", 'definition',"                                                          \
                         " pg_get_constraintdef(k.oid, true), 'valid', k.convalidated, 'comment',"  \
                         " obj_description(k.oid, 'pg_constraint')",                                \
         "k.contype = 'p' DESC, k.conname")                                                         \
    " FROM pg_constraint k WHERE k.conrelid = $1::oid AND k.conrelid <> 0 AND k.contype IN (" kinds \
    ")"

static const char indexes[] = LIST(
    "'oid', c.oid::int8, 'name', c.relname, 'definition', pg_get_indexdef(c.oid), 'unique',"
    " i.indisunique, 'valid', i.indisvalid, 'bytes', pg_relation_size(c.oid), 'scans',"
    " pg_stat_get_numscans(c.oid), 'comment', obj_description(c.oid, 'pg_class')",
    "c.relname") " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = $1::oid";

static const char triggers[] = LIST(
    "'name', t.tgname, 'definition', pg_get_triggerdef(t.oid, true), 'enabled', t.tgenabled <> 'D'",
    "t.tgname") " FROM pg_trigger t WHERE t.tgrelid = $1::oid AND NOT t.tgisinternal";

static const char policies[] = LIST(
    "'name', p.polname, 'definition', concat('AS ', CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE"
    " 'RESTRICTIVE' END, ' FOR ', CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN"
    " 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END, ' TO ', CASE WHEN p.polroles = '{0}'"
    " THEN 'PUBLIC' ELSE (SELECT string_agg(quote_ident(pg_get_userbyid(r)), ', ') FROM"
    " unnest(p.polroles) r) END, ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',"
    " ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')",
    "p.polname") " FROM pg_policy p WHERE p.polrelid = $1::oid";

/* Of a key to or of a partitioned table there are more in the catalog: one a partition. */
static const char references[] = LIST(
    "'name', k.conname, 'oid', k.confrelid::int8, 'schema', n.nspname, 'table', c.relname, 'columns',"
    " " ATTNUMS("k.conkey") ", 'to', " ATTNUMS(
        "k.confkey") ", 'definition',"
                     " pg_get_constraintdef(k.oid, true), 'comment', obj_description(k.oid, 'pg_constraint')",
    "k.conname") " FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid JOIN pg_namespace n ON n.oid ="
                 " c.relnamespace WHERE k.conrelid = $1::oid AND k.contype = 'f' AND NOT EXISTS (SELECT FROM"
                 " pg_constraint w WHERE w.oid = k.conparentid AND w.conrelid = k.conrelid)";

static const char referenced_by[] = LIST(
    "'name', k.conname, 'oid', k.conrelid::int8, 'schema', n.nspname, 'table', c.relname, 'columns',"
    " " ATTNUMS("k.confkey") ", 'to', " ATTNUMS("k.conkey") ", 'definition',"
                                                            " pg_get_constraintdef(k.oid, true)",
    "n.nspname, c.relname, k.conname") " FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid ="
                                       " c.relnamespace WHERE k.confrelid = $1::oid AND k.contype = 'f' AND NOT EXISTS (SELECT FROM"
                                       " pg_constraint w WHERE w.oid = k.conparentid AND w.confrelid = k.confrelid)";

const struct ray_object_section ray_object_sections[] = {
    {NULL, head},
    {"columns", columns},
    {"identity", identity},
    {"keys", CONSTRAINT("'p', 'u', 'x'")},
    {"indexes", indexes},
    {"constraints", CONSTRAINT("'c', 'n'")},
    {"triggers", triggers},
    {"policies", policies},
    {"references", references},
    {"referenced_by", referenced_by},
    {NULL, NULL},
};
