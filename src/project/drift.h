/*
 * The database against what the migrations make that its history says are applied. What they make is replayed in a
 * shadow, or the newest snapshot is trusted instead. Nothing is ever changed.
 */
#ifndef RAY_PROJECT_DRIFT_H
#define RAY_PROJECT_DRIFT_H

#include "project/changes.h"
#include "project/stands.h"

struct ray_drift {
    struct ray_stands_applied applied;
    const char *basis; /* what the database was compared with */
    struct ray_catalog *wanted;
    struct ray_catalog *found;
    ray_changes changes; /* from wanted to found */
    const char *source;  /* what the database was compared with, as a source: "migrations@0003_x" */
    const char
        *to_keep; /* the command that prints the SQL for it; NULL: there is nothing to repair */
    const char *to_bring_back;
};

/* `snapshot`: compares with the last migration's snapshot; no shadow is needed. */
bool ray_drift_find(struct ray_project *project, bool snapshot,
                    struct ray_drift *out) RAY_MUST_CHECK;

/* {"ok", "drift", "compared_with", "basis", "changes", "to_keep", "to_bring_back"}. */
json_t *ray_drift_json(struct ray_arena *arena, const struct ray_drift *drift);

#endif
