/* Snapshots beside migrations: see snapshot_file.h. */
#include "project/snapshot_file.h"

#include "base/file.h"
#include "catalog/snapshot.h"

bool
ray_snapshot_file_write(struct ray_project *project, const struct ray_catalog *catalog,
                        const char **path)
{
    struct ray_arena *scratch;
    struct ray_folder folder;
    struct ray_buf out;
    bool ok;

    *path = NULL;
    if (!ray_project_folder(project, false, &folder))
        return false;
    if (folder.migrations.len == 0)
        return true;
    *path = ray_folder_snapshot(project->arena, &folder,
                                &folder.migrations.items[folder.migrations.len - 1], true);
    if (*path == NULL)
        return true;
    scratch = ray_arena_new();
    ray_buf_init(&out, scratch);
    ray_snapshot_write(catalog, &out);
    ok = ray_file_write(*path, out.data, out.len, &project->err);
    ray_arena_free(scratch);
    return ok;
}
