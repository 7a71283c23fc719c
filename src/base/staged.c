/*
 * Folders rewritten as a whole: see staged.h. The copy of migrations/ is .migrations.new beside it; who works on it
 * holds a lock on the folder above, which goes with the process.
 */
#include "base/staged.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct ray_staged {
    struct ray_arena *arena;
    const char *folder; /* links resolved */
    const char *copy;
    int lock; /* descriptor of the folder above both; -1: none */
};

/* ---------------------------------------------------------------- the copy */

static bool
copy_bytes(struct ray_arena *arena, const char *from, const char *to, mode_t mode,
           struct ray_err *err)
{
    struct ray_text text;

    if (!ray_file_read(arena, from, &text, err) || !ray_file_write(to, text.data, text.len, err))
        return false;
    return chmod(to, mode & 07777) == 0 || ray_err_errno(err, RAY_USAGE, "cannot write \"%s\"", to);
}

static bool
copy_link(const char *from, const char *to, struct ray_err *err)
{
    char target[4096];
    ssize_t length = readlink(from, target, sizeof(target) - 1);

    if (length < 0)
        return ray_err_errno(err, RAY_USAGE, "cannot read \"%s\"", from);
    target[length] = '\0';
    return symlink(target, to) == 0 || ray_err_errno(err, RAY_USAGE, "cannot write \"%s\"", to);
}

static bool copy_folder(struct ray_arena *arena, const char *from, const char *to,
                        struct ray_err *err);

static bool
copy_one(struct ray_arena *arena, const char *from, const char *to, struct ray_err *err)
{
    struct stat info;

    if (lstat(from, &info) != 0)
        return ray_err_errno(err, RAY_USAGE, "cannot read \"%s\"", from);
    if (S_ISDIR(info.st_mode))
        return copy_folder(arena, from, to, err);
    if (S_ISLNK(info.st_mode))
        return copy_link(from, to, err);
    /* Not every file system has hard links, nor lets everybody make them. */
    return link(from, to) == 0 || copy_bytes(arena, from, to, info.st_mode, err);
}

static bool
copy_folder(struct ray_arena *arena, const char *from, const char *to, struct ray_err *err)
{
    ray_entries entries = {0};
    struct stat info;

    if (stat(from, &info) != 0 || mkdir(to, 0700) != 0 || chmod(to, info.st_mode & 07777) != 0)
        return ray_err_errno(err, RAY_USAGE, "cannot create folder \"%s\"", to);
    if (!ray_file_list(arena, from, &entries, err))
        return false;
    for (size_t i = 0; i < entries.len; i++)
        if (!copy_one(arena, ray_path_join(arena, from, entries.items[i].name),
                      ray_path_join(arena, to, entries.items[i].name), err))
            return false;
    return true;
}

