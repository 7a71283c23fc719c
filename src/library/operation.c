/*
 * Around every operation: a project of its own, so that nothing of one is left for the next, and what the thread must
 * have meanwhile. SIGPIPE is blocked as libpq does it, for the thread alone: one that came meanwhile is taken away.
 */
#include "library/handle.h"

#include <time.h>

static void
block_pipe(struct ray_operation *operation)
{
    sigset_t pipe;
    sigset_t pending;

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigemptyset(&pending);
    (void)sigpending(&pending);
    operation->pipe_pending = sigismember(&pending, SIGPIPE) == 1;
    (void)pthread_sigmask(SIG_BLOCK, &pipe, &operation->mask_before);
}

static void
restore_pipe(const struct ray_operation *operation)
{
    const struct timespec now = {0};
    sigset_t pipe;
    sigset_t pending;

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigemptyset(&pending);
    if (!operation->pipe_pending && sigpending(&pending) == 0 &&
        sigismember(&pending, SIGPIPE) == 1)
        (void)sigtimedwait(&pipe, NULL, &now);
    (void)pthread_sigmask(SIG_SETMASK, &operation->mask_before, NULL);
}

static void
tell_project(const raymig *handle, const char *command, struct ray_project_options *out)
{
    const struct ray_said *said = &handle->said;

    out->command = command;
    out->folder = handle->folder;
    out->config = said->config;
    out->url = said->url;
    out->shadow_url = said->shadow_url;
    out->out = said->migrations;
    out->format = said->format;
    out->wait_ms = said->wait_ms;
    out->jobs = (int)said->jobs;
    out->lossy = said->lossy;
    out->accept_data_loss = said->accept_data_loss;
    out->renames = said->renames;
    out->dropped = said->dropped;
}

bool
ray_operation_begin(struct ray_operation *operation, raymig *handle, const char *command)
{
    operation->handle = handle;
    operation->arena = ray_arena_new();
    ray_project_init(&operation->project, operation->arena);
    operation->refused = handle->busy;
    if (handle->busy)
        return ray_err_set(&operation->project.err, RAY_USAGE,
                           "the handle is at work: a callback has to use another one");
    handle->busy = true;
    tell_project(handle, command, &operation->project.options);
    ray_library_listen(handle, &operation->project.listener);
    block_pipe(operation);
    operation->scope_before = ray_interrupt_enter(&handle->interrupt);
    if (ray_interrupted())
        return ray_err_set(&operation->project.err, RAY_INTERRUPTED, "cancelled before it began");
    return true;
}

raymig_result *
ray_operation_end(struct ray_operation *operation, json_t *document, enum ray_code code)
{
    struct ray_err *err = &operation->project.err;
    raymig_result *result;

    if (!operation->refused && code == RAY_FAILED && ray_interrupted())
        code = err->code = RAY_INTERRUPTED;
    if (document == NULL) {
        document = json_object();
        ray_json_set_bool(document, "ok", false);
        json_object_set_new(document, "error", ray_json_err(err));
    }
    result = ray_result_new(document, code);
    ray_project_close(&operation->project);
    if (!operation->refused) {
        (void)ray_interrupt_enter(operation->scope_before);
        restore_pipe(operation);
        ray_interrupt_lower(&operation->handle->interrupt);
        operation->handle->busy = false;
    }
    ray_arena_free(operation->arena);
    return result;
}
