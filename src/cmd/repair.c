/* `raymig repair`: makes history and journal agree with the folder. What is done stands in project/repair.h. */
#include "project/repair.h"
#include "cmd/report.h"

static const struct ray_option options[] = {
    {"accept", '\0', "TAG", "record the edited file of TAG as the one that was applied", true},
    {"forget", '\0', "TAG",
     "remove the history row of TAG: of one that stopped half-way, or is missing", true},
    {"dry-run", '\0', NULL, "only show what would be done", false},
    {"lock-wait", '\0', "TIME", "how long to wait for another runner (default 5min)", false},
    {NULL, '\0', NULL, NULL, false},
};

static const char *
text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void
show(struct ray_report *report)
{
    struct ray_term *term = report->app->term;

    for (size_t i = 0; i < json_array_size(report->session.migrations); i++) {
        const json_t *row = json_array_get(report->session.migrations, i);

        if (!ray_term_options(term)->json)
            ray_term_out(term, "%s  %s  %s\n", text_of(row, "of"), text_of(row, "tag"),
                         text_of(row, "result"));
    }
}

static bool
run_repair(struct ray_report *report, const struct ray_repair_request *request)
{
    struct ray_repair plan;

    if (!ray_repair_plan(&report->session, request, &plan))
        return false;
    show(report);
    if (plan.count == 0 || report->session.options.dry_run)
        return true;
    report->summary = ray_arena_printf(report->app->arena, "%zu repair%s made", plan.count,
                                       plan.count == 1 ? "" : "s");
    return ray_repair_apply(&report->session, &plan);
}

static enum ray_code
repair(struct ray_app *app)
{
    const struct ray_repair_request request = {.accept = ray_app_options(app, "accept"),
                                               .forget = ray_app_options(app, "forget")};
    struct ray_report report = {.app = app};

    return ray_report_end(&report, ray_report_begin(&report, app) && run_repair(&report, &request));
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
