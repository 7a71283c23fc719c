/*
 * The command line: see args.h. Nothing here knows any command; what may be given stands in tables: the two
 * below, and each command's own. getopt_long is not used: it abbreviates, permutes by environment variable
 * and prints by itself.
 */
#include "cmd/args.h"
#include "cmd/plugin_command.h"

#include "base/buf.h"

#include <string.h>

const struct ray_option ray_common_options[] = {
    {"config", '\0', "FILE",
     "the project's config; otherwise raymig.lua in this folder or above it", false},
    {"env-file", '\0', "FILE", "variables from a file, where the environment has them not", false},
    {"url", '\0', "URL", "the database; otherwise see the environment below", false},
    {"out", '\0', "DIR", "the migrations folder; otherwise the config's, or migrations", false},
    {"format", '\0', "NAME", "the layout of that folder; otherwise it is detected", false},
    {"wait", '\0', "TIME", "keep trying to connect for so long: 500ms, 30s, 5min", false},
    {"yes", 'y', NULL, "answer every question with yes", false},
    {"json", '\0', NULL, "write the result, or the error, as one JSON object", false},
    {"reporter", '\0', "NAME", "write the result as a plugin's reporter puts it", false},
    {"quiet", 'q', NULL, "only the result, warnings and errors", false},
    {"verbose", 'v', NULL, "say more about what is done", false},
    {"color", '\0', "WHEN", "auto, always or never", false},
    {"help", 'h', NULL, "explain the command", false},
    {NULL, '\0', NULL, NULL, false},
};

const struct ray_option ray_top_options[] = {
    {"version", 'V', NULL, "print the version", false},
    {NULL, '\0', NULL, NULL, false},
};

struct parser {
    struct ray_app *app;
    char *const *argv; /* what is left, NULL at the end */
    bool plain;        /* -- was given: no more options */
    bool named;        /* the command's name, right or wrong, was read */
    bool handed_on;    /* what follows is for another program, whatever it looks like */
    bool failed;
    struct ray_err later; /* faults behind the first */
    RAY_VEC(struct ray_given) given;
    RAY_VEC(const char *) args;
};

/* Where the next fault goes. */
static struct ray_err *
fault(struct parser *parser)
{
    struct ray_err *err = parser->failed ? &parser->later : &parser->app->project.err;

    parser->failed = true;
    return err;
}

/* ---------------------------------------------------------------- tables */

typedef RAY_VEC(const char *) name_list;

const struct ray_command *
ray_command_find(const char *name)
{
    for (size_t i = 0; ray_commands[i] != NULL; i++)
        if (strcmp(ray_commands[i]->name, name) == 0 ||
            (ray_commands[i]->alias != NULL && strcmp(ray_commands[i]->alias, name) == 0))
            return ray_commands[i];
    return NULL;
}

bool
ray_command_unknown(const struct ray_app *app, const char *name, struct ray_err *err)
{
    name_list names = {0};
    const char *near;

    for (size_t i = 0; ray_commands[i] != NULL; i++) {
        if (ray_commands[i]->hidden)
            continue;
        *ray_vec_add(err->arena, &names) = ray_commands[i]->name;
        if (ray_commands[i]->alias != NULL)
            *ray_vec_add(err->arena, &names) = ray_commands[i]->alias;
    }
    for (size_t i = 0; app->more != NULL && app->more[i] != NULL; i++)
        *ray_vec_add(err->arena, &names) = app->more[i]->name;
    near = ray_nearest(name, names.items, names.len);
    (void)ray_err_set(err, RAY_USAGE, "unknown command \"%s\"", name);
    if (near != NULL)
        return ray_err_hint(err, "Did you mean \"%s\"?", near);
    return ray_err_hint(err, "\"raymig help\" lists the commands.");
}

/* The tables that hold at this place of the command line. */
static size_t
tables_here(const struct parser *parser, const struct ray_option *tables[2])
{
    const struct ray_command *command = parser->app->command;
    size_t count = 0;

    tables[count++] = ray_common_options;
    if (command == NULL)
        tables[count++] = ray_top_options;
    else if (command->options != NULL)
        tables[count++] = command->options;
    return count;
}

static const struct ray_option *
find_in(const struct ray_option *table, const char *name, size_t length)
{
    for (; table != NULL && table->name != NULL; table++)
        if (strlen(table->name) == length && strncmp(table->name, name, length) == 0)
            return table;
    return NULL;
}

