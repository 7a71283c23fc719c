/* The report of `raymig verify`: for people, as JSON, or as Markdown. */
#ifndef RAY_CMD_VERIFY_H
#define RAY_CMD_VERIFY_H

#include "base/buf.h"
#include "cmd/cmd.h"
#include "run/verify.h"

struct ray_verify_report {
    struct ray_app *app;
    bool require_down;
    bool markdown;
    int64_t began_us;
    size_t total; /* migrations to be run */
    size_t counts[RAY_VERDICT_COUNT];
    json_t *migrations;
    struct ray_buf wrong; /* Markdown: the sections of those that are wrong */
    struct ray_buf notes; /* and of the others of which there is something to be known */
};

void ray_verify_report_begin(struct ray_verify_report *report);

/* One migration: told at once, or gathered. */
void ray_verify_report_add(struct ray_verify_report *report, const struct ray_verified *verified);

/* What is wrong with the migration, each in a sentence. */
void ray_verify_wrongs(struct ray_arena *arena, const struct ray_verified *verified,
                       ray_strings *out);

/* The sum, or the error (`ok` false: app->project.err); gives the exit code. */
enum ray_code ray_verify_report_end(struct ray_verify_report *report, bool ok);

#endif
