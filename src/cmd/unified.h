/* Two catalogs side by side as DDL, object by object: the unified text of what `diff` found. */
#ifndef RAY_CMD_UNIFIED_H
#define RAY_CMD_UNIFIED_H

#include "cmd/cmd.h"
#include "diff/compare.h"

/*
 * For each whole that changed, or of which a part did, a heading and its lines: "-" of the old, "+" of the new, three
 * of what both have around them. Lines are those of `raymig export`.
 */
bool ray_unified_print(struct ray_app *app, const struct ray_catalog *from,
                       const struct ray_catalog *to, const ray_changes *changes) RAY_MUST_CHECK;

#endif
