/*
 * The files of `raymig pull`. The first line of each says that pull wrote it, with a hash of all below: a file
 * whose hash is right may be replaced, and removed when it is no longer needed; one that somebody changed,
 * or wrote, is replaced only when the user says so.
 */
#ifndef RAY_PROJECT_PULL_FILES_H
#define RAY_PROJECT_PULL_FILES_H

#include "project/project.h"
#include "pull/pull.h"

enum ray_pull_fate { RAY_PULL_WRITE, RAY_PULL_KEEP, RAY_PULL_REMOVE, RAY_PULL_LEAVE };

struct ray_pull_file_plan {
    const char *path; /* as it is opened */
    const char *mark; /* the first line, which says whose it is */
    const char *text; /* what stands below */
    enum ray_pull_fate fate;
    bool is_foreign; /* somebody else's text stands there */
};
typedef RAY_VEC(struct ray_pull_file_plan) ray_pull_plans;

/* What has to be done in the folder. Files of pull's that are not among the texts go; those that somebody
 * changed are left, RAY_PULL_LEAVE. */
bool ray_pull_plan_files(struct ray_project *project, const char *folder,
                         const ray_pull_texts *texts, ray_pull_plans *out) RAY_MUST_CHECK;

bool ray_pull_write_files(struct ray_project *project, const ray_pull_plans *plans) RAY_MUST_CHECK;

#endif
