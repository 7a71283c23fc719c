/* What the plugins of a project may ask for: see plugins.h. */
#include "project/plugins.h"

#include "catalog/snapshot.h"
#include "project/source.h"

static bool
give_catalog(void *arg, const char *source, struct ray_buf *out, struct ray_err *err)
{
    struct ray_plugin_desk *desk = arg;
    struct ray_catalog *catalog;

    if (!ray_source_load(desk->project, source, &catalog)) {
        *err = desk->project->err;
        return false;
    }
    ray_snapshot_write(catalog, out);
    return true;
}

static bool
give_connection(void *arg, struct ray_conn **out, struct ray_err *err)
{
    struct ray_plugin_desk *desk = arg;

    if (desk->conn == NULL && !ray_project_connect(desk->project, &desk->conn)) {
        *err = desk->project->err;
        return false;
    }
    *out = desk->conn;
    return true;
}

static void
take_out(void *arg, const char *text, size_t length)
{
    const struct ray_plugin_desk *desk = arg;

    if (desk->out != NULL)
        desk->out(desk->out_arg, text, length);
}

static void
take_say(void *arg, const char *text)
{
    const struct ray_plugin_desk *desk = arg;

    ray_project_say(desk->project, "%s", text);
}

static void
take_warn(void *arg, const char *text)
{
    const struct ray_plugin_desk *desk = arg;

    ray_project_warn(desk->project, "%s", text);
}

static bool
ask(void *arg, const char *question, struct ray_err *err)
{
    const struct ray_plugin_desk *desk = arg;

    if (ray_project_confirm(desk->project, question))
        return true;
    *err = desk->project->err;
    return false;
}

void
ray_plugin_desk_open(struct ray_project *project, struct ray_plugin_desk *desk)
{
    *desk = (struct ray_plugin_desk){.project = project};
    desk->services = (struct ray_plugin_services){.arg = desk,
                                                  .catalog = give_catalog,
                                                  .connect = give_connection,
                                                  .out = take_out,
                                                  .say = take_say,
                                                  .warn = take_warn,
                                                  .confirm = ask};
}

void
ray_plugin_desk_close(struct ray_plugin_desk *desk)
{
    if (desk->conn != NULL)
        ray_conn_close(desk->conn);
    desk->conn = NULL;
}

bool
ray_project_plugins(struct ray_plugin_desk *desk, const char *entry, const json_t *argument,
                    json_t **result)
{
    struct ray_project *project = desk->project;

    *result = NULL;
    return ray_project_configure(project) &&
           ray_plugins_call(ray_project_lua(project), entry, argument, &desk->services, result,
                            &project->err);
}
