/* The snapshot beside a migration, meta/0003_snapshot.json: the catalog after it. */
#ifndef RAY_CMD_SNAPSHOT_FILE_H
#define RAY_CMD_SNAPSHOT_FILE_H

#include "catalog/object.h"
#include "cmd/cmd.h"
#include "history/folder.h"

/* Of the folder's last migration; NULL where it has none, or such folders have no snapshots: Drizzle Kit takes every
 * file in meta/ for its own. */
const char *ray_snapshot_file_path(struct ray_app *app, const struct ray_folder *folder);

/* Writes that of the last migration; *path NULL: there is none to write. */
bool ray_snapshot_file_write(struct ray_app *app, const struct ray_catalog *catalog,
                             const char **path) RAY_MUST_CHECK;

#endif