static bool
take_lock(struct ray_staged *staged, struct ray_err *err)
{
    const char *above = ray_path_folder(staged->arena, staged->folder);

    staged->lock = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (staged->lock < 0)
        return ray_err_errno(err, RAY_USAGE, "cannot open \"%s\"", above);
    if (flock(staged->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    close(staged->lock);
    staged->lock = -1;
    return ray_err_set(err, RAY_UNAVAILABLE, "another process is rewriting \"%s\"", staged->folder);
}

bool
ray_staged_begin(struct ray_arena *arena, const char *folder, struct ray_staged **out,
                 struct ray_err *err)
{
    struct ray_staged *staged = RAY_NEW(arena, struct ray_staged);
    char resolved[PATH_MAX];

    staged->arena = arena;
    if (realpath(folder, resolved) == NULL)
        return ray_err_errno(err, RAY_USAGE, "cannot open \"%s\"", folder);
    staged->folder = ray_arena_strdup(arena, resolved);
    staged->copy = ray_arena_printf(arena, "%s/.%s.new", ray_path_folder(arena, resolved),
                                    ray_path_name(resolved));
    if (take_lock(staged, err) && ray_file_remove(staged->copy, err) &&
        copy_folder(arena, staged->folder, staged->copy, err)) {
        *out = staged;
        return true;
    }
    ray_staged_abandon(staged);
    return false;
}

const char *
ray_staged_path(const struct ray_staged *staged)
{
    return staged->copy;
}

/* ---------------------------------------------------------------- taking the place */

static bool
sync_all(const char *path, struct ray_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && syncfs(fd) == 0;

    if (!ok)
        (void)ray_err_errno(err, RAY_USAGE, "cannot write \"%s\"", path);
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool
same_file(const char *one, const char *other)
{
    struct stat left;
    struct stat right;

    return lstat(one, &left) == 0 && lstat(other, &right) == 0 && left.st_dev == right.st_dev &&
           left.st_ino == right.st_ino;
}

/* The file takes its place, from another file system by a copy. */
static bool
put(struct ray_arena *arena, const char *from, const char *to, struct ray_err *err)
{
    struct stat info;

    if (rename(from, to) == 0)
        return true;
    if (errno != EXDEV || lstat(from, &info) != 0)
        return ray_err_errno(err, RAY_USAGE, "cannot write \"%s\"", to);
    if (!S_ISLNK(info.st_mode))
        return copy_bytes(arena, from, to, info.st_mode, err);
    return ray_file_remove(to, err) && copy_link(from, to, err);
}

/* What is another file in the copy, moved over; `last` is left for later. */
static bool
move_over(struct ray_staged *staged, const char *from, const char *to, const char *last,
          struct ray_err *err)
{
    ray_entries entries = {0};
    struct stat info;

    if (lstat(from, &info) != 0)
        return ray_err_errno(err, RAY_USAGE, "cannot read \"%s\"", from);
    if (!S_ISDIR(info.st_mode)) {
        if (same_file(from, to) || strcmp(to, last) == 0)
            return true;
        return put(staged->arena, from, to, err);
    }
    if (!ray_file_make_folder(to, err) || !ray_file_list(staged->arena, from, &entries, err))
        return false;
    for (size_t i = 0; i < entries.len; i++)
        if (!move_over(staged, ray_path_join(staged->arena, from, entries.items[i].name),
                       ray_path_join(staged->arena, to, entries.items[i].name), last, err))
            return false;
    return true;
}

/* The names that the copy has not. */
static bool
list_gone(struct ray_staged *staged, const char *folder, const char *copy, ray_entries *out,
          struct ray_err *err)
{
    ray_entries entries = {0};

    if (!ray_file_list(staged->arena, folder, &entries, err))
        return false;
    for (size_t i = 0; i < entries.len; i++) {
        const char *there = ray_path_join(staged->arena, folder, entries.items[i].name);
        const char *here = ray_path_join(staged->arena, copy, entries.items[i].name);
        struct stat info;

        if (lstat(here, &info) != 0)
            ray_vec_add(staged->arena, out)->name = there;
        else if (S_ISDIR(info.st_mode) && !list_gone(staged, there, here, out, err))
            return false;
    }
    return true;
}

static bool
publish_files(struct ray_staged *staged, const char *last, struct ray_err *err)
{
    const char *to = ray_path_join(staged->arena, staged->folder, last);
    const char *from = ray_path_join(staged->arena, staged->copy, last);
    ray_entries gone = {0};

    if (!list_gone(staged, staged->folder, staged->copy, &gone, err) ||
        !move_over(staged, staged->copy, staged->folder, to, err))
        return false;
    if (ray_file_exists(from) && !same_file(from, to) && !put(staged->arena, from, to, err))
        return false;
    for (size_t i = 0; i < gone.len; i++)
        if (!ray_file_remove(gone.items[i].name, err))
            return false;
    return sync_all(staged->folder, err);
}

bool
ray_staged_publish(struct ray_staged *staged, const char *last, struct ray_err *err)
{
    if (!sync_all(staged->copy, err))
        return false;
    if (renameat2(AT_FDCWD, staged->copy, AT_FDCWD, staged->folder, RENAME_EXCHANGE) == 0) {
        (void)fsync(staged->lock);
    } else if (errno != EBUSY && errno != EXDEV && errno != EINVAL && errno != ENOSYS) {
        return ray_err_errno(err, RAY_USAGE, "cannot replace \"%s\"", staged->folder);
    } else if (!publish_files(staged, last, err)) {
        return false;
    }
    ray_staged_abandon(staged);
    return true;
}

void
ray_staged_abandon(struct ray_staged *staged)
{
    struct ray_err ignored;

    if (staged == NULL || staged->lock < 0)
        return;
    ray_err_init(&ignored, staged->arena);
    if (!ray_file_remove(staged->copy, &ignored))
        ray_err_clear(&ignored);
    close(staged->lock);
    staged->lock = -1;
}
