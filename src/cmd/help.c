/*
 * `raymig help`: what the commands' rows, the options, the environment's variables and the exit codes say of
 * themselves, put in order. The only text of its own is how the commands are grouped.
 */
#include "cmd/help.h"

#include "cmd/args.h"
#include "cmd/commands.h"
#include "cmd/man.h"
#include "cmd/page.h"
#include "cmd/plugin_command.h"
#include "project/variables.h"

#include "base/text.h"

#include <string.h>

enum { COMMAND_COLUMN = 14, OPTION_COLUMN = 28, VARIABLE_COLUMN = 27, CODE_COLUMN = 7 };

static const char no_letter[] = "    "; /* in place of "-x, " */

/* The list's parts, by the commands' names; one that is in none of them stands in the last part. */
static const struct group {
    const char *heading;
    const char *names; /* each between spaces */
} groups[] = {
    {"Run migrations", " up down redo goto plan "},
    {"Look at them", " status check drift verify lint "},
    {"Keep the schema in Lua", " generate push pull diff export erd "},
    {"Write them", " init new import rebase squash "},
    {"Put the history right", " baseline repair "},
    {"See it in a browser", " studio "},
    {"The embedded server", " dev "},
    {"More", NULL},
};

static bool
is_named(const char *names, const char *name)
{
    const char *at = names == NULL ? NULL : strstr(names, name);

    for (; at != NULL; at = strstr(at + 1, name))
        if (at[-1] == ' ' && at[strlen(name)] == ' ')
            return true;
    return false;
}

static bool
is_in_group(const struct group *group, const char *name)
{
    if (group->names != NULL)
        return is_named(group->names, name);
    for (const struct group *g = groups; g->names != NULL; g++)
        if (is_named(g->names, name))
            return false;
    return true;
}

static void
add_group(struct ray_page *page, const struct group *group)
{
    bool begun = false;

    for (size_t i = 0; ray_commands[i] != NULL; i++) {
        const struct ray_command *command = ray_commands[i];
        const char *text = command->summary;

        if (command->hidden || !is_in_group(group, command->name))
            continue;
        if (!begun)
            ray_page_heading(page, group->heading);
        begun = true;
        if (command->alias != NULL)
            text = ray_arena_printf(page->buf.arena, "%s (also: %s)", text, command->alias);
        ray_page_row(page, command->name, text, COMMAND_COLUMN);
    }
}

/* Help is to be had whatever ails the project: plugins at fault are left out, and said. */
static void
load_plugins(struct ray_app *app)
{
    if (ray_plugin_commands(app))
        return;
    ray_term_warn(app->term, "%s", app->project.err.message);
    ray_err_clear(&app->project.err);
}

static void
add_commands(struct ray_page *page, struct ray_app *app)
{
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        add_group(page, &groups[i]);
    load_plugins(app);
    if (app->more == NULL || app->more[0] == NULL)
        return;
    ray_page_heading(page, "Of this project's plugins");
    for (size_t i = 0; app->more[i] != NULL; i++)
        ray_page_row(page, app->more[i]->name, app->more[i]->summary, COMMAND_COLUMN);
}

const char *
ray_help_option_label(struct ray_arena *arena, const struct ray_option *option, const char *blank)
{
    const char *letter = option->letter == '\0' ? blank
                                                : ray_arena_printf(arena, "-%c, ", option->letter);
    const char *value = option->value != NULL ? option->value : "";

    return ray_arena_printf(arena, "%s--%s%s%s", letter, option->name, value[0] != '\0' ? " " : "",
                            value);
}

static void
add_options(struct ray_page *page, const char *heading, const struct ray_option *options)
{
    struct ray_arena *arena = page->buf.arena;
    int column = 0;

    if (options == NULL || options->name == NULL)
        return;
    ray_page_heading(page, heading);
    for (const struct ray_option *o = options; o->name != NULL; o++) {
        int width = ray_text_width(ray_help_option_label(arena, o, no_letter)) + 4;

        if (width > column && width <= OPTION_COLUMN)
            column = width;
    }
    for (const struct ray_option *o = options; o->name != NULL; o++) {
        const char *help = o->help;

        if (o->repeats)
            help = ray_arena_printf(arena, "%s (may be given again)", help);
        ray_page_row(page, ray_help_option_label(arena, o, no_letter), help, column);
    }
}

