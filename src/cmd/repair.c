/* `raymig repair`: makes history and journal agree with the folder, showing each change first. */
#include "cmd/report.h"
#include "run/edit.h"

#include <string.h>

static const struct ray_option options[] = {
    {"accept", '\0', "TAG", "record the edited file of TAG as the one that was applied", true},
    {"forget", '\0', "TAG",
     "remove the history row of TAG: of one that stopped half-way, or is missing", true},
    {"dry-run", '\0', NULL, "only show what would be done", false},
    {"lock-wait", '\0', "TIME", "how long to wait for another runner (default 5min)", false},
    {NULL, '\0', NULL, NULL, false},
};

static const struct ray_stand *
find_stand(struct ray_report *report, const char *name)
{
    const struct ray_state *state = ray_runner_state(report->session.runner);

    for (size_t i = 0; i < state->stands.len; i++)
        if (strcmp(ray_stand_name(report->app->arena, &state->stands.items[i]), name) == 0)
            return &state->stands.items[i];
    return NULL;
}

static bool
add_named(struct ray_report *report, const char *option, enum ray_edit_kind kind, ray_edits *out)
{
    struct ray_app *app = report->app;
    ray_strings names = ray_app_options(app, option);

    for (size_t i = 0; i < names.len; i++) {
        const struct ray_stand *stand = find_stand(report, names.items[i]);
        struct ray_edit *edit;

        if (stand == NULL || stand->row == NULL) {
            (void)ray_err_set(&app->project.err, RAY_USAGE, "no applied migration is called \"%s\"",
                              names.items[i]);
            return ray_err_hint(&app->project.err, "raymig status lists them; give the whole tag.");
        }
        if (kind == RAY_EDIT_ACCEPT && stand->migration == NULL)
            return ray_err_set(&app->project.err, RAY_USAGE,
                               "\"%s\" has no file in the folder to accept", names.items[i]);
        edit = ray_vec_add(app->arena, out);
        edit->kind = kind;
        edit->stand = stand;
    }
    return true;
}

/* Without a tag: every edited file is accepted. A row is only forgotten by name. */
static bool
collect(struct ray_report *report, ray_edits *out)
{
    struct ray_app *app = report->app;
    const struct ray_state *state = ray_runner_state(report->session.runner);

    out->len = 0;
    if (!add_named(report, "accept", RAY_EDIT_ACCEPT, out) ||
        !add_named(report, "forget", RAY_EDIT_FORGET, out))
        return false;
    if (ray_app_option(app, "accept") != NULL || ray_app_option(app, "forget") != NULL)
        return true;
    for (size_t i = 0; i < state->stands.len; i++)
        if (state->stands.items[i].standing == RAY_EDITED) {
            struct ray_edit *edit = ray_vec_add(app->arena, out);

            edit->kind = RAY_EDIT_ACCEPT;
            edit->stand = &state->stands.items[i];
        }
    return true;
}

static void
show_line(struct ray_report *report, const char *verb, const char *tag, const char *what)
{
    json_t *object = json_object();

    ray_json_set_text(object, "tag", tag);
    ray_json_set_text(object, "result", what);
    json_array_append_new(report->session.migrations, object);
    if (!ray_term_options(report->app->term)->json)
        ray_term_out(report->app->term, "%s  %s  %s\n", verb, tag, what);
}

static void
show(struct ray_report *report, const ray_edits *edits)
{
    for (size_t i = 0; i < report->session.folder.orphans.len; i++)
        show_line(report, "journal", report->session.folder.orphans.items[i],
                  "add the file to the journal");
    for (size_t i = 0; i < edits->len; i++)
        show_line(report, "history", ray_stand_name(report->app->arena, edits->items[i].stand),
                  edits->items[i].kind == RAY_EDIT_ACCEPT
                      ? "accept the edited file"
                      : "forget the row; the database is not touched");
}

static bool
run_repair(struct ray_report *report)
{
    struct ray_app *app = report->app;
    ray_edits edits = {0};
    size_t count;

    if (!ray_report_open(report, app, RAY_SESSION_REPAIR) || !collect(report, &edits))
        return false;
    show(report, &edits);
    count = edits.len + report->session.folder.orphans.len;
    if (count == 0 || ray_app_flag(app, "dry-run"))
        return true;
    if (!ray_project_confirm(&app->project, ray_arena_printf(app->arena, "Make %zu repair%s?",
                                                             count, count == 1 ? "" : "s")))
        return false;
    if (report->session.folder.orphans.len > 0 &&
        !ray_folder_journal_orphans(app->arena, &report->session.folder,
                                    ray_runner_history(report->session.runner)->newest,
                                    &app->project.err))
        return false;
    report->summary = ray_arena_printf(app->arena, "%zu repair%s made", count,
                                       count == 1 ? "" : "s");
    if (edits.len == 0)
        return true;
    return ray_runner_lock(report->session.runner, &app->project.err) && collect(report, &edits) &&
           ray_runner_edit(report->session.runner, &edits, &app->project.err);
}

static enum ray_code
repair(struct ray_app *app)
{
    struct ray_report report = {.app = app};

    return ray_report_end(&report, run_repair(&report));
}

const struct ray_command ray_cmd_repair = {
    .name = "repair",
    .arguments = "",
    .summary = "accept edited files, forget rows, complete the journal",
    .description =
        "Shows what it would change and asks. Without a tag it accepts every edited file (its hash is\n"
        "recorded anew) and adds files to the journal that it lacks. A row is removed only by name.",
    .examples = "raymig repair                       all that can be put right\n"
                "raymig repair --accept 0003_names   this edit is right\n"
                "raymig repair --forget 0004_index   it stopped half-way and was undone by hand",
    .options = options,
    .run = repair,
};
