/* What a migration's steps share: see step.h. */
#include "run/step.h"

#include <string.h>

struct ray_lua *
ray_runner_lua(struct ray_runner *runner)
{
    if (runner->lua == NULL)
        runner->lua = ray_lua_new(runner->arena, runner->options.config);
    return runner->lua;
}

bool
ray_runner_reversible(struct ray_runner *runner, struct ray_arena *arena,
                      const struct ray_migration *migration, struct ray_reversible **out,
                      struct ray_err *err)
{
    int version = runner->conn == NULL ? 0 : ray_conn_server_version(runner->conn);

    return ray_reversible_read(ray_runner_lua(runner), arena, &migration->up, version, out, err);
}

bool
ray_runner_record(struct ray_runner *runner, struct ray_arena *arena,
                  const struct ray_migration *migration, enum ray_row_state state,
                  struct ray_history_record *out, struct ray_err *err)
{
    struct ray_migration sql = *migration;
    struct ray_reversible *change = NULL;

    if (migration->up.kind == RAY_SCRIPT_LUA && migration->down.kind == RAY_SCRIPT_LUA &&
        strcmp(migration->up.source.path, migration->down.source.path) == 0 &&
        !ray_runner_reversible(runner, arena, migration, &change, err))
        return false;
    if (change != NULL) {
        sql.down = ray_reversible_script(arena, change, true);
        sql.down.source.path = ray_arena_printf(arena, "%s.down.sql", migration->tag);
    }
    if (!ray_history_record_read(arena, &sql, state, out, err))
        return false;
    out->migration = migration;
    return true;
}

void
ray_step_event(const struct ray_step *step, struct ray_event *event)
{
    const struct ray_run_options *options = &step->runner->options;

    if (options->on_event == NULL)
        return;
    event->direction = step->direction;
    event->tag = step->selected->name;
    event->dry_run = options->dry_run;
    if (event->number == 0)
        event->number = step->number;
    event->total = step->total;
    options->on_event(options->event_arg, event);
}

bool
ray_step_may_go_on(const struct ray_step *step, struct ray_err *err)
{
    const struct ray_run_options *options = &step->runner->options;

    return options->may_go_on == NULL || options->may_go_on(options->event_arg, err);
}

void
ray_step_warn(const struct ray_step *step, const char *format, ...)
{
    struct ray_event event = {.kind = RAY_EVENT_WARNING};
    va_list args;

    va_start(args, format);
    event.text = ray_arena_vprintf(step->arena, format, args);
    va_end(args);
    ray_step_event(step, &event);
}
