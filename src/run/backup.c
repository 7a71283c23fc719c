/*
 * The backup before a run: pg_dump -Fc of the database that the run is connected to. The password goes by
 * the environment, never on the command line.
 */
#include "run/runner.h"

#include "base/clock.h"
#include "pg/dump.h"

bool
ray_runner_backup(struct ray_runner *runner, const char *path, struct ray_err *err)
{
    struct ray_history_event log = {.event = "backup", .duration_ms = -1};
    struct ray_event event = {.kind = RAY_EVENT_BACKUP, .text = path};
    int64_t start = ray_clock_us();
    json_t *detail;
    bool ok;

    if (!ray_dump_write(runner->arena, runner->conn, path, err))
        return false;
    event.us = ray_clock_us() - start;
    if (runner->options.on_event != NULL)
        runner->options.on_event(runner->options.event_arg, &event);
    if (runner->options.dry_run)
        return true;
    detail = json_object();
    ray_json_set_text(detail, "file", path);
    log.duration_ms = event.us / 1000;
    log.detail = detail;
    ok = ray_runner_prepare(runner, err) &&
         ray_history_log(runner->conn, runner->arena, &runner->history, &log, err);
    json_decref(detail);
    return ok;
}
