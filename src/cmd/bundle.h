/* What a report of a failed proof needs, in one folder: both catalogs, both plans, the error. */
#ifndef RAY_CMD_BUNDLE_H
#define RAY_CMD_BUNDLE_H

#include "cmd/planned.h"

/* Writes the folder and tells its path in the hint of app->err, which is the error. That it cannot be written is
 * told there, too. Catalogs hold no rows and no passwords. */
void ray_bundle_write(struct ray_app *app, const struct ray_planned *planned);

#endif
