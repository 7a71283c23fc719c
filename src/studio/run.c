/*
 * Doing what a plan showed: the plan is made again and must be the same, the word must be typed where something is lost,
 * and no other runner may be at work; then it runs, as the command would run it, and tells what it does line by line. It
 * goes on to its end though the page is closed, unless it is cancelled: half a migration is nobody's wish.
 */
#include "studio/audit.h"
#include "studio/planning.h"
#include "studio/routes.h"

#include "history/table.h"
#include "pg/lock.h"

#include <string.h>

struct run {
    struct ray_operation operation;
    struct ray_wish wish;
    struct ray_planning planning;
    struct ray_sink *sink;
    json_t *result;
};

/* ---------------------------------------------------------------- what is told */

enum { TEXT_BYTES = 4000 };

static const char *
event_name(enum ray_event_kind kind)
{
    static const char *const names[] = {
        [RAY_EVENT_LOCK_WAIT] = "lock wait", [RAY_EVENT_BEGIN] = "begin",
        [RAY_EVENT_STATEMENT] = "statement", [RAY_EVENT_STATEMENT_DONE] = "statement done",
        [RAY_EVENT_NOTICE] = "notice",       [RAY_EVENT_PROGRESS] = "progress",
        [RAY_EVENT_WARNING] = "warning",     [RAY_EVENT_RETRY] = "retry",
        [RAY_EVENT_DONE] = "done",           [RAY_EVENT_FAILED] = "failed",
        [RAY_EVENT_BACKUP] = "backup",
    };

    return names[kind];
}

/* The beginning of a long text, cut between characters. */
static json_t *
text_json(const char *text)
{
    size_t length = strlen(text);

    if (length > TEXT_BYTES)
        for (length = TEXT_BYTES; length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80;)
            length--;
    return json_stringn(text, length);
}

static void
on_event(void *arg, const struct ray_event *event)
{
    struct run *run = arg;
    json_t *line = json_object();

    ray_json_set_text(line, "event", event_name(event->kind));
    if (event->tag != NULL) {
        ray_json_set_text(line, "tag", event->tag);
        ray_json_set_text(line, "direction", event->direction == RAY_UP ? "up" : "down");
    }
    if (event->kind == RAY_EVENT_BEGIN || event->kind == RAY_EVENT_RETRY) {
        ray_json_set_int(line, "number", (int64_t)event->number);
        ray_json_set_int(line, "total", (int64_t)event->total);
    }
    if (event->kind == RAY_EVENT_STATEMENT || event->kind == RAY_EVENT_STATEMENT_DONE)
        ray_json_set_int(line, "statement", event->statement);
    if (event->text != NULL && event->kind != RAY_EVENT_STATEMENT_DONE)
        (void)json_object_set_new(line, "text", text_json(event->text));
    if (event->us > 0)
        ray_json_set_int(line, "us", event->us);
    if (event->kind == RAY_EVENT_PROGRESS) {
        ray_json_set_int(line, "done", event->done);
        ray_json_set_int(line, "of", event->of);
    }
    if (event->notice != NULL)
        ray_json_set_text(line, "severity", event->notice->severity);
    ray_json_scrub(run->operation.request->arena, line);
    (void)ray_sink_line(run->sink, line);
}

/* ---------------------------------------------------------------- doing it */

static bool
run_migrations(struct run *run)
{
    struct ray_session_options options;
    struct ray_session session;
    const struct ray_extent extent = {.count = (int64_t)run->planning.tags.len};
    bool ok;

    ray_session_options_init(&options);
    options.lock_wait_ms = 0;
    options.expected = &run->planning.tags;
    options.on_event = on_event;
    options.event_arg = run;
    ray_session_init(&session, &run->operation.project, &options);
    ok = run->wish.doing == RAY_DO_UP ? ray_session_up(&session, &extent)
                                      : ray_session_down(&session, &extent);
    run->result = ray_session_json(&session, ok);
    ray_session_close(&session);
    return ok;
}

static bool
run_push(struct run *run)
{
    struct ray_project *project = &run->operation.project;

    project->options.accept_data_loss = true; /* the word was typed */
    if (!ray_push_apply(project, &run->planning.push))
        return false;
    run->result = ray_push_json(project->arena, &run->planning.push, false);
    return true;
}

static bool
run_generate(struct run *run)
{
    struct ray_project *project = &run->operation.project;
    const struct ray_generate_options options = {.name = run->wish.name};
    struct ray_generated generated = {0};

    if (!ray_generate(project, &options, &generated))
        return false;
    run->result = ray_generated_json(project->arena, &generated);
    return true;
}

