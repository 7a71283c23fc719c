/*
 * Tables, partitioned tables and partitions. Columns, and of constraints and defaults those that may, stand
 * in CREATE TABLE. A partition is written as PARTITION OF where its columns stand as the parent's do;
 * else as a table of its own that is attached, as pg_dump does it.
 */
#include "catalog/clause.h"
#include "catalog/inherit.h"
#include "catalog/kinds.h"
#include "catalog/table.h"

#include <string.h>

enum {
    UNLOGGED,
    PARTITION_BY,
    PARTITION_OF,
    BOUND,
    INHERITS,
    OF_TYPE,
    ACCESS_METHOD,
    TABLESPACE,
    OPTIONS,
    REPLICA_IDENTITY,
    ROW_SECURITY,
    FORCE_ROW_SECURITY,
};

#define PARENTS "SELECT h.inhparent::regclass::text FROM pg_inherits h WHERE h.inhrelid = c.oid"

static const struct ray_attribute attributes[] = {
    [UNLOGGED] = {"unlogged", "c.relpersistence = 'u'", RAY_ATTRIBUTE_FLAG, false},
    [PARTITION_BY] = {"partition_by", "CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END",
                      RAY_ATTRIBUTE_TEXT, false},
    [PARTITION_OF] = {"partition_of", "CASE WHEN c.relispartition THEN (" PARENTS ") END",
                      RAY_ATTRIBUTE_TEXT, false},
    [BOUND] = {"bound", "pg_get_expr(c.relpartbound, c.oid)", RAY_ATTRIBUTE_TEXT, false},
    [INHERITS] = {"inherits",
                  "CASE WHEN NOT c.relispartition THEN ARRAY(" PARENTS " ORDER BY h.inhseqno) END",
                  RAY_ATTRIBUTE_LIST, false},
    [OF_TYPE] = {"of_type", "NULLIF(c.reloftype, 0)::regtype", RAY_ATTRIBUTE_TEXT, false},
    [ACCESS_METHOD] = {"access_method", "NULLIF(am.amname, 'heap')", RAY_ATTRIBUTE_TEXT, false},
    [TABLESPACE] = {"tablespace", "ts.spcname", RAY_ATTRIBUTE_TEXT, false},
    [OPTIONS] = {"options",
                 "CASE WHEN c.reloptions IS NOT NULL OR toast.reloptions IS NOT NULL THEN"
                 " ARRAY(SELECT unnest(c.reloptions) UNION ALL"
                 " SELECT 'toast.' || unnest(toast.reloptions) ORDER BY 1) END",
                 RAY_ATTRIBUTE_LIST, false},
    [REPLICA_IDENTITY] = {"replica_identity",
                          "CASE c.relreplident WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing' END",
                          RAY_ATTRIBUTE_TEXT, false},
    [ROW_SECURITY] = {"row_security", "c.relrowsecurity", RAY_ATTRIBUTE_FLAG, false},
    [FORCE_ROW_SECURITY] = {"force_row_security", "c.relforcerowsecurity", RAY_ATTRIBUTE_FLAG,
                            false},
};

const struct ray_object *
ray_table_part(const struct ray_object *table, const char *kind, const char *name)
{
    for (size_t i = 0; i < table->parts.len; i++)
        if (strcmp(table->parts.items[i]->name, name) == 0 &&
            strcmp(table->parts.items[i]->kind->name, kind) == 0)
            return table->parts.items[i];
    return NULL;
}

void
ray_table_alter(struct ray_buf *buf, const struct ray_object *part, bool only)
{
    const struct ray_kind *kind = part->owner == NULL ? &ray_kind_table : part->owner->kind;

    ray_buf_addf(buf, "ALTER %s %s", kind->keyword, only && kind == &ray_kind_table ? "ONLY " : "");
    ray_ddl_owner_name(buf, part);
}

struct ray_object *
ray_table_named(const struct ray_catalog *catalog, const char *name)
{
    ray_list parts = ray_clause_name(catalog->arena, name);

    if (parts.len != 2)
        return NULL;
    return ray_catalog_relation(catalog, parts.items[0], parts.items[1]);
}

/* ---------------------------------------------------------------- CREATE TABLE */

struct lines {
    struct ray_buf *buf;
    size_t count;
};

static struct ray_buf *
next_line(struct lines *lines)
{
    ray_buf_add(lines->buf, lines->count++ == 0 ? " (\n    " : ",\n    ");
    return lines->buf;
}

static bool
is_kind(const struct ray_object *object, const struct ray_kind *kind)
{
    return object->kind == kind;
}

static bool
is_typed(const struct ray_object *table)
{
    return ray_object_is(table, OF_TYPE);
}

/* Of a column of a typed table only what the type does not say. */
static void
add_column(struct ray_ddl *ddl, struct lines *lines, const struct ray_object *column)
{
    struct ray_buf text;

    if (!is_typed(column->owner)) {
        ray_column_definition(ddl, next_line(lines), column, false);
        return;
    }
    ray_buf_init(&text, ddl->arena);
    ray_column_definition(ddl, &text, column, true);
    if (text.len == 0)
        return;
    ray_ddl_name(next_line(lines), column->name);
    ray_buf_addf(lines->buf, " WITH OPTIONS%s", text.data);
}

