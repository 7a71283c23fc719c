/* What a migration's transaction begins and ends with: settings, history row, log line. */
#ifndef RAY_RUN_RECORD_H
#define RAY_RUN_RECORD_H

#include "run/step.h"

/* The settings of a migration's transaction, sent into an open pipeline; *count is raised by the number
 * of statements sent. */
bool ray_step_send_settings(struct ray_step *step, size_t *count,
                            struct ray_err *err) RAY_MUST_CHECK;

/* Gives the session's settings back: each migration finds it as the first one did, and a pooler hands it on
 * as it was. A rollback does so by itself. */
bool ray_step_send_reset(struct ray_step *step, size_t *count, struct ray_err *err) RAY_MUST_CHECK;

/* Results still to come around that of the record, which tells whether it touched its row. */
struct ray_tail {
    size_t before;
    size_t behind;
};

/* Sends the end of a migration's transaction: its record, as the role that connected. */
bool ray_step_send_end(struct ray_step *step, struct ray_tail *tail,
                       struct ray_err *err) RAY_MUST_CHECK;

/* Why a statement that recorded progress touched no row: the lock is lost, or another runner was here. */
bool ray_step_lost(struct ray_step *step, struct ray_err *err);

#endif
