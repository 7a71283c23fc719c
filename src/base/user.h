/*
 * What raymig keeps for the user outside of projects, by the XDG base directory specification: caches and state.
 * Nothing there is trusted that somebody else could have written.
 */
#ifndef RAY_BASE_USER_H
#define RAY_BASE_USER_H

#include "base/file.h"

#include <stdbool.h>

/* "$XDG_CACHE_HOME/raymig", else "~/.cache/raymig", else a folder of /tmp: `variable` and `in_home` name them. */
const char *ray_user_folder(struct ray_arena *arena, const char *variable, const char *in_home);

/* Makes the folder, for the user alone. False where that fails, or somebody else may write there. */
bool ray_user_make_folder(struct ray_arena *arena, const char *folder);

/* "~/.cache/raymig/stamps-5a8bee405f5d9d6a": the cache of that kind that belongs to a folder, whose file need not
 * exist. NULL where there can be none. */
const char *ray_user_cache(struct ray_arena *arena, const char *kind, const char *folder);

/* Opens a file for reading; -1 where it is not the user's own regular file. The caller closes it. */
int ray_user_open(const char *path);

/* All of such a file; false where it is none, or cannot be read. */
bool ray_user_read(struct ray_arena *arena, const char *path, struct ray_text *out);

#endif
