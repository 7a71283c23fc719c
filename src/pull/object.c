/*
 * Every other kind. Some have a function of their own in `pg`, by the table below; all others are written
 * as pg.object "kind" { ... } by the attributes that their kind's table has, so that nothing is left out.
 */
#include "pull/pull_internal.h"

#include <string.h>

/* ---------------------------------------------------------------- by the kind's table */

static struct ray_expr *
attribute_value(struct ray_pull *pull, const struct ray_attribute *attribute, const char *value)
{
    switch (attribute->type) {
    case RAY_ATTRIBUTE_FLAG:
        return ray_expr_word(pull->arena, "true");
    case RAY_ATTRIBUTE_LIST:
        return strcmp(attribute->name, "options") == 0 ? ray_pull_options(pull, value)
                                                       : ray_pull_list(pull, value);
    case RAY_ATTRIBUTE_TEXT:
        break;
    }
    return ray_expr_text(pull->arena, value);
}

static void
add_attributes(struct ray_pull *pull, struct ray_expr *body, const struct ray_object *object)
{
    for (size_t i = 0; i < object->kind->nattributes; i++) {
        const char *value = ray_object_value(object, i);

        if (value != NULL)
            ray_expr_put(body, object->kind->attributes[i].name,
                         attribute_value(pull, &object->kind->attributes[i], value));
    }
}

