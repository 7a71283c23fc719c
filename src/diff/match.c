/* Matching: see match.h. Both catalogs stand in one order, so that the next one is mostly the right one; elsewhere it is
 * looked up. */
#include "diff/match.h"

#include <string.h>

static bool
same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
is_same(const struct ray_object *a, const struct ray_object *b)
{
    return a->kind == b->kind && same(a->name, b->name) && same(a->parent, b->parent) &&
           same(a->schema, b->schema) && same(a->signature, b->signature);
}

void
ray_catalog_match(struct ray_arena *arena, const struct ray_catalog *from,
                  const struct ray_catalog *to, struct ray_match *out)
{
    const ray_objects *old = &from->objects;
    size_t next = 0;

    out->new_of = RAY_NEW_ARRAY(arena, struct ray_object *, old->len);
    out->old_of = RAY_NEW_ARRAY(arena, struct ray_object *, to->objects.len);
    for (size_t i = 0; i < to->objects.len; i++) {
        struct ray_object *object = to->objects.items[i];
        struct ray_object *found;

        if (next < old->len && is_same(old->items[next], object))
            found = old->items[next];
        else
            found = ray_catalog_find(from, object->kind, object->schema, object->parent,
                                     object->name, object->signature);
        if (found == NULL)
            continue;
        next = found->index + 1;
        out->old_of[i] = found;
        out->new_of[found->index] = object;
    }
}
