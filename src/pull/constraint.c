/* Constraints, in the list of a table or as a method of a column. */
#include "catalog/clause.h"
#include "catalog/table.h"
#include "pull/element.h"
#include "pull/pull_internal.h"

#include <string.h>

static const struct ray_pull_key constraint_keys[] = {
    {"include", NULL, RAY_PULL_COLUMNS},         {"where", NULL, RAY_PULL_SQL},
    {"nulls_not_distinct", NULL, RAY_PULL_FLAG}, {"without_overlaps", NULL, RAY_PULL_FLAG},
    {"options", NULL, RAY_PULL_OPTIONS},         {"tablespace", NULL, RAY_PULL_TEXT},
    {"deferrable", NULL, RAY_PULL_FLAG},         {"deferred", NULL, RAY_PULL_FLAG},
    {"not_valid", NULL, RAY_PULL_FLAG},          {"not_enforced", NULL, RAY_PULL_FLAG},
    {"no_inherit", NULL, RAY_PULL_FLAG},         {"clustered", NULL, RAY_PULL_FLAG},
    {"replica_identity", NULL, RAY_PULL_FLAG},   {"attached_to", NULL, RAY_PULL_TEXT},
    {"index_comment", NULL, RAY_PULL_TEXT},      {NULL, NULL, RAY_PULL_END},
};

static const struct ray_pull_key reference_keys[] = {
    {"on_delete", NULL, RAY_PULL_TEXT},    {"on_delete_columns", NULL, RAY_PULL_COLUMNS},
    {"on_update", NULL, RAY_PULL_TEXT},    {"match", NULL, RAY_PULL_TEXT},
    {"period", NULL, RAY_PULL_FLAG},       {"deferrable", NULL, RAY_PULL_FLAG},
    {"deferred", NULL, RAY_PULL_FLAG},     {"not_valid", NULL, RAY_PULL_FLAG},
    {"not_enforced", NULL, RAY_PULL_FLAG}, {NULL, NULL, RAY_PULL_END},
};

static bool
is_type(const struct ray_object *constraint, const char *type)
{
    const char *own = ray_pull_is(constraint, "constraint") ? ray_object_get(constraint, "type")
                                                            : NULL;

    return own != NULL && strcmp(own, type) == 0;
}

static void
add_name(struct ray_pull *pull, struct ray_expr *table, const struct ray_object *constraint)
{
    const char *name = ray_pull_given_name(pull, constraint);

    if (name != NULL)
        ray_expr_put(table, "name", ray_expr_text(pull->arena, name));
}

static void
add_rest(struct ray_pull *pull, struct ray_expr *table, const struct ray_object *constraint)
{
    add_name(pull, table, constraint);
    ray_pull_keys(pull, table, constraint,
                  ray_pull_is(constraint, "foreign key") ? reference_keys : constraint_keys);
    if (ray_pull_place(pull, constraint)->only)
        ray_expr_put(table, "only", ray_expr_word(pull->arena, "true"));
    ray_pull_common(pull, table, constraint);
}

/* ---------------------------------------------------------------- foreign keys */

static bool
is_primary_key(struct ray_pull *pull, const struct ray_object *table, const ray_list *columns)
{
    for (size_t i = 0; i < table->parts.len; i++)
        if (is_type(table->parts.items[i], "primary key")) {
            const char *key = ray_object_get(table->parts.items[i], "columns");

            return strcmp(key, ray_list_write(pull->arena, columns)) == 0 &&
                   ray_object_get(table->parts.items[i], "deferrable") == NULL;
        }
    return false;
}

static struct ray_object *
target_of(struct ray_pull *pull, const struct ray_object *key)
{
    return ray_table_named(pull->catalog, ray_object_get(key, "references"));
}

/* The columns of the other table; NULL where they are its primary key. */
static struct ray_expr *
referenced_columns(struct ray_pull *pull, const struct ray_object *key,
                   const struct ray_object *other)
{
    const char *list = ray_object_get(key, "referenced_columns");
    ray_list columns = ray_list_read(pull->arena, list);

    if (other != NULL && is_primary_key(pull, other, &columns))
        return NULL;
    return ray_pull_columns(pull, other, list);
}

