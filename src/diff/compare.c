/* Comparing: see compare.h. One pass over each side and a map of the other's identities: linear. */
#include "diff/compare.h"

#include "catalog/kinds.h"

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

/* Of what a whole makes by itself only what was said of it counts: owner, grants, comment, labels. Whether a
 * column that comes from a parent is said again in the child does not: as its place, no ALTER changes it. */
static bool
counts(const struct ray_object *from, const struct ray_object *to, size_t value)
{
    const struct ray_attribute *attribute;

    if (value < RAY_COMMON_COUNT)
        return true;
    attribute = &from->kind->attributes[value - RAY_COMMON_COUNT];
    if (from->kind == &ray_kind_column && strcmp(attribute->name, "inherited") == 0 &&
        from->values[value] != NULL && to->values[value] != NULL)
        return false;
    return (!(from->implied && to->implied) || is_said_of_identity(attribute->name, from)) &&
           !from->member && !attribute->quiet;
}

static const bool *
differences(struct ray_arena *arena, const struct ray_object *from, const struct ray_object *to)
{
    size_t count = RAY_COMMON_COUNT + from->kind->nattributes;
    bool *differs = NULL;

    for (size_t i = 0; i < count; i++) {
        if (same(from->values[i], to->values[i]) || !counts(from, to, i))
            continue;
        if (differs == NULL)
            differs = RAY_NEW_ARRAY(arena, bool, count);
        differs[i] = true;
    }
    return differs;
}

static struct ray_object *
counterpart(const struct ray_catalog *catalog, const struct ray_object *object)
{
    return ray_catalog_find(catalog, object->kind, object->schema, object->parent, object->name,
                            object->signature);
}

static void
add(struct ray_arena *arena, ray_changes *out, enum ray_change_type type, struct ray_object *from,
    struct ray_object *to, const bool *differs)
{
    *ray_vec_add(arena, out) =
        (struct ray_change){.type = type, .from = from, .to = to, .differs = differs};
}

void
ray_catalog_compare(struct ray_arena *arena, const struct ray_catalog *from,
                    const struct ray_catalog *to, ray_changes *out)
{
    for (size_t i = 0; i < from->objects.len; i++) {
        struct ray_object *object = from->objects.items[i];
        struct ray_object *other = counterpart(to, object);
        const bool *differs = other == NULL ? NULL : differences(arena, object, other);

        if (other == NULL && !object->implied && !object->member)
            add(arena, out, RAY_CHANGE_DROP, object, NULL, NULL);
        else if (differs != NULL)
            add(arena, out, RAY_CHANGE_ALTER, object, other, differs);
    }
    for (size_t i = 0; i < to->objects.len; i++) {
        struct ray_object *object = to->objects.items[i];

        if (!object->implied && !object->member && counterpart(from, object) == NULL)
            add(arena, out, RAY_CHANGE_CREATE, NULL, object, NULL);
    }
}
