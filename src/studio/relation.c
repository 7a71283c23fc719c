/* Relations: see relation.h. Two queries, the second of which says of each type what can be done with its values. */
#include "studio/relation.h"

#include "pg/conn.h"
#include "pg/quote.h"

#include <stdlib.h>
#include <string.h>

/* The key is the primary one, else the narrowest that is unique and of columns that are not null. What partitions and
 * heirs hold beside is not covered by an heir's parent's key. */
static const char relation_sql[] =
    "PREPARE raymig_relation (oid) AS SELECT n.nspname, c.relname, c.relkind, c.reltuples, k.columns, k.indisprimary, "
    "c.relkind = 'p' OR c.relhassubclass, "
    "CASE WHEN c.relkind IN ('r', 'm', 't') THEN pg_catalog.pg_relation_size(c.oid) "
    "/ pg_catalog.current_setting('block_size')::int ELSE 0 END "
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "LEFT JOIN LATERAL (SELECT pg_catalog.array_to_string("
    "(i.indkey::int2[])[0:i.indnkeyatts - 1], ' ') AS columns, i.indisprimary "
    "FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid "
    "AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL "
    "AND (c.relkind = 'p' OR NOT c.relhassubclass) "
    "AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid "
    "AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]) AND NOT a.attnotnull) "
    "ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1) k ON true "
    "WHERE c.oid = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 't')";

/* `below` walks from a column's type through domains to the type that is stored (`base`), and through an array's elements
 * to the one that must have an operator for the array to have it (`leaf`). */
static const char columns_sql[] =
    "PREPARE raymig_columns (oid) AS WITH RECURSIVE below(typ, at, step, domains) AS ("
    "SELECT DISTINCT a.atttypid, a.atttypid, 0, true FROM pg_catalog.pg_attribute a "
    "WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped "
    "UNION ALL SELECT b.typ, CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.typelem END, "
    "b.step + 1, b.domains AND t.typtype = 'd' FROM below b "
    "JOIN pg_catalog.pg_type t ON t.oid = b.at "
    "WHERE t.typtype = 'd' OR (t.typelem <> 0 AND t.typlen = -1)), "
    "base AS (SELECT DISTINCT ON (typ) typ, at FROM below WHERE domains "
    "ORDER BY typ, step DESC), "
    "leaf AS (SELECT DISTINCT ON (typ) typ, at FROM below ORDER BY typ, step DESC), "
    "able AS (SELECT l.typ, t.typtype IN ('e', 'r', 'm') OR pg_catalog.bool_or(true) "
    "FILTER (WHERE m.amname IN ('btree', 'hash')) AS equal, "
    "t.typtype IN ('e', 'r', 'm') OR pg_catalog.bool_or(true) FILTER (WHERE m.amname = 'btree') "
    "AS ordered FROM leaf l JOIN pg_catalog.pg_type t ON t.oid = l.at "
    "LEFT JOIN pg_catalog.pg_cast s ON s.castsource = l.at AND s.castmethod = 'b' "
    "AND s.castcontext = 'i' "
    "LEFT JOIN pg_catalog.pg_opclass o ON o.opcdefault AND o.opcintype IN (l.at, s.casttarget) "
    "LEFT JOIN pg_catalog.pg_am m ON m.oid = o.opcmethod GROUP BY l.typ, t.typtype) "
    "SELECT a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), "
    "pg_catalog.format_type(b.at, -1), a.atttypid, t.typcategory, a.attnotnull, "
    "a.attgenerated <> '', a.attidentity, coalesce(x.equal, false), coalesce(x.ordered, false), "
    "EXISTS (SELECT 1 FROM pg_catalog.pg_index i "
    "JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid "
    "JOIN pg_catalog.pg_am am ON am.oid = ic.relam WHERE i.indrelid = a.attrelid "
    "AND i.indkey[0] = a.attnum AND i.indisvalid AND i.indpred IS NULL AND am.amname = 'btree'), "
    "CASE WHEN t.oid = 17 THEN 'b' "
    "WHEN t.oid IN (25, 1043) THEN CASE WHEN a.atttypmod BETWEEN 5 AND 260 THEN '-' ELSE 't' END "
    "WHEN t.typlen <> -1 OR t.oid = 1042 OR t.typcategory IN ('N', 'D', 'T', 'I', 'B', 'E', 'R') "
    "THEN '-' ELSE 'x' END "
    "FROM pg_catalog.pg_attribute a JOIN base b ON b.typ = a.atttypid "
    "JOIN pg_catalog.pg_type t ON t.oid = b.at JOIN able x ON x.typ = a.atttypid "
    "WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";

static bool
is_true(const char *value)
{
    return value != NULL && value[0] == 't';
}

static enum ray_length
length_of(char letter)
{
    return letter == 'b'   ? RAY_LENGTH_BYTEA
           : letter == 't' ? RAY_LENGTH_TEXT
           : letter == 'x' ? RAY_LENGTH_OTHER
                           : RAY_LENGTH_SHORT;
}

