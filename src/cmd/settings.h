/* The environment: every variable that raymig reads is a row of one table. */
#ifndef RAY_CMD_SETTINGS_H
#define RAY_CMD_SETTINGS_H

#include "cmd/cmd.h"

struct ray_variable {
    const char *name; /* NULL ends the table */
    const char *help;
};
extern const struct ray_variable ray_variables[];

/* The value of a variable, NULL where it is not set or empty. */
const char *ray_variable(const char *name);

/* The first of PGHOST and its like that is set: libpq then knows where to go. NULL where none is. */
const char *ray_libpq_variable(void);

/* What the terminal is to be like: flags, then environment. The options are filled in any case; RAY_USAGE
 * where a value is none of auto, always, never. */
bool ray_settings_term(const struct ray_app *app, struct ray_term_options *out,
                       struct ray_err *err) RAY_MUST_CHECK;

/* Puts flags and environment over the config. */
bool ray_settings_apply(struct ray_app *app) RAY_MUST_CHECK;

/* Warns of each RAYMIG_ variable that is none of the table's. */
void ray_settings_warn(struct ray_app *app);

#endif
