/* Matching: see match.h. Both catalogs stand in one order, so that the next one is mostly the right one; elsewhere it is
 * looked up. */
#include "diff/match.h"

#include "catalog/kind.h"

#include <string.h>

/* How far ahead memory is asked for: the objects of a large catalog lie all over it. */
enum { VALUES_AHEAD = 8, OBJECTS_AHEAD = 16 };

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

static void
fetch_ahead(const ray_objects *all, size_t i)
{
    if (i + OBJECTS_AHEAD < all->len)
        __builtin_prefetch(all->items[i + OBJECTS_AHEAD]);
    if (i + VALUES_AHEAD < all->len) {
        __builtin_prefetch(all->items[i + VALUES_AHEAD]->values);
        __builtin_prefetch(all->items[i + VALUES_AHEAD]->name);
    }
}

/* Has the same values, and stands by itself where the other does. */
static bool
is_like(const struct ray_object *a, const struct ray_object *b)
{
    size_t count = RAY_COMMON_COUNT + a->kind->nattributes;

    for (size_t i = 0; i < count; i++)
        if (!same(a->values[i], b->values[i]))
            return false;
    return a->implied == b->implied;
}

void
ray_catalog_match(struct ray_arena *arena, const struct ray_catalog *from,
                  const struct ray_catalog *to, struct ray_match *out)
{
    const ray_objects *old = &from->objects;
    bool *like = RAY_NEW_ARRAY(arena, bool, old->len);
    size_t next = 0;

    memset(out, 0, sizeof(*out));
    out->from = from;
    out->to = to;
    out->new_of = RAY_NEW_ARRAY(arena, struct ray_object *, old->len);
    out->old_of = RAY_NEW_ARRAY(arena, struct ray_object *, to->objects.len);
    for (size_t i = 0; i < to->objects.len; i++) {
        struct ray_object *object = to->objects.items[i];
        struct ray_object *found;

        fetch_ahead(&to->objects, i);
        fetch_ahead(old, next);
        if (next < old->len && is_same(old->items[next], object))
            found = old->items[next];
        else
            found = ray_catalog_find(from, object->kind, object->schema, object->parent,
                                     object->name, object->signature);
        if (found != NULL) {
            next = found->index + 1;
            out->old_of[i] = found;
            out->new_of[found->index] = object;
            like[found->index] = is_like(found, object);
        }
        if (found == NULL || !like[found->index])
            *ray_vec_add(arena, &out->come) = object;
    }
    for (size_t i = 0; i < old->len; i++)
        if (!like[i])
            *ray_vec_add(arena, &out->gone) = old->items[i];
}

struct ray_match
ray_match_reversed(const struct ray_match *match)
{
    return (struct ray_match){
        .from = match->to,
        .to = match->from,
        .new_of = match->old_of,
        .old_of = match->new_of,
        .gone = match->come,
        .come = match->gone,
    };
}
