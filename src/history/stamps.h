/*
 * The hashes of files, remembered by what stat says of each: a file whose inode, size and times are what they were is
 * the file that was hashed. It is git's index in small, and what makes a run with a thousand applied migrations as
 * quick as one with ten. A file that changed just before it was hashed is not remembered (stamp.h).
 *
 * They lie in the user's cache, a file for each folder:
 *
 *     ~/.cache/raymig/stamps-<hash of the folder's path>
 *
 * A cache is a convenience: what goes wrong with it is no error, only slower.
 */
#ifndef RAY_HISTORY_STAMPS_H
#define RAY_HISTORY_STAMPS_H

#include "base/hash.h"
#include "history/folder.h"

struct ray_stamps;

/* What is remembered of the folder's files; never NULL. Lives in the arena. */
struct ray_stamps *ray_stamps_load(struct ray_arena *arena, const char *folder);

/* The hash of a file: as remembered, or computed and remembered. */
bool ray_stamps_hash(struct ray_stamps *stamps, const char *path, char hex[RAY_HASH_HEX],
                     struct ray_err *err) RAY_MUST_CHECK;

/* Writes down what was asked for since the loading, where any of it is new. */
void ray_stamps_save(struct ray_stamps *stamps);

#endif
