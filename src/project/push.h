/*
 * The database is made what the Lua schema says, without a migration: planned first, so that it can be shown, and then
 * applied exactly as planned.
 */
#ifndef RAY_PROJECT_PUSH_H
#define RAY_PROJECT_PUSH_H

#include "project/planned.h"

struct ray_push {
    struct ray_planned planned; /* no steps: the database is what the schema says */
    const char *sql;            /* the plan as a script */
    bool applied;
};

/* Compares and plans, with the proof in a shadow; the database is not changed. */
bool ray_push_plan(struct ray_project *project, struct ray_push *out) RAY_MUST_CHECK;

/* Runs it under the runner's lock, where the database is still what the plan was made for (else RAY_REFUSED), in one
 * transaction where it can be one. What would lose rows is refused (RAY_REFUSED, the rows in the detail) unless the
 * project's options accept it; what loses data otherwise, and with the config's strict all, is asked about. After it a
 * second look must find nothing. */
bool ray_push_apply(struct ray_project *project, struct ray_push *push) RAY_MUST_CHECK;

/* {"ok", "changes", "sql", "steps", "dry_run"}. */
json_t *ray_push_json(struct ray_arena *arena, const struct ray_push *push, bool dry_run);

#endif
