/* The first migration of a database that was there before raymig, and its row in the history. */
#ifndef RAY_CMD_PULL_BASELINE_H
#define RAY_CMD_PULL_BASELINE_H

#include "catalog/object.h"
#include "cmd/cmd.h"

/* Where the project has no migrations yet: writes 0000_baseline, which makes the catalog, and marks it as
 * applied in the database. Files and the mark are added to the result's "files" and "baselined". In a dry
 * run the file is only named. */
bool ray_pull_baseline(struct ray_app *app, const struct ray_catalog *catalog,
                       json_t *result) RAY_MUST_CHECK;

#endif
