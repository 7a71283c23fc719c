/* Layouts of a migrations folder that plugins add (docs/plugins.md, formats): rows as those of history/format.c. */
#ifndef RAY_SCRIPT_PLUGIN_FORMAT_H
#define RAY_SCRIPT_PLUGIN_FORMAT_H

#include "history/folder.h"

struct ray_lua;

/* The layout that a plugin adds and says the folder at that path is laid out in (its `detect`): the first that does, in the
 * order of the plugins; *out is NULL where none does. */
bool ray_plugin_format_detect(struct ray_lua *lua, struct ray_arena *arena, const char *path,
                              const struct ray_format **out, struct ray_err *err) RAY_MUST_CHECK;

/* The layout of that name that a plugin adds; *out is NULL where none does. It lives in the arena, and needs the state as
 * long as folders are loaded by it. */
bool ray_plugin_format(struct ray_lua *lua, struct ray_arena *arena, const char *name,
                       const struct ray_format **out, struct ray_err *err) RAY_MUST_CHECK;

#endif
