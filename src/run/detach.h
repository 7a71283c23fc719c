/* ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY: see detach.c. */
#ifndef RAY_RUN_DETACH_H
#define RAY_RUN_DETACH_H

#include "pg/concurrent.h"
#include "run/step.h"

/* Runs the statement, or finishes what an earlier one began. Otherwise as ray_step_alone. */
bool ray_step_detach(struct ray_step *step, const struct ray_concurrent *what, const char *sql,
                     bool attempted, bool *skipped, struct ray_err *err) RAY_MUST_CHECK;

#endif
