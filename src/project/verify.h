/*
 * The way back of each migration, proved in the shadow (run/verify.h). What was found out of one becomes a list of
 * findings, each a sentence that is wrong or just to be known.
 */
#ifndef RAY_PROJECT_VERIFY_H
#define RAY_PROJECT_VERIFY_H

#include "project/changes.h"
#include "run/verify.h"

struct ray_verify_finding {
    const char *what; /* for programs: "left_behind" */
    const char *text; /* for people */
    const char *hint; /* NULL: none */
    const struct ray_change *change;
    const struct ray_err *err;
    bool wrong;
};
typedef RAY_VEC(struct ray_verify_finding) ray_verify_findings;

struct ray_verify_request {
    ray_strings tags;  /* these alone; none: every migration */
    bool require_down; /* a migration without a way back is wrong, too */
    /* As it goes; NULL: nobody waits. number of total. */
    void (*on_begin)(void *arg, const struct ray_migration *migration, size_t total);
    void (*on_verified)(void *arg, const struct ray_verified *verified,
                        const ray_verify_findings *findings);
    void *arg;
};

struct ray_verify_result {
    size_t counts[RAY_VERDICT_COUNT];
    int64_t us;
    bool wrong;         /* something is */
    json_t *migrations; /* of those that were looked at; freed by ray_verify_result_close */
};

/* False where it could not be looked at; what was found before stands in the result all the same, which has to be closed
 * in any case. */
bool ray_verify_project(struct ray_project *project, const struct ray_verify_request *request,
                        struct ray_verify_result *out) RAY_MUST_CHECK;
void ray_verify_result_close(struct ray_verify_result *result);

/* {"ok", "proved", "no_down", "wrong", "migrations": [{"tag", "result", "duration_ms", "findings": [{"what", "wrong",
 * "text", "change", "error"}]}], "duration_ms", "error"}; `ok` false: the project's error is in it. */
json_t *ray_verify_json(const struct ray_project *project, const struct ray_verify_result *result,
                        bool ok);

/* "proved", "no_down", "wrong". */
const char *ray_verdict_name(enum ray_verdict verdict);

/* What was found out of a migration. */
void ray_verify_gather(struct ray_arena *arena, const struct ray_verified *verified,
                       ray_verify_findings *out);

/* What is wrong with the migration, each in a sentence. */
void ray_verify_wrongs(struct ray_arena *arena, const struct ray_verified *verified,
                       ray_strings *out);

#endif
