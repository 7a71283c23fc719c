/* A migration without a transaction: see statements.c. */
#ifndef RAY_RUN_STATEMENTS_H
#define RAY_RUN_STATEMENTS_H

#include "run/step.h"

/* Runs it statement by statement, each finished one recorded, and resumes. */
bool ray_step_statements(struct ray_step *step, struct ray_err *err) RAY_MUST_CHECK;

#endif
