/*
 * Names in Lua: of columns, whose casing is turned back, of other objects, by handle or as SQL, and of the
 * functions of `pg`.
 */
#include "base/map.h"
#include "catalog/clause.h"
#include "catalog/table.h"
#include "pg/keyword.h"
#include "pull/pull_internal.h"

#include <ctype.h>
#include <string.h>

bool
ray_pull_is(const struct ray_object *object, const char *kind)
{
    return strcmp(object->kind->name, kind) == 0;
}

/* ---------------------------------------------------------------- casing */

/* createdAt as created_at: lua/raymig/schema/names.lua. */
static char *
snake_case(struct ray_arena *arena, const char *name)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (const char *c = name; *c != '\0'; c++) {
        bool upper = isupper((unsigned char)*c);
        bool after = c > name && (islower((unsigned char)c[-1]) || isdigit((unsigned char)c[-1]));
        bool before = c > name && isupper((unsigned char)c[-1]) && islower((unsigned char)c[1]);

        if (upper && (after || before))
            ray_buf_addc(&buf, '_');
        if (upper)
            ray_buf_addc(&buf, (char)tolower((unsigned char)*c));
        else
            ray_buf_addc(&buf, *c);
    }
    return buf.data;
}

static char *
camel_case(struct ray_arena *arena, const char *name)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (const char *c = name; *c != '\0'; c++) {
        const char *letter = c + strspn(c, "_");

        if (c > name && letter > c && isalnum((unsigned char)*letter)) {
            ray_buf_addc(&buf, (char)toupper((unsigned char)*letter));
            c = letter;
        } else {
            ray_buf_addc(&buf, *c);
        }
    }
    return buf.data;
}

/* True where the config's casing makes `database` of `name`. */
static bool
maps_to(const struct ray_pull *pull, const char *name, const char *database)
{
    const char *casing = pull->options->casing;
    const char *cased = casing == NULL                      ? name
                        : strcmp(casing, "snake_case") == 0 ? snake_case(pull->arena, name)
                                                            : camel_case(pull->arena, name);

    return strcmp(cased, database) == 0;
}

static bool
has_column(const struct ray_object *table, const char *name)
{
    for (size_t i = 0; table != NULL && i < table->parts.len; i++)
        if (table->parts.items[i]->kind->select.sub != NULL &&
            strcmp(table->parts.items[i]->name, name) == 0)
            return true;
    return false;
}

const char *
ray_pull_column_name(const struct ray_pull *pull, const struct ray_object *table,
                     const char *column)
{
    const char *name;

    if (pull->options->casing == NULL)
        return column;
    name = strcmp(pull->options->casing, "snake_case") == 0 ? camel_case(pull->arena, column)
                                                            : column;
    if (strcmp(name, column) == 0 || !maps_to(pull, name, column) || has_column(table, name))
        return column;
    return name;
}

/* Whose columns the schema does not say, it cannot know by other names. */
static bool
has_unsaid_columns(const struct ray_object *table)
{
    return table == NULL || table->member || ray_pull_is(table, "view") ||
           ray_pull_is(table, "materialized view") || ray_object_get(table, "of_type") != NULL;
}

const char *
ray_pull_listed_name(const struct ray_pull *pull, const struct ray_object *table,
                     const char *column)
{
    return has_unsaid_columns(table) ? column : ray_pull_column_name(pull, table, column);
}

bool
ray_pull_column_is_exact(const struct ray_pull *pull, const char *name, const char *column)
{
    return !maps_to(pull, name, column);
}

struct ray_expr *
ray_pull_columns(struct ray_pull *pull, const struct ray_object *table, const char *list)
{
    struct ray_expr *names = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    ray_list items = ray_list_read(pull->arena, list);

    for (size_t i = 0; i < items.len; i++)
        ray_expr_put(names, NULL,
                     ray_expr_text(pull->arena, ray_pull_listed_name(pull, table, items.items[i])));
    return names;
}

/* ---------------------------------------------------------------- objects */

struct ray_expr *
ray_pull_name(struct ray_pull *pull, const char *sql)
{
    ray_list parts = ray_clause_name(pull->arena, sql);
    struct ray_buf buf;

    if (parts.len < 2 || pull->whole->schema == NULL ||
        strcmp(parts.items[0], pull->whole->schema) != 0)
        return ray_expr_text(pull->arena, sql);
    ray_buf_init(&buf, pull->arena);
    for (size_t i = 1; i < parts.len; i++) {
        ray_buf_add(&buf, i == 1 ? "" : ".");
        ray_buf_name(&buf, parts.items[i]);
    }
    return ray_expr_text(pull->arena, buf.data);
}

/* What this schema does not declare, such as a table of an extension. */
static struct ray_expr *
external(struct ray_pull *pull, const char *sql)
{
    struct ray_expr *call = ray_expr_call(pull->arena, ray_expr_word(pull->arena, "pg.external"));

    ray_expr_argument(call, ray_expr_text(pull->arena, sql));
    return call;
}

struct ray_expr *
ray_pull_relation(struct ray_pull *pull, const char *sql)
{
    const struct ray_object *object = ray_table_named(pull->catalog, sql);
    const struct ray_expr_ref *handle = object == NULL ? NULL : ray_pull_handle(pull, object);

    if (handle != NULL)
        return ray_expr_use(pull->arena, handle, NULL);
    if (pull->options->alone)
        return ray_pull_name(pull, sql);
    return object == NULL || object->member ? external(pull, sql) : ray_pull_name(pull, sql);
}

struct ray_expr *
ray_pull_routine_name(struct ray_pull *pull, const char *sql)
{
    const struct ray_object *object = ray_map_get(&pull->functions, sql);
    const struct ray_expr_ref *handle = object == NULL ? NULL : ray_pull_handle(pull, object);

    return handle == NULL ? ray_expr_text(pull->arena, sql)
                          : ray_expr_use(pull->arena, handle, NULL);
}

/* users.id; what a handle has of its own is behind `columns`. */
const char *
ray_pull_field(const struct ray_pull *pull, const char *name)
{
    static const char *const own[] = {"columns", "comment", "owner", "grant",
                                      "revoke",  "label",   "was"};
    struct ray_buf buf;
    bool is_own = false;

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        is_own = is_own || strcmp(own[i], name) == 0;
    ray_buf_init(&buf, pull->arena);
    ray_buf_add(&buf, is_own ? ".columns" : "");
    if (ray_expr_is_name(name)) {
        ray_buf_addf(&buf, ".%s", name);
    } else {
        ray_buf_addc(&buf, '[');
        ray_expr_quote(&buf, name);
        ray_buf_addc(&buf, ']');
    }
    return buf.data;
}
