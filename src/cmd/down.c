/* `raymig down`: takes migrations back, the newest first. */
#include "cmd/report.h"

static const struct ray_option options[] = {
    {"to", '\0', "TAG", "take back all that came after this migration", false},
    {"all", '\0', NULL, "take back every migration", false},
    {"stored", '\0', NULL, "run the downs that the history keeps, not those of the folder", false},
    RAY_RUN_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

static enum ray_code
down(struct ray_app *app)
{
    struct ray_report report = {0};
    struct ray_extent extent;

    return ray_report_end(&report, ray_report_begin(&report, app) &&
                                       ray_app_extent(app, 1, &extent) &&
                                       ray_session_down(&report.session, &extent));
}

const struct ray_command ray_cmd_down = {
    .name = "down",
    .alias = "rollback",
    .arguments = "[N | --to TAG | --all]",
    .max_args = 1,
    .summary = "take migrations back, newest first",
    .description =
        "Runs the down script of the newest applied migration, or of the newest N, each in a\n"
        "transaction of its own together with the removal of its history row. The script comes from\n"
        "the folder; where the folder lacks the migration, or with --stored, from the history, which\n"
        "keeps the down of every migration that was applied.\n"
        "\n"
        "It asks on a terminal, and needs --yes elsewhere.",
    .examples = "raymig down               the newest one\n"
                "raymig down 3             the newest three\n"
                "raymig down --to 0004     all that came after 0004\n"
                "raymig down --dry-run     run the down scripts and roll them back",
    .options = options,
    .run = down,
};
