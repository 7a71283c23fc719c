/* EXPLAIN, and an editor's transaction. ANALYZE runs the statement, and takes back what it did. */
#include "studio/audit.h"
#include "studio/editors.h"
#include "studio/read.h"
#include "studio/routes.h"
#include "studio/select.h"

#include "base/clock.h"

#include <stddef.h>
#include <string.h>

#define SAVEPOINT "raymig_explain"

struct explain {
    const char *sql;
    const char *session;
    bool analyze;
    bool buffers;
    int64_t timeout_ms;
    const char *request;
    struct ray_editor *editor;
};

/* ---------------------------------------------------------------- EXPLAIN */

/* As a superuser with --read-only: ANALYZE runs what it explains. */
static bool
explain_confined(struct ray_lease *lease, struct ray_arena *arena, const char *sql,
                 const char **first, struct ray_err *err)
{
    enum ray_flow_what what = RAY_FLOW_FAILED;
    struct ray_read read;

    *first = NULL;
    if (ray_read_confined(lease, arena, sql, 1, &read, err))
        while ((what = ray_read_next(&read, err)) != RAY_FLOW_END && what != RAY_FLOW_FAILED)
            if (what == RAY_FLOW_ROW && *first == NULL && read.flow.values[0] != NULL)
                *first = ray_arena_strdup(arena, read.flow.values[0]);
    ray_read_end(&read);
    return what == RAY_FLOW_END;
}

static bool
run_explain(struct ray_request *request, const struct explain *explain, const char **out,
            struct ray_err *err)
{
    const char *head = ray_arena_printf(request->arena, "EXPLAIN (FORMAT JSON, VERBOSE%s%s) ",
                                        explain->analyze ? ", ANALYZE" : "",
                                        explain->buffers ? ", BUFFERS" : "");
    const char *sql = ray_arena_printf(request->arena, "%s%s", head, explain->sql);
    struct ray_lease *lease = ray_editor_lease(explain->editor);

    if (!(ray_lease_is_confined(lease)
              ? explain_confined(lease, request->arena, sql, out, err)
              : ray_editor_one(explain->editor, request->arena, sql, out, err))) {
        err->position = err->position > strlen(head) ? err->position - strlen(head) : 0;
        err->statement = ray_arena_strdup(request->arena, explain->sql);
        return false;
    }
    if (*out == NULL)
        return ray_err_set(err, RAY_FAILED, "the server gave no plan");
    return true;
}

/* Around the statement: a transaction, or a savepoint in the one that is open. What fails in it leaves it as it was. */
static bool
run_inside(struct ray_request *request, const struct explain *explain, const char **plan,
           struct ray_err *err)
{
    static const char back[] = "ROLLBACK TO SAVEPOINT " SAVEPOINT "; RELEASE SAVEPOINT " SAVEPOINT;
    struct ray_editor *editor = explain->editor;
    bool own = ray_conn_tx(ray_editor_conn(editor)) == RAY_TX_IDLE;
    bool ok;

    if (own)
        ok = ray_lease_begin(ray_editor_lease(editor), RAY_ACCESS_WRITE, explain->timeout_ms, err);
    else
        ok = ray_conn_exec(ray_editor_conn(editor), "SAVEPOINT " SAVEPOINT, err);
    if (!ok)
        return false;
    /* A first statement fixes whether the transaction may write. */
    ok = ray_conn_exec(ray_editor_conn(editor), "SELECT 1", err) &&
         run_explain(request, explain, plan, err);
    if (!ok)
        ray_editor_undo(editor, own ? "ROLLBACK" : back);
    return ok && ray_editor_exec(editor, own ? "ROLLBACK" : back, err);
}

