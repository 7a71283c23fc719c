/* Errors that go away by themselves. */
#ifndef RAY_RUN_RETRY_H
#define RAY_RUN_RETRY_H

#include "run/step.h"

/* True, after a pause, where the error is one that goes away: lock timeout, deadlock, serialization. */
bool ray_step_retry(struct ray_step *step, int attempt, const struct ray_err *err);

#endif
