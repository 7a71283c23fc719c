/*
 * A folder of which everything was applied when it was last looked at, and the sum that its history had then
 * (settled.h). While nothing in the folder was touched since, that takes a stat of each file, and no listing, no
 * journal, no hash. Of raymig's own layout alone: the folder, its journal and each up file are all there is to look at.
 *
 * It lies in the user's cache, a file for each folder:
 *
 *     ~/.cache/raymig/settled-<hash of the folder's path>
 */
#ifndef RAY_HISTORY_REMEMBERED_H
#define RAY_HISTORY_REMEMBERED_H

#include "history/folder.h"

/* NULL where nothing is remembered of the folder, or something in it may have been touched. Lives in the arena. */
const char *ray_remembered_sum(struct ray_arena *arena, const char *folder);

/* Remembers it, where the folder is of raymig's layout, nothing was found odd in it, and nothing was touched for a
 * while before it was loaded. What goes wrong is no error, only slower the next time. */
void ray_remember_sum(struct ray_arena *arena, const struct ray_folder *folder, const char *sum);

#endif