static bool (*const runners[RAY_DO_COUNT])(struct run *run) = {
    [RAY_DO_UP] = run_migrations,
    [RAY_DO_DOWN] = run_migrations,
    [RAY_DO_PUSH] = run_push,
    [RAY_DO_GENERATE] = run_generate,
};

static void
audit(const struct run *run, bool ok)
{
    struct ray_request *request = run->operation.request;
    const struct ray_planning *planning = &run->planning;
    json_t *details = json_object();

    if (planning->tags.len > 0) {
        json_t *tags = json_array();

        for (size_t i = 0; i < planning->tags.len; i++)
            (void)json_array_append_new(tags, json_string(planning->tags.items[i]));
        (void)json_object_set_new(details, "planned", tags);
    }
    if (run->wish.doing == RAY_DO_UP || run->wish.doing == RAY_DO_DOWN) {
        const char *key = run->wish.doing == RAY_DO_UP ? "applied" : "reverted";

        (void)json_object_set(details, key, json_object_get(run->result, key));
    }
    if (run->wish.doing == RAY_DO_PUSH && ok)
        ray_audit_set_sql(request, details, json_string_value(json_object_get(run->result, "sql")));
    if (run->wish.doing == RAY_DO_GENERATE && ok)
        (void)json_object_set(details, "name", json_object_get(run->result, "name"));
    ray_audit_note(request, run->wish.what, details, ok ? NULL : &run->operation.project.err);
}

static bool
produce(struct ray_request *request, struct ray_sink *sink, void *state, struct ray_err *err)
{
    struct run *run = state;
    bool ok;

    (void)err;
    run->sink = sink;
    run->operation.sink = sink;
    ray_operation_enter(&run->operation);
    ok = runners[run->wish.doing](run);
    if (run->result == NULL)
        run->result = json_object();
    ray_json_set_bool(run->result, "ok", ok);
    if (!ok) {
        json_t *failure = ray_request_error(request->arena, &run->operation.project.err);

        (void)json_object_update(run->result, failure);
        json_decref(failure);
    }
    ray_json_set_bool(run->result, "end", true);
    audit(run, ok);
    (void)ray_sink_line(sink, run->result);
    ray_operation_close(&run->operation);
    return true;
}

/* ---------------------------------------------------------------- whether it may */

/* Another runner's lock, whoever it is: the command line's, or a deployment's. */
static bool
is_free(struct ray_operation *operation, struct ray_err *err)
{
    struct ray_project *project = &operation->project;
    const struct ray_history_place place = {project->config.history_schema,
                                            project->config.history_table};
    struct ray_lock *lock = NULL;
    bool ok = ray_lock_take(project->arena, &project->database,
                            ray_history_lock_name(project->arena, &place), 0, NULL, NULL, &lock,
                            &project->err);

    ray_lock_release(lock);
    if (ok)
        return true;
    if (project->err.code == RAY_UNAVAILABLE)
        operation->request->reply.status = 409;
    return ray_operation_fail(operation, err);
}

static bool
may_run(struct run *run, struct ray_err *err)
{
    struct ray_request *request = run->operation.request;
    const struct ray_planning *planning = &run->planning;

    json_decref(planning->document);
    if (strcmp(planning->token, run->wish.plan) != 0) {
        (void)ray_request_refuse(request, 409, err, "what would be done is not what was shown");
        return ray_err_hint(err, "Look at the plan again.");
    }
    if (planning->confirm != NULL &&
        (run->wish.confirm == NULL || strcmp(planning->confirm, run->wish.confirm) != 0)) {
        (void)ray_request_refuse(request, 403, err, "it was not confirmed");
        return ray_err_hint(err, "It may lose data: the database's name must be typed.");
    }
    return run->wish.doing == RAY_DO_GENERATE || is_free(&run->operation, err);
}

bool
ray_studio_run(struct ray_request *request, struct ray_err *err)
{
    struct run *run = RAY_NEW(request->arena, struct run);
    const struct ray_stream stream = {.type = RAY_NDJSON, .produce = produce, .state = run};

    if (!ray_wish_read(request, true, &run->wish, err))
        return false;
    if (ray_operation_open(request, run->wish.what, run->wish.request, true, &run->operation,
                           err) &&
        ray_planning_make(&run->operation, &run->wish, &run->planning, err) && may_run(run, err)) {
        run->operation.project.config.lock_wait_ms = 0;
        if (ray_reply_stream(request, &stream, err)) {
            ray_operation_leave(); /* the stream's thread has it now */
            return true;
        }
    }
    ray_operation_close(&run->operation);
    return false;
}
