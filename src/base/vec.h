/*
 * Growable arrays on an arena, typed by macro:
 *
 *     RAY_VEC(struct ray_migration) migrations = {0};
 *     *ray_vec_add(arena, &migrations) = migration;
 *     for (size_t i = 0; i < migrations.len; i++) use(&migrations.items[i]);
 *
 * A pointer to an item is good until the next ray_vec_add.
 */
#ifndef RAY_BASE_VEC_H
#define RAY_BASE_VEC_H

#include "base/arena.h"

#define RAY_VEC(type) \
    struct {          \
        type *items;  \
        size_t len;   \
        size_t cap;   \
    }

/* Adds a zeroed item at the end and gives its address. */
#define ray_vec_add(arena, vec)                                                                  \
    ((vec)->len == (vec)->cap ? ((vec)->items = ray_vec_grow((arena), (vec)->items, &(vec)->cap, \
                                                             sizeof(*(vec)->items)),             \
                                 &(vec)->items[(vec)->len++])                                    \
                              : &(vec)->items[(vec)->len++])

/* The growth behind ray_vec_add: returns the moved items and sets *cap. */
void *ray_vec_grow(struct ray_arena *arena, void *items, size_t *cap, size_t item_size);

#endif
