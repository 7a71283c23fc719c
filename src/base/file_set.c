/*
 * Many files at once: see file_set.h. To sync each by itself costs the disk a round trip each, which for some thousand
 * files is most of what a command takes; one sync of the file system costs about as much as one of a file.
 */
#include "base/file_set.h"

#include "base/file.h"
#include "base/map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FEW = 8 }; /* files that are synced one by one: others may keep the file system busy */

/* The set as it is written: a temporary file each. */
struct set {
    const ray_file_texts *files;
    const char **temporary;
    size_t written;
    struct ray_map folders; /* path -> anything */
    struct ray_err *err;
};

static bool
fail(struct set *set, const char *path)
{
    return ray_err_errno(set->err, RAY_USAGE, "cannot write \"%s\"", path);
}

static bool
make_folder(struct set *set, const char *path)
{
    char *folder = ray_path_folder(set->err->arena, path);

    if (ray_map_get(&set->folders, folder) != NULL)
        return true;
    (void)ray_map_put(&set->folders, folder, set);
    return ray_file_make_folder(folder, set->err);
}

static bool
write_temporary(struct set *set, const struct ray_file_text *file, bool sync)
{
    const char *temporary = ray_arena_printf(set->err->arena, "%s/.%s.%ld.tmp",
                                             ray_path_folder(set->err->arena, file->path),
                                             ray_path_name(file->path), (long)getpid());
    struct stat before;
    mode_t mode = stat(file->path, &before) == 0 ? before.st_mode & 0777 : 0644;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    bool ok;

    if (fd < 0)
        return fail(set, file->path);
    set->temporary[set->written++] = temporary;
    ok = ray_file_write_all(fd, file->head, strlen(file->head)) &&
         ray_file_write_all(fd, file->text, strlen(file->text)) && (!sync || fsync(fd) == 0);
    if (!ok)
        (void)fail(set, file->path);
    close(fd);
    return ok;
}

/* The file system that holds the file. */
static bool
sync_all(struct set *set, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && syncfs(fd) == 0;

    if (!ok)
        (void)fail(set, path);
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool
write_all(struct set *set)
{
    bool few = set->files->len <= FEW;

    for (size_t i = 0; i < set->files->len; i++)
        if (!make_folder(set, set->files->items[i].path) ||
            !write_temporary(set, &set->files->items[i], few))
            return false;
    return few || sync_all(set, set->temporary[0]);
}

static bool
take_places(struct set *set)
{
    for (size_t i = 0; i < set->files->len; i++)
        if (rename(set->temporary[i], set->files->items[i].path) != 0)
            return fail(set, set->files->items[i].path);
    return set->files->len == 0 ||
           sync_all(set, ray_path_folder(set->err->arena, set->files->items[0].path));
}

bool
ray_file_write_set(const ray_file_texts *files, struct ray_err *err)
{
    struct set set = {.files = files, .err = err};

    set.temporary = RAY_NEW_ARRAY(err->arena, const char *, files->len);
    ray_map_init(&set.folders, err->arena);
    if (write_all(&set) && take_places(&set))
        return true;
    for (size_t i = 0; i < set.written; i++)
        (void)unlink(set.temporary[i]);
    return false;
}