static struct ray_expr *
foreign_key(struct ray_pull *pull, const struct ray_object *key)
{
    struct ray_expr *table = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    const struct ray_object *other = target_of(pull, key);
    struct ray_expr *columns = referenced_columns(pull, key, other);
    ray_list own = ray_list_read(pull->arena, ray_object_get(key, "columns"));

    for (size_t i = 0; i < own.len; i++)
        ray_expr_put(table, NULL,
                     ray_expr_text(pull->arena,
                                   ray_pull_listed_name(pull, key->owner, own.items[i])));
    ray_expr_put(table, "references", ray_pull_relation(pull, ray_object_get(key, "references")));
    if (columns != NULL)
        ray_expr_put(table, "columns", columns);
    add_rest(pull, table, key);
    return table;
}

/* :references(users.id, { on_delete = "cascade" }), :references("users", { columns = { "email" } }) */
static void
inline_reference(struct ray_pull *pull, struct ray_expr *chain, const struct ray_object *key)
{
    struct ray_expr *call = ray_expr_method(pull->arena, chain, "references");
    struct ray_expr *options = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    const struct ray_object *other = target_of(pull, key);
    const struct ray_expr_ref *handle = other == NULL ? NULL : ray_pull_handle(pull, other);
    ray_list columns = ray_list_read(pull->arena, ray_object_get(key, "referenced_columns"));

    if (handle != NULL) {
        const char *name = ray_pull_column_name(pull, other, columns.items[0]);

        ray_expr_argument(call, ray_expr_use(pull->arena, handle, ray_pull_field(pull, name)));
    } else {
        struct ray_expr *list = referenced_columns(pull, key, other);

        ray_expr_argument(call, ray_pull_relation(pull, ray_object_get(key, "references")));
        if (list != NULL)
            ray_expr_put(options, "columns", list);
    }
    add_rest(pull, options, key);
    if (!ray_expr_is_empty(options))
        ray_expr_argument(call, options);
}

/* ---------------------------------------------------------------- elements */

static struct ray_expr *
subject_of(struct ray_pull *pull, const struct ray_object *table, const struct ray_element *element)
{
    if (element->column != NULL)
        return ray_expr_text(pull->arena, ray_pull_listed_name(pull, table, element->column));
    return ray_pull_sql(pull, ray_clause_bare(pull->arena, element->expression));
}

struct ray_expr *
ray_pull_element(struct ray_pull *pull, const struct ray_object *table, const char *text)
{
    struct ray_expr *list = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    struct ray_element element;
    struct ray_expr *subject;

    if (!ray_element_read(pull->arena, text, &element))
        return ray_pull_sql(pull, text);
    subject = subject_of(pull, table, &element);
    ray_expr_put(list, NULL, subject);
    if (element.collation != NULL)
        ray_expr_put(list, "collate", ray_pull_collation(pull, element.collation));
    if (element.opclass != NULL)
        ray_expr_put(list, "opclass", ray_expr_text(pull->arena, element.opclass));
    if (element.descending)
        ray_expr_put(list, "desc", ray_expr_word(pull->arena, "true"));
    if (element.nulls != NULL)
        ray_expr_put(list, "nulls", ray_expr_text(pull->arena, element.nulls));
    if (element.operator_ != NULL)
        ray_expr_put(list, "with", ray_expr_text(pull->arena, element.operator_));
    return ray_expr_sole(list);
}

static void
add_exclusion(struct ray_pull *pull, struct ray_expr *table, const struct ray_object *constraint)
{
    ray_list elements = ray_list_read(pull->arena, ray_object_get(constraint, "elements"));

    ray_expr_put(table, "using", ray_expr_text(pull->arena, ray_object_get(constraint, "method")));
    for (size_t i = 0; i < elements.len; i++)
        ray_expr_put(table, NULL, ray_pull_element(pull, constraint->owner, elements.items[i]));
}

