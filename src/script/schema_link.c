/*
 * What declared objects need of each other, as far as their attributes say it: a loaded catalog has it from
 * pg_depend. What is not seen here (a function in an expression, a view of a view) the server finds out, and
 * ray_catalog_realize tries again.
 */
#include "catalog/clause.h"
#include "catalog/kind.h"
#include "catalog/kinds.h"
#include "catalog/table.h"
#include "script/schema_take.h"

#include <string.h>

static void
need_relation(struct ray_catalog *catalog, struct ray_object *object, const char *name)
{
    struct ray_object *other = name == NULL ? NULL : ray_table_named(catalog, name);

    if (other != NULL)
        ray_object_need(catalog->arena, object, &object->needs, other);
}

/* A table that others are made from, and its defaults: those are copied then. */
static void
need_parent(struct ray_catalog *catalog, struct ray_object *table, const char *name)
{
    const struct ray_object *parent = name == NULL ? NULL : ray_table_named(catalog, name);

    need_relation(catalog, table, name);
    for (size_t i = 0; parent != NULL && i < parent->parts.len; i++)
        if (parent->parts.items[i]->kind == &ray_kind_default)
            ray_object_need(catalog->arena, table, &table->needs, parent->parts.items[i]);
}

static void
link_table(struct ray_catalog *catalog, struct ray_object *table)
{
    ray_list parents = ray_list_read(catalog->arena, ray_object_get(table, "inherits"));

    need_parent(catalog, table, ray_object_get(table, "partition_of"));
    for (size_t i = 0; i < parents.len; i++)
        need_parent(catalog, table, parents.items[i]);
}

/* The column in "schema.table.column"; NULL where it is not declared. */
static struct ray_object *
column_named(const struct ray_catalog *catalog, const char *text)
{
    ray_list parts = ray_clause_name(catalog->arena, text);

    if (parts.len != 3)
        return NULL;
    return ray_catalog_find(catalog, &ray_kind_column, parts.items[0], parts.items[1],
                            parts.items[2], NULL);
}

/* A sequence of an identity is made by its column; another one is given to it when both are there. */
static void
link_sequence(struct ray_catalog *catalog, struct ray_object *sequence)
{
    const char *owned_by = ray_object_get(sequence, "owned_by");
    struct ray_object *column = owned_by == NULL ? NULL : column_named(catalog, owned_by);

    if (column == NULL)
        return;
    if (ray_object_get(sequence, "identity") != NULL || sequence->implied) {
        sequence->implied = true;
        ray_object_need(catalog->arena, column, &column->later, sequence);
        ray_object_need(catalog->arena, sequence, &sequence->needs, column);
    } else {
        ray_object_need(catalog->arena, sequence, &sequence->later, column);
    }
}

/* A partition's index that is attached by itself: then the whole's is made for itself alone. */
static void
link_attached(struct ray_catalog *catalog, struct ray_object *index)
{
    const char *attached_to = ray_object_get(index, "attached_to");
    ray_list parts;

    if (attached_to == NULL)
        return;
    parts = ray_clause_name(catalog->arena, attached_to);
    for (size_t i = 0; parts.len == 2 && i < catalog->objects.len; i++) {
        struct ray_object *whole = catalog->objects.items[i];

        if ((whole->kind != &ray_kind_index && whole->kind != &ray_kind_constraint) ||
            strcmp(whole->name, parts.items[1]) != 0 || strcmp(whole->schema, parts.items[0]) != 0)
            continue;
        ray_object_need(catalog->arena, index, &index->later, whole);
        for (size_t a = 0; a < whole->kind->nattributes; a++)
            if (strcmp(whole->kind->attributes[a].name, "only") == 0)
                ray_object_set(whole, a, "true");
    }
}

/* The columns of a primary key are NOT NULL, also where it is made behind its table. */
static void
link_key(struct ray_catalog *catalog, struct ray_object *key)
{
    ray_list names = ray_list_read(catalog->arena, ray_object_get(key, "columns"));
    const ray_objects *parts = key->owner == NULL ? NULL : &key->owner->parts;
    int not_null = ray_kind_value_index(&ray_kind_column, "not_null");

    const char *type = ray_object_get(key, "type");

    if (parts == NULL || type == NULL || strcmp(type, "primary key") != 0)
        return;
    for (size_t i = 0; i < parts->len; i++)
        if (parts->items[i]->kind == &ray_kind_column &&
            ray_list_has(&names, parts->items[i]->name))
            parts->items[i]->values[not_null] = "true";
}

