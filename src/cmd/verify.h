/* The report of `raymig verify`: for people, as JSON, or as Markdown. */
#ifndef RAY_CMD_VERIFY_H
#define RAY_CMD_VERIFY_H

#include "base/buf.h"
#include "cmd/cmd.h"
#include "project/verify.h"

struct ray_verify_report {
    struct ray_app *app;
    bool markdown;
    struct ray_buf wrong; /* Markdown: the sections of those that are wrong */
    struct ray_buf notes; /* and of the others of which there is something to be known */
};

void ray_verify_report_begin(struct ray_verify_report *report);

/* One migration: told at once, or gathered. */
void ray_verify_report_add(struct ray_verify_report *report, const struct ray_verified *verified,
                           const ray_verify_findings *findings);

/* The sum, or the error (`ok` false); gives the exit code. */
enum ray_code ray_verify_report_end(struct ray_verify_report *report,
                                    const struct ray_verify_result *result, bool ok);

#endif
