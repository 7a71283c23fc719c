/* Remembered hashes: see stamps.h. */
#include "history/stamps.h"

#include "base/clock.h"
#include "base/user.h"
#include "history/stamp.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static const char magic[16] = "raymig stamps 2";

struct hashed {
    struct ray_stamp stamp;
    char hex[RAY_HASH_HEX];
    char unused[7]; /* it is written as it lies in memory */
};

struct ray_stamps {
    struct ray_arena *arena;
    const char *path;         /* NULL: there is no cache */
    const struct hashed *old; /* sorted by by_inode */
    size_t old_len;
    RAY_VEC(struct hashed) used;
    bool changed;
};

static void
load(struct ray_stamps *stamps)
{
    struct ray_text text;
    struct hashed *old;
    size_t length;

    if (!ray_user_read(stamps->arena, stamps->path, &text) || text.len < sizeof(magic) ||
        memcmp(text.data, magic, sizeof(magic)) != 0)
        return;
    length = text.len - sizeof(magic);
    if (length % sizeof(*old) != 0)
        return;
    old = ray_arena_alloc(stamps->arena, length);
    memcpy(old, text.data + sizeof(magic), length);
    stamps->old = old;
    stamps->old_len = length / sizeof(*old);
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

static int
by_inode(const void *left, const void *right)
{
    const struct hashed *one = left;
    const struct hashed *other = right;

    if (one->stamp.inode != other->stamp.inode)
        return one->stamp.inode < other->stamp.inode ? -1 : 1;
    return one->stamp.device < other->stamp.device ? -1 : one->stamp.device > other->stamp.device;
}

bool
ray_stamps_hash(struct ray_stamps *stamps, const char *path, char hex[RAY_HASH_HEX],
                struct ray_err *err)
{
    struct hashed file = {0};
    const struct hashed *known = NULL;
    struct ray_stamp after;
    int64_t now = ray_clock_now();
    bool taken = ray_stamp_take(AT_FDCWD, path, &file.stamp);

    if (taken && stamps->old_len > 0)
        known = bsearch(&file, stamps->old, stamps->old_len, sizeof(file), by_inode);
    if (known != NULL && ray_stamp_same(&known->stamp, &file.stamp)) {
        memcpy(hex, known->hex, RAY_HASH_HEX);
        *ray_vec_add(stamps->arena, &stamps->used) = *known;
        return true;
    }
    if (!ray_file_hash(path, hex, err))
        return false;
    if (taken && ray_stamp_is_old(&file.stamp, now) && ray_stamp_take(AT_FDCWD, path, &after) &&
        ray_stamp_same(&file.stamp, &after)) {
        memcpy(file.hex, hex, RAY_HASH_HEX);
        *ray_vec_add(stamps->arena, &stamps->used) = file;
        stamps->changed = true;
    }
    return true;
}

void
ray_stamps_save(struct ray_stamps *stamps)
{
    size_t length = stamps->used.len * sizeof(struct hashed);
    struct ray_err ignored;
    char *data;

    if (stamps->path == NULL || !stamps->changed)
        return;
    ray_err_init(&ignored, stamps->arena);
    qsort(stamps->used.items, stamps->used.len, sizeof(struct hashed), by_inode);
    data = ray_arena_alloc(stamps->arena, sizeof(magic) + length);
    memcpy(data, magic, sizeof(magic));
    memcpy(data + sizeof(magic), stamps->used.items, length);
    if (!ray_file_write(stamps->path, data, sizeof(magic) + length, &ignored))
        ray_err_clear(&ignored);
}
