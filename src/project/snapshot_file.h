/* The snapshot beside a migration, meta/0003_snapshot.json: the catalog after it. */
#ifndef RAY_PROJECT_SNAPSHOT_FILE_H
#define RAY_PROJECT_SNAPSHOT_FILE_H

#include "catalog/object.h"
#include "history/folder.h"
#include "project/project.h"

/* Writes that of the last migration; *path NULL: such a folder has none (ray_folder_snapshot). */
bool ray_snapshot_file_write(struct ray_project *project, const struct ray_catalog *catalog,
                             const char **path) RAY_MUST_CHECK;

#endif
