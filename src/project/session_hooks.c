/*
 * Hooks of plugins while migrations run: see session.h. A statement's hooks run while others are on their way to the
 * server, so that they cost no round trips; what they refuse is therefore refused at the latest before COMMIT.
 */
#include "base/clock.h"
#include "project/plugins.h"
#include "project/session.h"

static const struct {
    enum ray_event_kind kind;
    const char *hook;
} hooks_of[] = {
    {RAY_EVENT_BEGIN, "before_migration"},
    {RAY_EVENT_DONE, "after_migration"},
    {RAY_EVENT_STATEMENT, "before_statement"},
    {RAY_EVENT_STATEMENT_DONE, "after_statement"},
    {RAY_EVENT_NOTICE, "notice"},
};
enum { HOOKS = sizeof(hooks_of) / sizeof(hooks_of[0]) };

struct ray_session_hooks {
    struct ray_plugin_desk desk;
    struct ray_plugin_services in_transaction; /* talk alone: the database is busy, and locked */
    bool listens[HOOKS];
    struct ray_arena *arena; /* of one call */
    struct ray_err err;      /* of the first that failed */
    bool failed;
    bool told;  /* the failure is the operation's */
    bool began; /* before_run was called */
};

bool
ray_session_hooks_open(struct ray_session *session)
{
    struct ray_project *project = session->project;
    struct ray_lua *lua;
    struct ray_session_hooks *hooks;

    if (project->config.plugins.len == 0 || session->hooks != NULL)
        return true;
    lua = ray_project_lua(project);
    if (!ray_plugins_load(lua, &project->err))
        return false;
    hooks = RAY_NEW(project->arena, struct ray_session_hooks);
    ray_plugin_desk_open(project, &hooks->desk);
    hooks->in_transaction = hooks->desk.services;
    hooks->in_transaction.catalog = NULL;
    hooks->in_transaction.connect = NULL;
    for (size_t i = 0; i < HOOKS; i++)
        hooks->listens[i] = ray_plugins_listen(lua, hooks_of[i].hook);
    hooks->arena = ray_arena_new();
    session->hooks = hooks;
    return true;
}

void
ray_session_hooks_close(struct ray_session *session)
{
    struct ray_session_hooks *hooks = session->hooks;

    if (hooks == NULL)
        return;
    ray_plugin_desk_close(&hooks->desk);
    ray_arena_free(hooks->arena);
    session->hooks = NULL;
}

bool
ray_session_hooks_want_sql(const struct ray_session *session)
{
    for (size_t i = 0; session->hooks != NULL && i < HOOKS; i++)
        if (session->hooks->listens[i] && (hooks_of[i].kind == RAY_EVENT_STATEMENT ||
                                           hooks_of[i].kind == RAY_EVENT_STATEMENT_DONE))
            return true;
    return false;
}

static bool
call(struct ray_session *session, const char *hook, json_t *event,
     const struct ray_plugin_services *services, struct ray_err *err)
{
    json_t *answers = NULL;
    bool ok = ray_plugins_hook(ray_project_lua(session->project), hook, event, services, &answers,
                               err);

    json_decref(answers);
    json_decref(event);
    return ok;
}

static const char *
word(enum ray_direction direction)
{
    return direction == RAY_UP ? "up" : "down";
}

static json_t *
event_json(const struct ray_event *event)
{
    json_t *object = json_object();

    ray_json_set_text(object, "tag", event->tag);
    ray_json_set_text(object, "direction", word(event->direction));
    ray_json_set_int(object, "number", (int64_t)event->number);
    ray_json_set_int(object, "total", (int64_t)event->total);
    ray_json_set_bool(object, "dry_run", event->dry_run);
    if (event->statement > 0)
        ray_json_set_int(object, "statement", event->statement);
    if (event->kind == RAY_EVENT_NOTICE)
        ray_json_set_text(object, "message", event->text);
    if (event->sql != NULL)
        ray_json_set_text(object, "sql", event->sql);
    if (event->notice != NULL)
        ray_json_set_text(object, "severity", event->notice->severity);
    if (event->us > 0)
        ray_json_set_int(object, "duration_ms", event->us / 1000);
    return object;
}

