/* `raymig goto`: up or down, whichever way a migration lies. */
#include "cmd/session.h"

static const struct ray_option options[] = {
    {"allow", '\0', "TAG", "let this one run out of order, or be missing", true},
    {"stored", '\0', NULL, "run the downs that the history keeps, not those of the folder", false},
    RAY_RUN_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

static bool
is_applied(const struct ray_state *state, const struct ray_migration *migration)
{
    for (size_t i = 0; i < state->stands.len; i++)
        if (state->stands.items[i].migration == migration)
            return state->stands.items[i].row != NULL;
    return false;
}

static bool
run_goto(struct ray_session *session)
{
    struct ray_app *app = session->app;
    struct ray_extent extent = {.count = -1, .to = app->args[0]};
    const struct ray_migration *target;
    enum ray_direction direction;
    ray_selection selection;

    if (!ray_session_open(app, RAY_SESSION_RUN, session))
        return false;
    target = ray_folder_find(&session->folder, extent.to, &app->err);
    if (target == NULL)
        return false;
    direction = is_applied(ray_runner_state(session->runner), target) ? RAY_DOWN : RAY_UP;
    if (!ray_runner_select(session->runner, direction, &extent, &selection, &app->err))
        return false;
    if (selection.len == 0)
        return true;
    if (direction == RAY_UP)
        return ray_session_run(session, RAY_UP, &extent, NULL);
    return ray_session_confirm_down(session, &selection) &&
           ray_session_run(session, RAY_DOWN, &extent, &selection);
}

static enum ray_code
go_to(struct ray_app *app)
{
    struct ray_session session = {.app = app};

    return ray_session_end(&session, run_goto(&session));
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
