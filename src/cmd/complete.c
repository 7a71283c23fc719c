/*
 * `raymig __complete -- WORD ...`: what may stand in place of the last word, a line each, behind a tab what it
 * is; "@files" or "@folders" where the shell knows better. Shells call it at every tab (completion.c), so it
 * connects to nothing, asks nothing, and where something is wrong it proposes less and says nothing.
 */
#include "cmd/args.h"
#include "cmd/commands.h"
#include "cmd/plugin_command.h"
#include "cmd/plugin_services.h"

#include "base/text.h"
#include "catalog/kind.h"
#include "catalog/snapshot.h"

#include <string.h>

struct completing {
    struct ray_app *app;
    const struct ray_command *command; /* NULL: its name is what is typed */
    const struct ray_option *pending;  /* the option whose value is typed; NULL: none */
    const char *before;                /* "--to=", where option and value are one word; else "" */
    const char *word;                  /* what is typed so far */
    bool plain;                        /* behind -- */
    ray_strings args;                  /* the command's, before the word */
};

static void
propose(struct completing *c, const char *word, const char *help)
{
    if (!ray_has_prefix(word, c->word))
        return;
    ray_term_out(c->app->term, "%s%s%s%.*s\n", c->before, word, help != NULL ? "\t" : "",
                 help != NULL ? (int)strcspn(help, "\n") : 0, help != NULL ? help : "");
}

/* ---------------------------------------------------------------- what there is */

static bool
read_folder(struct completing *c, struct ray_folder *folder)
{
    return ray_project_configure(&c->app->project) &&
           ray_project_folder(&c->app->project, true, folder);
}

static void
tags(struct completing *c)
{
    struct ray_folder folder;

    if (!read_folder(c, &folder))
        return;
    for (size_t i = folder.migrations.len; i > 0; i--)
        propose(c, folder.migrations.items[i - 1].tag, NULL);
}

static void
files(struct completing *c)
{
    ray_term_out(c->app->term, "@files\n");
}

static void
folders(struct completing *c)
{
    ray_term_out(c->app->term, "@folders\n");
}

static void
tags_and_files(struct completing *c)
{
    tags(c);
    files(c);
}

/* What the config's plugins add under one key: sources, formats, reporters. */
static void
of_plugins(struct completing *c, const char *key)
{
    const json_t *plugins;
    json_t *result;

    if (!ray_project_configure(&c->app->project) || c->app->project.config.plugins.len == 0 ||
        !ray_app_plugins(c->app, "list", NULL, &result))
        return;
    plugins = json_object_get(result, "plugins");
    for (size_t i = 0; i < json_array_size(plugins); i++) {
        const json_t *plugin = json_array_get(plugins, i);
        const json_t *names = json_object_get(json_object_get(plugin, "adds"), key);
        const char *owner = json_string_value(json_object_get(plugin, "name"));

        for (size_t j = 0; j < json_array_size(names); j++)
            propose(c, json_string_value(json_array_get(names, j)),
                    ray_arena_printf(c->app->arena, "of the plugin %s", owner));
    }
    json_decref(result);
}

static void
reporters(struct completing *c)
{
    of_plugins(c, "reporters");
}

static void
layouts(struct completing *c)
{
    for (size_t i = 0; ray_formats[i] != NULL; i++)
        propose(c, ray_formats[i]->name, ray_formats[i]->help);
    of_plugins(c, "formats");
}

static void
sources(struct completing *c)
{
    struct ray_folder folder;

    propose(c, "db", "the database");
    propose(c, "schema", "the Lua schema of the config");
    propose(c, "migrations", "what the migrations make");
    propose(c, "empty", "a new database");
    of_plugins(c, "sources");
    if (ray_has_prefix(c->word, "migrations@") && read_folder(c, &folder))
        for (size_t i = folder.migrations.len; i > 0; i--)
            propose(c,
                    ray_arena_printf(c->app->arena, "migrations@%s",
                                     folder.migrations.items[i - 1].tag),
                    NULL);
    files(c);
}

static void
bundled_plugins(struct completing *c)
{
    const json_t *names;
    json_t *result;

    if (!ray_app_plugins(c->app, "list", NULL, &result))
        return;
    names = json_object_get(result, "bundled");
    for (size_t i = 0; i < json_array_size(names); i++)
        propose(c, json_string_value(json_array_get(names, i)), NULL);
    json_decref(result);
}

