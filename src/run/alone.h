/* Statements that must stand alone: see alone.c. */
#ifndef RAY_RUN_ALONE_H
#define RAY_RUN_ALONE_H

#include "pg/split.h"
#include "run/step.h"

/* Runs a statement that cannot be in a transaction, with what an interrupted one left behind cleared away.
 * `attempted`: an earlier run began it and did not record its end; *skipped where it turns out to have
 * been finished. */
bool ray_step_alone(struct ray_step *step, const struct ray_statement *statement, bool attempted,
                    bool *skipped, struct ray_err *err) RAY_MUST_CHECK;

#endif
