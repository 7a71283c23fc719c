/*
 * What stat says of a file, or of a folder: while that stays as it was, nothing was written there. ctime is compared,
 * which nobody can set back. A change within the tick of the clock in which the stamp was taken could not be told,
 * so only stamps that are older than that are trusted. (Git calls the others racily clean:
 * https://git-scm.com/docs/racy-git.)
 */
#ifndef RAY_HISTORY_STAMP_H
#define RAY_HISTORY_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Has no padding: it is written as it lies in memory. */
struct ray_stamp {
    uint64_t device;
    uint64_t inode;
    int64_t size;
    int64_t modified; /* ns since 1970 */
    int64_t changed;
};

/* Of what `name` is in the folder that `at` is open on (AT_FDCWD: the working folder); links are followed. False where
 * it is neither a regular file nor a folder. */
bool ray_stamp_take(int at, const char *name, struct ray_stamp *out);

bool ray_stamp_same(const struct ray_stamp *one, const struct ray_stamp *other);

/* Nothing was written there in the two seconds before `ms`, as ray_clock_now gives it, nor later. */
bool ray_stamp_is_old(const struct ray_stamp *stamp, int64_t ms);

#endif
