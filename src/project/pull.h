/*
 * A source written as a Lua schema; and where the project has no migrations yet, what a database holds as the first one,
 * marked as applied there.
 */
#ifndef RAY_PROJECT_PULL_H
#define RAY_PROJECT_PULL_H

#include "project/project.h"
#include "pull/pull.h"

struct ray_pulled_file {
    const char *path;
    const char *result; /* "wrote", "would write", "unchanged", "removed", "would remove", "left" */
};

struct ray_pull_request {
    const char *from;   /* a source (source.h); NULL: db */
    const char *folder; /* where to; NULL: the config's schema folder */
    bool split;         /* a file per table */
    bool schema_only;   /* no first migration and no history */
    bool dry_run;       /* only names the files */
    bool texts;         /* writes nothing: the texts are the result */
    void (*on_file)(void *arg, const struct ray_pulled_file *file); /* as each is done; NULL */
    void *arg;
};

struct ray_pulled {
    ray_pull_texts texts;
    RAY_VEC(struct ray_pulled_file) files;
    const char *baselined; /* the tag that was marked as applied; NULL: none */
};

/* Asks before it replaces a file that pull did not write or somebody changed. */
bool ray_pull(struct ray_project *project, const struct ray_pull_request *request,
              struct ray_pulled *out) RAY_MUST_CHECK;

/* {"ok", "files": [{"path", "result"}], "baselined"}. */
json_t *ray_pulled_json(const struct ray_pulled *pulled);

/* ---- between the files of the pull ---- */

struct ray_pulling {
    struct ray_project *project;
    const struct ray_pull_request *request;
    struct ray_pulled *out;
};

void ray_pull_tell(struct ray_pulling *pulling, const char *path, const char *result);

/* Where the project has no migrations yet: writes 0000_baseline, which makes the catalog, and marks it as applied in the
 * database. In a dry run the files are only named. */
bool ray_pull_baseline(struct ray_pulling *pulling,
                       const struct ray_catalog *catalog) RAY_MUST_CHECK;

#endif
