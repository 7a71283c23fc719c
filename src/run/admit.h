/* Which statements a migration may hold, and where in its file one stands. */
#ifndef RAY_RUN_ADMIT_H
#define RAY_RUN_ADMIT_H

#include "pg/split.h"
#include "pg/statement.h"
#include "run/step.h"

/* Refuses what no migration may hold: psql meta-commands, COPY streams. */
bool ray_step_admits(const struct ray_step *step, const struct ray_statement *statement,
                     enum ray_statement_kind kind, struct ray_err *err) RAY_MUST_CHECK;

/* Places an error of a statement in the file: err.statement, file, line, column. */
void ray_step_locate(const struct ray_step *step, const struct ray_statement *statement,
                     struct ray_err *err);

#endif
