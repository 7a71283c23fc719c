/* Comparing: see compare.h. Of what the match tells apart. */
#include "diff/compare.h"

#include "catalog/kinds.h"
#include "catalog/list.h"
#include "catalog/table.h"

#include <assert.h>
#include <string.h>

static const char *const names[] = {
    [RAY_CHANGE_CREATE] = "created",
    [RAY_CHANGE_DROP] = "dropped",
    [RAY_CHANGE_ALTER] = "altered",
};
static_assert(sizeof(names) / sizeof(names[0]) == RAY_CHANGE_COUNT, "a name for each");

const char *
ray_change_name(enum ray_change_type type)
{
    return names[type];
}

static bool
same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The sequence of an identity is made by it, with options; the type follows from the column. */
static bool
is_said_of_identity(const char *attribute, const struct ray_object *object)
{
    return object->kind == &ray_kind_sequence && strcmp(attribute, "type") != 0;
}

/* What each table has for itself, even where it had it of its parent when it was made. */
static bool
is_kept(int version, const struct ray_object *object, const char *attribute)
{
    static const char *const kept[] = {"not_null", "storage", "compression", "statistics",
                                       "options"};

    if (object->kind == &ray_kind_default ||
        (object->kind == &ray_kind_trigger && strcmp(attribute, "enabled") == 0))
        return true;
    if (object->kind == &ray_kind_column && strcmp(attribute, "identity") == 0)
        return ray_object_get(object, "inherited") != NULL &&
               !ray_column_shares_identity(version, object);
    for (size_t i = 0; object->kind == &ray_kind_column && i < sizeof(kept) / sizeof(kept[0]); i++)
        if (strcmp(kept[i], attribute) == 0)
            return object->owner != NULL && ray_object_get(object, "inherited") != NULL;
    return false;
}

/* Of what a whole makes by itself only what was said of it counts: owner, grants, comment, labels. Whether a
 * column or a check that comes from a parent is said again in the child does not: as its place, no ALTER changes it. */
static bool
counts(int version, const struct ray_object *from, const struct ray_object *to, size_t value)
{
    const struct ray_attribute *attribute;

    if (value < RAY_COMMON_COUNT)
        return true;
    attribute = &from->kind->attributes[value - RAY_COMMON_COUNT];
    if (strcmp(attribute->name, "inherited") == 0 &&
        (from->kind == &ray_kind_constraint ||
         (from->values[value] != NULL && to->values[value] != NULL)))
        return false;
    if (from->implied && to->implied && strcmp(attribute->name, "not_valid") == 0)
        return to->values[value] == NULL; /* nothing takes it back */
    return (!(from->implied && to->implied) || is_said_of_identity(attribute->name, from) ||
            is_kept(version, from, attribute->name)) &&
           !from->member && !attribute->quiet;
}

/* A NOT NULL that the other's column has under that name, of its parent: whether it is said again does not count. */
static bool
is_said_by_column(const struct ray_object *object, const struct ray_catalog *other)
{
    const struct ray_object *column;
    ray_list columns;

    if (object->kind != &ray_kind_constraint ||
        strcmp(ray_object_get(object, "type"), "not null") != 0 ||
        ray_object_get(object, "not_valid") != NULL ||
        ray_object_get(object, "no_inherit") != NULL || object->values[RAY_COMMENT] != NULL)
        return false;
    columns = ray_list_read(other->arena, ray_object_get(object, "columns"));
    column = columns.len != 1 ? NULL
                              : ray_catalog_find(other, &ray_kind_column, object->schema,
                                                 object->parent, columns.items[0], NULL);
    return column != NULL && ray_object_get(column, "not_null") != NULL &&
           strcmp(ray_column_not_null_name(other, column), object->name) == 0;
}

/* A default that came with its column counts by itself while the column stays. */
static bool
is_counted(const struct ray_object *object, const struct ray_catalog *other)
{
    if (!object->implied)
        return !is_said_by_column(object, other);
    return object->kind == &ray_kind_default &&
           ray_catalog_find(other, &ray_kind_column, object->schema, object->parent, object->name,
                            NULL) != NULL;
}

static const bool *
differences(struct ray_arena *arena, int version, const struct ray_object *from,
            const struct ray_object *to)
{
    size_t count = RAY_COMMON_COUNT + from->kind->nattributes;
    bool *differs = NULL;

    for (size_t i = 0; i < count; i++) {
        if (same(from->values[i], to->values[i]) || !counts(version, from, to, i))
            continue;
        if (differs == NULL)
            differs = RAY_NEW_ARRAY(arena, bool, count);
        differs[i] = true;
    }
    return differs;
}

static void
add(struct ray_arena *arena, ray_changes *out, enum ray_change_type type, struct ray_object *from,
    struct ray_object *to, const bool *differs)
{
    *ray_vec_add(arena, out) =
        (struct ray_change){.type = type, .from = from, .to = to, .differs = differs};
}

void
ray_match_compare(struct ray_arena *arena, const struct ray_match *match, ray_changes *out)
{
    int version = match->to->version != 0 ? match->to->version : match->from->version;

    for (size_t i = 0; i < match->gone.len; i++) {
        struct ray_object *object = match->gone.items[i];
        struct ray_object *other = match->new_of[object->index];
        const bool *differs = other == NULL ? NULL : differences(arena, version, object, other);

        if (other == NULL && is_counted(object, match->to))
            add(arena, out, RAY_CHANGE_DROP, object, NULL, NULL);
        else if (differs != NULL)
            add(arena, out, RAY_CHANGE_ALTER, object, other, differs);
    }
    for (size_t i = 0; i < match->come.len; i++) {
        struct ray_object *object = match->come.items[i];

        if (match->old_of[object->index] == NULL && is_counted(object, match->from))
            add(arena, out, RAY_CHANGE_CREATE, NULL, object, NULL);
    }
}

void
ray_catalog_compare(struct ray_arena *arena, const struct ray_catalog *from,
                    const struct ray_catalog *to, ray_changes *out)
{
    struct ray_match match;

    ray_catalog_match(arena, from, to, &match);
    ray_match_compare(arena, &match, out);
}
