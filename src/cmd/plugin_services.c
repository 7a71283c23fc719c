/* Plugins, called for a command: see plugin_services.h. */
#include "cmd/plugin_services.h"

static void
print(void *arg, const char *text, size_t length)
{
    ray_term_outn(arg, text, length);
}

void
ray_app_desk_open(struct ray_app *app, struct ray_plugin_desk *desk)
{
    ray_plugin_desk_open(&app->project, desk);
    desk->out = print;
    desk->out_arg = app->term;
}

bool
ray_app_plugins(struct ray_app *app, const char *entry, const json_t *argument, json_t **result)
{
    struct ray_plugin_desk desk;
    bool ok;

    ray_app_desk_open(app, &desk);
    ok = ray_project_plugins(&desk, entry, argument, result);
    ray_plugin_desk_close(&desk);
    return ok;
}
