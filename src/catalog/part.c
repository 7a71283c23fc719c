/* Parts of catalogs: see part.h. */
#include "catalog/part.h"

#include <string.h>

static void
copy_edges(struct ray_catalog *to, struct ray_object *object, ray_objects *list,
           const ray_objects *old, struct ray_object *const *copies)
{
    for (size_t i = 0; i < old->len; i++) {
        struct ray_object *other = copies[old->items[i]->index];

        if (other != NULL)
            ray_object_need(to->arena, object, list, other);
    }
}

struct ray_catalog *
ray_catalog_part(struct ray_arena *arena, const struct ray_catalog *catalog, const bool *keep)
{
    struct ray_catalog *to = ray_catalog_new(arena);
    struct ray_object **copies = RAY_NEW_ARRAY(arena, struct ray_object *,
                                               catalog->objects.len + 1);

    to->version = catalog->version;
    to->role = catalog->role;
    for (size_t i = 0; i < catalog->objects.len; i++) {
        const struct ray_object *old = catalog->objects.items[i];

        if (!keep[i])
            continue;
        copies[i] = ray_object_new(arena, old->kind);
        *copies[i] = *old;
        copies[i]->owner = NULL;
        copies[i]->marked = false;
        copies[i]->stubbed = false;
        memset(&copies[i]->parts, 0, sizeof(copies[i]->parts));
        memset(&copies[i]->needs, 0, sizeof(copies[i]->needs));
        memset(&copies[i]->later, 0, sizeof(copies[i]->later));
        (void)ray_catalog_add(to, copies[i]);
    }
    ray_catalog_finish(to);
    for (size_t i = 0; i < catalog->objects.len; i++) {
        if (copies[i] == NULL)
            continue;
        copy_edges(to, copies[i], &copies[i]->needs, &catalog->objects.items[i]->needs, copies);
        copy_edges(to, copies[i], &copies[i]->later, &catalog->objects.items[i]->later, copies);
    }
    return to;
}
