/* A Lua migration as a step. */
#ifndef RAY_RUN_SCRIPT_H
#define RAY_RUN_SCRIPT_H

#include "run/step.h"

/* Runs the Lua script; one that failed before its first statement was done is `untouched`. */
bool ray_step_script(struct ray_step *step, struct ray_err *err) RAY_MUST_CHECK;

/* Name of the table in which db:batch remembers how far it came, quoted, in the arena. */
const char *ray_runner_batch_table(const struct ray_runner *runner, struct ray_arena *arena);

#endif
