/* The hook config of plugins: see config_hook.h. */
#include "project/config_hook.h"

#include "script/plugins.h"

static void
set_list(json_t *object, const char *key, const ray_strings *list)
{
    json_t *array = json_array();

    for (size_t i = 0; i < list->len; i++)
        json_array_append_new(array, json_string(list->items[i]));
    json_object_set_new(object, key, array);
}

/* What a plugin may want to know. No url: it may hold a password, and is not needed for anything here. */
static json_t *
event_of(const struct ray_project *project)
{
    const struct ray_config *config = &project->config;
    json_t *event = json_object();
    json_t *values = json_object();

    ray_json_set_text(values, "out", config->out);
    ray_json_set_text(values, "format", config->format);
    ray_json_set_text(values, "database", config->database);
    ray_json_set_text(values, "casing", config->casing);
    set_list(values, "schema", &config->schema);
    set_list(values, "schemas", &config->schemas);
    set_list(values, "tables", &config->tables);
    ray_json_set_text(event, "command", project->options.command);
    ray_json_set_text(event, "path", config->path);
    ray_json_set_text(event, "root", config->root);
    json_object_set_new(event, "config", values);
    return event;
}

bool
ray_project_config_hook(struct ray_project *project)
{
    struct ray_lua *lua;
    json_t *answers;
    json_t *event;
    bool ok;

    if (project->config.plugins.len == 0)
        return true;
    lua = ray_project_lua(project);
    if (!ray_plugins_load(lua, &project->err))
        return false;
    event = event_of(project);
    ok = ray_plugins_hook(lua, "config", event, NULL, &answers, &project->err);
    json_decref(event);
    for (size_t i = 0; ok && i < json_array_size(answers); i++) {
        const json_t *row = json_array_get(answers, i);
        const char *file = json_string_value(json_object_get(row, "file"));

        ok = ray_config_merge(lua, project->arena,
                              ray_json_text(project->arena, json_object_get(row, "answer")),
                              ray_arena_strdup(project->arena, file), &project->config,
                              &project->err);
    }
    json_decref(answers);
    return ok;
}
