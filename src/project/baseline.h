/* Migrations are marked as applied without being run, once it is shown that the database stands there. */
#ifndef RAY_PROJECT_BASELINE_H
#define RAY_PROJECT_BASELINE_H

#include "project/session.h"

struct ray_baseline_request {
    const char *tag; /* the last to be marked: a tag, its number, or its beginning */
    bool unproved;   /* without looking whether the database stands there */
};

/* Opens the session. Every migration up to and with the tag that has no row gets one, after a question and under the lock; in
 * a dry run none does. The session's document has them, each with the result "baselined". A database that differs from what
 * the migrations make: RAY_REFUSED, the differences in the detail. */
bool ray_baseline(struct ray_session *session,
                  const struct ray_baseline_request *request) RAY_MUST_CHECK;

#endif
