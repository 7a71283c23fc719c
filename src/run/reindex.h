/* REINDEX CONCURRENTLY: see reindex.c. */
#ifndef RAY_RUN_REINDEX_H
#define RAY_RUN_REINDEX_H

#include "pg/concurrent.h"
#include "run/step.h"

/* Runs the statement, without leftovers of an earlier one before it, or of its own where it fails. */
bool ray_step_reindex(struct ray_step *step, const struct ray_concurrent *what, const char *sql,
                      struct ray_err *err) RAY_MUST_CHECK;

#endif
