/* Tables, foreign tables and views: their list of columns and parts, then what is said of the whole. */
#include "catalog/table.h"
#include "catalog/inherit.h"
#include "catalog/kinds.h"
#include "pull/pull_internal.h"

#include <ctype.h>
#include <string.h>

typedef RAY_VEC(struct ray_pull_column) columns;

static struct ray_pull_column *
find_column(const columns *list, const char *name)
{
    for (size_t i = 0; i < list->len; i++)
        if (strcmp(list->items[i].column->name, name) == 0)
            return &list->items[i];
    return NULL;
}

static bool
is_said(struct ray_pull *pull, const struct ray_object *part)
{
    return !part->implied && !ray_pull_place(pull, part)->absorbed;
}

static bool
is_same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* True where a part that comes from the parent's has something of its own: a comment, or that it is disabled. */
static bool
speaks(const struct ray_object *part)
{
    const char *enabled = ray_object_get(part, "enabled");

    if (!part->implied || part->kind == &ray_kind_column || part->kind == &ray_kind_default)
        return false;
    for (size_t i = 0; i < part->later.len; i++)
        if (part->later.items[i]->kind == part->kind &&
            !is_same(enabled, ray_object_get(part->later.items[i], "enabled")))
            return true;
    return ray_pull_has_common(part);
}

/* ---------------------------------------------------------------- columns */

static columns
gather_columns(struct ray_pull *pull, const struct ray_object *table)
{
    columns list = {0};

    for (size_t i = 0; i < table->parts.len; i++) {
        const struct ray_object *part = table->parts.items[i];

        if (part->kind == &ray_kind_column) {
            struct ray_pull_column *facts = ray_vec_add(pull->arena, &list);

            facts->column = part;
            if (part->implied)
                facts->base = ray_column_base(pull->catalog, part);
        } else if (part->kind == &ray_kind_default) {
            struct ray_pull_column *facts = find_column(&list, part->name);

            if (facts != NULL)
                facts->standard = part;
        }
    }
    return list;
}

/* A parent's default would come with the column. */
static void
mark_unset(struct ray_pull *pull, const struct ray_object *table, columns *list)
{
    if (ray_table_joins_parents(pull->catalog, table) ||
        ray_table_is_attached(pull->catalog, table))
        return;
    for (size_t i = 0; i < list->len; i++) {
        struct ray_pull_column *facts = &list->items[i];
        const struct ray_object *base = facts->base;

        if (facts->standard != NULL || ray_object_get(facts->column, "inherited") == NULL ||
            ray_object_get(facts->column, "generated") != NULL)
            continue;
        if (base == NULL)
            base = ray_column_base(pull->catalog, facts->column);
        facts->unset = base != NULL && ray_table_part(base->owner, "default", base->name) != NULL;
    }
}

static void
mark_key(struct ray_pull *pull, columns *list, const struct ray_object *part)
{
    ray_list names;

    /* What is attached must not be null before it has a key. */
    if (part->kind != &ray_kind_constraint ||
        strcmp(ray_object_get(part, "type"), "primary key") != 0 ||
        ray_table_joins_parents(pull->catalog, part->owner) ||
        ray_table_is_attached(pull->catalog, part->owner))
        return;
    names = ray_list_read(pull->arena, ray_object_get(part, "columns"));
    for (size_t i = 0; i < names.len; i++) {
        struct ray_pull_column *facts = find_column(list, names.items[i]);

        if (facts != NULL)
            facts->in_key = true;
    }
}

/* Where a constraint goes that its column may say: NULL where that place is taken. */
static const struct ray_object **
inline_place(struct ray_pull *pull, columns *list, const struct ray_object *part)
{
    const char *type = ray_object_get(part, "type");
    const char *name;
    struct ray_pull_column *facts;
    const struct ray_object **place;

    if (strcmp(part->kind->name, "constraint") == 0 && strcmp(type, "check") == 0) {
        const struct ray_object *column = ray_pull_check_column(part);

        name = column == NULL ? "" : column->name;
    } else {
        ray_list names = ray_list_read(pull->arena, ray_object_get(part, "columns"));

        name = names.len == 0 ? "" : names.items[0];
    }
    facts = find_column(list, name);
    if (facts == NULL || facts->base != NULL || facts->column->implied)
        return NULL;
    place = part->kind == &ray_kind_foreign_key ? &facts->reference
            : strcmp(type, "unique") == 0       ? &facts->unique
            : strcmp(type, "check") == 0        ? &facts->check
                                                : &facts->key;
    return *place == NULL ? place : NULL;
}

