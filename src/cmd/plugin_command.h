/* Commands that plugins add: rows as those of commands.c, made from what the plugins of the config say. */
#ifndef RAY_CMD_PLUGIN_COMMAND_H
#define RAY_CMD_PLUGIN_COMMAND_H

#include "cmd/cmd.h"

/* Makes app->more, once. Without a config, or plugins, it is empty. False: a plugin is at fault; a config that cannot be
 * loaded is none here (whoever needs it will say so). */
bool ray_plugin_commands(struct ray_app *app) RAY_MUST_CHECK;

/* The row of that name among app->more; NULL where there is none, or they were not made. */
const struct ray_command *ray_plugin_command_find(const struct ray_app *app, const char *name);

#endif
