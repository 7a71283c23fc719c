/* `raymig plugin`: what the config's plugins add, and a new one to begin with. */
#include "cmd/plugin_services.h"

#include <string.h>

static const struct ray_option options[] = {
    {"from", '\0', "PLUGIN", "new: copy this bundled plugin instead of the template", false},
    {NULL, '\0', NULL, NULL, false},
};

/* What a part is called before the names that a plugin adds; in the order of docs/plugins.md. */
static const struct {
    const char *key;
    const char *word;
} parts[] = {
    {"schema_types", "types"}, {"schema_mixins", "mixins"}, {"schema_decorators", "decorators"},
    {"commands", "commands"},  {"hooks", "hooks"},          {"lint", "lint rules"},
    {"formats", "formats"},    {"sources", "sources"},      {"reporters", "reporters"},
};

static const char *
text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

static const char *
joined(struct ray_arena *arena, const json_t *list)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (size_t i = 0; i < json_array_size(list); i++)
        ray_buf_addf(&buf, "%s%s", i == 0 ? "" : ", ", json_string_value(json_array_get(list, i)));
    return buf.data;
}

static void
print_options(struct ray_app *app, const json_t *list)
{
    struct ray_buf buf;

    ray_buf_init(&buf, app->arena);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *row = json_array_get(list, i);
        const json_t *value = json_object_get(row, "value");

        ray_buf_addf(&buf, "%s%s = %s", buf.len == 0 ? "" : ", ", text_of(row, "name"),
                     value == NULL ? "none"
                     : json_is_array(value)
                         ? ray_arena_printf(app->arena, "{%s}", joined(app->arena, value))
                         : ray_json_text(app->arena, value));
    }
    if (buf.len > 0)
        ray_term_out(app->term, "    %-11s %s\n", "options", buf.data);
}

static void
print_plugin(struct ray_app *app, const json_t *plugin)
{
    const json_t *adds = json_object_get(plugin, "adds");

    ray_term_out(app->term, "%s %s  %s\n",
                 ray_term_styled(app->term, false, RAY_GOOD, text_of(plugin, "name")),
                 text_of(plugin, "version"), text_of(plugin, "summary"));
    ray_term_out(app->term, "    %-11s %s (%s)\n", "from", text_of(plugin, "file"),
                 text_of(plugin, "origin"));
    if (json_array_size(json_object_get(plugin, "depends")) > 0)
        ray_term_out(app->term, "    %-11s %s\n", "depends on",
                     joined(app->arena, json_object_get(plugin, "depends")));
    print_options(app, json_object_get(plugin, "options"));
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const json_t *names = json_object_get(adds, parts[i].key);

        if (names != NULL)
            ray_term_out(app->term, "    %-11s %s\n", parts[i].word, joined(app->arena, names));
    }
}

static enum ray_code
list(struct ray_app *app)
{
    const json_t *plugins;
    const json_t *bundled;
    json_t *result;

    if (!ray_app_plugins(app, "list", NULL, &result))
        return ray_app_fail(app);
    if (ray_term_options(app->term)->json) {
        ray_json_set_bool(result, "ok", true);
        ray_app_print_json(app, result);
        return RAY_OK;
    }
    plugins = json_object_get(result, "plugins");
    bundled = json_object_get(result, "bundled");
    for (size_t i = 0; i < json_array_size(plugins); i++)
        print_plugin(app, json_array_get(plugins, i));
    if (json_array_size(plugins) == 0)
        ray_term_say(app->term, "the config names no plugins");
    if (json_array_size(bundled) > 0)
        ray_term_say(app->term, "bundled and not used: %s", joined(app->arena, bundled));
    json_decref(result);
    return RAY_OK;
}

