/*
 * Sequences. One that belongs to a column is made before its table, whose default may use it, and given to
 * the column behind it. One of an identity is made by the column: it stands here for its owner and grants.
 */
#include "kind/sequence.h"
#include "catalog/clause.h"
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "kind/alter.h"

#include <string.h>

enum {
    TYPE,
    START,
    INCREMENT,
    MINIMUM,
    MAXIMUM,
    CACHE,
    CYCLE,
    UNLOGGED,
    OWNED_BY,
    IDENTITY,
    UNLIKE_COLUMN
};

/* What PostgreSQL would choose by itself (init_params() in sequence.c) is NULL. */
#define LARGEST                                                                            \
    "CASE s.seqtypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647" \
    " ELSE 9223372036854775807 END"
#define SMALLEST                                                                             \
    "CASE s.seqtypid WHEN 'int2'::regtype THEN -32768 WHEN 'int4'::regtype THEN -2147483648" \
    " ELSE -9223372036854775808 END"

static const struct ray_attribute attributes[] = {
    [TYPE] = {"type", "NULLIF(format_type(s.seqtypid, NULL), 'bigint')", RAY_ATTRIBUTE_TEXT, false},
    [START] = {"start",
               "NULLIF(s.seqstart, CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END)",
               RAY_ATTRIBUTE_TEXT, false},
    [INCREMENT] = {"increment", "NULLIF(s.seqincrement, 1)", RAY_ATTRIBUTE_TEXT, false},
    [MINIMUM] = {"minimum",
                 "NULLIF(s.seqmin, CASE WHEN s.seqincrement > 0 THEN 1 ELSE " SMALLEST " END)",
                 RAY_ATTRIBUTE_TEXT, false},
    [MAXIMUM] = {"maximum",
                 "NULLIF(s.seqmax, CASE WHEN s.seqincrement < 0 THEN -1 ELSE " LARGEST " END)",
                 RAY_ATTRIBUTE_TEXT, false},
    [CACHE] = {"cache", "NULLIF(s.seqcache, 1)", RAY_ATTRIBUTE_TEXT, false},
    [CYCLE] = {"cycle", "s.seqcycle", RAY_ATTRIBUTE_FLAG, false},
    [UNLOGGED] = {"unlogged", "c.relpersistence = 'u' AND d.deptype IS DISTINCT FROM 'i'",
                  RAY_ATTRIBUTE_FLAG, false},
    [OWNED_BY] = {"owned_by",
                  "quote_ident(tn.nspname) || '.' || quote_ident(t.relname) || '.' ||"
                  " quote_ident(a.attname)",
                  RAY_ATTRIBUTE_TEXT, false},
    [IDENTITY] = {"identity", "d.deptype = 'i'", RAY_ATTRIBUTE_FLAG, false},
    /* quiet: CREATE TABLE ... LIKE leaves an identity whose sequence is of another type than its column */
    [UNLIKE_COLUMN] = {"unlike_column", "d.deptype = 'i' AND s.seqtypid <> a.atttypid",
                       RAY_ATTRIBUTE_FLAG, true},
};

static bool
take(struct ray_loader *loader, struct ray_object *object)
{
    (void)loader;
    object->implied = ray_object_is(object, IDENTITY);
    return true;
}

const char *
ray_sequence_options(struct ray_arena *arena, const struct ray_object *object)
{
    static const struct {
        size_t attribute;
        const char *words;
    } options[] = {
        {START, "START WITH"}, {INCREMENT, "INCREMENT BY"},
        {MINIMUM, "MINVALUE"}, {MAXIMUM, "MAXVALUE"},
        {CACHE, "CACHE"},
    };
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        if (ray_object_is(object, options[i].attribute))
            ray_buf_addf(&buf, " %s %s", options[i].words,
                         ray_object_value(object, options[i].attribute));
    if (ray_object_is(object, CYCLE))
        ray_buf_add(&buf, " CYCLE");
    return buf.data;
}

static void
create(struct ray_ddl *ddl, const struct ray_object *object)
{
    struct ray_buf *buf;

    if (object->implied)
        return;
    buf = ray_ddl_begin(ddl);
    ray_buf_addf(buf, "CREATE %sSEQUENCE ", ray_object_is(object, UNLOGGED) ? "UNLOGGED " : "");
    ray_ddl_qualified(buf, object);
    if (ray_object_is(object, TYPE))
        ray_buf_addf(buf, " AS %s", ray_object_value(object, TYPE));
    ray_buf_add(buf, ray_sequence_options(ddl->arena, object));
    ray_ddl_end(ddl, object);
}

static void
finish(struct ray_ddl *ddl, const struct ray_object *object)
{
    struct ray_buf *buf;

    if (object->implied ? !ray_object_is(object, UNLIKE_COLUMN) : !ray_object_is(object, OWNED_BY))
        return;
    buf = ray_ddl_begin(ddl);
    ray_buf_add(buf, "ALTER SEQUENCE ");
    ray_ddl_qualified(buf, object);
    if (object->implied)
        ray_buf_addf(buf, " AS %s%s",
                     ray_object_is(object, TYPE) ? ray_object_value(object, TYPE) : "bigint",
                     ray_sequence_options(ddl->arena, object));
    else
        ray_buf_addf(buf, " OWNED BY %s", ray_object_value(object, OWNED_BY));
    ray_ddl_end(ddl, object);
}

const struct ray_kind ray_kind_sequence = {
    .name = "sequence",
    .keyword = "SEQUENCE",
    .catalog = "pg_class",
    .select = {.from = "pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid"
                       " JOIN pg_namespace n ON n.oid = c.relnamespace"
                       " LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass"
                       " AND d.objid = c.oid AND d.objsubid = 0"
                       " AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0"
                       " AND d.deptype IN ('a', 'i')"
                       " LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid"
                       " AND a.attnum = d.refobjsubid"
                       " LEFT JOIN pg_class t ON t.oid = d.refobjid"
                       " LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace"
                       " WHERE c.oid >= 16384 AND " RAY_SQL_USER_SCHEMA,
               .oid = "c.oid",
               .schema = "n.nspname",
               .name = "c.relname",
               .owner = "c.relowner",
               .acl = "c.relacl"},
    RAY_ATTRIBUTES(attributes),
    .acl_type = 's',
    .has_owner = true,
    .take = take,
    .create = create,
    .finish = finish,
    .alter = ray_sequence_alter_to,
    .rebuilt_with_column = true,
};
