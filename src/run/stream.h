/* A script's statements through a pipeline: see stream.c. */
#ifndef RAY_RUN_STREAM_H
#define RAY_RUN_STREAM_H

#include "pg/statement.h"
#include "run/record.h"

/* Sends the script's statements through the open pipeline, and behind the last one the end of the
 * transaction; reads the results of the `lead` statements sent before and of its own. */
bool ray_step_stream(struct ray_step *step, size_t lead, struct ray_tail *tail,
                     struct ray_err *err) RAY_MUST_CHECK;

#endif
