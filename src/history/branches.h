/*
 * Branches: two migrations that were written behind the same one, in two working copies, and merged. Each was proved
 * without the other. raymig's journal names each entry's parent, Drizzle's snapshots have `prevId`.
 */
#ifndef RAY_HISTORY_BRANCHES_H
#define RAY_HISTORY_BRANCHES_H

#include "history/folder.h"

struct ray_branch {
    const char *tag;    /* the migration that stands behind another than it was written behind */
    const char *parent; /* the one that it was written behind; NULL: the beginning */
    const char *before; /* the one that it stands behind */
    const char *file;   /* where its parent is written down */
};
typedef RAY_VEC(struct ray_branch) ray_branches;

/* Snapshots of Drizzle that cannot be read say nothing here. */
void ray_branches_find(struct ray_arena *arena, const struct ray_folder *folder, ray_branches *out);

#endif
