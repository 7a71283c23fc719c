/* What the two ways of `raymig init` share. */
#ifndef RAY_CMD_INIT_H
#define RAY_CMD_INIT_H

#include "cmd/scaffold.h"

/* The file of the folder that Drizzle Kit would take for its config, NULL where there is none. */
const char *ray_drizzle_config_find(struct ray_arena *arena, const char *folder);

/* `raymig init --from drizzle`: the whole command. */
enum ray_code ray_init_drizzle(struct ray_app *app, const char *folder);

/*
 * Holds the folder of the project's config against its database and puts the result into `proof`; *agree
 * is false where they do not. `secret`: a connection string that may be used and must not be shown; NULL:
 * none. Without a database, or where it cannot be reached, it says so and *agree is true.
 */
bool ray_init_prove(struct ray_app *app, const char *secret, json_t *proof,
                    bool *agree) RAY_MUST_CHECK;

#endif
