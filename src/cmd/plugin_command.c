/* Commands that plugins add: see plugin_command.h. */
#include "cmd/plugin_command.h"
#include "cmd/args.h"
#include "cmd/plugin_services.h"

#include <string.h>

static const char *
text_of(struct ray_arena *arena, const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? NULL : ray_arena_strdup(arena, text);
}

static int
count_of(const json_t *object, const char *key)
{
    return (int)json_integer_value(json_object_get(object, key));
}

static json_t *
options_given(const struct ray_app *app)
{
    json_t *list = json_array();

    for (size_t i = 0; i < app->ngiven; i++) {
        json_t *row = json_object();

        ray_json_set_text(row, "name", app->given[i].name);
        ray_json_set_text(row, "value", app->given[i].value);
        json_array_append_new(list, row);
    }
    return list;
}

static enum ray_code
code_named(const char *name)
{
    for (const struct ray_code_row *row = ray_codes; name != NULL && row->name != NULL; row++)
        if (strcmp(row->name, name) == 0)
            return row->code;
    return RAY_OK;
}

static enum ray_code
run_plugin(struct ray_app *app)
{
    json_t *argument = json_object();
    json_t *args = json_array();
    enum ray_code code = RAY_OK;
    json_t *result;
    bool ok;

    for (int i = 0; i < app->nargs; i++)
        json_array_append_new(args, json_string(app->args[i]));
    ray_json_set_text(argument, "name", app->command->name);
    json_object_set_new(argument, "args", args);
    json_object_set_new(argument, "options", options_given(app));
    ray_json_set_bool(argument, "json", ray_term_options(app->term)->json);
    ray_json_set_bool(argument, "quiet", ray_term_options(app->term)->quiet);
    ok = ray_app_plugins(app, "run_command", argument, &result);
    json_decref(argument);
    if (!ok)
        return ray_app_fail(app);
    code = code_named(json_string_value(json_object_get(result, "code")));
    json_decref(result);
    return code;
}

static const struct ray_option *
read_options(struct ray_arena *arena, const json_t *list)
{
    struct ray_option *options = RAY_NEW_ARRAY(arena, struct ray_option, json_array_size(list) + 1);

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *row = json_array_get(list, i);
        const char *letter = text_of(arena, row, "letter");

        options[i] = (struct ray_option){.name = text_of(arena, row, "name"),
                                         .letter = (char)(letter == NULL ? '\0' : letter[0]),
                                         .value = text_of(arena, row, "value"),
                                         .help = text_of(arena, row, "help"),
                                         .repeats = json_is_true(json_object_get(row, "repeats"))};
    }
    return options;
}

static const struct ray_command *
read_command(struct ray_arena *arena, const json_t *row)
{
    struct ray_command *command = RAY_NEW(arena, struct ray_command);
    const char *description = text_of(arena, row, "description");

    *command = (struct ray_command){.name = text_of(arena, row, "name"),
                                    .arguments = text_of(arena, row, "arguments"),
                                    .min_args = count_of(row, "min_args"),
                                    .max_args = count_of(row, "max_args"),
                                    .summary = text_of(arena, row, "summary"),
                                    .examples = text_of(arena, row, "examples"),
                                    .options = read_options(arena, json_object_get(row, "options")),
                                    .run = run_plugin};
    command->description = ray_arena_printf(arena, "%s%sA command of the plugin \"%s\".",
                                            description == NULL ? "" : description,
                                            description == NULL ? "" : "\n\n",
                                            json_string_value(json_object_get(row, "plugin")));
    return command;
}

/* A plugin's command that raymig has itself would never be reached. */
static bool
refuse_double(struct ray_app *app, const json_t *row)
{
    const char *name = json_string_value(json_object_get(row, "name"));

    if (ray_command_find(name) == NULL)
        return true;
    (void)ray_err_set(&app->project.err, RAY_USAGE,
                      "plugin \"%s\": \"%s\" is a command of raymig's own",
                      json_string_value(json_object_get(row, "plugin")), name);
    return false;
}

bool
ray_plugin_commands(struct ray_app *app)
{
    RAY_VEC(const struct ray_command *) list = {0};
    json_t *rows = NULL;
    bool ok = true;

    if (app->more != NULL)
        return true;
    if (!ray_app_prepare(app) || !ray_project_configure(&app->project)) {
        ray_err_clear(&app->project.err);
    } else if (app->project.config.plugins.len > 0) {
        ok = ray_app_plugins(app, "commands", NULL, &rows);
        for (size_t i = 0; ok && i < json_array_size(rows); i++) {
            ok = refuse_double(app, json_array_get(rows, i));
            *ray_vec_add(app->arena, &list) = read_command(app->arena, json_array_get(rows, i));
        }
        json_decref(rows);
    }
    *ray_vec_add(app->arena, &list) = NULL;
    app->more = list.items;
    return ok;
}

const struct ray_command *
ray_plugin_command_find(const struct ray_app *app, const char *name)
{
    for (size_t i = 0; app->more != NULL && app->more[i] != NULL; i++)
        if (strcmp(app->more[i]->name, name) == 0)
            return app->more[i];
    return NULL;
}
