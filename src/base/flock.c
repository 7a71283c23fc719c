/*
 * Lock files: see flock.h. The lock is the kernel's (flock), so it goes with its holder; the file stays. A
 * holder may remove the file, with the folder around it: whoever gets the lock of a file that is gone by
 * then opens it anew.
 */
#include "base/flock.h"

#include "base/clock.h"
#include "base/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { POLL_MS = 5 };

/* True once it is ours; false with errno set, EWOULDBLOCK where another has it. */
static bool
try_lock(const char *path, int *fd)
{
    struct stat info;

    for (;;) {
        *fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (*fd < 0)
            return false;
        if (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
            int reason = errno;

            close(*fd);
            errno = reason;
            return false;
        }
        if (fstat(*fd, &info) == 0 && info.st_nlink > 0)
            return true;
        close(*fd);
    }
}

bool
ray_flock_take(const char *path, int64_t wait_ms, int *fd, struct ray_err *err)
{
    int64_t deadline = ray_clock_ms() + wait_ms;

    while (!try_lock(path, fd)) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return ray_err_errno(err, RAY_UNAVAILABLE, "cannot lock \"%s\"", path);
        if (ray_interrupted())
            return ray_err_set(err, RAY_INTERRUPTED, "interrupted");
        if (ray_clock_ms() >= deadline)
            return ray_err_set(err, RAY_UNAVAILABLE,
                               "another process holds \"%s\" since %lld seconds", path,
                               (long long)wait_ms / 1000);
        ray_clock_sleep(POLL_MS);
    }
    return true;
}
