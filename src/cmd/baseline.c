/*
 * `raymig baseline`: marks migrations as applied without running them, once a comparison with what they make has shown
 * that the database stands there.
 */
#include "cmd/changes.h"
#include "cmd/options.h"
#include "cmd/report.h"
#include "diff/compare.h"
#include "project/source.h"
#include "project/stands.h"
#include "run/edit.h"

static const struct ray_option options[] = {
    {"dry-run", '\0', NULL, "only show what would be marked", false},
    {"unproved", '\0', NULL, "mark them without looking whether the database stands there", false},
    {"lock-wait", '\0', "TIME", "how long to wait for another runner (default 5min)", false},
    RAY_SOURCE_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

/* The pending migrations up to and with the target. */
static void
collect(struct ray_report *report, const struct ray_migration *target, ray_edits *out)
{
    const struct ray_state *state = ray_runner_state(report->session.runner);

    for (size_t i = 0; i < state->stands.len; i++) {
        const struct ray_stand *stand = &state->stands.items[i];

        if (stand->migration != NULL && stand->row == NULL) {
            struct ray_edit *edit = ray_vec_add(report->app->arena, out);

            edit->kind = RAY_EDIT_BASELINE;
            edit->stand = stand;
        }
        if (stand->migration == target)
            return;
    }
}

static void
show(struct ray_report *report, const ray_edits *edits, const char *verb)
{
    for (size_t i = 0; i < edits->len; i++) {
        const char *tag = edits->items[i].stand->migration->tag;
        json_t *object = json_object();

        ray_json_set_text(object, "tag", tag);
        ray_json_set_text(object, "result", "baselined");
        json_array_append_new(report->session.migrations, object);
        if (!ray_term_options(report->app->term)->json)
            ray_term_out(report->app->term, "%s  %s\n", verb, tag);
    }
}

/* The database against what the migrations make: those that are applied and those to be marked. */
static bool
prove(struct ray_report *report, const struct ray_migration *target)
{
    struct ray_app *app = report->app;
    struct ray_stands_applied stands;
    struct ray_catalog *found;
    struct ray_catalog *wanted;
    ray_changes changes = {0};

    if (!ray_stands_find_applied(app->arena, ray_runner_state(report->session.runner), target,
                                 &stands, &app->project.err) ||
        !ray_source_load(&app->project, "db", &found) ||
        !ray_source_replay(&app->project, &stands.folder, NULL, &wanted) ||
        !ray_source_is_whole(&app->project, found))
        return false;
    ray_catalog_compare(app->arena, wanted, found, &changes);
    if (changes.len == 0)
        return true;
    (void)ray_err_set(&app->project.err, RAY_REFUSED,
                      "the database does not stand at \"%s\": %zu difference%s from what the "
                      "migrations make",
                      target->tag, changes.len, changes.len == 1 ? "" : "s");
    (void)ray_err_detail(&app->project.err, "%s", ray_changes_lines(app->arena, &changes));
    return ray_err_hint(&app->project.err,
                        "raymig diff --from db --to migrations@%s --sql shows what would bring it "
                        "there; --unproved marks them as they are.",
                        target->tag);
}

static bool
run_baseline(struct ray_report *report)
{
    struct ray_app *app = report->app;
    bool dry_run = ray_app_flag(app, "dry-run");
    const struct ray_migration *target;
    ray_edits edits = {0};

    if (!ray_report_open(report, app, RAY_SESSION_RUN))
        return false;
    target = ray_folder_find(&report->session.folder, app->args[0], &app->project.err);
    if (target == NULL)
        return false;
    collect(report, target, &edits);
    if (edits.len > 0 && !ray_app_flag(app, "unproved") && !prove(report, target))
        return false;
    if (dry_run || edits.len == 0) {
        show(report, &edits, "would mark");
        return true;
    }
    if (!ray_project_confirm(&app->project,
                             ray_arena_printf(app->arena,
                                              "Mark %zu migration%s up to %s as applied, without "
                                              "running any?",
                                              edits.len, edits.len == 1 ? "" : "s", target->tag)) ||
        !ray_runner_lock(report->session.runner, &app->project.err))
        return false;
    edits.len = 0;
    collect(report, target, &edits); /* the state was read again under the lock */
    if (!ray_runner_edit(report->session.runner, &edits, &app->project.err))
        return false;
    show(report, &edits, "marked");
    report->summary = ray_arena_printf(app->arena,
                                       "%zu migration%s marked as applied; none was run", edits.len,
                                       edits.len == 1 ? "" : "s");
    return true;
}

static enum ray_code
baseline(struct ray_app *app)
{
    struct ray_report report = {.app = app};

    return ray_report_end(&report, run_baseline(&report));
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