/* A constraint that a column can say is left to it; the others are for the list. */
static void
spread(struct ray_pull *pull, const struct ray_object *table, columns *list, ray_objects *rest)
{
    mark_unset(pull, table, list);
    for (size_t i = 0; i < table->parts.len; i++)
        mark_key(pull, list, table->parts.items[i]);
    for (size_t i = 0; i < table->parts.len; i++) {
        struct ray_object *part = table->parts.items[i];
        const struct ray_object **place = NULL;

        if (part->kind == &ray_kind_column || part->kind == &ray_kind_default ||
            !is_said(pull, part))
            continue;
        if ((part->kind == &ray_kind_constraint || part->kind == &ray_kind_foreign_key) &&
            ray_pull_may_inline(pull, part))
            place = inline_place(pull, list, part);
        if (place != NULL)
            *place = part;
        else
            *ray_vec_add(pull->arena, rest) = part;
    }
}

/* Columns that the parent, the type or the query has are listed only where something is said of them. */
static void
add_columns(struct ray_pull *pull, struct ray_expr *body, const columns *list)
{
    for (size_t i = 0; i < list->len; i++) {
        const struct ray_pull_column *facts = &list->items[i];

        if (!facts->column->implied || ray_pull_column_speaks(facts))
            ray_expr_put(body, NULL, ray_pull_column_expr(pull, facts));
    }
}

/* ---------------------------------------------------------------- parts */

static struct ray_expr *
part_expr(struct ray_pull *pull, const struct ray_object *part)
{
    static const struct {
        const char *kind;
        struct ray_expr *(*build)(struct ray_pull *, const struct ray_object *, bool);
    } builders[] = {
        {"index", ray_pull_index},
        {"trigger", ray_pull_trigger},
        {"policy", ray_pull_policy},
        {"rule", ray_pull_rule},
    };

    for (size_t i = 0; i < sizeof(builders) / sizeof(builders[0]); i++)
        if (ray_pull_is(part, builders[i].kind))
            return builders[i].build(pull, part, false);
    return ray_pull_is(part, "constraint") || ray_pull_is(part, "foreign key")
               ? ray_pull_constraint(pull, part)
               : NULL;
}

static int
rank_of(const struct ray_object *part)
{
    static const char *const order[] = {"primary key", "unique", "check", "exclusion"};
    const char *type = ray_pull_is(part, "constraint") ? ray_object_get(part, "type") : NULL;

    for (int i = 0; type != NULL && i < 4; i++)
        if (strcmp(type, order[i]) == 0)
            return i;
    return ray_pull_is(part, "foreign key") ? 4 : 5;
}

/* Keys, checks and exclusions, foreign keys, then the others as they stand in the catalog. */
static void
add_parts(struct ray_pull *pull, struct ray_expr *body, const ray_objects *rest,
          ray_objects *outside)
{
    for (int rank = 0; rank <= 5; rank++)
        for (size_t i = 0; i < rest->len; i++) {
            struct ray_expr *expr;

            if (rank_of(rest->items[i]) != rank)
                continue;
            expr = part_expr(pull, rest->items[i]);
            if (expr != NULL)
                ray_expr_put(body, NULL, expr);
            else
                *ray_vec_add(pull->arena, outside) = rest->items[i];
        }
}

/* Parts of kinds that have no place in a list, and those that are there by themselves. */
static void
add_outside(struct ray_pull *pull, const struct ray_object *table, const ray_objects *outside)
{
    for (size_t i = 0; i < outside->len; i++)
        ray_pull_generic(pull, outside->items[i]);
    for (size_t i = 0; i < table->parts.len; i++)
        if (speaks(table->parts.items[i]))
            ray_pull_generic(pull, table->parts.items[i]);
}

/* ---------------------------------------------------------------- tables */

static const struct ray_pull_key table_keys[] = {
    {"bound", NULL, RAY_PULL_TEXT},
    {"of_type", NULL, RAY_PULL_TEXT},
    {"server", NULL, RAY_PULL_TEXT},
    {"unlogged", NULL, RAY_PULL_FLAG},
    {"access_method", NULL, RAY_PULL_TEXT},
    {"tablespace", NULL, RAY_PULL_TEXT},
    {"options", NULL, RAY_PULL_OPTIONS},
    {"replica_identity", NULL, RAY_PULL_TEXT},
    {NULL, NULL, RAY_PULL_END},
};

