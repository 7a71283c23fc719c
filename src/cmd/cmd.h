/*
 * Commands: one file each, and the table in commands.c that lists them. A row holds all that help,
 * completion and the man page need. Options every command has (--config, --url, --json, --yes, -q, -v,
 * --color, --help, ...) stand in one table in args.c, the environment's variables in one in settings.c.
 */
#ifndef RAY_CMD_CMD_H
#define RAY_CMD_CMD_H

#include "base/json.h"
#include "base/term.h"
#include "history/folder.h"
#include "pg/conn.h"
#include "script/config.h"
#include "script/script.h"

struct ray_app;
struct ray_server_options;
struct ray_schema;
struct ray_shadow;

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
    struct ray_arena *arena;
    struct ray_term *term;
    struct ray_err err;
    const struct ray_command *command;
    int nargs;
    const char *const *args;
    const struct ray_given *given; /* options given; see ray_app_option */
    size_t ngiven;
    struct ray_config config; /* after ray_app_configure */
    bool configured;
    struct ray_conn_options database; /* after ray_app_database */
    bool has_database;
    struct ray_lua *lua;               /* after ray_app_lua; freed by main */
    const struct ray_schema *schema;   /* the Lua schema, once it was a source; else NULL */
    const struct ray_schema *declared; /* that of the config, once it was run; else NULL */
    struct ray_shadow *shadow;         /* after ray_app_shadow; closed by main */
    bool warned_of_shadow;
    int server_major; /* of the database, once a source has asked it; 0: unknown */
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

/* Loads the config: --config, RAYMIG_CONFIG, raymig.lua in this folder or one above it; defaults where
 * there is none. Applies RAYMIG_* variables and flags over it. */
bool ray_app_configure(struct ray_app *app) RAY_MUST_CHECK;

/* The state for scripts, made at the first call. */
struct ray_lua *ray_app_lua(struct ray_app *app);

/* The shadow, opened at the first call: --shadow-url, or a throwaway server of the version of the database,
 * where the command has asked that already. */
bool ray_app_shadow(struct ray_app *app, struct ray_shadow **out) RAY_MUST_CHECK;

/* Which database: --url, RAYMIG_URL, DATABASE_URL, PG* variables, the config's url, else the embedded
 * server, which is started and named in one line of talk. The connection string is checked. */
bool ray_app_database(struct ray_app *app, struct ray_conn_options *out) RAY_MUST_CHECK;
bool ray_app_connect(struct ray_app *app, struct ray_conn **out) RAY_MUST_CHECK;

/* The migrations folder of the config. */
bool ray_app_folder(struct ray_app *app, bool may_be_missing,
                    struct ray_folder *out) RAY_MUST_CHECK;

/* Where the project's embedded server is, and which of its databases is meant. */
void ray_app_server(struct ray_app *app, struct ray_server_options *out);

/* The error where the question is answered with no, or cannot be asked; true at once with --yes. */
bool ray_app_confirm(struct ray_app *app, const char *question) RAY_MUST_CHECK;

/* Prints a result of --json; the object is freed. */
void ray_app_print_json(struct ray_app *app, json_t *object);

/* Prints the app's error and gives its code: `return ray_app_fail(app);` */
enum ray_code ray_app_fail(struct ray_app *app);

#endif