static enum ray_code
scaffold(struct ray_app *app)
{
    const char *from = ray_app_option(app, "from");
    const json_t *files;
    json_t *argument;
    json_t *result;
    bool ok;

    if (app->nargs != 2) {
        (void)ray_err_set(&app->project.err, RAY_USAGE, "plugin new needs the name of the plugin");
        return ray_app_fail(app);
    }
    app->project.options.without_plugins = true; /* the config may name it already */
    argument = json_object();
    ray_json_set_text(argument, "name", app->args[1]);
    if (from != NULL)
        ray_json_set_text(argument, "from", from);
    ok = ray_app_plugins(app, "scaffold", argument, &result);
    json_decref(argument);
    if (!ok)
        return ray_app_fail(app);
    files = json_object_get(result, "files");
    if (ray_term_options(app->term)->json) {
        ray_json_set_bool(result, "ok", true);
        ray_app_print_json(app, result);
        return RAY_OK;
    }
    for (size_t i = 0; i < json_array_size(files); i++)
        ray_term_out(app->term, "%s\n", text_of(json_array_get(files, i), "path"));
    ray_term_say(app->term, "put \"%s\" into the config's plugins to use it", app->args[1]);
    json_decref(result);
    return RAY_OK;
}

/* plugin complete COMMAND [WORD]: what a plugin's command proposes for the word that is begun. */
static enum ray_code
complete(struct ray_app *app)
{
    json_t *argument = json_object();
    json_t *args = json_array();
    json_t *result;
    bool ok;

    ray_json_set_text(argument, "name", app->nargs > 1 ? app->args[1] : "");
    ray_json_set_text(argument, "word", app->nargs > 2 ? app->args[app->nargs - 1] : "");
    for (int i = 2; i + 1 < app->nargs; i++)
        json_array_append_new(args, json_string(app->args[i]));
    json_object_set_new(argument, "args", args);
    ok = ray_app_plugins(app, "complete", argument, &result);
    json_decref(argument);
    if (!ok)
        return ray_app_fail(app);
    for (size_t i = 0; i < json_array_size(result); i++)
        ray_term_out(app->term, "%s\n", json_string_value(json_array_get(result, i)));
    json_decref(result);
    return RAY_OK;
}

static const struct {
    const char *name;
    enum ray_code (*run)(struct ray_app *app);
} actions[] = {{"list", list}, {"new", scaffold}, {"complete", complete}};

static enum ray_code
run(struct ray_app *app)
{
    enum { ACTIONS = sizeof(actions) / sizeof(actions[0]) };
    const char *names[ACTIONS];
    const char *near;

    for (size_t i = 0; i < ACTIONS; i++) {
        if (strcmp(actions[i].name, app->args[0]) == 0)
            return actions[i].run(app);
        names[i] = actions[i].name;
    }
    near = ray_nearest(app->args[0], names, ACTIONS);
    (void)ray_err_set(&app->project.err, RAY_USAGE, "plugin has no action \"%s\"", app->args[0]);
    if (near != NULL)
        (void)ray_err_hint(&app->project.err, "Did you mean \"%s\"?", near);
    else
        (void)ray_err_hint(&app->project.err, "The actions are list, new and complete.");
    return ray_app_fail(app);
}

const struct ray_command ray_cmd_plugin = {
    .name = "plugin",
    .arguments = "list | new NAME | complete COMMAND [WORD ...]",
    .min_args = 1,
    .max_args = -1,
    .summary = "what plugins add; a new plugin",
    .description =
        "A plugin is a Lua file that adds column types, mixins, commands, hooks, lint rules, "
        "formats, sources or reporters (docs/plugins.md). The config names those that are used: "
        "plugins = { \"audit\", \"./plugins/tenancy.lua\", { \"naming\", case = \"snake_case\" } }. A "
        "name is looked for in the project's lua/plugins, in ~/.config/raymig/plugins and among "
        "those that raymig brings along.\n"
        "\n"
        "  list      the plugins of the config, in the order in which they are called, their\n"
        "            options and what each adds; and the bundled ones that are not used\n"
        "  new       writes lua/plugins/NAME.lua and spec/NAME_plugin_spec.lua to begin with\n"
        "  complete  what a plugin's command proposes for a word: for the shells' completion\n",
    .examples = "raymig plugin list                       what is used, and what it adds\n"
                "raymig plugin new billing                a template, with its spec\n"
                "raymig plugin new stamps --from timestamps   a copy of a bundled one to change",
    .options = options,
    .run = run,
};
