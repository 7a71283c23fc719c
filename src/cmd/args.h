/*
 * The command line: options, the command and its arguments, by the tables that the commands hold. Options
 * may stand before the command's name (those that every command has), behind it and between arguments.
 */
#ifndef RAY_CMD_ARGS_H
#define RAY_CMD_ARGS_H

#include "cmd/cmd.h"

/* An option that was given; value is "" for a flag. */
struct ray_given {
    const char *name;
    const char *value;
};

/* The options of every command, and those of raymig itself; each ends with a NULL name. */
extern const struct ray_option ray_common_options[];
extern const struct ray_option ray_top_options[];

/* By name or alias; NULL where there is none. */
const struct ray_command *ray_command_find(const char *name);

/* Sets the app's error, RAY_USAGE: unknown command, with the nearest one. Returns false. */
bool ray_command_unknown(const struct ray_app *app, const char *name, struct ray_err *err);

/* Fills command, args and given of the app, also where it fails: the first fault is the error, and what
 * else was given, such as --json, still counts. With --help nothing is missing. */
bool ray_args_parse(struct ray_app *app, int argc, char *const *argv) RAY_MUST_CHECK;

#endif
