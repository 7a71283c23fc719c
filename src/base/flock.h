/* Lock files: one process at a time, also where the holder is killed. */
#ifndef RAY_BASE_FLOCK_H
#define RAY_BASE_FLOCK_H

#include "base/err.h"

#include <stdint.h>

/* Takes the lock file at `path`, which is made where it is missing; a link is not followed. Waits up to
 * wait_ms where another has it. The lock is held for as long as the descriptor is open. */
bool ray_flock_take(const char *path, int64_t wait_ms, int *fd, struct ray_err *err) RAY_MUST_CHECK;

#endif
