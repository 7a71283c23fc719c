/*
 * `raymig verify`: the way back of each migration, proved in the shadow (run/verify.h). What was found out is told
 * migration by migration; verify_report.c writes it.
 */
#include "cmd/verify.h"
#include "project/source.h"

#include "base/clock.h"

#include <string.h>

static const struct ray_option options[] = {
    {"require-down", '\0', NULL, "a migration without a way back is wrong, too", false},
    {"markdown", '\0', NULL, "print the report in Markdown", false},
    {"shadow-url", '\0', "URL", "a server for shadow databases; otherwise one of raymig's own",
     false},
    {NULL, '\0', NULL, NULL, false},
};

/* The migrations that are named; all where none is. */
static bool
choose(struct ray_app *app, const struct ray_folder *folder, const bool **out)
{
    bool *wanted = RAY_NEW_ARRAY(app->arena, bool, folder->migrations.len + 1);

    *out = wanted;
    for (size_t i = 0; i < folder->migrations.len; i++)
        wanted[i] = app->nargs == 0;
    for (int i = 0; i < app->nargs; i++) {
        const struct ray_migration *migration = ray_folder_find(folder, app->args[i],
                                                                &app->project.err);

        if (migration == NULL)
            return false;
        wanted[migration - folder->migrations.items] = true;
    }
    return true;
}

/* The last of the wanted: nothing behind it is run. */
static size_t
count_to_last(const struct ray_folder *folder, const bool *wanted)
{
    size_t count = folder->migrations.len;

    while (count > 0 && !wanted[count - 1])
        count--;
    return count;
}

static void
on_begin(void *arg, const struct ray_migration *migration)
{
    struct ray_verify_report *report = arg;

    ray_term_live(report->app->term, "%d/%zu  %s", migration->idx, report->total, migration->tag);
}

static void
on_verified(void *arg, const struct ray_verified *verified)
{
    ray_verify_report_add(arg, verified);
}

static bool
run(struct ray_verify_report *report)
{
    struct ray_app *app = report->app;
    struct ray_verify_options to_prove = {.arg = report,
                                          .on_begin = on_begin,
                                          .on_verified = on_verified};
    struct ray_load_options load;
    struct ray_folder folder;

    if (!ray_project_configure(&app->project) ||
        !ray_project_folder(&app->project, false, &folder) ||
        !choose(app, &folder, &to_prove.wanted) ||
        !ray_project_shadow(&app->project, &to_prove.replay.shadow))
        return false;
    folder.migrations.len = count_to_last(&folder, to_prove.wanted);
    report->total = folder.migrations.len;
    for (size_t i = 0; i < folder.warnings.len; i++)
        ray_term_warn(app->term, "%s", folder.warnings.items[i]);
    ray_source_load_options(&app->project, &load);
    to_prove.load = &load;
    to_prove.replay.config = &app->project.config;
    to_prove.replay.folder = &folder;
    return ray_verify(app->arena, &to_prove, &app->project.err);
}

static enum ray_code
verify(struct ray_app *app)
{
    struct ray_verify_report report = {.app = app,
                                       .require_down = ray_app_flag(app, "require-down"),
                                       .markdown = ray_app_flag(app, "markdown"),
                                       .began_us = ray_clock_us()};
    bool ok;

    ray_verify_report_begin(&report);
    ok = run(&report);
    return ray_verify_report_end(&report, ok);
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
