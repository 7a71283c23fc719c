/* Plugins, called for a command: what they write as a result goes to standard output. */
#ifndef RAY_CMD_PLUGIN_SERVICES_H
#define RAY_CMD_PLUGIN_SERVICES_H

#include "cmd/cmd.h"
#include "project/plugins.h"

void ray_app_desk_open(struct ray_app *app, struct ray_plugin_desk *desk);

/* As ray_project_plugins, with a desk for this call. */
bool ray_app_plugins(struct ray_app *app, const char *entry, const json_t *argument,
                     json_t **result) RAY_MUST_CHECK;

#endif
