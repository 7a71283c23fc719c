/*
 * The tree of objects, and what an editor completes: one statement each, whose one value is the answer. Sizes are those
 * that the catalogs tell (pages, as of the last VACUUM or ANALYZE): asking for a table's real one takes a lock, and would
 * wait for a migration that runs.
 */
#include "studio/routes.h"
#include "studio/select.h"

/* A relation's kind as the interface has it. */
#define KIND                                                                               \
    "CASE WHEN c.relkind IN ('r', 'p') AND c.relispartition THEN 'partition'"              \
    " ELSE CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned' WHEN 'v' THEN" \
    " 'view' WHEN 'm' THEN 'matview' WHEN 'f' THEN 'foreign' WHEN 'S' THEN 'sequence' END END"

static const char tree[] =
    "WITH pages AS (SELECT i.indrelid AS oid, sum(c.relpages)::int8 AS pages FROM pg_index i"
    " JOIN pg_class c ON c.oid = i.indexrelid GROUP BY 1),"
    " parts AS (SELECT inhparent AS oid, count(*) AS count FROM pg_inherits GROUP BY 1),"
    " objects AS ("
    "SELECT c.relnamespace AS schema, 1 AS rank, c.relname::text AS name, json_build_object("
    "'oid', c.oid::int8, 'name', c.relname, 'kind', " KIND ","
    "'parent', (SELECT h.inhparent::int8 FROM pg_inherits h WHERE c.relispartition AND h.inhrelid = c.oid),"
    "'partitions', CASE WHEN c.relkind = 'p' THEN coalesce(parts.count, 0) END,"
    "'rows', CASE WHEN c.relkind IN ('r', 'm', 'p') AND c.reltuples >= 0"
    " AND (c.relpages > 0 OR c.reltuples > 0 OR current_setting('server_version_num')::int >= 140000)"
    " THEN c.reltuples::int8 END,"
    "'bytes', CASE WHEN c.relkind IN ('r', 'm') THEN (c.relpages + coalesce(t.relpages, 0) +"
    " coalesce(pages.pages, 0)) * current_setting('block_size')::int8 END,"
    "'comment', obj_description(c.oid, 'pg_class')) AS object"
    " FROM pg_class c LEFT JOIN pg_class t ON t.oid = c.reltoastrelid"
    " LEFT JOIN pages ON pages.oid = c.oid LEFT JOIN parts ON parts.oid = c.oid"
    " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't'"
    " UNION ALL "
    "SELECT p.pronamespace, 2, p.proname::text, json_build_object('oid', p.oid::int8, 'name', p.proname,"
    " 'kind', 'function', 'arguments', pg_get_function_identity_arguments(p.oid),"
    " 'parent', NULL, 'partitions', NULL, 'rows', NULL, 'bytes', NULL,"
    " 'comment', obj_description(p.oid, 'pg_proc')) FROM pg_proc p"
    " WHERE p.oid >= 16384 AND NOT " RAY_SQL_OF_EXTENSION(
        "pg_proc",
        "p.oid") ""
                 " UNION ALL "
                 "SELECT t.typnamespace, 3, t.typname::text, json_build_object('oid', t.oid::int8, 'name', t.typname,"
                 " 'kind', 'type', 'parent', NULL, 'partitions', NULL, 'rows', NULL, 'bytes', NULL,"
                 " 'comment', obj_description(t.oid, 'pg_type')) FROM pg_type t LEFT JOIN pg_class r ON r.oid = t.typrelid"
                 " WHERE t.oid >= 16384 AND (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND r.relkind = 'c')"
                 " OR (t.typtype = 'b' AND t.typcategory <> 'A'))"
                 " AND NOT " RAY_SQL_OF_EXTENSION(
                     "pg_type",
                     "t.oid") ")"
                              "SELECT json_build_object('schemas', coalesce(json_agg(json_build_object('oid', n.oid::int8,"
                              " 'name', n.nspname, 'comment', obj_description(n.oid, 'pg_namespace'),"
                              " 'objects', coalesce(o.list, '[]'::json)) ORDER BY n.nspname), '[]'::json))"
                              " FROM pg_namespace n LEFT JOIN (SELECT schema, json_agg(object ORDER BY rank, name) AS list"
                              " FROM objects GROUP BY schema) o ON o.schema = n.oid WHERE " RAY_SQL_SHOWN_SCHEMA;

bool
ray_studio_objects(struct ray_request *request, struct ray_err *err)
{
    struct ray_rows rows;

    if (!ray_studio_select(request, NULL, tree, 0, NULL, &rows, err))
        return false;
    ray_reply_text(request, ray_rows_value(&rows, 0, 0));
    return true;
}

/* Of the server's own functions those that are operators' and types' inner works are left out. */
static const char completion[] =
    "SELECT json_build_object("
    "'schemas', (SELECT coalesce(json_agg(n.nspname ORDER BY n.nspname), '[]'::json) FROM pg_namespace n"
    " WHERE " RAY_SQL_SHOWN_SCHEMA "),"
    "'tables', (SELECT coalesce(json_agg(json_build_object('schema', n.nspname, 'name', c.relname,"
    " 'columns', coalesce(a.list, '[]'::json)) ORDER BY n.nspname, c.relname), '[]'::json)"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " LEFT JOIN (SELECT attrelid, json_agg(json_build_object('name', attname,"
    " 'type', format_type(atttypid, atttypmod)) ORDER BY attnum) AS list FROM pg_attribute"
    " WHERE attnum > 0 AND NOT attisdropped GROUP BY 1) a ON a.attrelid = c.oid"
    " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND " RAY_SQL_SHOWN_SCHEMA
    "),"
    "'functions', (SELECT coalesce(json_agg(json_build_object('schema', n.nspname, 'name', p.proname,"
    " 'arguments', pg_get_function_arguments(p.oid), 'result', pg_get_function_result(p.oid))"
    " ORDER BY n.nspname = 'pg_catalog', n.nspname, p.proname), '[]'::json)"
    " FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
    " WHERE (" RAY_SQL_SHOWN_SCHEMA ") OR (n.nspname = 'pg_catalog' AND p.proname !~ '^_'"
    " AND NOT p.prorettype IN ('internal'::regtype, 'cstring'::regtype, 'trigger'::regtype)"
    " AND NOT ('internal'::regtype = ANY (p.proargtypes)"
    " OR 'cstring'::regtype = ANY (p.proargtypes))"
    " AND NOT EXISTS (SELECT FROM pg_operator o WHERE o.oprcode = p.oid OR o.oprrest = p.oid OR o.oprjoin = p.oid)"
    " AND NOT EXISTS (SELECT FROM pg_amproc m WHERE m.amproc = p.oid))),"
    "'types', (SELECT coalesce(json_agg(DISTINCT format_type(t.oid, NULL)), '[]'::json) FROM pg_type t"
    " JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class r ON r.oid = t.typrelid"
    " WHERE t.typcategory <> 'A' AND t.typtype <> 'p' AND (t.typrelid = 0 OR r.relkind = 'c')"
    " AND ((" RAY_SQL_SHOWN_SCHEMA ") OR (n.nspname = 'pg_catalog' AND t.typname !~ '^(_|pg_)'))),"
    "'keywords', (SELECT json_agg(word ORDER BY word) FROM pg_get_keywords()))";

bool
ray_studio_completion(struct ray_request *request, struct ray_err *err)
{
    struct ray_rows rows;

    if (!ray_studio_select(request, NULL, completion, 0, NULL, &rows, err))
        return false;
    ray_reply_text(request, ray_rows_value(&rows, 0, 0));
    return true;
}
