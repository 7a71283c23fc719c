/*
 * Commands: one file each, and the table in commands.c that lists them. A row holds all that help,
 * completion and the man page need. Options every command has (--config, --url, --json, --yes, -q, -v,
 * --color, --help, ...) stand in one table in args.c, the environment's variables in one in project/variables.c.
 * What a command does with the project stands in the room project; here are its options and what it prints.
 */
#ifndef RAY_CMD_CMD_H
#define RAY_CMD_CMD_H

#include "base/term.h"
#include "project/project.h"

struct ray_app;

struct ray_option {
    const char *name;  /* without the dashes; NULL ends the list */
    char letter;       /* '\0': none */
    const char *value; /* what the argument is called, "TAG"; NULL: a flag */
    const char *help;
    bool repeats; /* may be given more than once */
};

struct ray_command {
    const char *name;
    const char *alias;                /* NULL: none */
    const char *arguments;            /* "[N | --to TAG]"; "" for none */
    int min_args, max_args;           /* max -1: any number */
    const char *summary;              /* one line for the list */
    const char *description;          /* paragraphs */
    const char *examples;             /* lines, each "raymig up --to 0003   what it does" */
    const struct ray_option *options; /* its own; NULL: none */
    enum ray_code (*run)(struct ray_app *app);
    bool hidden;
    const char
        *hands_on; /* behind this first argument all belongs to another program; NULL: none */
};
extern const struct ray_command
    *const ray_commands[]; /* in the order of the help; NULL at the end */

struct ray_app {
    struct ray_arena *arena; /* the project's */
    struct ray_term *term;
    const struct ray_command *command;
    const struct ray_command *const
        *more;           /* the commands of plugins, NULL at the end; NULL: see plugin_command.h */
    const char *unknown; /* the word that is no command; NULL: it is one */
    enum ray_code failure; /* of telling the result, which the command does not know of */
    int nargs;
    const char *const *args;
    const struct ray_given *given; /* options given; see ray_app_option */
    size_t ngiven;
    struct ray_project project; /* after ray_app_prepare */
};

/* The (last) value of an option, NULL where it was not given; "" for a flag that was. */
const char *ray_app_option(const struct ray_app *app, const char *name);
bool ray_app_flag(const struct ray_app *app, const char *name);
/* The values of a repeated option, in order. */
ray_strings ray_app_options(const struct ray_app *app, const char *name);
/* A whole number argument: RAY_USAGE where it is none or below `least`. */
bool ray_app_number(struct ray_app *app, const char *text, int64_t least,
                    int64_t *out) RAY_MUST_CHECK;
/* A duration option in ms ("30s"; a bare number is refused: RAY_USAGE), or the default. */
bool ray_app_duration(struct ray_app *app, const char *option, int64_t otherwise,
                      int64_t *out) RAY_MUST_CHECK;

/* Tells the project what was given: options that every command may have, whom it speaks to and asks. Before a command
 * runs. */
bool ray_app_prepare(struct ray_app *app) RAY_MUST_CHECK;

/* Prints a result of --json; the object is freed. */
void ray_app_print_json(struct ray_app *app, json_t *object);

/* Prints the app's error and gives its code: `return ray_app_fail(app);` */
enum ray_code ray_app_fail(struct ray_app *app);

#endif
