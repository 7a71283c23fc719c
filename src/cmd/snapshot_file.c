/* Snapshots beside migrations: see snapshot_file.h. */
#include "cmd/snapshot_file.h"

#include "base/file.h"
#include "catalog/snapshot.h"

#include <string.h>

const char *
ray_snapshot_file_path(struct ray_app *app, const struct ray_folder *folder)
{
    size_t count = folder->migrations.len;
    const char *tag = count == 0 ? "" : folder->migrations.items[count - 1].tag;
    size_t digits = strspn(tag, "0123456789");

    if (folder->adopted || digits == 0)
        return NULL;
    return ray_arena_printf(app->arena, "%s/meta/%.*s_snapshot.json", folder->path, (int)digits,
                            tag);
}

bool
ray_snapshot_file_write(struct ray_app *app, const struct ray_catalog *catalog, const char **path)
{
    struct ray_folder folder;
    struct ray_buf out;

    *path = NULL;
    if (!ray_app_folder(app, false, &folder))
        return false;
    *path = ray_snapshot_file_path(app, &folder);
    if (*path == NULL)
        return true;
    ray_buf_init(&out, app->arena);
    ray_snapshot_write(catalog, &out);
    return ray_file_write(*path, out.data, out.len, &app->err);
}
