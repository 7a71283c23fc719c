/* Remembered hashes: see stamps.h. */
#include "history/stamps.h"

#include "base/clock.h"
#include "base/user.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NS_PER_S INT64_C(1000000000)

static const char magic[16] = "raymig stamps 1";

enum { SETTLED_S = 2 }; /* a file must have been left alone for so long */

struct stamp {
    uint64_t device;
    uint64_t inode;
    int64_t size;
    int64_t modified; /* ns since 1970 */
    int64_t changed;
    char hex[RAY_HASH_HEX];
};

struct ray_stamps {
    struct ray_arena *arena;
    const char *path;        /* NULL: there is no cache */
    const struct stamp *old; /* sorted by by_inode */
    size_t old_len;
    RAY_VEC(struct stamp) used;
    bool changed;
};

static bool
read_all(int fd, void *data, size_t length)
{
    char *at = data;

    while (length > 0) {
        ssize_t n = read(fd, at, length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        length -= (size_t)n;
    }
    return true;
}

static void
load(struct ray_stamps *stamps)
{
    int fd = ray_user_open(stamps->path);
    struct stat info;
    char head[sizeof(magic)];
    struct stamp *old;
    size_t length;

    if (fd < 0)
        return;
    if (fstat(fd, &info) == 0 && (size_t)info.st_size >= sizeof(magic) &&
        ((size_t)info.st_size - sizeof(magic)) % sizeof(*old) == 0 &&
        read_all(fd, head, sizeof(head)) && memcmp(head, magic, sizeof(magic)) == 0) {
        length = (size_t)info.st_size - sizeof(magic);
        old = ray_arena_alloc(stamps->arena, length);
        if (read_all(fd, old, length)) {
            stamps->old = old;
            stamps->old_len = length / sizeof(*old);
        }
    }
    close(fd);
}

struct ray_stamps *
ray_stamps_load(struct ray_arena *arena, const char *folder)
{
    struct ray_stamps *stamps = RAY_NEW(arena, struct ray_stamps);

    stamps->arena = arena;
    stamps->path = ray_user_cache(arena, "stamps", folder);
    if (stamps->path != NULL)
        load(stamps);
    return stamps;
}

/* What stat says of the file, without the hash. */
static bool
take(const char *path, struct stamp *out)
{
    struct stat info;

    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return false;
    memset(out, 0, sizeof(*out)); /* it is written as it lies in memory, with its padding */
    out->device = info.st_dev;
    out->inode = info.st_ino;
    out->size = info.st_size;
    out->modified = info.st_mtim.tv_sec * NS_PER_S + info.st_mtim.tv_nsec;
    out->changed = info.st_ctim.tv_sec * NS_PER_S + info.st_ctim.tv_nsec;
    return true;
}

static int
by_inode(const void *left, const void *right)
{
    const struct stamp *one = left;
    const struct stamp *other = right;

    if (one->inode != other->inode)
        return one->inode < other->inode ? -1 : 1;
    return one->device < other->device ? -1 : one->device > other->device;
}

static bool
is_same(const struct stamp *one, const struct stamp *other)
{
    return by_inode(one, other) == 0 && one->size == other->size &&
           one->modified == other->modified && one->changed == other->changed;
}

static bool
is_settled(const struct stamp *stamp)
{
    int64_t last = stamp->changed > stamp->modified ? stamp->changed : stamp->modified;

    return last / NS_PER_S + SETTLED_S < ray_clock_now() / 1000;
}

bool
ray_stamps_hash(struct ray_stamps *stamps, const char *path, char hex[RAY_HASH_HEX],
                struct ray_err *err)
{
    const struct stamp *known;
    struct stamp before;
    struct stamp after;
    bool taken = take(path, &before);

    known = taken && stamps->old_len > 0
                ? bsearch(&before, stamps->old, stamps->old_len, sizeof(before), by_inode)
                : NULL;
    if (known != NULL && is_same(known, &before)) {
        memcpy(hex, known->hex, RAY_HASH_HEX);
        *ray_vec_add(stamps->arena, &stamps->used) = *known;
        return true;
    }
    if (!ray_file_hash(path, hex, err))
        return false;
    if (taken && is_settled(&before) && take(path, &after) && is_same(&before, &after)) {
        memcpy(after.hex, hex, RAY_HASH_HEX);
        *ray_vec_add(stamps->arena, &stamps->used) = after;
        stamps->changed = true;
    }
    return true;
}

void
ray_stamps_save(struct ray_stamps *stamps)
{
    size_t length = stamps->used.len * sizeof(struct stamp);
    struct ray_err ignored;
    char *data;

    if (stamps->path == NULL || !stamps->changed)
        return;
    ray_err_init(&ignored, stamps->arena);
    qsort(stamps->used.items, stamps->used.len, sizeof(struct stamp), by_inode);
    data = ray_arena_alloc(stamps->arena, sizeof(magic) + length);
    memcpy(data, magic, sizeof(magic));
    memcpy(data + sizeof(magic), stamps->used.items, length);
    if (!ray_file_write(stamps->path, data, sizeof(magic) + length, &ignored))
        ray_err_clear(&ignored);
}
