/*
 * An operation as SQL. Both of its sides are catalogs, small ones that know of the database only what the
 * operation says; the plan between them (diff/plan.h) is the way up, and that of the opposite direction the
 * way down.
 */
#include "script/reversible_internal.h"

#include "catalog/clause.h"
#include "catalog/kind.h"
#include "catalog/table.h"
#include "diff/plan.h"
#include "script/schema_take.h"

#include <string.h>

/* ---------------------------------------------------------------- what the sides need */

static bool
is_kind(const struct ray_object *object, const char *name)
{
    return strcmp(object->kind->name, name) == 0;
}

/* The type that is declared beside the column; NULL: another. */
static struct ray_object *
type_of(const struct ray_catalog *catalog, const struct ray_object *column)
{
    const char *type = ray_object_get(column, "type");
    ray_list parts;
    size_t length;

    if (type == NULL)
        return NULL;
    length = strcspn(type, "[");
    parts = ray_clause_name(catalog->arena, ray_arena_strndup(catalog->arena, type, length));
    return parts.len != 2 ? NULL
                          : ray_catalog_find(catalog, ray_kind_named("enum"), parts.items[0], NULL,
                                             parts.items[1], NULL);
}

/* As pg_depend has it: a column needs its type and a default its column, so that they are cared for when
 * those change. */
static void
add_needs(struct ray_catalog *catalog)
{
    for (size_t i = 0; i < catalog->objects.len; i++) {
        struct ray_object *object = catalog->objects.items[i];
        struct ray_object *need = NULL;

        if (is_kind(object, "column"))
            need = type_of(catalog, object);
        else if (is_kind(object, "default"))
            need = ray_catalog_find(catalog, ray_kind_named("column"), object->schema,
                                    object->parent, object->name, NULL);
        if (need != NULL)
            ray_object_need(catalog->arena, object, &object->needs, need);
    }
}

static bool
finish_side(struct ray_schema *side, const struct ray_operation *operation, int version,
            struct ray_err *err)
{
    side->catalog->version = version;
    side->catalog->role =
        "current_user"; /* the owner of what is made, who has no other name here */
    side->catalog->concurrently = operation->concurrently;
    if (!ray_schema_link(side, err))
        return false;
    for (size_t i = 0; i < side->conversions.len; i++)
        *ray_vec_add(side->catalog->arena,
                     &side->catalog->conversions) = side->conversions.items[i];
    add_needs(side->catalog);
    return true;
}

/* ---------------------------------------------------------------- plans */

/* What an alteration would drop only to make it again, without its rows. */
static bool
keeps_rows(const struct ray_operation *operation, const struct ray_plan *plan, struct ray_err *err)
{
    for (size_t i = 0; operation->alters && i < plan->steps.len; i++) {
        const struct ray_object *old = plan->steps.items[i].from;

        if (plan->steps.items[i].type != RAY_STEP_DROP || !plan->steps.items[i].loses_data ||
            ray_object_get(old, "generated") != NULL ||
            ray_catalog_find(plan->to, old->kind, old->schema, old->parent, old->name,
                             old->signature) == NULL)
            continue;
        (void)ray_err_set(err, RAY_FAILED, "%s: no ALTER does that to %s", operation->what,
                          ray_object_label(err->arena, old));
        return ray_err_hint(err, "It would be dropped and made again, without what is in it. Where "
                                 "that is meant, say m:drop(old) and m:create(new).");
    }
    return true;
}

static bool
write_plan(struct ray_arena *arena, const struct ray_operation *operation,
           const struct ray_catalog *from, const struct ray_catalog *to, ray_strings *out,
           struct ray_err *err)
{
    struct ray_plan plan;

    if (!ray_plan_make(arena, from, to, &plan, err) || !keeps_rows(operation, &plan, err))
        return false;
    for (size_t i = 0; i < plan.ddl.statements.len; i++)
        *ray_vec_add(arena, out) = plan.ddl.statements.items[i].sql;
    return true;
}

static bool
write_declared(struct ray_arena *arena, struct ray_operation *operation, int version,
               struct ray_reversible_step *out, struct ray_err *err)
{
    struct ray_catalog *from = operation->from.catalog;
    struct ray_catalog *to = operation->to.catalog;

    if (!finish_side(&operation->from, operation, version, err) ||
        !finish_side(&operation->to, operation, version, err) ||
        !write_plan(arena, operation, from, to, &out->up, err) ||
        !write_plan(arena, operation, to, from, &out->down, err))
        return false;
    if (out->up.len > 0)
        return true;
    (void)ray_err_set(err, RAY_FAILED, "%s changes nothing",
                      operation->what == NULL ? "the operation" : operation->what);
    return ray_err_hint(err, "Both of its sides are the same.");
}

/* ---------------------------------------------------------------- the others */

/* The text without the white space and semicolons behind it; nothing where it is empty. */
static void
write_sql(struct ray_arena *arena, const char *text, ray_strings *out)
{
    size_t length;

    text += strspn(text, " \t\r\n");
    length = strlen(text);
    while (length > 0 && strchr(" \t\r\n;", text[length - 1]) != NULL)
        length--;
    if (length > 0)
        *ray_vec_add(arena, out) = ray_arena_strndup(arena, text, length);
}

static void
write_rename(struct ray_arena *arena, const struct ray_operation *operation,
             struct ray_reversible_step *out)
{
    const struct ray_renamed *rename = &operation->rename;

    if (operation->is_value) {
        *ray_vec_add(arena, &out->up) = ray_rename_value_sql(arena, rename, rename->from,
                                                             rename->to);
        *ray_vec_add(arena, &out->down) = ray_rename_value_sql(arena, rename, rename->to,
                                                               rename->from);
    } else {
        *ray_vec_add(arena, &out->up) = ray_rename_sql(arena, rename, rename->from, rename->to);
        *ray_vec_add(arena, &out->down) = ray_rename_sql(arena, rename, rename->to, rename->from);
    }
}

bool
ray_operation_write(struct ray_arena *arena, struct ray_operation *operation, int version,
                    struct ray_reversible_step *out, struct ray_err *err)
{
    *out = (struct ray_reversible_step){.file = operation->file, .line = operation->line};
    switch (operation->type) {
    case RAY_OPERATION_DECLARED:
        return write_declared(arena, operation, version, out, err);
    case RAY_OPERATION_RENAME:
        write_rename(arena, operation, out);
        return true;
    case RAY_OPERATION_SQL:
    default:
        write_sql(arena, operation->up, &out->up);
        write_sql(arena, operation->down, &out->down);
        return true;
    }
}
