/* What a report of a failed proof needs, in one folder: both catalogs, both plans, the error. */
#ifndef RAY_PROJECT_BUNDLE_H
#define RAY_PROJECT_BUNDLE_H

#include "project/planned.h"

/* Writes the folder and tells its path in the hint of project->err, which is the error. That it cannot be written is
 * told there, too. Catalogs hold no rows and no passwords. */
void ray_bundle_write(struct ray_project *project, const struct ray_planned *planned);

#endif