/* Each line of the examples: a command line, two spaces or more, what it does. */
static void
add_examples(struct ray_page *page, const char *examples)
{
    struct ray_arena *arena = page->buf.arena;
    int widest = 0;

    if (examples == NULL || examples[0] == '\0')
        return;
    ray_page_heading(page, "Examples");
    for (int pass = 0; pass < 2; pass++)
        for (const char *line = examples; *line != '\0';) {
            size_t length = strcspn(line, "\n");
            char *text = ray_arena_strndup(arena, line, length);
            char *gap = strstr(text, "  ");
            const char *comment = gap == NULL ? "" : gap + strspn(gap, " ");

            if (gap != NULL)
                *gap = '\0';
            if (pass == 1)
                ray_page_row(page, text, comment, widest + 5);
            else if (ray_text_width(text) > widest)
                widest = ray_text_width(text);
            line += line[length] == '\n' ? length + 1 : length;
        }
}

static const char *
usage_line(struct ray_arena *arena, const struct ray_command *command)
{
    bool bare = command->arguments == NULL || command->arguments[0] == '\0';

    return ray_arena_printf(arena, "  raymig %s%s%s%s", command->name,
                            command->options != NULL ? " [OPTION ...]" : "", bare ? "" : " ",
                            bare ? "" : command->arguments);
}

/* ---------------------------------------------------------------- JSON */

static json_t *
options_json(const struct ray_option *options)
{
    json_t *list = json_array();

    for (; options != NULL && options->name != NULL; options++) {
        json_t *object = json_object();
        const char letter[2] = {options->letter, '\0'};

        ray_json_set_text(object, "name", options->name);
        ray_json_set_text(object, "letter", letter[0] != '\0' ? letter : NULL);
        ray_json_set_text(object, "value", options->value);
        ray_json_set_text(object, "help", options->help);
        ray_json_set_bool(object, "repeats", options->repeats);
        (void)json_array_append_new(list, object);
    }
    return list;
}

static json_t *
command_json(const struct ray_command *command)
{
    json_t *object = json_object();

    ray_json_set_text(object, "name", command->name);
    ray_json_set_text(object, "alias", command->alias);
    ray_json_set_text(object, "arguments", command->arguments != NULL ? command->arguments : "");
    ray_json_set_text(object, "summary", command->summary);
    ray_json_set_text(object, "description", command->description);
    ray_json_set_text(object, "examples", command->examples);
    (void)json_object_set_new(object, "options", options_json(command->options));
    return object;
}

/* All that help knows: for shells' completion and for the man page. */
static json_t *
help_json(struct ray_app *app)
{
    json_t *object = json_object();
    json_t *commands = json_array();
    json_t *variables = json_array();
    json_t *codes = json_array();

    for (size_t i = 0; ray_commands[i] != NULL; i++)
        if (!ray_commands[i]->hidden)
            (void)json_array_append_new(commands, command_json(ray_commands[i]));
    load_plugins(app);
    for (size_t i = 0; app->more != NULL && app->more[i] != NULL; i++)
        (void)json_array_append_new(commands, command_json(app->more[i]));
    for (const struct ray_variable *v = ray_variables; v->name != NULL; v++) {
        json_t *row = json_object();

        ray_json_set_text(row, "name", v->name);
        ray_json_set_text(row, "help", v->help);
        (void)json_array_append_new(variables, row);
    }
    for (const struct ray_code_row *c = ray_codes; c->name != NULL; c++) {
        json_t *row = json_object();

        ray_json_set_int(row, "code", c->code);
        ray_json_set_text(row, "name", c->name);
        ray_json_set_text(row, "help", c->help);
        (void)json_array_append_new(codes, row);
    }
    ray_json_set_bool(object, "ok", true);
    (void)json_object_set_new(object, "commands", commands);
    (void)json_object_set_new(object, "options", options_json(ray_common_options));
    (void)json_object_set_new(object, "environment", variables);
    (void)json_object_set_new(object, "exit_codes", codes);
    return object;
}

/* ---------------------------------------------------------------- pages */

enum ray_code
ray_help_command(struct ray_app *app, const struct ray_command *command)
{
    struct ray_page page;

    if (ray_app_flag(app, "json")) {
        json_t *object = json_object();

        ray_json_set_bool(object, "ok", true);
        (void)json_object_set_new(object, "command", command_json(command));
        ray_app_print_json(app, object);
        return RAY_OK;
    }
    ray_page_init(&page, app->arena, app->term, false);
    ray_page_text(&page,
                  ray_arena_printf(app->arena, "raymig %s: %s", command->name, command->summary),
                  0);
    ray_page_heading(&page, "Usage");
    ray_page_text(&page, usage_line(app->arena, command), 0);
    if (command->alias != NULL)
        ray_page_text(&page,
                      ray_arena_printf(app->arena, "  The same as: raymig %s", command->alias), 0);
    ray_buf_addc(&page.buf, '\n');
    ray_page_text(&page, command->description != NULL ? command->description : "", 0);
    add_options(&page, "Options", command->options);
    add_options(&page, "Options of every command", ray_common_options);
    add_examples(&page, command->examples);
    ray_page_print(&page);
    return RAY_OK;
}

