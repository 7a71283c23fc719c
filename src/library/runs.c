/* The operations that run migrations, or show where they stand. */
#include "library/handle.h"
#include "project/preview.h"
#include "project/status.h"

void
ray_library_session(raymig *handle, struct ray_session_options *out)
{
    const struct ray_said *said = &handle->said;

    ray_session_options_init(out);
    out->allow = said->allow;
    out->backup = said->backup;
    out->single_transaction = said->single_transaction;
    out->dry_run = said->dry_run;
    out->stored = said->stored;
    out->verbose = said->verbose;
    out->lock_wait_ms = said->lock_wait_ms;
    out->lock_timeout_ms = said->lock_timeout_ms;
    out->lock_retries = (int)said->lock_retries;
    out->on_event = ray_library_event;
    out->event_arg = handle;
}

/* What is done in a session, which it opens. */
struct run {
    const char *command;
    bool (*run)(struct ray_session *session, const struct ray_extent *extent);
    json_t *(*document)(struct ray_session *session, bool ok);
};

/* A sum that went wrong must not mean all of them. */
static bool
check_extent(struct ray_project *project, const struct ray_extent *extent)
{
    return extent == NULL || extent->count >= RAYMIG_ALL ||
           ray_err_set(&project->err, RAY_USAGE, "%lld is no number of migrations",
                       (long long)extent->count);
}

static raymig_result *
run(raymig *project, const struct run *what, const struct ray_extent *extent)
{
    struct ray_operation operation;
    struct ray_session_options options;
    struct ray_session session;
    enum ray_code code;
    json_t *document;
    bool ok;

    ok = ray_operation_begin(&operation, project, what->command);
    ray_library_session(project, &options);
    ray_session_init(&session, &operation.project, &options);
    ok = ok && check_extent(&operation.project, extent) && what->run(&session, extent);
    if (!ok && operation.project.err.code == RAY_FAILED && ray_interrupted())
        operation.project.err.code = RAY_INTERRUPTED;
    code = ok ? RAY_OK : operation.project.err.code;
    document = what->document(&session, ok);
    ray_session_close(&session);
    return ray_operation_end(&operation, document, code);
}

static struct ray_extent
extent_of(long count, const char *to)
{
    return (struct ray_extent){.count = to != NULL ? RAYMIG_ALL : count, .to = to};
}

raymig_result *
raymig_up(raymig *project, long count, const char *to)
{
    static const struct run what = {"up", ray_session_up, ray_session_json};
    const struct ray_extent extent = extent_of(count, to);

    return run(project, &what, &extent);
}

raymig_result *
raymig_down(raymig *project, long count, const char *to)
{
    static const struct run what = {"down", ray_session_down, ray_session_json};
    const struct ray_extent extent = extent_of(count, to);

    return run(project, &what, &extent);
}

raymig_result *
raymig_redo(raymig *project, long count)
{
    static const struct run what = {"redo", ray_session_redo, ray_session_json};
    const struct ray_extent extent = extent_of(count, NULL);

    return run(project, &what, &extent);
}

static bool
go_to(struct ray_session *session, const struct ray_extent *extent)
{
    return ray_session_goto(session, extent->to);
}

raymig_result *
raymig_goto(raymig *project, const char *tag)
{
    static const struct run what = {"goto", go_to, ray_session_json};
    const struct ray_extent extent = {.count = -1, .to = tag};

    return run(project, &what, &extent);
}

static bool
plan_up(struct ray_session *session, const struct ray_extent *extent)
{
    ray_selection selection = {0};

    return ray_session_preview(session, RAY_UP, extent, NULL, &selection);
}

static bool
plan_down(struct ray_session *session, const struct ray_extent *extent)
{
    ray_selection selection = {0};

    return ray_session_preview(session, RAY_DOWN, extent, NULL, &selection);
}

raymig_result *
raymig_plan(raymig *project, int down, long count, const char *to)
{
    static const struct run up_what = {"plan", plan_up, ray_session_json};
    static const struct run down_what = {"plan", plan_down, ray_session_json};
    const struct ray_extent extent = extent_of(count, to);

    return run(project, down ? &down_what : &up_what, &extent);
}

static bool
look(struct ray_session *session, const struct ray_extent *extent)
{
    (void)extent;
    return ray_session_open(session, RAY_SESSION_RUN);
}

static json_t *
status_document(struct ray_session *session, bool ok)
{
    return ok ? ray_status_json(session) : NULL;
}

raymig_result *
raymig_status(raymig *project)
{
    static const struct run what = {"status", look, status_document};

    return run(project, &what, NULL);
}
