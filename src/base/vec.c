/* Growth of the typed arrays: see vec.h. */
#include "base/vec.h"

void *
ray_vec_grow(struct ray_arena *arena, void *items, size_t *cap, size_t item_size)
{
    size_t old = *cap;
    size_t grown = old == 0 ? 4 : old * 2;

    *cap = grown;
    return ray_arena_grow(arena, items, old * item_size, grown * item_size);
}