/* The tables of the newest snapshot: no server is asked. */
static void
tables(struct completing *c)
{
    struct ray_arena *arena = c->app->arena;
    struct ray_catalog *catalog = NULL;
    const char *path = NULL;
    struct ray_folder folder;

    if (!read_folder(c, &folder))
        return;
    for (size_t i = folder.migrations.len; path == NULL && i > 0; i--)
        path = ray_folder_snapshot(arena, &folder, &folder.migrations.items[i - 1], false);
    if (path == NULL || !ray_snapshot_read(arena, path, &catalog, &c->app->project.err))
        return;
    for (size_t i = 0; i < catalog->objects.len; i++) {
        const struct ray_object *object = catalog->objects.items[i];

        if (strcmp(object->kind->name, "table") != 0)
            continue;
        propose(c,
                strcmp(object->schema, "public") == 0
                    ? object->name
                    : ray_arena_printf(arena, "%s.%s", object->schema, object->name),
                NULL);
    }
}

static void
commands(struct completing *c)
{
    for (size_t i = 0; ray_commands[i] != NULL; i++)
        if (!ray_commands[i]->hidden)
            propose(c, ray_commands[i]->name, ray_commands[i]->summary);
    if (!ray_plugin_commands(c->app))
        return;
    for (size_t i = 0; c->app->more[i] != NULL; i++)
        propose(c, c->app->more[i]->name, c->app->more[i]->summary);
}

/* ---------------------------------------------------------------- who takes what */

/* Of an option's value by its name, or by what its value is called; a row that names a command is that
 * command's alone and stands before the others. */
static const struct value_row {
    const char *command;
    const char *option; /* NULL: any */
    const char *value;  /* NULL: any */
    const char *words;  /* between spaces; NULL: `propose` */
    void (*propose)(struct completing *c);
} values[] = {
    {"erd", "format", NULL, "svg html dot mermaid", NULL},
    {"init", "from", NULL, "drizzle", NULL},
    {NULL, NULL, "WHEN", "auto always never", NULL},
    {NULL, NULL, "TAG", NULL, tags},
    {NULL, NULL, "SOURCE", NULL, sources},
    {NULL, NULL, "FORMAT", NULL, layouts},
    {NULL, NULL, "PLUGIN", NULL, bundled_plugins},
    {NULL, NULL, "OLD=NEW", NULL, tables},
    {NULL, NULL, "OLD", NULL, tables},
    {NULL, NULL, "FILE", NULL, files},
    {NULL, NULL, "DIR", NULL, folders},
    {NULL, NULL, "FOLDER", NULL, folders},
    {NULL, "format", NULL, NULL, layouts},
    {NULL, "reporter", NULL, NULL, reporters},
};

/* Of a command's argument. */
static const struct argument_row {
    const char *command;
    int most;          /* arguments that it takes of these; -1: any number */
    const char *words; /* NULL: `propose` */
    void (*propose)(struct completing *c);
} arguments[] = {
    {"baseline", 1, NULL, tags},
    {"goto", 1, NULL, tags},
    {"rebase", -1, NULL, tags},
    {"verify", -1, NULL, tags},
    {"lint", -1, NULL, tags_and_files},
    {"erd", -1, NULL, tables},
    {"help", 1, NULL, commands},
    {"init", 1, NULL, folders},
    {"dev", 1, "start stop status psql url reset logs", NULL},
    {"plugin", 1, "list new complete", NULL},
    {"completion", 1, "bash zsh fish", NULL},
};

static void
propose_words(struct completing *c, const char *words)
{
    while (*words != '\0') {
        size_t length = strcspn(words, " ");

        propose(c, ray_arena_strndup(c->app->arena, words, length), NULL);
        words += length;
        words += strspn(words, " ");
    }
}

static bool
is_said(const char *wanted, const char *found)
{
    return wanted == NULL || (found != NULL && strcmp(wanted, found) == 0);
}

static void
propose_value(struct completing *c)
{
    const char *command = c->command != NULL ? c->command->name : NULL;

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        const struct value_row *row = &values[i];

        if (!is_said(row->command, command) || !is_said(row->option, c->pending->name) ||
            !is_said(row->value, c->pending->value))
            continue;
        if (row->words != NULL)
            propose_words(c, row->words);
        else
            row->propose(c);
        return;
    }
}

static void
propose_of_plugin(struct completing *c)
{
    json_t *argument = json_object();
    json_t *args = json_array();
    json_t *result = NULL;

    for (size_t i = 0; i < c->args.len; i++)
        json_array_append_new(args, json_string(c->args.items[i]));
    ray_json_set_text(argument, "name", c->command->name);
    ray_json_set_text(argument, "word", c->word);
    json_object_set_new(argument, "args", args);
    if (ray_app_plugins(c->app, "complete", argument, &result))
        for (size_t i = 0; i < json_array_size(result); i++)
            propose(c, json_string_value(json_array_get(result, i)), NULL);
    json_decref(argument);
    json_decref(result);
}

