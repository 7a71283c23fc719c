/* CREATE and DROP INDEX CONCURRENTLY: see index.c. */
#ifndef RAY_RUN_INDEX_H
#define RAY_RUN_INDEX_H

#include "pg/concurrent.h"
#include "run/step.h"

/* Runs the statement, whose index has a name. Otherwise as ray_step_alone. */
bool ray_step_index(struct ray_step *step, const struct ray_concurrent *index, const char *sql,
                    bool attempted, bool *skipped, struct ray_err *err) RAY_MUST_CHECK;

#endif
