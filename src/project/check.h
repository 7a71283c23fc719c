/* Do folder, journal, snapshots, schema and history agree? Each finding is an error with its file and the next step. */
#ifndef RAY_PROJECT_CHECK_H
#define RAY_PROJECT_CHECK_H

#include "project/project.h"

struct ray_check_options {
    bool offline; /* the files only; no database */
    bool deep;    /* also replays the migrations in a shadow: snapshot and schema must agree */
    void (*on_finding)(void *arg,
                       const struct ray_err *err); /* as each is found; NULL: nobody waits */
    void *arg;
};

struct ray_findings {
    struct ray_project *project;
    const struct ray_check_options *options;
    RAY_VEC(struct ray_err) items;
    size_t migrations; /* in the folder */
};

/* False only where it could not be looked at. */
bool ray_check(struct ray_project *project, const struct ray_check_options *options,
               struct ray_findings *out) RAY_MUST_CHECK;

/* {"ok", "migrations", "problems": [errors]}. */
json_t *ray_check_json(const struct ray_findings *findings);

/* ---- between the files of the check ---- */

void ray_findings_add(struct ray_findings *findings, const struct ray_err *err);

/* Files alone: the journal's hashes, branches, snapshots that belong to nothing or cannot be read, Lua
 * scripts that cannot be loaded. */
bool ray_check_files(struct ray_findings *findings, const struct ray_folder *folder) RAY_MUST_CHECK;

/* In a shadow: the migrations replayed against the last snapshot and against the Lua schema. */
bool ray_check_deep(struct ray_findings *findings, const struct ray_folder *folder) RAY_MUST_CHECK;

#endif