static void
propose_argument(struct completing *c)
{
    if (ray_command_find(c->command->name) == NULL) {
        propose_of_plugin(c);
        return;
    }
    for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
        const struct argument_row *row = &arguments[i];

        if (strcmp(row->command, c->command->name) != 0 ||
            (row->most >= 0 && c->args.len >= (size_t)row->most))
            continue;
        if (row->words != NULL)
            propose_words(c, row->words);
        else
            row->propose(c);
    }
}

static void
propose_options(struct completing *c, const struct ray_option *options)
{
    for (; options != NULL && options->name != NULL; options++)
        propose(c, ray_arena_printf(c->app->arena, "--%s", options->name), options->help);
}

/* ---------------------------------------------------------------- the words */

static const struct ray_option *
find_option(const struct completing *c, const char *name, size_t length)
{
    const struct ray_option *lists[] = {c->command != NULL ? c->command->options : NULL,
                                        ray_common_options};

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        for (const struct ray_option *o = lists[i]; o != NULL && o->name != NULL; o++)
            if (strlen(o->name) == length && strncmp(o->name, name, length) == 0)
                return o;
    return NULL;
}

/* Which project is meant counts here as well. */
static void
take_value(struct completing *c, const struct ray_option *option, const char *value)
{
    struct ray_project_options *options = &c->app->project.options;

    if (strcmp(option->name, "config") == 0)
        options->config = value;
    else if (strcmp(option->name, "out") == 0 && option->value[0] == 'D')
        options->out = value;
}

static void
read_command(struct completing *c, const char *word)
{
    c->command = ray_command_find(word);
    if (c->command == NULL && ray_plugin_commands(c->app))
        c->command = ray_plugin_command_find(c->app, word);
}

/* A word before the one that is typed. bash breaks words at "=", which is then one by itself. */
static bool
read_word(struct completing *c, const char *word)
{
    size_t length = strcspn(word, "=");

    if (c->pending != NULL && strcmp(word, "=") == 0)
        return true;
    if (c->pending != NULL) {
        take_value(c, c->pending, word);
        c->pending = NULL;
    } else if (!c->plain && strcmp(word, "--") == 0) {
        c->plain = true;
    } else if (!c->plain && ray_has_prefix(word, "--")) {
        const struct ray_option *option = find_option(c, word + 2, length - 2);

        if (option != NULL && option->value != NULL && word[length] == '=')
            take_value(c, option, word + length + 1);
        else if (option != NULL && option->value != NULL)
            c->pending = option;
    } else if (!c->plain && word[0] == '-' && word[1] != '\0') {
        return true;
    } else if (c->command == NULL) {
        read_command(c, word);
        return c->command != NULL;
    } else {
        *ray_vec_add(c->app->arena, &c->args) = word;
    }
    return true;
}

static void
read_last(struct completing *c, const char *word)
{
    size_t length = strcspn(word, "=");
    const struct ray_option *option = NULL;

    c->word = c->pending != NULL && strcmp(word, "=") == 0 ? "" : word;
    if (c->pending != NULL || c->plain || !ray_has_prefix(word, "--") || word[length] != '=')
        return;
    option = find_option(c, word + 2, length - 2);
    if (option == NULL || option->value == NULL)
        return;
    c->pending = option;
    c->before = ray_arena_strndup(c->app->arena, word, length + 1);
    c->word = word + length + 1;
}

static enum ray_code
run(struct ray_app *app)
{
    struct completing c = {.app = app, .before = "", .word = ""};

    for (int i = 0; i + 1 < app->nargs; i++)
        if (!read_word(&c, app->args[i]))
            return RAY_OK;
    if (app->nargs > 0)
        read_last(&c, app->args[app->nargs - 1]);
    if (c.pending != NULL) {
        propose_value(&c);
    } else if (!c.plain && c.word[0] == '-') {
        propose_options(&c, c.command != NULL ? c.command->options : ray_top_options);
        propose_options(&c, ray_common_options);
    } else if (c.command == NULL) {
        commands(&c);
    } else {
        propose_argument(&c);
    }
    return RAY_OK;
}

const struct ray_command ray_cmd_complete = {
    .name = "__complete",
    .arguments = "-- [WORD ...]",
    .max_args = -1,
    .summary = "what may stand in place of the last word, for shells",
    .run = run,
    .hidden = true,
};
