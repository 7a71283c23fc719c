/* What the files of `raymig squash` share. */
#ifndef RAY_CMD_SQUASH_H
#define RAY_CMD_SQUASH_H

#include "cmd/cmd.h"

/* squash_data.c: the first statement of a migration that may do something to rows, which no schema can tell; a Lua
 * migration that is no change has one. *text NULL: there is none. */
struct ray_squash_data {
    const char *file;
    int line;         /* 0: unknown */
    const char *text; /* on one line */
};
bool ray_squash_find_data(struct ray_app *app, const struct ray_migration *migration,
                          struct ray_squash_data *out) RAY_MUST_CHECK;

#endif
