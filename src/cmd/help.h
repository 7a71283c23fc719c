/* Help texts, made from the tables. */
#ifndef RAY_CMD_HELP_H
#define RAY_CMD_HELP_H

#include "cmd/cmd.h"

/* Prints the help of app->command, for --help. */
enum ray_code ray_help_command(struct ray_app *app, const struct ray_command *command);

/* `raymig` without a command: the commands, to standard error, RAY_USAGE. */
enum ray_code ray_help_no_command(struct ray_app *app);

#endif
