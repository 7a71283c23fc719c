/* What a migration's steps share: see step.h. */
#include "run/step.h"

struct ray_lua *
ray_runner_lua(struct ray_runner *runner)
{
    if (runner->lua == NULL)
        runner->lua = ray_lua_new(runner->arena, runner->options.config);
    return runner->lua;
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
