/* `raymig redo`: takes migrations back and applies them again, under one lock. */
#include "cmd/report.h"

static const struct ray_option options[] = {
    RAY_RUN_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

static enum ray_code
redo(struct ray_app *app)
{
    struct ray_report report = {0};
    struct ray_extent extent;

    return ray_report_end(&report, ray_report_begin(&report, app) &&
                                       ray_app_extent(app, 1, &extent) &&
                                       ray_session_redo(&report.session, &extent));
}

const struct ray_command ray_cmd_redo = {
    .name = "redo",
    .arguments = "[N]",
    .max_args = 1,
    .summary = "take the newest migrations back and apply them again",
    .description =
        "Down and up again, under one lock: for a migration that is still being written.",
    .examples = "raymig redo --yes         the newest one\n"
                "raymig redo 2             the newest two",
    .options = options,
    .run = redo,
};
