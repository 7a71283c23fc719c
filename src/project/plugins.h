/* What the plugins of a project may ask for: its catalogs, its database, whoever it speaks to. See script/plugins.h. */
#ifndef RAY_PROJECT_PLUGINS_H
#define RAY_PROJECT_PLUGINS_H

#include "project/project.h"
#include "script/plugins.h"

struct ray_plugin_desk {
    struct ray_plugin_services services;
    struct ray_project *project;
    struct ray_conn *conn;                                   /* once a plugin asked for it */
    void (*out)(void *arg, const char *text, size_t length); /* a command's result; NULL: nowhere */
    void *out_arg;
};

/* Close it in any case. Where there is an `out`, plugins may write a result. */
void ray_plugin_desk_open(struct ray_project *project, struct ray_plugin_desk *desk);
void ray_plugin_desk_close(struct ray_plugin_desk *desk);

/* Configures the project, and calls an entry of the plugins' host: as ray_plugins_call. */
bool ray_project_plugins(struct ray_plugin_desk *desk, const char *entry, const json_t *argument,
                         json_t **result) RAY_MUST_CHECK;

#endif
