/* Extended statistics: objects of a schema, over one table. */
#include "catalog/clause.h"
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "catalog/list.h"
#include "kind/alter.h"

enum { TABLE, KINDS, COLUMNS, EXPRESSIONS, TARGET, RELATION, KEYS };

static const struct ray_attribute attributes[] = {
    [TABLE] = {"table", "s.stxrelid::regclass", RAY_ATTRIBUTE_TEXT, false},
    /* All kinds are the default; over a single expression there is none to choose. */
    [KINDS] =
        {"kinds",
         "CASE WHEN NOT s.stxkind @> ARRAY['d', 'f', 'm']::\"char\"[] THEN array_remove(ARRAY["
         "CASE WHEN 'd' = ANY (s.stxkind) THEN 'ndistinct' END,"
         " CASE WHEN 'f' = ANY (s.stxkind) THEN 'dependencies' END,"
         " CASE WHEN 'm' = ANY (s.stxkind) THEN 'mcv' END], NULL) END",
         RAY_ATTRIBUTE_LIST, false},
    [COLUMNS] = {"columns", NULL, RAY_ATTRIBUTE_LIST, false},
    [EXPRESSIONS] = {"expressions", "{14+ pg_get_statisticsobjdef_expressions(s.oid)}",
                     RAY_ATTRIBUTE_LIST, false},
    [TARGET] = {"statistics", "CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget END",
                RAY_ATTRIBUTE_TEXT, false},
    /* quiet */
    [RELATION] = {"relation", "s.stxrelid", RAY_ATTRIBUTE_TEXT, true},
    [KEYS] = {"keys", "s.stxkeys", RAY_ATTRIBUTE_TEXT, true},
};

/* The server keeps the columns in the order that they have in the table, which is no fact. */
static bool
take(struct ray_loader *loader, struct ray_object *statistics)
{
    struct ray_arena *arena = ray_loader_arena(loader);
    uint32_t relation = ray_loader_oid(ray_object_value(statistics, RELATION));
    const char *columns = ray_loader_columns(loader, relation, ray_object_value(statistics, KEYS),
                                             0, SIZE_MAX);
    ray_list sorted = ray_list_read(arena, columns);

    ray_list_sort(&sorted);
    ray_object_set(statistics, COLUMNS, columns == NULL ? NULL : ray_list_write(arena, &sorted));
    ray_object_set(statistics, RELATION, NULL);
    ray_object_set(statistics, KEYS, NULL);
    return true;
}

static void
create(struct ray_ddl *ddl, const struct ray_object *statistics)
{
    ray_list expressions = ray_list_read(ddl->arena, ray_object_value(statistics, EXPRESSIONS));
    const char *columns = ray_object_value(statistics, COLUMNS);
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "CREATE STATISTICS ");
    ray_ddl_qualified(buf, statistics);
    if (ray_object_is(statistics, KINDS)) {
        ray_buf_add(buf, " (");
        ray_ddl_items(buf, ray_object_value(statistics, KINDS));
        ray_buf_addc(buf, ')');
    }
    ray_buf_add(buf, " ON ");
    ray_ddl_names(buf, columns);
    for (size_t i = 0; i < expressions.len; i++)
        ray_buf_addf(buf, "%s(%s)", i == 0 && columns == NULL ? "" : ", ",
                     ray_clause_bare(ddl->arena, expressions.items[i]));
    ray_buf_addf(buf, " FROM %s", ray_object_value(statistics, TABLE));
    ray_ddl_end(ddl, statistics);
    if (!ray_object_is(statistics, TARGET))
        return;
    buf = ray_ddl_begin(ddl);
    ray_buf_add(buf, "ALTER STATISTICS ");
    ray_ddl_qualified(buf, statistics);
    ray_buf_addf(buf, " SET STATISTICS %s", ray_object_value(statistics, TARGET));
    ray_ddl_end(ddl, statistics);
}

const struct ray_kind ray_kind_statistics = {
    .name = "statistics",
    .keyword = "STATISTICS",
    .catalog = "pg_statistic_ext",
    .select = {.probe = "pg_statistic_ext",
               .from = "pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace"
                       " WHERE " RAY_SQL_USER_SCHEMA,
               .oid = "s.oid",
               .schema = "n.nspname",
               .name = "s.stxname",
               .owner = "s.stxowner"},
    RAY_ATTRIBUTES(attributes),
    .has_owner = true,
    .take = take,
    .create = create,
    .rebuilt_with_column = true,
};
