/* `raymig redo`: takes migrations back and applies them again, under one lock. */
#include "cmd/session.h"

static const struct ray_option options[] = {
    RAY_RUN_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

static bool
run_redo(struct ray_session *session)
{
    struct ray_app *app = session->app;
    struct ray_extent extent;
    ray_selection selection;

    if (ray_app_flag(app, "dry-run")) {
        (void)ray_err_set(&app->err, RAY_USAGE, "redo has no dry run");
        return ray_err_hint(&app->err, "Try raymig down --dry-run.");
    }
    if (!ray_session_extent(app, 1, &extent) || !ray_session_open(app, RAY_SESSION_RUN, session) ||
        !ray_runner_select(session->runner, RAY_DOWN, &extent, &selection, &app->err))
        return false;
    if (selection.len == 0)
        return true;
    if (!ray_session_confirm_down(session, &selection) ||
        !ray_session_run(session, RAY_DOWN, &extent, &selection) ||
        !ray_runner_refresh(session->runner, &app->err))
        return false;
    extent.count = (int64_t)session->reverted;
    return ray_session_run(session, RAY_UP, &extent, NULL);
}

static enum ray_code
redo(struct ray_app *app)
{
    struct ray_session session = {.app = app};

    return ray_session_end(&session, run_redo(&session));
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
