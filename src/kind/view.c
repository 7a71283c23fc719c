/* Views and materialized views: PostgreSQL's own text of the query. */
#include "catalog/kinds.h"
#include "catalog/table.h"
#include "kind/alter.h"

#include <string.h>

enum { DEFINITION, OPTIONS };

static const struct ray_attribute view_attributes[] = {
    [DEFINITION] = {"definition", "rtrim(pg_get_viewdef(c.oid), ';')", RAY_ATTRIBUTE_TEXT, false},
    [OPTIONS] = {"options", RAY_SQL_SORTED("c.reloptions"), RAY_ATTRIBUTE_LIST, false},
};

static void
add_head(struct ray_buf *buf, const struct ray_object *view)
{
    ray_buf_addf(buf, "CREATE %s%s ", view->stubbed ? "OR REPLACE " : "", view->kind->keyword);
    ray_ddl_qualified(buf, view);
}

static void
add_with(struct ray_buf *buf, const struct ray_object *view)
{
    if (!ray_object_is(view, OPTIONS))
        return;
    ray_buf_add(buf, " WITH (");
    ray_ddl_options(buf, ray_object_value(view, OPTIONS));
    ray_buf_addc(buf, ')');
}

static void
create_view(struct ray_ddl *ddl, const struct ray_object *view)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    add_head(buf, view);
    add_with(buf, view);
    ray_buf_addf(buf, " AS\n%s", ray_object_value(view, DEFINITION));
    ray_ddl_end(ddl, view);
}

/* A view of the same columns without rows. */
static void
stub_view(struct ray_ddl *ddl, const struct ray_object *view)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);
    bool first = true;

    ray_buf_add(buf, "CREATE VIEW ");
    ray_ddl_qualified(buf, view);
    ray_buf_add(buf, " AS\n SELECT");
    for (size_t i = 0; i < view->parts.len; i++) {
        const struct ray_object *column = view->parts.items[i];
        const char *collation = ray_object_get(column, "collation");

        if (column->kind != &ray_kind_column)
            continue;
        ray_buf_addf(buf, "%s\n    NULL::%s", first ? "" : ",", ray_object_get(column, "type"));
        if (collation != NULL)
            ray_buf_addf(buf, " COLLATE %s", collation);
        ray_buf_add(buf, " AS ");
        ray_ddl_name(buf, column->name);
        first = false;
    }
    ray_ddl_end(ddl, view);
}

const struct ray_kind ray_kind_view = {
    .name = "view",
    .keyword = "VIEW",
    .catalog = "pg_class",
    .alias_catalog = "pg_type",
    .select = {.from = "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                       " WHERE c.relkind = 'v' AND c.oid >= 16384 AND " RAY_SQL_USER_SCHEMA,
               .oid = "c.oid",
               .schema = "n.nspname",
               .name = "c.relname",
               .owner = "c.relowner",
               .acl = "c.relacl",
               .alias = "c.reltype"},
    RAY_ATTRIBUTES(view_attributes),
    .acl_type = 'r',
    .grant_keyword = "TABLE",
    .has_owner = true,
    .weight = 20,
    .create = create_view,
    .stub = stub_view,
    .alter = ray_view_alter_to,
};

enum { ACCESS_METHOD = OPTIONS + 1, TABLESPACE, UNPOPULATED };

static const struct ray_attribute materialized_attributes[] = {
    [DEFINITION] = {"definition", "rtrim(pg_get_viewdef(c.oid), ';')", RAY_ATTRIBUTE_TEXT, false},
    [OPTIONS] = {"options", RAY_SQL_SORTED("c.reloptions"), RAY_ATTRIBUTE_LIST, false},
    [ACCESS_METHOD] = {"access_method", "NULLIF(am.amname, 'heap')", RAY_ATTRIBUTE_TEXT, false},
    [TABLESPACE] = {"tablespace", "ts.spcname", RAY_ATTRIBUTE_TEXT, false},
    [UNPOPULATED] = {"unpopulated", "NOT c.relispopulated", RAY_ATTRIBUTE_FLAG, true},
};

static void
create_materialized(struct ray_ddl *ddl, const struct ray_object *view)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    add_head(buf, view);
    if (ray_object_is(view, ACCESS_METHOD)) {
        ray_buf_add(buf, " USING ");
        ray_ddl_name(buf, ray_object_value(view, ACCESS_METHOD));
    }
    add_with(buf, view);
    if (ray_object_is(view, TABLESPACE)) {
        ray_buf_add(buf, " TABLESPACE ");
        ray_ddl_name(buf, ray_object_value(view, TABLESPACE));
    }
    ray_buf_addf(buf, " AS\n%s", ray_object_value(view, DEFINITION));
    if (ray_object_is(view, UNPOPULATED))
        ray_buf_add(buf, "\n  WITH NO DATA");
    ray_ddl_end(ddl, view);
    for (size_t i = 0; i < view->parts.len; i++)
        if (view->parts.items[i]->kind == &ray_kind_column)
            ray_column_settings(ddl, view->parts.items[i], NULL);
}

const struct ray_kind ray_kind_materialized_view = {
    .name = "materialized view",
    .keyword = "MATERIALIZED VIEW",
    .catalog = "pg_class",
    .alias_catalog = "pg_type",
    .select = {.from = "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                       " LEFT JOIN pg_am am ON am.oid = c.relam"
                       " LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace"
                       " WHERE c.relkind = 'm' AND c.oid >= 16384 AND " RAY_SQL_USER_SCHEMA,
               .oid = "c.oid",
               .schema = "n.nspname",
               .name = "c.relname",
               .owner = "c.relowner",
               .acl = "c.relacl",
               .alias = "c.reltype"},
    RAY_ATTRIBUTES(materialized_attributes),
    .acl_type = 'r',
    .grant_keyword = "TABLE",
    .has_owner = true,
    .weight = 10,
    .create = create_materialized,
    .alter = ray_materialized_view_alter_to,
};
