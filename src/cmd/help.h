/* Help texts, made from the tables. */
#ifndef RAY_CMD_HELP_H
#define RAY_CMD_HELP_H

#include "cmd/cmd.h"

/* Prints the help of app->command, for --help. */
enum ray_code ray_help_command(struct ray_app *app, const struct ray_command *command);

/* `raymig` without a command: the commands, to standard error, RAY_USAGE. */
enum ray_code ray_help_no_command(struct ray_app *app);

/* "-y, --yes", "--url URL"; `blank` stands where an option has no letter. */
const char *ray_help_option_label(struct ray_arena *arena, const struct ray_option *option,
                                  const char *blank);

#endif
