/* Operations: see operation.h. */
#include "studio/operation.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

/* Not a mutex held all along: who opens an operation and who closes it may be two threads. */
struct ray_operations {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool busy;
    struct ray_operation *open;
};

struct ray_operations *
ray_operations_new(struct ray_arena *arena)
{
    struct ray_operations *operations = RAY_NEW(arena, struct ray_operations);
    pthread_condattr_t clock;

    (void)pthread_mutex_init(&operations->lock, NULL);
    (void)pthread_condattr_init(&clock);
    (void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&operations->ended, &clock);
    (void)pthread_condattr_destroy(&clock);
    return operations;
}

void
ray_operations_free(struct ray_operations *operations)
{
    if (operations == NULL)
        return;
    (void)pthread_cond_destroy(&operations->ended);
    (void)pthread_mutex_destroy(&operations->lock);
}

static bool
wait_for_turn(struct ray_operations *operations)
{
    struct timespec until;
    int waited = 0;
    bool mine;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += RAY_OPERATION_WAIT_MS / 1000;
    (void)pthread_mutex_lock(&operations->lock);
    while (operations->busy && waited == 0)
        waited = pthread_cond_timedwait(&operations->ended, &operations->lock, &until);
    mine = !operations->busy;
    operations->busy = true;
    (void)pthread_mutex_unlock(&operations->lock);
    return mine;
}

/* ---------------------------------------------------------------- what is told and asked */

static void
talk(void *arg, enum ray_talk kind, const char *text)
{
    struct ray_operation *operation = arg;

    if (kind == RAY_TALK_DETAIL || kind == RAY_TALK_LIVE)
        return;
    if (kind == RAY_TALK_WARN)
        (void)json_array_append_new(operation->warnings, json_string(text));
    if (operation->sink != NULL)
        (void)ray_sink_line(operation->sink,
                            json_pack("{s:s,s:s}", "event",
                                      kind == RAY_TALK_WARN ? "warning" : "say", "text", text));
}

/* Whoever runs an operation here has been shown its plan, and typed the word where one was needed. */
static bool
confirm(void *arg, const char *question, struct ray_err *err)
{
    (void)arg;
    (void)question;
    (void)err;
    return true;
}

/* ---------------------------------------------------------------- those that are open */

static void
enlist(struct ray_operation *operation)
{
    struct ray_operations *operations = operation->request->studio->operations;

    (void)pthread_mutex_lock(&operations->lock);
    operation->next = operations->open;
    operations->open = operation;
    (void)pthread_mutex_unlock(&operations->lock);
}

static void
strike(struct ray_operation *operation)
{
    struct ray_operations *operations = operation->request->studio->operations;
    struct ray_operation **at = &operations->open;

    (void)pthread_mutex_lock(&operations->lock);
    while (*at != NULL && *at != operation)
        at = &(*at)->next;
    if (*at != NULL)
        *at = operation->next;
    (void)pthread_mutex_unlock(&operations->lock);
}

bool
ray_operations_stop(struct ray_operations *operations, const char *name)
{
    bool any = false;

    (void)pthread_mutex_lock(&operations->lock);
    for (struct ray_operation *at = operations->open; at != NULL; at = at->next) {
        if (name != NULL && (at->name == NULL || strcmp(at->name, name) != 0))
            continue;
        ray_interrupt_raise(&at->scope);
        any = true;
    }
    (void)pthread_mutex_unlock(&operations->lock);
    return any;
}

void
ray_operation_enter(struct ray_operation *operation)
{
    (void)ray_interrupt_enter(&operation->scope);
}

void
ray_operation_leave(void)
{
    (void)ray_interrupt_enter(NULL);
}

bool
ray_operation_open(struct ray_request *request, const char *command, const char *name, bool alone,
                   struct ray_operation *out, struct ray_err *err)
{
    const struct ray_studio *studio = request->studio;

    memset(out, 0, sizeof(*out));
    out->request = request;
    out->name = name;
    out->warnings = json_array();
    ray_interrupt_init(&out->scope);
    enlist(out);
    ray_operation_enter(out);
    ray_project_init(&out->project, request->arena);
    out->project.options = studio->options.opened;
    out->project.options.command = command;
    out->project.listener = (struct ray_project_listener){.arg = out,
                                                          .talk = talk,
                                                          .confirm = confirm};
    if (alone && !wait_for_turn(studio->operations))
        return ray_err_set(err, RAY_UNAVAILABLE, "another operation of the studio is at work");
    out->alone = alone;
    if (!ray_project_configure(&out->project))
        return ray_operation_fail(out, err);
    out->project.database = studio->options.database;
    out->project.database.role = ray_arena_printf(request->arena, "raymig studio %s", command);
    out->project.has_database = true;
    return true;
}

void
ray_operation_close(struct ray_operation *operation)
{
    struct ray_operations *operations = operation->request->studio->operations;

    ray_project_close(&operation->project);
    json_decref(operation->warnings);
    operation->warnings = NULL;
    ray_operation_leave();
    strike(operation);
    ray_interrupt_destroy(&operation->scope);
    if (!operation->alone)
        return;
    operation->alone = false;
    (void)pthread_mutex_lock(&operations->lock);
    operations->busy = false;
    (void)pthread_cond_signal(&operations->ended);
    (void)pthread_mutex_unlock(&operations->lock);
}

bool
ray_operation_fail(struct ray_operation *operation, struct ray_err *err)
{
    struct ray_arena *arena = err->arena;

    *err = operation->project.err;
    err->arena = arena;
    return false;
}
