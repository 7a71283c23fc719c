/* Files: see file.h. A write is seen whole or not at all, also after a crash. */
#include "base/file.h"

#include "base/hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool
ray_file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool
ray_file_is_folder(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

int64_t
ray_file_size(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 ? (int64_t)info.st_size : -1;
}

ssize_t
ray_file_pread(int fd, char *data, size_t length, size_t offset)
{
    size_t done = 0;

    while (done < length) {
        ssize_t n = pread(fd, data + done, length - done, (off_t)(offset + done));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

/* What a path names that is not a file. */
static const char *
kind_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return "a folder";
    case S_IFIFO:
        return "a named pipe";
    case S_IFSOCK:
        return "a socket";
    default:
        return "a device";
    }
}

int
ray_file_open(const char *path, size_t *size, struct ray_err *err)
{
    struct stat info;
    /* Without O_NONBLOCK opening a pipe would wait for somebody to write to it. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0) {
        (void)ray_err_errno(err, RAY_USAGE, "cannot open \"%s\"", path);
        return -1;
    }
    if (fstat(fd, &info) != 0)
        (void)ray_err_errno(err, RAY_USAGE, "cannot read \"%s\"", path);
    else if (!S_ISREG(info.st_mode))
        (void)ray_err_set(err, RAY_USAGE, "\"%s\" is %s, not a file", path, kind_of(info.st_mode));
    else {
        *size = (size_t)info.st_size;
        return fd;
    }
    close(fd);
    return -1;
}

bool
ray_file_read_part(struct ray_arena *arena, const char *path, size_t offset, size_t length,
                   struct ray_text *out, struct ray_err *err)
{
    size_t size;
    ssize_t n;
    int fd = ray_file_open(path, &size, err);

    if (fd < 0)
        return false;
    if (offset > size)
        offset = size;
    if (length > size - offset)
        length = size - offset;
    out->data = ray_arena_alloc(arena, length + 1);
    n = ray_file_pread(fd, out->data, length, offset);
    if (n < 0)
        (void)ray_err_errno(err, RAY_USAGE, "cannot read \"%s\"", path);
    close(fd);
    out->len = n < 0 ? 0 : (size_t)n;
    out->data[out->len] = '\0';
    return n >= 0;
}

bool
ray_file_read(struct ray_arena *arena, const char *path, struct ray_text *out, struct ray_err *err)
{
    return ray_file_read_part(arena, path, 0, SIZE_MAX / 4, out, err);
}

bool
ray_file_hash(const char *path, char hex[65], struct ray_err *err)
{
    char data[16384];
    struct ray_hash *hash;
    size_t size;
    size_t left;
    ssize_t n = 0;
    int fd = ray_file_open(path, &size, err);

    if (fd < 0)
        return false;
    hash = ray_hash_begin();
    /* Up to the size that it had: another read, to find the end, would be a fifth of a small file's calls. */
    for (left = size; left > 0; left -= (size_t)n) {
        n = ray_file_pread(fd, data, left < sizeof(data) ? left : sizeof(data), size - left);
        if (n <= 0)
            break;
        ray_hash_add(hash, data, (size_t)n);
    }
    if (n < 0)
        (void)ray_err_errno(err, RAY_USAGE, "cannot read \"%s\"", path);
    close(fd);
    ray_hash_end(hash, n < 0 ? NULL : hex);
    return n >= 0;
}

bool
ray_file_write_all(int fd, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, data, length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        data += n;
        length -= (size_t)n;
    }
    return true;
}

static void
sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return;
    (void)fsync(fd);
    close(fd);
}

bool
ray_file_write(const char *path, const char *data, size_t length, struct ray_err *err)
{
    char *folder = ray_path_folder(err->arena, path);
    char *temporary = ray_arena_printf(err->arena, "%s/.%s.%ld.tmp", folder, ray_path_name(path),
                                       (long)getpid());
    struct stat before;
    mode_t mode = stat(path, &before) == 0 ? before.st_mode & 0777 : 0644;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

    if (fd < 0)
        return ray_err_errno(err, RAY_USAGE, "cannot write \"%s\"", path);
    if (!ray_file_write_all(fd, data, length) || fsync(fd) != 0) {
        (void)ray_err_errno(err, RAY_USAGE, "cannot write \"%s\"", path);
        close(fd);
        (void)unlink(temporary);
        return false;
    }
    close(fd);
    if (rename(temporary, path) != 0) {
        (void)ray_err_errno(err, RAY_USAGE, "cannot write \"%s\"", path);
        (void)unlink(temporary);
        return false;
    }
    sync_folder(folder);
    return true;
}

bool
ray_file_make_folder(const char *path, struct ray_err *err)
{
    char *copy = ray_arena_strdup(err->arena, path);

    for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0777) != 0 && errno != EEXIST)
            return ray_err_errno(err, RAY_USAGE, "cannot create folder \"%s\"", copy);
        *slash = '/';
    }
    if (mkdir(copy, 0777) != 0 && errno != EEXIST)
        return ray_err_errno(err, RAY_USAGE, "cannot create folder \"%s\"", copy);
    if (!ray_file_is_folder(path)) {
        errno = ENOTDIR;
        return ray_err_errno(err, RAY_USAGE, "cannot create folder \"%s\"", path);
    }
    return true;
}

bool
ray_file_remove(const char *path, struct ray_err *err)
{
    struct stat info;
    ray_entries entries = {0};

    if (lstat(path, &info) != 0)
        return errno == ENOENT ? true : ray_err_errno(err, RAY_USAGE, "cannot remove \"%s\"", path);
    if (S_ISDIR(info.st_mode)) {
        if (!ray_file_list(err->arena, path, &entries, err))
            return false;
        for (size_t i = 0; i < entries.len; i++)
            if (!ray_file_remove(ray_path_join(err->arena, path, entries.items[i].name), err))
                return false;
    }
    if (remove(path) != 0 && errno != ENOENT)
        return ray_err_errno(err, RAY_USAGE, "cannot remove \"%s\"", path);
    return true;
}

static int
compare_entries(const void *a, const void *b)
{
    return strcmp(((const struct ray_entry *)a)->name, ((const struct ray_entry *)b)->name);
}

static bool
entry_is_folder(struct ray_arena *arena, const char *folder, const struct dirent *entry)
{
    if (entry->d_type == DT_DIR)
        return true;
    if (entry->d_type == DT_REG)
        return false;
    return ray_file_is_folder(ray_path_join(arena, folder, entry->d_name));
}

bool
ray_file_list(struct ray_arena *arena, const char *path, ray_entries *out, struct ray_err *err)
{
    const struct dirent *entry;
    DIR *folder = opendir(path);

    if (folder == NULL)
        return ray_err_errno(err, RAY_USAGE, "cannot read folder \"%s\"", path);
    while ((entry = readdir(folder)) != NULL) {
        struct ray_entry *added;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        added = ray_vec_add(arena, out);
        added->name = ray_arena_strdup(arena, entry->d_name);
        added->is_folder = entry_is_folder(arena, path, entry);
    }
    closedir(folder);
    if (out->len > 1)
        qsort(out->items, out->len, sizeof(*out->items), compare_entries);
    return true;
}
