/*
 * Foreign tables: like tables (table.h), with a server and options instead of storage. They may inherit and be
 * partitions, of tables as well.
 */
#include "catalog/kinds.h"
#include "catalog/table.h"

enum { SERVER, OPTIONS, PARTITION_OF, BOUND, INHERITS };

#define PARENTS "SELECT h.inhparent::regclass::text FROM pg_inherits h WHERE h.inhrelid = c.oid"

static const struct ray_attribute attributes[] = {
    [SERVER] = {"server", "s.srvname", RAY_ATTRIBUTE_TEXT, false},
    [OPTIONS] = {"options", RAY_SQL_SORTED("f.ftoptions"), RAY_ATTRIBUTE_LIST, false},
    [PARTITION_OF] = {"partition_of", "CASE WHEN c.relispartition THEN (" PARENTS ") END",
                      RAY_ATTRIBUTE_TEXT, false},
    [BOUND] = {"bound", "pg_get_expr(c.relpartbound, c.oid)", RAY_ATTRIBUTE_TEXT, false},
    [INHERITS] = {"inherits",
                  "CASE WHEN NOT c.relispartition THEN ARRAY(" PARENTS " ORDER BY h.inhseqno) END",
                  RAY_ATTRIBUTE_LIST, false},
};

static void
create(struct ray_ddl *ddl, const struct ray_object *table)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);
    bool attached = ray_table_is_attached(ddl->catalog, table);
    bool whole = ray_object_is(table, PARTITION_OF) && !attached;

    ray_buf_add(buf, "CREATE FOREIGN TABLE ");
    ray_ddl_qualified(buf, table);
    if (whole)
        ray_buf_addf(buf, " PARTITION OF %s", ray_object_value(table, PARTITION_OF));
    ray_table_parts(ddl, buf, table);
    if (whole)
        ray_buf_addf(buf, "\n%s", ray_object_value(table, BOUND));
    ray_table_inherits(ddl->catalog, buf, table);
    ray_buf_add(buf, "\nSERVER ");
    ray_ddl_name(buf, ray_object_value(table, SERVER));
    ray_ddl_foreign_clause(buf, ray_object_value(table, OPTIONS));
    ray_ddl_end(ddl, table);
    ray_table_attach(ddl, table);
    ray_table_column_settings(ddl, table);
}

const struct ray_kind ray_kind_foreign_table = {
    .name = "foreign table",
    .keyword = "FOREIGN TABLE",
    .catalog = "pg_class",
    .alias_catalog = "pg_type",
    .select = {.probe = "pg_foreign_table",
               .from = "pg_foreign_table f JOIN pg_class c ON c.oid = f.ftrelid"
                       " JOIN pg_namespace n ON n.oid = c.relnamespace"
                       " JOIN pg_foreign_server s ON s.oid = f.ftserver"
                       " WHERE c.oid >= 16384 AND " RAY_SQL_USER_SCHEMA,
               .oid = "c.oid",
               .schema = "n.nspname",
               .name = "c.relname",
               .owner = "c.relowner",
               .acl = "c.relacl",
               .alias = "c.reltype"},
    RAY_ATTRIBUTES(attributes),
    .acl_type = 'r',
    .grant_keyword = "TABLE",
    .has_owner = true,
    .create = create,
};
