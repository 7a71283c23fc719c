/* One migration from its options to its end: in a transaction or without, with retries, and what state
 * a failure leaves. */
#ifndef RAY_RUN_APPLY_H
#define RAY_RUN_APPLY_H

#include "run/step.h"

/* `done` migrations of the same call came before it. */
bool ray_step_apply(struct ray_step *step, size_t done, struct ray_err *err) RAY_MUST_CHECK;

#endif