static void
add_parts(struct ray_ddl *ddl, struct ray_buf *buf, const struct ray_object *table)
{
    struct lines lines = {.buf = buf};
    bool needs_list = !ray_object_is(table, PARTITION_OF) && !is_typed(table);

    for (size_t i = 0; i < table->parts.len; i++) {
        const struct ray_object *part = table->parts.items[i];

        if (!part->marked || part->implied)
            continue;
        if (is_kind(part, &ray_kind_column))
            add_column(ddl, &lines, part);
        else if (!is_kind(part, &ray_kind_default))
            ray_constraint_definition(next_line(&lines), part);
    }
    if (lines.count > 0)
        ray_buf_add(buf, "\n)");
    else if (needs_list)
        ray_buf_add(buf, " ()");
}

static void
add_storage(struct ray_buf *buf, const struct ray_object *table)
{
    if (ray_object_is(table, PARTITION_BY))
        ray_buf_addf(buf, "\nPARTITION BY %s", ray_object_value(table, PARTITION_BY));
    if (ray_object_is(table, ACCESS_METHOD)) {
        ray_buf_add(buf, "\nUSING ");
        ray_ddl_name(buf, ray_object_value(table, ACCESS_METHOD));
    }
    if (ray_object_is(table, OPTIONS)) {
        ray_buf_add(buf, "\nWITH (");
        ray_ddl_options(buf, ray_object_value(table, OPTIONS));
        ray_buf_addc(buf, ')');
    }
    if (ray_object_is(table, TABLESPACE)) {
        ray_buf_add(buf, "\nTABLESPACE ");
        ray_ddl_name(buf, ray_object_value(table, TABLESPACE));
    }
}

static bool
is_attached(const struct ray_ddl *ddl, const struct ray_object *table)
{
    return ray_object_is(table, PARTITION_OF) && !ray_table_is_like_parent(ddl->catalog, table);
}

static const char *
name_of(struct ray_ddl *ddl, const struct ray_object *table)
{
    struct ray_buf name;

    ray_buf_init(&name, ddl->arena);
    ray_ddl_qualified(&name, table);
    return name.data;
}

static void
write_settings(struct ray_ddl *ddl, const struct ray_object *table)
{
    static const struct {
        size_t attribute;
        const char *words;
    } flags[] = {
        {ROW_SECURITY, "ENABLE ROW LEVEL SECURITY"},
        {FORCE_ROW_SECURITY, "FORCE ROW LEVEL SECURITY"},
    };
    const char *name = name_of(ddl, table);

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        if (ray_object_is(table, flags[i].attribute))
            ray_ddl_add(ddl, table, "ALTER TABLE %s %s", name, flags[i].words);
    if (ray_object_is(table, REPLICA_IDENTITY))
        ray_ddl_add(ddl, table, "ALTER TABLE ONLY %s REPLICA IDENTITY %s", name,
                    strcmp(ray_object_value(table, REPLICA_IDENTITY), "full") == 0 ? "FULL"
                                                                                   : "NOTHING");
}

static void
create(struct ray_ddl *ddl, const struct ray_object *table)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);
    bool attached = is_attached(ddl, table);

    ray_buf_addf(buf, "CREATE %sTABLE ", ray_object_is(table, UNLOGGED) ? "UNLOGGED " : "");
    ray_ddl_qualified(buf, table);
    if (ray_object_is(table, PARTITION_OF) && !attached)
        ray_buf_addf(buf, " PARTITION OF %s", ray_object_value(table, PARTITION_OF));
    if (is_typed(table))
        ray_buf_addf(buf, " OF %s", ray_object_value(table, OF_TYPE));
    add_parts(ddl, buf, table);
    if (ray_object_is(table, PARTITION_OF) && !attached)
        ray_buf_addf(buf, "\n%s", ray_object_value(table, BOUND));
    if (ray_object_is(table, INHERITS)) {
        ray_buf_add(buf, "\nINHERITS (");
        ray_ddl_items(buf, ray_object_value(table, INHERITS));
        ray_buf_addc(buf, ')');
    }
    add_storage(buf, table);
    ray_ddl_end(ddl, table);
    if (attached)
        ray_ddl_add(ddl, table, "ALTER TABLE ONLY %s ATTACH PARTITION %s %s",
                    ray_object_value(table, PARTITION_OF), name_of(ddl, table),
                    ray_object_value(table, BOUND));
    write_settings(ddl, table);
    for (size_t i = 0; i < table->parts.len; i++)
        if (is_kind(table->parts.items[i], &ray_kind_column))
            ray_column_settings(ddl, table->parts.items[i],
                                table->parts.items[i]->implied
                                    ? ray_column_base(ddl->catalog, table->parts.items[i])
                                    : NULL);
}

const struct ray_kind ray_kind_table = {
    .name = "table",
    .keyword = "TABLE",
    .catalog = "pg_class",
    .select = {.from = "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                       " LEFT JOIN pg_am am ON am.oid = c.relam"
                       " LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace"
                       " LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid"
                       " WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384"
                       " AND " RAY_SQL_USER_SCHEMA,
               .oid = "c.oid",
               .schema = "n.nspname",
               .name = "c.relname",
               .owner = "c.relowner",
               .acl = "c.relacl"},
    RAY_ATTRIBUTES(attributes),
    .acl_type = 'r',
    .has_owner = true,
    .weight = 10,
    .create = create,
};
