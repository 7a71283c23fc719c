/*
 * Reading with SQL in which there is something of the user's own: a condition, a query. It runs as one statement of the
 * extended protocol, inside the lease's transaction; with --read-only as a superuser it is confined (pool.c), which looks
 * the same from here. Used as a flow: begin, next until END or FAILED, end in any case.
 */
#ifndef RAY_STUDIO_READ_H
#define RAY_STUDIO_READ_H

#include "base/json.h"
#include "studio/pool.h"
#include "studio/relation.h"

struct ray_read {
    struct ray_flow
        flow; /* names, types, values, lengths of the present row, tag: look, do not call */
    struct ray_flow inner;
    bool confined;
    int step;
    struct ray_arena *row; /* of a confined row's values */
};

/* `own`: the user wrote some of it; without, nothing needs to be confined. */
bool ray_read_begin(struct ray_lease *lease, struct ray_arena *arena, const char *sql, bool own,
                    struct ray_read *out, struct ray_err *err) RAY_MUST_CHECK;
/* What must be confined (ray_lease_is_confined), no more than `most` rows of it; 0: all. The columns are known at once. */
bool ray_read_confined(struct ray_lease *lease, struct ray_arena *arena, const char *sql,
                       int64_t most, struct ray_read *out, struct ray_err *err) RAY_MUST_CHECK;
enum ray_flow_what ray_read_next(struct ray_read *read, struct ray_err *err) RAY_MUST_CHECK;
void ray_read_end(struct ray_read *read);

/* count(*) of what a condition chooses. */
bool ray_count_rows(struct ray_arena *arena, struct ray_lease *lease,
                    const struct ray_relation *relation, const json_t *filters, const char *where,
                    int64_t *out, struct ray_err *err) RAY_MUST_CHECK;

#endif