enum ray_code
ray_help_no_command(struct ray_app *app)
{
    struct ray_page page;

    if (ray_app_flag(app, "json")) {
        (void)ray_err_set(&app->project.err, RAY_USAGE, "no command was given");
        (void)ray_err_hint(&app->project.err, "\"raymig help\" lists the commands.");
        return ray_app_fail(app);
    }
    ray_page_init(&page, app->arena, app->term, true);
    ray_page_text(&page, "Usage: raymig [OPTION ...] COMMAND [ARGUMENT ...]", 0);
    add_commands(&page, app);
    ray_page_text(&page, "\n\"raymig help\" says more, \"raymig help COMMAND\" explains one.", 0);
    ray_page_print(&page);
    return RAY_USAGE;
}

static enum ray_code
help_all(struct ray_app *app)
{
    struct ray_page page;

    if (ray_app_flag(app, "json")) {
        ray_app_print_json(app, help_json(app));
        return RAY_OK;
    }
    ray_page_init(&page, app->arena, app->term, false);
    ray_page_text(&page, "raymig: migrations for PostgreSQL, up and down", 0);
    ray_page_heading(&page, "Usage");
    ray_page_text(&page, "  raymig [OPTION ...] COMMAND [ARGUMENT ...]", 0);
    add_commands(&page, app);
    add_options(&page, "Options of every command", ray_common_options);
    add_options(&page, "Instead of a command", ray_top_options);
    ray_page_heading(&page, "Environment");
    for (const struct ray_variable *v = ray_variables; v->name != NULL; v++)
        ray_page_row(&page, v->name, v->help, VARIABLE_COLUMN);
    ray_page_heading(&page, "Exit codes");
    for (const struct ray_code_row *c = ray_codes; c->name != NULL; c++)
        ray_page_row(&page, ray_arena_printf(app->arena, "%3d", (int)c->code), c->help,
                     CODE_COLUMN);
    ray_page_text(
        &page,
        "\nA flag beats the environment, the environment beats the config, and with no database "
        "named at all raymig starts a PostgreSQL of its own. \"raymig help COMMAND\" explains "
        "one command.",
        0);
    ray_page_print(&page);
    return RAY_OK;
}

static enum ray_code
run(struct ray_app *app)
{
    const struct ray_command *command;

    if (app->nargs == 0) {
        if (!ray_app_flag(app, "man") && !ray_app_flag(app, "markdown"))
            return help_all(app);
        if (ray_app_flag(app, "man"))
            ray_man_all(app);
        else
            ray_man_markdown(app);
        return RAY_OK;
    }
    command = ray_command_find(app->args[0]);
    if (command == NULL && !ray_plugin_commands(app))
        return ray_app_fail(app);
    if (command == NULL)
        command = ray_plugin_command_find(app, app->args[0]);
    if (command != NULL && ray_app_flag(app, "man")) {
        ray_man_command(app, command);
        return RAY_OK;
    }
    if (command != NULL)
        return ray_help_command(app, command);
    (void)ray_command_unknown(app, app->args[0], &app->project.err);
    return ray_app_fail(app);
}

static const struct ray_option options[] = {
    {"man", '\0', NULL, "as a page for man: raymig(1), or that of the command", false},
    {"markdown", '\0', NULL, "every command on one page of Markdown", false},
    {NULL, '\0', NULL, NULL, false},
};

const struct ray_command ray_cmd_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .max_args = 1,
    .summary = "explain raymig, or one command",
    .description =
        "Without an argument: the commands, the options that all of them take, the environment "
        "variables and the exit codes. With the name of a command: its arguments, its options "
        "and examples.\n"
        "\n"
        "With --json the same as data: every command with its options, for scripts.",
    .examples = "raymig help               list the commands\n"
                "raymig help up            explain up\n"
                "raymig up --help          the same\n"
                "raymig help --json        all of it as JSON\n"
                "raymig help --man up      raymig-up(1), for man -l\n",
    .options = options,
    .run = run,
};
