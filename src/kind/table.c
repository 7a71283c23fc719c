/*
 * Tables, partitioned tables and partitions. Columns, and of constraints and defaults those that may, stand
 * in CREATE TABLE. A partition is written as PARTITION OF where its columns stand as the parent's do;
 * else as a table of its own that is attached, as pg_dump does it.
 */
#include "catalog/table.h"
#include "catalog/kinds.h"
#include "kind/alter.h"

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
                 " ARRAY(SELECT unnest(c.reloptions) COLLATE \"C\" UNION ALL"
                 " SELECT 'toast.' || unnest(toast.reloptions) COLLATE \"C\" ORDER BY 1) END",
                 RAY_ATTRIBUTE_LIST, false},
    [REPLICA_IDENTITY] = {"replica_identity",
                          "CASE c.relreplident WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing' END",
                          RAY_ATTRIBUTE_TEXT, false},
    [ROW_SECURITY] = {"row_security", "c.relrowsecurity", RAY_ATTRIBUTE_FLAG, false},
    [FORCE_ROW_SECURITY] = {"force_row_security", "c.relforcerowsecurity", RAY_ATTRIBUTE_FLAG,
                            false},
};

/* Own, or what says that it is not the parent's, which PARTITION OF would take over. */
static const char *
place_of(const struct ray_ddl *ddl, const struct ray_object *table, size_t attribute,
         const char *standard)
{
    const char *own = ray_object_value(table, attribute);
    const char *whole = ray_object_value(table, PARTITION_OF);
    const struct ray_object *parent;

    if (own != NULL || whole == NULL || ray_table_is_attached(ddl->catalog, table))
        return own;
    parent = ray_table_named(ddl->catalog, whole);
    return parent != NULL && parent->kind == table->kind && ray_object_is(parent, attribute)
               ? standard
               : NULL;
}

static void
add_storage(struct ray_ddl *ddl, struct ray_buf *buf, const struct ray_object *table)
{
    const char *method = place_of(ddl, table, ACCESS_METHOD, "heap");
    const char *tablespace = place_of(ddl, table, TABLESPACE, "pg_default");

    if (ray_object_is(table, PARTITION_BY))
        ray_buf_addf(buf, "\nPARTITION BY %s", ray_object_value(table, PARTITION_BY));
    if (method != NULL) {
        ray_buf_add(buf, "\nUSING ");
        ray_ddl_name(buf, method);
    }
    if (ray_object_is(table, OPTIONS)) {
        ray_buf_add(buf, "\nWITH (");
        ray_ddl_options(buf, ray_object_value(table, OPTIONS));
        ray_buf_addc(buf, ')');
    }
    if (tablespace != NULL) {
        ray_buf_add(buf, "\nTABLESPACE ");
        ray_ddl_name(buf, tablespace);
    }
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
    bool attached = ray_table_is_attached(ddl->catalog, table);

    ray_buf_addf(buf, "CREATE %sTABLE ", ray_object_is(table, UNLOGGED) ? "UNLOGGED " : "");
    ray_ddl_qualified(buf, table);
    if (ray_object_is(table, PARTITION_OF) && !attached)
        ray_buf_addf(buf, " PARTITION OF %s", ray_object_value(table, PARTITION_OF));
    if (ray_object_is(table, OF_TYPE))
        ray_buf_addf(buf, " OF %s", ray_object_value(table, OF_TYPE));
    ray_table_parts(ddl, buf, table);
    if (ray_object_is(table, PARTITION_OF) && !attached)
        ray_buf_addf(buf, "\n%s", ray_object_value(table, BOUND));
    ray_table_inherits(ddl->catalog, buf, table);
    add_storage(ddl, buf, table);
    ray_ddl_end(ddl, table);
    ray_table_attach(ddl, table);
    write_settings(ddl, table);
    ray_table_column_settings(ddl, table);
}

/* Who turned row security on, the extension or somebody else, the server does not tell. */
static void
enlarge(struct ray_ddl *ddl, const struct ray_object *table)
{
    if (ray_object_is(table, ROW_SECURITY))
        ray_ddl_add(ddl, table, "ALTER TABLE %s ENABLE ROW LEVEL SECURITY", name_of(ddl, table));
}

const struct ray_kind ray_kind_table = {
    .name = "table",
    .keyword = "TABLE",
    .catalog = "pg_class",
    .alias_catalog = "pg_type",
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
               .acl = "c.relacl",
               .alias = "c.reltype"},
    RAY_ATTRIBUTES(attributes),
    .acl_type = 'r',
    .has_owner = true,
    .weight = 10,
    .create = create,
    .enlarge = enlarge,
    .alter = ray_table_alter_to,
    .holds_data = true,
};
