/*
 * What a squashed migration stands for (raymig squash): the migrations whose place it took, as the journal keeps them
 * with it, and the history rows that say of a database that it had them.
 *
 *     all of them applied     the squashed one is applied; its rows are theirs until it is taken back
 *     none                    it is pending
 *     some                    neither: RAY_HALF, an error, for nobody can tell what to run
 *
 * One of them may be a squashed one itself, applied by its own row or by those of what it stands for.
 */
#ifndef RAY_HISTORY_REPLACED_H
#define RAY_HISTORY_REPLACED_H

#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

struct ray_replaced;
typedef RAY_VEC(struct ray_replaced) ray_replaced_list;

struct ray_replaced {
    const char *tag;
    int64_t when;
    const char *sha256; /* of its up file, as it was squashed */
    const char *tokens; /* over that file's tokens; NULL: not known */
    ray_replaced_list replaces;
};

/* Whether the tag is one of them, at any depth. */
bool ray_replaced_names(const ray_replaced_list *list, const char *tag);

#endif