/* An identity is NOT NULL; CREATE TABLE says so by itself, ALTER COLUMN wants it said before. */
static void
link_identity(struct ray_object *column)
{
    if (ray_object_get(column, "identity") != NULL)
        column->values[ray_kind_value_index(&ray_kind_column, "not_null")] = "true";
}

/* A partition's trigger that comes from the whole's, and is there for what is said of it. */
static void
link_trigger(struct ray_catalog *catalog, struct ray_object *trigger)
{
    const char *name = trigger->implied && trigger->owner != NULL
                           ? ray_object_get(trigger->owner, "partition_of")
                           : NULL;
    struct ray_object *whole = name == NULL ? NULL : ray_table_named(catalog, name);

    for (size_t i = 0; whole != NULL && i < whole->parts.len; i++)
        if (whole->parts.items[i]->kind == trigger->kind &&
            strcmp(whole->parts.items[i]->name, trigger->name) == 0)
            ray_object_need(catalog->arena, trigger, &trigger->later, whole->parts.items[i]);
}

/* A partition that is made by itself and attached has the checks of its parent before that. */
static void
take_checks(struct ray_catalog *catalog, struct ray_object *table)
{
    const char *name = ray_object_get(table, "partition_of");
    const struct ray_object *parent = name == NULL ? NULL : ray_table_named(catalog, name);

    if (parent == NULL || !ray_table_is_attached(catalog, table))
        return;
    for (size_t i = 0; i < parent->parts.len; i++) {
        struct ray_object *check = parent->parts.items[i];
        struct ray_object *copy;

        if (check->kind != &ray_kind_constraint || check->name[0] == '\0' ||
            strcmp(ray_object_get(check, "type"), "check") != 0 ||
            ray_object_get(check, "no_inherit") != NULL ||
            ray_table_part(table, "constraint", check->name) != NULL)
            continue;
        if (ray_object_get(check, "not_valid") != NULL) { /* comes when all partitions are there */
            ray_object_need(catalog->arena, check, &check->needs, table);
            continue;
        }
        copy = ray_object_new(catalog->arena, check->kind);
        copy->schema = table->schema;
        copy->parent = table->name;
        copy->name = check->name;
        copy->sub = check->sub;
        copy->file = table->file;
        copy->line = table->line;
        memcpy(copy->values, check->values,
               (RAY_COMMON_COUNT + check->kind->nattributes) * sizeof(*copy->values));
        copy->values[RAY_COMMENT] = NULL;
        copy->values[RAY_LABELS] = NULL;
        (void)ray_catalog_add(catalog, copy);
    }
}

/* A column without a type is one that is there already. */
static bool
check_column(const struct ray_object *column, struct ray_err *err)
{
    if (column->implied || column->owner == NULL || ray_object_get(column, "type") != NULL ||
        ray_object_get(column->owner, "of_type") != NULL)
        return true;
    (void)ray_err_set(err, RAY_FAILED, "%s has no type", ray_object_label(err->arena, column));
    return ray_err_at(err, column->file, column->line, 0);
}

static bool
is_view(const struct ray_object *object)
{
    return object != NULL &&
           (object->kind == &ray_kind_view || object->kind == &ray_kind_materialized_view);
}

bool
ray_schema_link(struct ray_schema *schema, struct ray_err *err)
{
    struct ray_catalog *catalog = schema->catalog;

    ray_catalog_finish(catalog);
    for (size_t i = 0, n = catalog->objects.len; i < n; i++) {
        struct ray_object *object = catalog->objects.items[i];

        if (object->kind == &ray_kind_table)
            take_checks(catalog, object);
        else if (object->kind == &ray_kind_constraint)
            link_key(catalog, object);
        else if (object->kind == &ray_kind_column)
            link_identity(object);
    }
    ray_catalog_finish(catalog);
    for (size_t i = 0; i < catalog->objects.len; i++) {
        struct ray_object *object = catalog->objects.items[i];

        if (object->kind == &ray_kind_table)
            link_table(catalog, object);
        else if (object->kind == &ray_kind_sequence)
            link_sequence(catalog, object);
        else if (object->kind == &ray_kind_index || object->kind == &ray_kind_constraint)
            link_attached(catalog, object);
        else if (object->kind == &ray_kind_trigger)
            link_trigger(catalog, object);
        else if (object->kind == &ray_kind_column && is_view(object->owner))
            object->implied = true;
        if (!schema->partial && object->kind == &ray_kind_column && !check_column(object, err))
            return false;
    }
    return true;
}