static void
take_column(const struct ray_rows *rows, size_t r, struct ray_relation_column *column)
{
    column->attnum = (int)strtol(ray_rows_value(rows, r, 0), NULL, 10);
    column->name = ray_rows_value(rows, r, 1);
    column->type = ray_rows_value(rows, r, 2);
    column->cast = ray_rows_value(rows, r, 3);
    column->type_oid = (uint32_t)strtoul(ray_rows_value(rows, r, 4), NULL, 10);
    column->category = ray_rows_value(rows, r, 5)[0];
    column->not_null = is_true(ray_rows_value(rows, r, 6));
    column->generated = is_true(ray_rows_value(rows, r, 7));
    column->identity = ray_rows_value(rows, r, 8)[0];
    column->has_equality = is_true(ray_rows_value(rows, r, 9));
    column->has_order = is_true(ray_rows_value(rows, r, 10));
    column->leads_index = is_true(ray_rows_value(rows, r, 11));
    column->length = length_of(ray_rows_value(rows, r, 12)[0]);
}

static bool
take_key(struct ray_arena *arena, struct ray_relation *relation, const char *columns,
         struct ray_err *err)
{
    char *at;

    relation->key = RAY_NEW_ARRAY(arena, size_t, relation->ncols + 1);
    for (const char *text = columns; *text != '\0'; text = at) {
        size_t *place = &relation->key[relation->nkey++];

        if (!ray_relation_column(relation, strtol(text, &at, 10), place, err))
            return false;
        at += strspn(at, " ");
    }
    return true;
}

bool
ray_relation_prepare(struct ray_conn *conn, struct ray_arena *arena, struct ray_err *err)
{
    return ray_conn_exec(conn, ray_arena_printf(arena, "%s; %s", relation_sql, columns_sql), err);
}

bool
ray_relation_load(struct ray_conn *conn, struct ray_arena *arena, uint32_t oid,
                  struct ray_relation *out, struct ray_err *err)
{
    const char *relation = ray_arena_printf(arena, "EXECUTE raymig_relation(%u)", oid);
    const char *columns = ray_arena_printf(arena, "EXECUTE raymig_columns(%u)", oid);
    struct ray_rows rows;
    const char *key;

    memset(out, 0, sizeof(*out));
    if (!ray_conn_query(conn, arena, relation, 0, NULL, &rows, err))
        return false;
    if (rows.nrows == 0)
        return ray_err_set(err, RAY_USAGE, "there is no relation with the oid %u", oid);
    out->oid = oid;
    out->schema = ray_rows_value(&rows, 0, 0);
    out->name = ray_rows_value(&rows, 0, 1);
    out->kind = ray_rows_value(&rows, 0, 2)[0];
    out->rows = strtod(ray_rows_value(&rows, 0, 3), NULL);
    key = ray_rows_value(&rows, 0, 4);
    out->identity = strchr("vf", out->kind) != NULL        ? RAY_IDENTITY_NONE
                    : key == NULL                          ? RAY_IDENTITY_CTID
                    : is_true(ray_rows_value(&rows, 0, 5)) ? RAY_IDENTITY_PRIMARY
                                                           : RAY_IDENTITY_UNIQUE;
    out->many = is_true(ray_rows_value(&rows, 0, 6));
    out->pages = strtoll(ray_rows_value(&rows, 0, 7), NULL, 10);
    if (!ray_conn_query(conn, arena, columns, 0, NULL, &rows, err))
        return false;
    out->ncols = rows.nrows;
    out->columns = RAY_NEW_ARRAY(arena, struct ray_relation_column, rows.nrows);
    for (size_t r = 0; r < rows.nrows; r++)
        take_column(&rows, r, &out->columns[r]);
    return take_key(arena, out, out->identity == RAY_IDENTITY_NONE || key == NULL ? "" : key, err);
}

bool
ray_relation_column(const struct ray_relation *relation, int64_t attnum, size_t *out,
                    struct ray_err *err)
{
    for (size_t i = 0; i < relation->ncols; i++)
        if (relation->columns[i].attnum == attnum) {
            *out = i;
            return true;
        }
    return ray_err_set(err, RAY_USAGE, "\"%s\" has no column %lld", relation->name,
                       (long long)attnum);
}

const char *
ray_identity_name(enum ray_identity identity)
{
    static const char *const names[] = {
        [RAY_IDENTITY_NONE] = NULL,
        [RAY_IDENTITY_PRIMARY] = "primary key",
        [RAY_IDENTITY_UNIQUE] = "unique",
        [RAY_IDENTITY_CTID] = "ctid",
    };

    return names[identity];
}

const char *
ray_relation_label(struct ray_arena *arena, const struct ray_relation *relation)
{
    return ray_arena_printf(arena, "%s.%s", relation->schema, relation->name);
}

void
ray_buf_relation(struct ray_buf *buf, const struct ray_relation *relation)
{
    ray_buf_qualified(buf, relation->schema, relation->name);
}

void
ray_buf_typed(struct ray_buf *buf, const struct ray_relation_column *column, const char *value)
{
    if (value == NULL)
        ray_buf_add(buf, "NULL");
    else
        ray_buf_literal(buf, value);
    ray_buf_addf(buf, "::%s", column->cast);
}
