/* Two catalogs side by side on the terminal. */
#ifndef RAY_CMD_UNIFIED_H
#define RAY_CMD_UNIFIED_H

#include "cmd/cmd.h"
#include "project/unified.h"

/* For each whole that changed, or of which a part did, a heading and its lines, three of what both have around them. */
bool ray_unified_print(struct ray_app *app, const struct ray_catalog *from,
                       const struct ray_catalog *to, const ray_changes *changes) RAY_MUST_CHECK;

#endif
