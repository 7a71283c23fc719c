/* The user's folders: see user.h. */
#include "base/user.h"

#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_ours(const struct stat *info)
{
    return info->st_uid == geteuid() && (info->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

const char *
ray_user_folder(struct ray_arena *arena, const char *variable, const char *in_home)
{
    const char *named = getenv(variable);
    const char *home = getenv("HOME");

    if (named != NULL && named[0] == '/')
        return ray_path_join(arena, named, "raymig");
    if (home != NULL && home[0] == '/' && ray_file_is_folder(home))
        return ray_arena_printf(arena, "%s/%s/raymig", home, in_home);
    return ray_arena_printf(arena, "/tmp/raymig-%lu", (unsigned long)geteuid());
}

bool
ray_user_make_folder(struct ray_arena *arena, const char *folder)
{
    struct ray_err ignored;
    struct stat info;

    ray_err_init(&ignored, arena);
    return ray_file_make_folder(ray_path_folder(arena, folder), &ignored) &&
           (mkdir(folder, 0700) == 0 || errno == EEXIST) && lstat(folder, &info) == 0 &&
           S_ISDIR(info.st_mode) && is_ours(&info);
}

const char *
ray_user_cache(struct ray_arena *arena, const char *kind, const char *folder)
{
    const char *cache = ray_user_folder(arena, "XDG_CACHE_HOME", ".cache");
    char absolute[PATH_MAX];
    char hex[RAY_HASH_HEX];

    if (realpath(folder, absolute) == NULL || !ray_user_make_folder(arena, cache))
        return NULL;
    ray_hash_bytes(absolute, strlen(absolute), hex);
    return ray_arena_printf(arena, "%s/%s-%.16s", cache, kind, hex);
}

int
ray_user_open(const char *path)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    struct stat info;

    if (fd >= 0 && (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || !is_ours(&info))) {
        close(fd);
        return -1;
    }
    return fd;
}

bool
ray_user_read(struct ray_arena *arena, const char *path, struct ray_text *out)
{
    int fd = ray_user_open(path);
    struct stat info;
    ssize_t n = -1;

    if (fd < 0)
        return false;
    if (fstat(fd, &info) == 0) {
        out->data = ray_arena_alloc(arena, (size_t)info.st_size + 1);
        n = ray_file_pread(fd, out->data, (size_t)info.st_size, 0);
    }
    close(fd);
    if (n < 0)
        return false;
    out->len = (size_t)n;
    out->data[n] = '\0';
    return true;
}
