/* What the files of `raymig generate` share. */
#ifndef RAY_CMD_GENERATE_H
#define RAY_CMD_GENERATE_H

#include "cmd/cmd.h"
#include "project/planned.h"

/* generate.c: the text of the up file in SQL, and of the down file in Lua. */
const char *ray_generate_up(struct ray_app *app, const struct ray_plan *plan);
const char *ray_generate_down(struct ray_app *app, const struct ray_planned *planned);

/* generate_name.c: a name from what changed: "add_profiles", "alter_users_email". */
const char *ray_generate_name(struct ray_arena *arena, const struct ray_planned *planned);

/* generate_lua.c: the migration as reversible operations, proved in the shadow; what they cannot say is in SQL. */
bool ray_generate_lua(struct ray_app *app, const struct ray_planned *planned,
                      const char **out) RAY_MUST_CHECK;

#endif