static void
add_identity(struct ray_pull *pull, struct ray_expr *body, const struct ray_object *object)
{
    const char *const values[] = {object->schema, object->parent, object->name, object->signature};
    static const char *const keys[] = {"schema", "parent", "name", "signature"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (values[i] != NULL)
            ray_expr_put(body, keys[i], ray_expr_text(pull->arena, values[i]));
}

/* Made by an extension or initdb, so that only what was added to it is said. */
static bool
is_there(const struct ray_object *object)
{
    return object->member || (object->built_in && object->kind->create != NULL);
}

void
ray_pull_generic(struct ray_pull *pull, const struct ray_object *object)
{
    struct ray_expr *kind = ray_expr_call(pull->arena, ray_expr_word(pull->arena, "pg.object"));
    struct ray_expr *call = ray_expr_call(pull->arena, kind);
    struct ray_expr *body = ray_expr_table(pull->arena, RAY_EXPR_FILLED);

    ray_expr_argument(kind, ray_expr_text(pull->arena, object->kind->name));
    add_identity(pull, body, object);
    if (is_there(object))
        ray_expr_put(body, "member", ray_expr_word(pull->arena, "true"));
    else
        add_attributes(pull, body, object);
    ray_pull_common(pull, body, object);
    ray_expr_argument(call, body);
    ray_pull_add(pull, call);
}

static void
write_parts(struct ray_pull *pull, const struct ray_object *object)
{
    for (size_t i = 0; i < object->parts.len; i++)
        if (!object->parts.items[i]->implied)
            ray_pull_generic(pull, object->parts.items[i]);
}

/* ---------------------------------------------------------------- functions of pg for kinds */

static const struct ray_pull_key extension_keys[] = {
    {"in_schema", "schema", RAY_PULL_TEXT},
    {NULL, NULL, RAY_PULL_END},
};

static const struct ray_pull_key sequence_keys[] = {
    {"type", NULL, RAY_PULL_TEXT},        {"start", NULL, RAY_PULL_NUMBER},
    {"increment", NULL, RAY_PULL_NUMBER}, {"minimum", NULL, RAY_PULL_NUMBER},
    {"maximum", NULL, RAY_PULL_NUMBER},   {"cache", NULL, RAY_PULL_NUMBER},
    {"cycle", NULL, RAY_PULL_FLAG},       {"unlogged", NULL, RAY_PULL_FLAG},
    {"owned_by", NULL, RAY_PULL_COLUMN},  {NULL, NULL, RAY_PULL_END},
};

static const struct ray_pull_key event_trigger_keys[] = {
    {"event", NULL, RAY_PULL_TEXT},
    {"tags", NULL, RAY_PULL_LIST},
    {"function", "execute", RAY_PULL_ROUTINE},
    {"enabled", NULL, RAY_PULL_TEXT},
    {NULL, NULL, RAY_PULL_END},
};

/* keys NULL: the attributes by their names. */
static const struct row {
    const char *kind;
    const char *function;
    const struct ray_pull_key *keys;
} rows[] = {
    {"extension", "extension", extension_keys},
    {"sequence", "sequence", sequence_keys},
    {"event trigger", "event_trigger", event_trigger_keys},
    {"range type", "range", NULL},
    {"aggregate", "aggregate", NULL},
    {"collation", "collation", NULL},
    {"foreign data wrapper", "foreign_data_wrapper", NULL},
    {"server", "server", NULL},
    {"access method", "access_method", NULL},
    {"language", "language", NULL},
    {"subscription", "subscription", NULL},
};

/* An extension's comment is its own unless somebody changed it. */
static void
add_common(struct ray_pull *pull, struct ray_expr *body, const struct ray_object *object)
{
    const char *own = ray_object_get(object, "own_comment");
    const char *comment = object->values[RAY_COMMENT];
    const char *values[RAY_COMMON_COUNT];
    struct ray_object silent = *object;

    memcpy(values, object->values, sizeof(values));
    if (own != NULL && comment != NULL && strcmp(own, comment) == 0)
        values[RAY_COMMENT] = NULL;
    silent.values = values;
    ray_pull_common(pull, body, &silent);
}

static void
by_function(struct ray_pull *pull, const struct row *row, const struct ray_object *object)
{
    struct ray_expr *body = ray_expr_table(pull->arena, RAY_EXPR_FILLED);

    if (row->keys == NULL)
        add_attributes(pull, body, object);
    else
        ray_pull_keys(pull, body, object, row->keys);
    if (ray_pull_is(object, "extension") && ray_object_get(object, "version_chosen") != NULL)
        ray_expr_put(body, "version",
                     ray_expr_text(pull->arena, ray_object_get(object, "version")));
    add_common(pull, body, object);
    ray_pull_declare(pull, row->function, object, body);
    write_parts(pull, object);
}

/* An aggregate over ordered sets is told apart by more than pg.aggregate reads from its arguments. */
static bool
is_plain(const struct ray_object *object)
{
    const char *arguments = ray_pull_is(object, "aggregate") ? ray_object_get(object, "arguments")
                                                             : NULL;

    return arguments == NULL || strstr(arguments, "ORDER BY") == NULL;
}

/* ---------------------------------------------------------------- all kinds */

static const struct {
    const char *kind;
    void (*write)(struct ray_pull *pull, const struct ray_object *object);
} writers[] = {
    {"schema", ray_pull_schema},
    {"enum", ray_pull_enum},
    {"composite type", ray_pull_composite},
    {"domain", ray_pull_domain},
    {"function", ray_pull_routine},
    {"table", ray_pull_table},
    {"foreign table", ray_pull_table},
    {"view", ray_pull_view},
    {"materialized view", ray_pull_view},
    {"statistics", ray_pull_statistics},
    {"publication", ray_pull_publication},
    {"default privileges", ray_pull_default_privileges},
};

/* Of what an extension or initdb made, and of its parts, only what was added. */
static void
write_added(struct ray_pull *pull, const struct ray_object *object)
{
    if (ray_pull_has_common(object))
        ray_pull_generic(pull, object);
    for (size_t i = 0; i < object->parts.len; i++) {
        const struct ray_object *part = object->parts.items[i];

        if (ray_pull_is(part, "policy"))
            ray_pull_add(pull, ray_pull_policy(pull, part, true));
        else if (!part->member || ray_pull_has_common(part))
            ray_pull_generic(pull, part);
    }
}

void
ray_pull_object(struct ray_pull *pull, const struct ray_object *object)
{
    if (object->member || (object->built_in && !ray_pull_is(object, "schema"))) {
        write_added(pull, object);
        return;
    }
    for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++)
        if (ray_pull_is(object, writers[i].kind)) {
            writers[i].write(pull, object);
            return;
        }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (ray_pull_is(object, rows[i].kind) && is_plain(object)) {
            by_function(pull, &rows[i], object);
            return;
        }
    ray_pull_generic(pull, object);
    write_parts(pull, object);
}
