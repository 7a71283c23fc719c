/* A Lua migration as a step: what the script reports becomes the run's events. */
#include "run/script.h"

#include "base/clock.h"
#include "pg/statement.h"

struct listener {
    const struct ray_step *step;
    int statements;
};

static void
on_statement(void *arg, const char *sql, int64_t us, int64_t rows)
{
    struct listener *listener = arg;
    char summary[RAY_SUMMARY_SIZE];
    struct ray_event event = {.kind = RAY_EVENT_STATEMENT_DONE,
                              .statement = ++listener->statements,
                              .text = summary,
                              .sql = sql,
                              .us = us,
                              .done = rows};

    ray_statement_summary(sql, summary, sizeof(summary));
    ray_step_event(listener->step, &event);
}

static void
on_notice(void *arg, const char *text)
{
    struct listener *listener = arg;
    struct ray_event event = {.kind = RAY_EVENT_NOTICE, .text = text};

    ray_step_event(listener->step, &event);
}

static void
on_progress(void *arg, const char *what, int64_t done, int64_t total)
{
    struct listener *listener = arg;
    struct ray_event event = {.kind = RAY_EVENT_PROGRESS, .text = what, .done = done, .of = total};

    ray_step_event(listener->step, &event);
}

const char *
ray_runner_batch_table(const struct ray_runner *runner, struct ray_arena *arena)
{
    struct ray_history_place place = {runner->place.schema,
                                      ray_arena_printf(arena, "%s_batch", runner->place.table)};

    return ray_history_name(arena, &place);
}

bool
ray_step_script(struct ray_step *step, struct ray_err *err)
{
    struct ray_runner *runner = step->runner;
    struct listener listener = {.step = step};
    struct ray_script_run run = {
        .conn = runner->conn,
        .script = &step->selected->script,
        .direction = step->direction == RAY_UP ? "up" : "down",
        .tag = step->selected->name,
        .trusted = step->selected->script.source.text == NULL,
        .in_transaction = !step->options.no_transaction,
        .dry_run = runner->options.dry_run,
        .hooks = {&listener, on_statement, on_notice, on_progress},
        .batch_table = ray_runner_batch_table(runner, step->arena),
    };

    if (ray_script_run(ray_runner_lua(runner), &run, err))
        return true;
    step->untouched = listener.statements == 0;
    return false;
}
