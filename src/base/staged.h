/*
 * A folder rewritten as a whole: a copy is made beside it, changed, looked at, and takes its place by one exchange of
 * names; so whoever is killed leaves the old folder or the new one. The copy's files are hard links of the folder's:
 * they are renamed, removed, or replaced by ray_file_write, and never written in place.
 */
#ifndef RAY_BASE_STAGED_H
#define RAY_BASE_STAGED_H

#include "base/err.h"

struct ray_staged;

/* Makes the copy, after removing what a killed run left. RAY_UNAVAILABLE where another
 * process is at it. End it by ray_staged_publish or ray_staged_abandon. */
bool ray_staged_begin(struct ray_arena *arena, const char *folder, struct ray_staged **out,
                      struct ray_err *err) RAY_MUST_CHECK;

/* The copy's path. */
const char *ray_staged_path(const struct ray_staged *staged);

/* The copy takes the folder's place, safe on the disk; the old one is removed. Where names cannot be exchanged (the
 * folder is a mount) file by file, `last` (relative to the folder) after all others. False: nothing happened, or
 * with a mount perhaps a part. */
bool ray_staged_publish(struct ray_staged *staged, const char *last,
                        struct ray_err *err) RAY_MUST_CHECK;

/* Removes the copy. NULL, and one that was published, are allowed. */
void ray_staged_abandon(struct ray_staged *staged);

#endif
