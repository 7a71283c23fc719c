/* Schemas, types, functions: declarations that hold nothing but their own attributes. */
#include "catalog/clause.h"
#include "pull/pull_internal.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

void
ray_pull_declare(struct ray_pull *pull, const char *function, const struct ray_object *object,
                 struct ray_expr *body)
{
    struct ray_expr *name = ray_expr_call(pull->arena, ray_pull_function(pull, function));
    struct ray_expr *call = ray_expr_call(pull->arena, name);

    ray_expr_argument(name, ray_expr_text(pull->arena, object->name));
    ray_expr_argument(call, body);
    ray_pull_add(pull, call);
}

/* ---------------------------------------------------------------- types */

void
ray_pull_enum(struct ray_pull *pull, const struct ray_object *type)
{
    struct ray_expr *body = ray_expr_table(pull->arena, RAY_EXPR_LINES);
    ray_list values = ray_list_read(pull->arena, ray_object_get(type, "values"));

    for (size_t i = 0; i < values.len; i++)
        ray_expr_put(body, NULL, ray_expr_text(pull->arena, values.items[i]));
    ray_pull_common(pull, body, type);
    ray_pull_declare(pull, "enum", type, body);
}

void
ray_pull_composite(struct ray_pull *pull, const struct ray_object *type)
{
    struct ray_expr *body = ray_expr_table(pull->arena, RAY_EXPR_OPEN);

    for (size_t i = 0; i < type->parts.len; i++) {
        struct ray_pull_column facts = {.column = type->parts.items[i]};

        ray_expr_put(body, NULL, ray_pull_column_expr(pull, &facts));
    }
    ray_pull_common(pull, body, type);
    ray_pull_declare(pull, "composite", type, body);
}

static struct ray_expr *
check_expr(struct ray_pull *pull, const struct ray_object *check)
{
    struct ray_expr *table = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    const char *text = ray_clause_bare(pull->arena, ray_object_get(check, "expression"));

    ray_expr_put(table, NULL, ray_expr_sql(pull->arena, text));
    if (ray_object_get(check, "not_valid") != NULL)
        ray_expr_put(table, "not_valid", ray_expr_word(pull->arena, "true"));
    ray_pull_common(pull, table, check);
    return ray_expr_sole(table);
}

static void
add_checks(struct ray_pull *pull, struct ray_expr *body, const struct ray_object *domain)
{
    struct ray_expr *checks = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    const ray_objects *parts = &domain->parts;

    if (parts->len == 1 && ray_pull_given_name(pull, parts->items[0]) == NULL &&
        ray_object_get(parts->items[0], "not_valid") == NULL) {
        ray_expr_put(body, "check", check_expr(pull, parts->items[0]));
        return;
    }
    for (size_t i = 0; i < parts->len; i++)
        ray_expr_put(checks, parts->items[i]->name, check_expr(pull, parts->items[i]));
    if (parts->len > 0)
        ray_expr_put(body, "check", checks);
}

/* pg.text, pg.varchar(20), a handle; as SQL has it where it is more than that. */
static struct ray_expr *
type_expr(struct ray_pull *pull, const char *type)
{
    size_t length = strlen(type);
    bool array = length > 2 && strcmp(type + length - 2, "[]") == 0;
    struct ray_expr *expr = array ? NULL : ray_pull_type(pull, type, &array);

    return expr == NULL ? ray_expr_text(pull->arena, type) : expr;
}

static const struct ray_pull_key not_null_keys[] = {
    {"not_null_name", NULL, RAY_PULL_TEXT},
    {"not_null_comment", NULL, RAY_PULL_TEXT},
    {NULL, NULL, RAY_PULL_END},
};

void
ray_pull_domain(struct ray_pull *pull, const struct ray_object *domain)
{
    struct ray_expr *body = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    const char *type = ray_object_get(domain, "type");
    const char *standard = ray_object_get(domain, "default");
    const char *collation = ray_object_get(domain, "collation");

    ray_expr_put(body, "type", type_expr(pull, type));
    if (collation != NULL)
        ray_expr_put(body, "collate", ray_pull_collation(pull, collation));
    if (ray_object_get(domain, "not_null") != NULL)
        ray_expr_put(body, "not_null", ray_expr_word(pull->arena, "true"));
    ray_pull_keys(pull, body, domain, not_null_keys);
    if (standard != NULL)
        ray_expr_put(body, "default", ray_pull_default(pull, standard, type));
    add_checks(pull, body, domain);
    ray_pull_common(pull, body, domain);
    ray_pull_declare(pull, "domain", domain, body);
}

/* ---------------------------------------------------------------- functions */

static const struct ray_pull_key routine_head[] = {
    {"arguments", NULL, RAY_PULL_TEXT},
    {"returns", NULL, RAY_PULL_TEXT},
    {"language", NULL, RAY_PULL_TEXT},
    {"transforms", NULL, RAY_PULL_LIST},
    {"volatility", NULL, RAY_PULL_TEXT},
    {"strict", NULL, RAY_PULL_FLAG},
    {"security_definer", NULL, RAY_PULL_FLAG},
    {"leakproof", NULL, RAY_PULL_FLAG},
    {"parallel", NULL, RAY_PULL_TEXT},
    {"cost", NULL, RAY_PULL_NUMBER},
    {"rows", NULL, RAY_PULL_NUMBER},
    {"support", NULL, RAY_PULL_TEXT},
    {"settings", NULL, RAY_PULL_OPTIONS},
    {"library", NULL, RAY_PULL_TEXT},
    {NULL, NULL, RAY_PULL_END},
};

/* What would be taken for a body of the SQL standard. */
static bool
looks_standard(const struct ray_object *routine, const char *source)
{
    source += strspn(source, " \t\r\n");
    return strcmp(ray_object_get(routine, "language"), "sql") == 0 &&
           (strncasecmp(source, "RETURN", 6) == 0 || strncasecmp(source, "BEGIN", 5) == 0);
}

static void
add_body(struct ray_pull *pull, struct ray_expr *body, const struct ray_object *routine)
{
    const char *source = ray_object_get(routine, "source");
    const char *standard = ray_object_get(routine, "body");

    if (standard != NULL)
        ray_expr_put(body, "body", ray_expr_text(pull->arena, standard));
    else if (source != NULL)
        ray_expr_put(body,
                     ray_object_get(routine, "library") != NULL || looks_standard(routine, source)
                         ? "source"
                         : "body",
                     ray_expr_text(pull->arena, source));
}

void
ray_pull_routine(struct ray_pull *pull, const struct ray_object *routine)
{
    struct ray_expr *body = ray_expr_table(pull->arena, RAY_EXPR_OPEN);
    const char *type = ray_object_get(routine, "type");
    bool procedure = type != NULL && strcmp(type, "procedure") == 0;

    if (type != NULL && !procedure)
        ray_expr_put(body, "type", ray_expr_text(pull->arena, type));
    ray_pull_keys(pull, body, routine, routine_head);
    add_body(pull, body, routine);
    ray_pull_common(pull, body, routine);
    ray_pull_declare(pull, procedure ? "procedure" : "func", routine, body);
}
