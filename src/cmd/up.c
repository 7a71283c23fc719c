/* `raymig up`: applies what is pending. */
#include "cmd/report.h"

static const struct ray_option options[] = {
    {"to", '\0', "TAG", "apply up to and with this migration", false},
    {"allow", '\0', "TAG", "let this one run out of order, or be missing", true},
    RAY_RUN_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

static enum ray_code
up(struct ray_app *app)
{
    struct ray_report report = {0};
    struct ray_extent extent;

    return ray_report_end(&report, ray_report_begin(&report, app) &&
                                       ray_app_extent(app, -1, &extent) &&
                                       ray_session_up(&report.session, &extent));
}

const struct ray_command ray_cmd_up = {
    .name = "up",
    .alias = "migrate",
    .arguments = "[N | --to TAG]",
    .max_args = 1,
    .summary = "apply pending migrations",
    .description =
        "Applies the next N pending migrations, or all of them, each in a transaction of its own\n"
        "together with its row in the history table. One runner works at a time; another one waits.\n"
        "With nothing pending it takes no lock and writes nothing.\n"
        "\n"
        "A migration that says \"-- raymig: transaction=none\" runs statement by statement, each\n"
        "finished one recorded, and resumes at the statement that failed.\n"
        "\n"
        "In another tool's folder, where that tool's own table says that some of it has run and\n"
        "raymig has no history yet, it refuses: raymig import takes both over, raymig baseline\n"
        "marks what the database has.",
    .examples = "raymig up                 all that is pending\n"
                "raymig up 1               the next one\n"
                "raymig up --to 0007       up to and with 0007\n"
                "raymig up --dry-run       run it all and roll it back\n"
                "raymig up --wait 30s      wait for the server to come up first",
    .options = options,
    .run = up,
};
