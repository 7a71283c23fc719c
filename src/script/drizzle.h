/* drizzle.config.ts, .js or .json: its literals, read and never run. */
#ifndef RAY_SCRIPT_DRIZZLE_H
#define RAY_SCRIPT_DRIZZLE_H

#include "base/json.h"
#include "script/script.h"

/*
 * The settings of the file, as lua/raymig/drizzle_config.lua gives them: an array of objects with path
 * ("dbCredentials.url"), line, kind, and what belongs to the kind. The caller owns it. RAY_USAGE with
 * the line where the file is broken.
 */
bool ray_drizzle_config_read(struct ray_lua *lua, struct ray_arena *arena, const char *path,
                             json_t **out, struct ray_err *err) RAY_MUST_CHECK;

#endif
