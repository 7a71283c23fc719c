/* `raymig goto`: up or down, whichever way a migration lies. */
#include "cmd/report.h"

static const struct ray_option options[] = {
    {"allow", '\0', "TAG", "let this one run out of order, or be missing", true},
    {"stored", '\0', NULL, "run the downs that the history keeps, not those of the folder", false},
    RAY_RUN_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

static enum ray_code
go_to(struct ray_app *app)
{
    struct ray_report report = {0};

    return ray_report_end(&report, ray_report_begin(&report, app) &&
                                       ray_session_goto(&report.session, app->args[0]));
}

const struct ray_command ray_cmd_goto = {
    .name = "goto",
    .arguments = "TAG",
    .min_args = 1,
    .max_args = 1,
    .summary = "go up or down until TAG is the newest applied migration",
    .description = "Applies what is pending up to and with TAG; or, where TAG is applied already,\n"
                   "takes back all that came after it.",
    .examples = "raymig goto 0004          wherever the database stands now",
    .options = options,
    .run = go_to,
};
