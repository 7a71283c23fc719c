/*
 * `raymig verify`: the way back of each migration, proved in the shadow (run/verify.h). What was found out is told
 * migration by migration; verify_report.c writes it.
 */
#include "cmd/verify.h"

static const struct ray_option options[] = {
    {"require-down", '\0', NULL, "a migration without a way back is wrong, too", false},
    {"markdown", '\0', NULL, "print the report in Markdown", false},
    {"shadow-url", '\0', "URL", "a server for shadow databases; otherwise one of raymig's own",
     false},
    {NULL, '\0', NULL, NULL, false},
};

static void
on_begin(void *arg, const struct ray_migration *migration, size_t total)
{
    const struct ray_verify_report *report = arg;

    ray_term_live(report->app->term, "%d/%zu  %s", migration->idx, total, migration->tag);
}

static void
on_verified(void *arg, const struct ray_verified *verified, const ray_verify_findings *findings)
{
    ray_verify_report_add(arg, verified, findings);
}

static enum ray_code
verify(struct ray_app *app)
{
    struct ray_verify_report report = {.app = app, .markdown = ray_app_flag(app, "markdown")};
    struct ray_verify_request request = {.require_down = ray_app_flag(app, "require-down"),
                                         .on_begin = on_begin,
                                         .on_verified = on_verified,
                                         .arg = &report};
    struct ray_verify_result result;
    enum ray_code code;
    bool ok;

    for (int i = 0; i < app->nargs; i++)
        *ray_vec_add(app->arena, &request.tags) = app->args[i];
    ray_verify_report_begin(&report);
    ok = ray_verify_project(&app->project, &request, &result);
    code = ray_verify_report_end(&report, &result, ok);
    ray_verify_result_close(&result);
    return code;
}

const struct ray_command ray_cmd_verify = {
    .name = "verify",
    .arguments = "[TAG...]",
    .max_args = -1,
    .summary = "prove in a shadow that the way back of each migration is right",
    .description =
        "Replays the folder's migrations in a shadow database and takes each, or those that are\n"
        "named, up, down and up again. The way back is right when the catalog is what it was\n"
        "before, whole: grants, comments and all, in PostgreSQL's own spelling; when the way up\n"
        "runs again behind it and makes the same; when rows that stood in the tables (a few are\n"
        "made up) are still there; and what the migration makes must be what its snapshot says,\n"
        "where it has one. The order of columns does not count.\n"
        "\n"
        "Exits 0 when nothing is wrong, 1 when something is. A migration without a way back is\n"
        "told, and is wrong only with --require-down. What the way up itself deletes cannot\n"
        "come back: it is told as lost, and is not wrong.",
    .examples = "raymig verify                  every migration\n"
                "raymig verify 0012 0013        these two; the ones before are only run\n"
                "raymig verify --require-down   in CI\n"
                "raymig verify --markdown       a report to be kept",
    .options = options,
    .run = verify,
};