/* "RANGE (created_at)" as "range (created_at)". */
static void
add_partition_by(struct ray_pull *pull, struct ray_expr *body, const struct ray_object *table)
{
    const char *key = ray_object_get(table, "partition_by");
    char *text;

    if (key == NULL)
        return;
    text = ray_arena_strdup(pull->arena, key);
    for (char *c = text; isupper((unsigned char)*c); c++)
        *c = (char)tolower((unsigned char)*c);
    ray_expr_put(body, "partition_by", ray_expr_text(pull->arena, text));
}

static void
add_parents(struct ray_pull *pull, struct ray_expr *body, const struct ray_object *table)
{
    const char *whole = ray_object_get(table, "partition_of");
    ray_list parents = ray_list_read(pull->arena, ray_object_get(table, "inherits"));
    struct ray_expr *list = ray_expr_table(pull->arena, RAY_EXPR_FILLED);

    if (whole != NULL)
        ray_expr_put(body, "partition_of", ray_pull_relation(pull, whole));
    for (size_t i = 0; i < parents.len; i++)
        ray_expr_put(list, NULL, ray_pull_relation(pull, parents.items[i]));
    if (parents.len > 0)
        ray_expr_put(body, "inherits", list);
}

static void
add_row_security(struct ray_pull *pull, struct ray_expr *body, const struct ray_object *table)
{
    bool enabled = ray_object_get(table, "row_security") != NULL;
    bool forced = ray_object_get(table, "force_row_security") != NULL;

    if (enabled && forced)
        ray_expr_put(body, "row_security", ray_expr_text(pull->arena, "force"));
    else if (enabled || forced)
        ray_expr_put(body, enabled ? "row_security" : "force_row_security",
                     ray_expr_word(pull->arena, "true"));
}

void
ray_pull_table(struct ray_pull *pull, const struct ray_object *table)
{
    struct ray_expr *body = ray_expr_table(pull->arena, RAY_EXPR_OPEN);
    columns list = gather_columns(pull, table);
    ray_objects rest = {0};
    ray_objects outside = {0};

    spread(pull, table, &list, &rest);
    add_columns(pull, body, &list);
    add_parts(pull, body, &rest, &outside);
    add_partition_by(pull, body, table);
    add_parents(pull, body, table);
    ray_pull_keys(pull, body, table, table_keys);
    add_row_security(pull, body, table);
    ray_pull_common(pull, body, table);
    ray_pull_declare(pull, ray_pull_is(table, "table") ? "table" : "foreign_table", table, body);
    add_outside(pull, table, &outside);
}

/* ---------------------------------------------------------------- views */

static const struct ray_pull_key view_keys[] = {
    {"options", NULL, RAY_PULL_OPTIONS}, {"access_method", NULL, RAY_PULL_TEXT},
    {"tablespace", NULL, RAY_PULL_TEXT}, {"unpopulated", "no_data", RAY_PULL_FLAG},
    {NULL, NULL, RAY_PULL_END},
};

/* pg.column "id" :comment "..." */
static void
add_view_columns(struct ray_pull *pull, struct ray_expr *body, const struct ray_object *view,
                 const columns *list)
{
    for (size_t i = 0; i < list->len; i++) {
        const struct ray_pull_column *facts = &list->items[i];

        if (ray_pull_place(pull, view)->typed || facts->standard != NULL ||
            ray_pull_view_column_speaks(facts))
            ray_expr_put(body, NULL, ray_pull_view_column(pull, facts));
    }
}

void
ray_pull_view(struct ray_pull *pull, const struct ray_object *view)
{
    struct ray_expr *query = ray_expr_text(pull->arena,
                                           ray_arena_printf(pull->arena, "%s\n",
                                                            ray_object_get(view, "definition")));
    const char *function = ray_pull_is(view, "view") ? "view" : "materialized_view";
    struct ray_expr *body = ray_expr_table(pull->arena, RAY_EXPR_OPEN);
    columns list = gather_columns(pull, view);
    ray_objects rest = {0};
    ray_objects outside = {0};

    spread(pull, view, &list, &rest);
    add_view_columns(pull, body, view, &list);
    ray_expr_put(body, "query", query);
    add_parts(pull, body, &rest, &outside);
    ray_pull_keys(pull, body, view, view_keys);
    ray_pull_common(pull, body, view);
    ray_pull_declare(pull, function, view, ray_expr_has_only(body, "query") ? query : body);
    add_outside(pull, view, &outside);
}