/* ---------------------------------------------------------------- in a table's list */

static const char *
function_of(const struct ray_object *constraint)
{
    static const struct {
        const char *type;
        const char *function;
    } functions[] = {
        {"primary key", "pg.primary_key"}, {"unique", "pg.unique"},     {"check", "pg.check"},
        {"exclusion", "pg.exclude"},       {"not null", "pg.not_null"},
    };

    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        if (is_type(constraint, functions[i].type))
            return functions[i].function;
    return "pg.foreign_key";
}

static const char *
expression_of(struct ray_pull *pull, const struct ray_object *check)
{
    return ray_clause_bare(pull->arena, ray_object_get(check, "expression"));
}

struct ray_expr *
ray_pull_constraint(struct ray_pull *pull, const struct ray_object *constraint)
{
    struct ray_expr *call = ray_expr_call(pull->arena,
                                          ray_expr_word(pull->arena, function_of(constraint)));
    struct ray_expr *table;
    ray_list columns;

    if (ray_pull_is(constraint, "foreign key")) {
        ray_expr_argument(call, foreign_key(pull, constraint));
        return call;
    }
    table = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    columns = ray_list_read(pull->arena, ray_object_get(constraint, "columns"));
    for (size_t i = 0; i < columns.len; i++)
        ray_expr_put(table, NULL,
                     ray_expr_text(pull->arena, ray_pull_listed_name(pull, constraint->owner,
                                                                     columns.items[i])));
    if (is_type(constraint, "check"))
        ray_expr_put(table, NULL, ray_expr_sql(pull->arena, expression_of(pull, constraint)));
    else if (is_type(constraint, "exclusion"))
        add_exclusion(pull, table, constraint);
    add_rest(pull, table, constraint);
    ray_expr_argument(call, is_type(constraint, "check") ? ray_expr_sole(table) : table);
    return call;
}

/* ---------------------------------------------------------------- a column's method */

/* Only what is said behind a constraint keeps it from being a method: methods have all of its options but these. */
bool
ray_pull_may_inline(struct ray_pull *pull, const struct ray_object *constraint)
{
    ray_list columns = ray_list_read(pull->arena, ray_object_get(constraint, "columns"));
    static const char *const outside[] = {"include",          "options",     "tablespace",
                                          "clustered",        "attached_to", "no_inherit",
                                          "replica_identity", "period",      "without_overlaps",
                                          "index_comment"};

    for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
        if (ray_object_get(constraint, outside[i]) != NULL)
            return false;
    if (is_type(constraint, "not null") || ray_pull_has_common(constraint) ||
        ray_pull_place(pull, constraint)->only)
        return false;
    if (is_type(constraint, "check"))
        return ray_object_get(constraint, "not_valid") == NULL &&
               ray_object_get(constraint, "not_enforced") == NULL;
    return columns.len == 1;
}

static void
inline_check(struct ray_pull *pull, struct ray_expr *chain, const struct ray_object *check)
{
    struct ray_expr *call = ray_expr_method(pull->arena, chain, "check");
    const char *name = ray_pull_given_name(pull, check);

    if (name != NULL)
        ray_expr_argument(call, ray_expr_text(pull->arena, name));
    ray_expr_argument(call, ray_expr_sql(pull->arena, expression_of(pull, check)));
}

void
ray_pull_inline(struct ray_pull *pull, struct ray_expr *chain, const struct ray_object *constraint)
{
    struct ray_expr *options;
    struct ray_expr *call;

    if (ray_pull_is(constraint, "foreign key")) {
        inline_reference(pull, chain, constraint);
        return;
    }
    if (is_type(constraint, "check")) {
        inline_check(pull, chain, constraint);
        return;
    }
    options = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    add_rest(pull, options, constraint);
    call = ray_expr_method(pull->arena, chain,
                           is_type(constraint, "unique") ? "unique" : "primary_key");
    if (ray_expr_is_empty(options))
        return;
    ray_expr_argument(call, ray_expr_has_only(options, "name") ? ray_expr_sole(options) : options);
}