static const struct ray_option *
find_long(const struct parser *parser, const char *name, size_t length)
{
    const struct ray_option *tables[2];
    size_t count = tables_here(parser, tables);
    const struct ray_option *found = NULL;

    for (size_t i = 0; found == NULL && i < count; i++)
        found = find_in(tables[i], name, length);
    return found;
}

static const struct ray_option *
find_short(const struct parser *parser, char letter)
{
    const struct ray_option *tables[2];
    size_t count = tables_here(parser, tables);

    for (size_t i = 0; i < count; i++)
        for (const struct ray_option *o = tables[i]; o->name != NULL; o++)
            if (o->letter != '\0' && o->letter == letter)
                return o;
    return NULL;
}

/* ---------------------------------------------------------------- faults */

/* "up, down": the commands that have an option of this name; "" where none has. */
static const char *
owners_of(struct ray_arena *arena, const char *name, size_t length)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (size_t i = 0; ray_commands[i] != NULL; i++)
        if (!ray_commands[i]->hidden && find_in(ray_commands[i]->options, name, length) != NULL)
            ray_buf_addf(&buf, "%s%s", buf.len > 0 ? ", " : "", ray_commands[i]->name);
    return buf.data;
}

static void
unknown_long(struct parser *parser, const char *name, size_t length)
{
    struct ray_err *err = fault(parser);
    const struct ray_command *command = parser->app->command;
    const struct ray_option *tables[2];
    size_t count = tables_here(parser, tables);
    const char *owners = owners_of(err->arena, name, length);
    name_list names = {0};
    const char *near;

    for (size_t i = 0; i < count; i++)
        for (const struct ray_option *o = tables[i]; o->name != NULL; o++)
            *ray_vec_add(err->arena, &names) = o->name;
    near = ray_nearest(ray_arena_strndup(err->arena, name, length), names.items, names.len);
    if (command == NULL && owners[0] != '\0') {
        (void)ray_err_set(err, RAY_USAGE, "option --%.*s stands before the command", (int)length,
                          name);
        (void)ray_err_hint(err, "Give it behind the command; it belongs to: %s.", owners);
        return;
    }
    (void)ray_err_set(err, RAY_USAGE, "unknown option --%.*s", (int)length, name);
    if (near != NULL)
        (void)ray_err_hint(err, "Did you mean --%s?", near);
    else if (owners[0] != '\0')
        (void)ray_err_hint(err, "It is no option of %s, but of: %s.", command->name, owners);
    else
        (void)ray_err_hint(err, "\"raymig help%s%s\" lists the options.",
                           command != NULL ? " " : "", command != NULL ? command->name : "");
}

static void
unknown_short(struct parser *parser, const char *word, const char *letter)
{
    struct ray_err *err = fault(parser);
    const struct ray_command *command = parser->app->command;

    (void)ray_err_set(err, RAY_USAGE, "unknown option %s", word);
    if (strspn(word + 1, "0123456789") == strlen(word + 1))
        (void)ray_err_hint(err, "A number is given without a dash.");
    else if (letter > word + 1)
        (void)ray_err_hint(err, "There is no option -%c.", *letter);
    else
        (void)ray_err_hint(err, "\"raymig help%s%s\" lists the options.",
                           command != NULL ? " " : "", command != NULL ? command->name : "");
}

static const char *
usage_of(struct ray_arena *arena, const struct ray_command *command)
{
    bool bare = command->arguments == NULL || command->arguments[0] == '\0';

    return ray_arena_printf(arena, "Usage: raymig %s%s%s", command->name, bare ? "" : " ",
                            bare ? "" : command->arguments);
}

static void
check_count(struct parser *parser)
{
    const struct ray_command *command = parser->app->command;
    int count = (int)parser->args.len;
    struct ray_err *err;

    if (command == NULL ||
        (count >= command->min_args && (command->max_args < 0 || count <= command->max_args)))
        return;
    err = fault(parser);
    if (count < command->min_args)
        (void)ray_err_set(err, RAY_USAGE, "%s needs %s", command->name,
                          count == 0 ? "an argument" : "more arguments");
    else if (command->max_args == 0)
        (void)ray_err_set(err, RAY_USAGE, "%s takes no argument, but got \"%s\"", command->name,
                          parser->args.items[0]);
    else
        (void)ray_err_set(err, RAY_USAGE, "%s takes at most %d argument%s; \"%s\" is too many",
                          command->name, command->max_args, command->max_args == 1 ? "" : "s",
                          parser->args.items[command->max_args]);
    (void)ray_err_hint(err, "%s", usage_of(err->arena, command));
}

