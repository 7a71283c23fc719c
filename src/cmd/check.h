/* What `raymig check` looks at; each finding is an error with its file and the next step, and all are listed. */
#ifndef RAY_CMD_CHECK_H
#define RAY_CMD_CHECK_H

#include "cmd/cmd.h"

struct ray_findings {
    struct ray_app *app;
    json_t *problems;
    size_t count;
};

void ray_findings_add(struct ray_findings *findings, const struct ray_err *err);

/* Files alone: the journal's hashes, branches, snapshots that belong to nothing or cannot be read, Lua
 * scripts that cannot be loaded. */
bool ray_check_files(struct ray_findings *findings, const struct ray_folder *folder) RAY_MUST_CHECK;

/* In a shadow: the migrations replayed against the last snapshot and against the Lua schema. */
bool ray_check_deep(struct ray_findings *findings, const struct ray_folder *folder) RAY_MUST_CHECK;

#endif
