/* A migration in one transaction: see transaction.c. */
#ifndef RAY_RUN_TRANSACTION_H
#define RAY_RUN_TRANSACTION_H

#include "run/record.h"

/* Runs the whole migration in one transaction, history row and log line with it. */
bool ray_step_transaction(struct ray_step *step, struct ray_err *err) RAY_MUST_CHECK;

#endif
