/* `raymig plan`: what up or down would run, statement by statement, in a read-only transaction. */
#include "cmd/report.h"
#include "project/preview.h"

#include <string.h>

static const struct ray_option options[] = {
    {"to", '\0', "TAG", "as for up and down", false},
    {"all", '\0', NULL, "down: every migration", false},
    {"down", 'd', NULL, "the plan of down instead of up", false},
    {"stored", '\0', NULL, "down: the scripts that the history keeps", false},
    {"allow", '\0', "TAG", "as for up", true},
    {"exit-code", '\0', NULL, "exit 3 when there is something to run", false},
    {NULL, '\0', NULL, NULL, false},
};

/* What is printed; it is JSON that is gathered by itself. */
struct printing {
    struct ray_app *app;
    bool begun;
};

static void
print_migration(void *arg, const struct ray_selected *selected)
{
    struct printing *printing = arg;
    struct ray_app *app = printing->app;
    const char *head = ray_arena_printf(app->arena, "-- %s %s (%s)",
                                        selected->direction == RAY_UP ? "up" : "down",
                                        selected->name, selected->script.source.path);

    ray_term_out(app->term, "%s%s\n", printing->begun ? "\n" : "",
                 ray_term_styled(app->term, false, RAY_BOLD, head));
    printing->begun = true;
}

static void
print_statement(void *arg, const struct ray_statement *statement)
{
    const struct printing *printing = arg;

    ray_term_out(printing->app->term, "%s;\n",
                 statement->text + strspn(statement->text, " \t\r\n"));
}

static void
print_lua(void *arg, const char *text)
{
    const struct printing *printing = arg;

    ray_term_out(printing->app->term, "%s%s", text, ray_has_suffix(text, "\n") ? "" : "\n");
}

static bool
run_plan(struct ray_report *report, struct ray_app *app, ray_selection *selection)
{
    enum ray_direction direction = ray_app_flag(app, "down") ? RAY_DOWN : RAY_UP;
    struct printing printing = {.app = app};
    const struct ray_preview show = {.arg = &printing,
                                     .migration = print_migration,
                                     .statement = print_statement,
                                     .lua = print_lua};
    struct ray_extent extent;

    return ray_report_begin(report, app) &&
           ray_app_extent(app, direction == RAY_UP ? -1 : 1, &extent) &&
           ray_session_preview(&report->session, direction, &extent,
                               ray_term_options(app->term)->json ? NULL : &show, selection);
}

static enum ray_code
plan(struct ray_app *app)
{
    struct ray_report report = {0};
    ray_selection selection = {0};
    bool ok = run_plan(&report, app, &selection);
    enum ray_code code;

    if (ok)
        report.summary = selection.len == 0
                             ? "nothing to do"
                             : ray_arena_printf(app->arena, "%zu migration%s would run",
                                                selection.len, selection.len == 1 ? "" : "s");
    code = ray_report_end(&report, ok);
    return ok && selection.len > 0 && ray_app_flag(app, "exit-code") ? RAY_DIFFERENT : code;
}

const struct ray_command ray_cmd_plan = {
    .name = "plan",
    .arguments = "[N | --to TAG]",
    .max_args = 1,
    .summary = "show what up or down would run, statement by statement",
    .description =
        "Reads the database in a read-only transaction and runs nothing. A Lua migration is\n"
        "shown as its text: what it will do only running it tells (raymig up --dry-run).",
    .examples = "raymig plan               what up would run\n"
                "raymig plan --down        what down would run",
    .options = options,
    .run = plan,
};