bool
ray_studio_explain(struct ray_request *request, struct ray_err *err)
{
    static const struct ray_field fields[] = {
        {"sql", RAY_FIELD_TEXT, true, offsetof(struct explain, sql)},
        {"session", RAY_FIELD_NAME, true, offsetof(struct explain, session)},
        {"analyze", RAY_FIELD_BOOL, false, offsetof(struct explain, analyze)},
        {"buffers", RAY_FIELD_BOOL, false, offsetof(struct explain, buffers)},
        {"timeout_ms", RAY_FIELD_INT, false, offsetof(struct explain, timeout_ms)},
        {"request", RAY_FIELD_NAME, false, offsetof(struct explain, request)},
        {NULL, RAY_FIELD_ANY, false, 0},
    };
    struct explain explain = {.timeout_ms = RAY_STUDIO_TIMEOUT_MS};
    int64_t began = ray_clock_ms();
    const char *text = NULL;
    bool ok;

    if (!ray_request_fields(request->body, fields, &explain, err))
        return false;
    if (explain.timeout_ms > INT32_MAX)
        return ray_err_set(err, RAY_USAGE, "\"timeout_ms\" is more than %d", INT32_MAX);
    if (!ray_editor_take(request, explain.session, explain.request, &explain.editor, err))
        return false;
    ok = run_inside(request, &explain, &text, err);
    ray_editor_give(explain.editor);
    if (!ok)
        return false;
    /* The server's own text: a number that is read and written again would not be the same. */
    ray_reply_text(request, ray_arena_printf(request->arena, "{\"plan\":%s,\"ms\":%lld}", text,
                                             (long long)(ray_clock_ms() - began)));
    return true;
}

/* ---------------------------------------------------------------- transactions */

struct transaction {
    const char *session;
    const char *what;
};

static bool
end_transaction(struct ray_editor *editor, const char *sql, struct ray_err *err)
{
    if (ray_conn_tx(ray_editor_conn(editor)) == RAY_TX_IDLE)
        return true;
    return ray_editor_exec(editor, sql, err);
}

static bool
begin(struct ray_request *request, struct ray_editor *editor, struct ray_err *err)
{
    if (request->studio->options.read_only)
        return ray_request_refuse(request, 403, err,
                                  "the studio is read-only: each statement has a transaction of "
                                  "its own");
    return ray_conn_tx(ray_editor_conn(editor)) != RAY_TX_IDLE ||
           ray_editor_exec(editor, "BEGIN", err);
}

static bool
commit(struct ray_request *request, struct ray_editor *editor, struct ray_err *err)
{
    (void)request;
    return end_transaction(editor, "COMMIT", err);
}

static bool
roll_back(struct ray_request *request, struct ray_editor *editor, struct ray_err *err)
{
    (void)request;
    return end_transaction(editor, "ROLLBACK", err);
}

static bool
close_editor(struct ray_request *request, struct ray_editor *editor, struct ray_err *err)
{
    bool ok = roll_back(request, editor, err);

    ray_editor_close(editor);
    return ok;
}

static const struct {
    const char *name;
    bool (*run)(struct ray_request *request, struct ray_editor *editor, struct ray_err *err);
} actions[] = {
    {"begin", begin},
    {"commit", commit},
    {"rollback", roll_back},
    {"close", close_editor},
};

bool
ray_studio_transaction(struct ray_request *request, struct ray_err *err)
{
    static const struct ray_field fields[] = {
        {"session", RAY_FIELD_NAME, true, offsetof(struct transaction, session)},
        {"do", RAY_FIELD_TEXT, true, offsetof(struct transaction, what)},
        {NULL, RAY_FIELD_ANY, false, 0},
    };
    struct transaction asked = {0};
    struct ray_editor *editor;
    size_t action = 0;
    bool was_open;
    bool ok;

    if (!ray_request_fields(request->body, fields, &asked, err))
        return false;
    while (action < sizeof(actions) / sizeof(actions[0]) &&
           strcmp(actions[action].name, asked.what) != 0)
        action++;
    if (action == sizeof(actions) / sizeof(actions[0]))
        return ray_err_set(err, RAY_USAGE,
                           "\"do\" is none of \"begin\", \"commit\", \"rollback\", \"close\"");
    if (!ray_editor_take(request, asked.session, NULL, &editor, err))
        return false;
    was_open = ray_conn_tx(ray_editor_conn(editor)) != RAY_TX_IDLE;
    ok = actions[action].run(request, editor, err);
    if (was_open && actions[action].run != begin)
        ray_audit_note(request, actions[action].run == commit ? "commit" : "rollback",
                       json_pack("{s:s}", "session", asked.session), ok ? NULL : err);
    if (ok)
        ray_reply_json(request, json_pack("{s:s}", "transaction", ray_editor_state(editor)));
    ray_editor_give(editor);
    return ok;
}
