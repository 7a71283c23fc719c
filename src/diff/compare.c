/* Comparing: see compare.h. One pass over each side and a map of the other's identities: linear. */
#include "diff/compare.h"

#include "catalog/kind.h"

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

/* Of what a whole makes by itself only what was said of it counts: owner, grants, comment, labels. */
static bool
counts(const struct ray_object *from, const struct ray_object *to, size_t value)
{
    if (value < RAY_COMMON_COUNT)
        return true;
    return !(from->implied && to->implied) && !from->member &&
           !from->kind->attributes[value - RAY_COMMON_COUNT].quiet;
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

/* A column that came from a parent and is now the table's own, though it inherits still: with the parent's
 * it goes. */
static bool
is_left_behind(const struct ray_object *from, const struct ray_object *to)
{
    return from->implied && !to->implied && to->owner != NULL &&
           ray_object_get(to->owner, "inherits") != NULL && ray_object_get(to, "inherited") == NULL;
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

        if (other != NULL && is_left_behind(object, other))
            add(arena, out, RAY_CHANGE_CREATE, NULL, other, NULL);
        else if (other == NULL && !object->implied && !object->member)
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
