/* `raymig baseline`: marks migrations as applied without running them. What is done stands in project/baseline.h. */
#include "project/baseline.h"
#include "cmd/options.h"
#include "cmd/report.h"

static const struct ray_option options[] = {
    {"dry-run", '\0', NULL, "only show what would be marked", false},
    {"unproved", '\0', NULL, "mark them without looking whether the database stands there", false},
    {"lock-wait", '\0', "TIME", "how long to wait for another runner (default 5min)", false},
    RAY_SOURCE_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

static void
show(struct ray_report *report)
{
    struct ray_app *app = report->app;
    const json_t *migrations = report->session.migrations;
    bool dry_run = report->session.options.dry_run;
    size_t count = json_array_size(migrations);

    for (size_t i = 0; i < count && !ray_term_options(app->term)->json; i++)
        ray_term_out(app->term, "%s  %s\n", dry_run ? "would mark" : "marked",
                     json_string_value(json_object_get(json_array_get(migrations, i), "tag")));
    if (!dry_run && count > 0)
        report->summary = ray_arena_printf(app->arena,
                                           "%zu migration%s marked as applied; none was run", count,
                                           count == 1 ? "" : "s");
}

static enum ray_code
baseline(struct ray_app *app)
{
    const struct ray_baseline_request request = {.tag = app->args[0],
                                                 .unproved = ray_app_flag(app, "unproved")};
    struct ray_report report = {.app = app};
    bool ok = ray_report_begin(&report, app) && ray_baseline(&report.session, &request);

    if (ok)
        show(&report);
    return ray_report_end(&report, ok);
}

const struct ray_command ray_cmd_baseline = {
    .name = "baseline",
    .arguments = "TAG",
    .min_args = 1,
    .max_args = 1,
    .summary = "mark migrations as applied without running them",
    .description =
        "For a database that has the objects already: every migration up to and with TAG that has no\n"
        "row gets one, with the event \"baselined\" in the log. Nothing else is touched.\n"
        "\n"
        "That the database stands there is proved first: the migrations are replayed in a shadow,\n"
        "and where what they make is not what the database has, the differences are shown and\n"
        "nothing is marked.",
    .examples = "raymig baseline 0001 --yes         a database that 0001 describes\n"
                "raymig baseline 0001 --unproved    one that differs, and shall be marked as it is",
    .options = options,
    .run = baseline,
};
