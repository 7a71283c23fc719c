/* `raymig push`: the database is made what the Lua schema says, without a migration. */
#include "project/push.h"
#include "cmd/options.h"

#include "base/clock.h"

#include <string.h>

static const struct ray_option options[] = {
    {"accept-data-loss", '\0', NULL, "also where tables or columns with rows are dropped", false},
    {"dry-run", '\0', NULL, "print the statements, run nothing", false},
    RAY_RENAME_OPTIONS,
    RAY_SOURCE_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

static enum ray_code
push(struct ray_app *app)
{
    bool json = ray_term_options(app->term)->json;
    bool dry_run = ray_app_flag(app, "dry-run");
    int64_t began = ray_clock_ms();
    struct ray_push what;

    if (!ray_push_plan(&app->project, &what))
        return ray_app_fail(app);
    if (!json)
        ray_term_outn(app->term, what.sql, strlen(what.sql));
    if (!dry_run && !ray_push_apply(&app->project, &what))
        return ray_app_fail(app);
    if (json)
        ray_app_print_json(app, ray_push_json(app->arena, &what, dry_run));
    else if (what.planned.up.steps.len == 0)
        ray_term_say(app->term, "nothing changed: the database is what the schema says");
    else if (!dry_run)
        ray_term_say(app->term, "pushed %zu steps in %s", what.planned.up.steps.len,
                     ray_term_duration(app->term, ray_clock_ms() - began));
    return RAY_OK;
}

const struct ray_command ray_cmd_push = {
    .name = "push",
    .arguments = "",
    .summary = "make the database what the Lua schema says, without a migration",
    .description =
        "Compares the database with the schema, shows the statements, proves them in a shadow\n"
        "and runs them in one transaction. What would lose rows is refused, with their count,\n"
        "unless --accept-data-loss is given. It holds the lock that up and down take, and after it\n"
        "a second look must find nothing.",
    .examples = "raymig push              show and run\n"
                "raymig push --dry-run    only show",
    .options = options,
    .run = push,
};
