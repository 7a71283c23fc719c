/* A stamp of a file: see stamp.h. */
#include "history/stamp.h"

#include <fcntl.h>
#include <sys/stat.h>

#define NS_PER_S  INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

enum { OLD_MS = 2000 };

bool
ray_stamp_take(int at, const char *name, struct ray_stamp *out)
{
    struct stat info;

    if (fstatat(at, name, &info, 0) != 0 || !(S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)))
        return false;
    out->device = info.st_dev;
    out->inode = info.st_ino;
    out->size = info.st_size;
    out->modified = info.st_mtim.tv_sec * NS_PER_S + info.st_mtim.tv_nsec;
    out->changed = info.st_ctim.tv_sec * NS_PER_S + info.st_ctim.tv_nsec;
    return true;
}

bool
ray_stamp_same(const struct ray_stamp *one, const struct ray_stamp *other)
{
    return one->device == other->device && one->inode == other->inode && one->size == other->size &&
           one->modified == other->modified && one->changed == other->changed;
}

bool
ray_stamp_is_old(const struct ray_stamp *stamp, int64_t ms)
{
    int64_t last = stamp->changed > stamp->modified ? stamp->changed : stamp->modified;

    return last / NS_PER_MS + OLD_MS < ms;
}
