/*
 * The hashes of a folder's up files, computed while somebody else is waited for. Every applied migration's
 * file is looked at each time, to see that it is still the one that ran (stamps.h: it is read where it changed);
 * with a thousand of them that takes as long as connecting does, and the two have nothing to do with each other.
 */
#ifndef RAY_HISTORY_AHEAD_H
#define RAY_HISTORY_AHEAD_H

#include "history/folder.h"

struct ray_ahead;

/* Begins, in a thread of its own; NULL where the folder is too small for that to be worth it. The folder
 * must stay as it is until the end. */
struct ray_ahead *ray_ahead_begin(struct ray_arena *arena, const struct ray_folder *folder);

/* The hash of a migration of the folder, waited for; NULL where it could not be had, or `ahead` is NULL:
 * ray_migration_hash computes it, or says why not. Lives as long as the arena. */
const char *ray_ahead_hash(struct ray_ahead *ahead, const struct ray_migration *migration);

/* Ends it, done or not. NULL is allowed. */
void ray_ahead_end(struct ray_ahead *ahead);

#endif
