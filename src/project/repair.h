/* History and journal are made to agree with the folder: planned first, so that it can be shown. */
#ifndef RAY_PROJECT_REPAIR_H
#define RAY_PROJECT_REPAIR_H

#include "project/session.h"
#include "run/edit.h"

struct ray_repair_request {
    ray_strings accept; /* tags whose edited file is the one that was applied */
    ray_strings forget; /* tags whose row goes: stopped half-way, or missing */
};

struct ray_repair {
    const struct ray_repair_request *request;
    ray_edits edits;
    size_t count; /* of all repairs */
};

/* Opens the session and finds what there is to do: without a tag every edited file is accepted; the journal gets the files
 * that it lacks. The session's document has each, {"tag", "result", "of"}: of "history" or "journal". */
bool ray_repair_plan(struct ray_session *session, const struct ray_repair_request *request,
                     struct ray_repair *out) RAY_MUST_CHECK;

/* Asks, and does it, under the lock. */
bool ray_repair_apply(struct ray_session *session, struct ray_repair *repair) RAY_MUST_CHECK;

#endif