/* ---------------------------------------------------------------- parsing */

static void
give(struct parser *parser, const struct ray_option *option, const char *value)
{
    struct ray_given *given = ray_vec_add(parser->app->arena, &parser->given);

    given->name = option->name;
    given->value = value;
}

/* Gives the option the word behind it as its value. */
static void
give_next(struct parser *parser, const struct ray_option *option)
{
    const char *next = *parser->argv;
    struct ray_err *err;

    if (next != NULL && (next[0] != '-' || next[1] == '\0')) {
        parser->argv++;
        give(parser, option, next);
        return;
    }
    err = fault(parser);
    (void)ray_err_set(err, RAY_USAGE, "option --%s needs a value: %s", option->name, option->value);
    if (next != NULL)
        (void)ray_err_hint(err, "A value that begins with a dash is written --%s=%s.", option->name,
                           next);
}

static void
parse_long(struct parser *parser, const char *word)
{
    const char *name = word + 2;
    size_t length = strcspn(name, "=");
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    const struct ray_option *option = find_long(parser, name, length);

    if (option == NULL)
        unknown_long(parser, name, length);
    else if (option->value == NULL && value != NULL)
        (void)ray_err_set(fault(parser), RAY_USAGE, "option --%s takes no value", option->name);
    else if (option->value == NULL)
        give(parser, option, "");
    else if (value != NULL)
        give(parser, option, value);
    else
        give_next(parser, option);
}

/* "-x", "-xVALUE", or flags in one word: "-qy". */
static void
parse_short(struct parser *parser, const char *word)
{
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        const struct ray_option *option = find_short(parser, *letter);

        if (option == NULL) {
            unknown_short(parser, word, letter);
            return;
        }
        if (option->value == NULL) {
            give(parser, option, "");
            continue;
        }
        if (letter[1] != '\0')
            give(parser, option, letter + 1);
        else
            give_next(parser, option);
        return;
    }
}

/* A "--" behind the argument that hands on is not handed on: some write it by habit. */
static void
add_argument(struct parser *parser, const char *word)
{
    const struct ray_command *command = parser->app->command;

    *ray_vec_add(parser->app->arena, &parser->args) = word;
    if (command == NULL || command->hands_on == NULL || parser->args.len != 1 ||
        strcmp(word, command->hands_on) != 0)
        return;
    parser->handed_on = true;
    if (*parser->argv != NULL && strcmp(*parser->argv, "--") == 0)
        parser->argv++;
}

static void
parse_word(struct parser *parser, const char *word)
{
    struct ray_app *app = parser->app;

    if (parser->plain || word[0] != '-' || word[1] == '\0') {
        if (parser->named) {
            add_argument(parser, word);
            return;
        }
        parser->named = true;
        app->command = ray_command_find(word);
        if (app->command == NULL)
            app->command = ray_plugin_command_find(app, word);
        app->unknown = app->command == NULL ? word : NULL;
        if (app->command == NULL)
            (void)ray_command_unknown(app, word, fault(parser));
    } else if (strcmp(word, "--") == 0) {
        parser->plain = true;
    } else if (word[1] == '-') {
        parse_long(parser, word);
    } else {
        parse_short(parser, word);
    }
}

bool
ray_args_parse(struct ray_app *app, int argc, char *const *argv)
{
    struct parser parser = {.app = app, .argv = argv};

    ray_err_init(&parser.later, app->arena);
    if (argc > 0)
        parser.argv++;
    while (*parser.argv != NULL) {
        const char *word = *parser.argv++;

        if (parser.handed_on)
            *ray_vec_add(app->arena, &parser.args) = word;
        else
            parse_word(&parser, word);
    }
    app->given = parser.given.items;
    app->ngiven = parser.given.len;
    app->args = parser.args.items;
    app->nargs = (int)parser.args.len;
    if (!ray_app_flag(app, "help") && !parser.failed)
        check_count(&parser);
    return !parser.failed;
}