void
ray_session_hooks_event(struct ray_session *session, const struct ray_event *event)
{
    struct ray_session_hooks *hooks = session->hooks;

    for (size_t i = 0; hooks != NULL && !hooks->failed && i < HOOKS; i++) {
        if (hooks_of[i].kind != event->kind || !hooks->listens[i])
            continue;
        ray_arena_reset(hooks->arena);
        ray_err_init(&hooks->err, hooks->arena);
        hooks->failed = !call(session, hooks_of[i].hook, event_json(event), &hooks->in_transaction,
                              &hooks->err);
    }
}

/* The error beyond the arena of its call. */
static void
keep(struct ray_err *err, struct ray_arena *arena)
{
    const char **const texts[] = {&err->message, &err->detail, &err->hint,
                                  &err->context, &err->file,   &err->statement};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (*texts[i] != NULL)
            *texts[i] = ray_arena_strdup(arena, *texts[i]);
    err->arena = arena;
}

bool
ray_session_may_go_on(void *arg, struct ray_err *err)
{
    const struct ray_session *session = arg;
    struct ray_session_hooks *hooks = session->hooks;

    if (hooks == NULL || !hooks->failed)
        return true;
    *err = hooks->err;
    keep(err, session->project->arena);
    hooks->told = true;
    return false;
}

bool
ray_session_hooks_before(struct ray_session *session, enum ray_direction direction,
                         const ray_selection *selection)
{
    struct ray_session_hooks *hooks = session->hooks;
    json_t *event;
    json_t *tags;

    if (hooks == NULL)
        return true;
    event = json_object();
    tags = json_array();
    for (size_t i = 0; i < selection->len; i++)
        json_array_append_new(tags, json_string(selection->items[i].name));
    ray_json_set_text(event, "command", session->project->options.command);
    ray_json_set_text(event, "direction", word(direction));
    ray_json_set_bool(event, "dry_run", session->options.dry_run);
    json_object_set_new(event, "migrations", tags);
    hooks->began = true;
    return call(session, "before_run", event, &hooks->desk.services, &session->project->err);
}

/* A fault of the hooks at the end is no second error where there is one. */
static bool
call_last(struct ray_session *session, const char *hook, json_t *event, bool ok)
{
    struct ray_project *project = session->project;
    struct ray_err err;

    ray_err_init(&err, project->arena);
    if (call(session, hook, event, &session->hooks->desk.services, &err))
        return ok;
    if (ok)
        project->err = err;
    else
        ray_project_warn(project, "%s", err.message);
    return false;
}

bool
ray_session_hooks_after(struct ray_session *session, bool ok)
{
    struct ray_session_hooks *hooks = session->hooks;
    struct ray_project *project = session->project;
    json_t *event;

    if (hooks == NULL)
        return ok;
    if (ok && hooks->failed && !hooks->told) {
        ok = ray_session_may_go_on(session, &project->err);
        project->err.state = "what ran before it is committed";
    }
    if (!ok) {
        event = json_object();
        ray_json_set_text(event, "command", project->options.command);
        json_object_set_new(event, "error", ray_json_err(&project->err));
        ray_json_scrub(project->arena, event);
        ok = call_last(session, "error", event, ok);
    }
    if (!hooks->began)
        return ok;
    event = json_object();
    ray_json_set_text(event, "command", project->options.command);
    ray_json_set_bool(event, "ok", ok);
    ray_json_set_bool(event, "dry_run", session->options.dry_run);
    ray_json_set_int(event, "applied", (int64_t)session->applied);
    ray_json_set_int(event, "reverted", (int64_t)session->reverted);
    ray_json_set_int(event, "duration_ms", (ray_clock_us() - session->started_us) / 1000);
    json_object_set(event, "migrations", session->migrations);
    return call_last(session, "after_run", event, ok);
}
