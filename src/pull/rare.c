/* Statistics, publications, default privileges: each with a list of its own. */
#include "catalog/clause.h"
#include "catalog/table.h"
#include "pull/pull_internal.h"

#include <string.h>

/* ---------------------------------------------------------------- statistics */

static const struct ray_pull_key statistics_keys[] = {
    {"kinds", NULL, RAY_PULL_LIST},
    {"statistics", NULL, RAY_PULL_NUMBER},
    {NULL, NULL, RAY_PULL_END},
};

void
ray_pull_statistics(struct ray_pull *pull, const struct ray_object *statistics)
{
    struct ray_expr *body = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    const char *name = ray_object_get(statistics, "table");
    const struct ray_object *table = ray_table_named(pull->catalog, name);
    ray_list columns = ray_list_read(pull->arena, ray_object_get(statistics, "columns"));
    ray_list expressions = ray_list_read(pull->arena, ray_object_get(statistics, "expressions"));

    ray_expr_put(body, "on", ray_pull_relation(pull, name));
    for (size_t i = 0; i < columns.len; i++)
        ray_expr_put(body, NULL,
                     ray_expr_text(pull->arena,
                                   ray_pull_listed_name(pull, table, columns.items[i])));
    for (size_t i = 0; i < expressions.len; i++)
        ray_expr_put(body, NULL, ray_pull_sql(pull, expressions.items[i]));
    ray_pull_keys(pull, body, statistics, statistics_keys);
    ray_pull_common(pull, body, statistics);
    ray_pull_declare(pull, "statistics", statistics, body);
}

/* ---------------------------------------------------------------- publications */

static const struct ray_pull_key publication_keys[] = {
    {"all_tables", NULL, RAY_PULL_FLAG},
    {"via_root", NULL, RAY_PULL_FLAG},
    {"generated_columns", NULL, RAY_PULL_TEXT},
    {NULL, NULL, RAY_PULL_END},
};

/* A handle or a name; with columns or a filter { users, columns = { ... }, where = "..." }. */
static struct ray_expr *
published(struct ray_pull *pull, const struct ray_object *part)
{
    const struct ray_object *table = ray_table_named(pull->catalog, part->name);
    struct ray_expr *list = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    const char *columns = ray_object_get(part, "columns");
    const char *where = ray_object_get(part, "where");

    ray_expr_put(list, NULL, ray_pull_relation(pull, part->name));
    if (columns != NULL)
        ray_expr_put(list, "columns", ray_pull_columns(pull, table, columns));
    if (where != NULL)
        ray_expr_put(list, "where", ray_expr_sql(pull->arena, ray_clause_bare(pull->arena, where)));
    if (ray_object_get(part, "only") != NULL)
        ray_expr_put(list, "only", ray_expr_word(pull->arena, "true"));
    return ray_expr_sole(list);
}

/* "insert, update" as { "insert", "update" }. */
static struct ray_expr *
words_of(struct ray_pull *pull, const char *text)
{
    ray_list words = ray_clause_items(pull->arena, text, text + strlen(text));

    return ray_pull_list(pull, ray_list_write(pull->arena, &words));
}

void
ray_pull_publication(struct ray_pull *pull, const struct ray_object *publication)
{
    struct ray_expr *body = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    struct ray_expr *tables = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    struct ray_expr *schemas = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    const char *publish = ray_object_get(publication, "publish");

    for (size_t i = 0; i < publication->parts.len; i++) {
        const struct ray_object *part = publication->parts.items[i];

        if (ray_pull_is(part, "publication table"))
            ray_expr_put(tables, NULL, published(pull, part));
        else
            ray_expr_put(schemas, NULL, ray_expr_text(pull->arena, part->name));
    }
    if (!ray_expr_is_empty(tables))
        ray_expr_put(body, "tables", tables);
    if (!ray_expr_is_empty(schemas))
        ray_expr_put(body, "schemas", schemas);
    ray_pull_keys(pull, body, publication, publication_keys);
    if (publish != NULL)
        ray_expr_put(body, "publish", words_of(pull, publish));
    ray_pull_common(pull, body, publication);
    ray_pull_declare(pull, "publication", publication, body);
}

/* ---------------------------------------------------------------- default privileges */

void
ray_pull_default_privileges(struct ray_pull *pull, const struct ray_object *privileges)
{
    struct ray_expr *body = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    struct ray_expr *call = ray_expr_call(pull->arena,
                                          ray_expr_word(pull->arena, "pg.default_privileges"));

    ray_expr_put(body, "role", ray_expr_text(pull->arena, privileges->name));
    if (privileges->schema != NULL)
        ray_expr_put(body, "schema", ray_expr_text(pull->arena, privileges->schema));
    ray_expr_put(body, "type", ray_expr_text(pull->arena, privileges->signature));
    ray_pull_common(pull, body, privileges);
    ray_expr_argument(call, body);
    ray_pull_add(pull, call);
}
