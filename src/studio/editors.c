/* Editors: see editors.h. The lock guards who has which slot; a slot in use is its user's. */
#include "studio/editors.h"

#include "base/clock.h"

#include <pthread.h>
#include <string.h>

enum { NAME_SIZE = 65 };

struct ray_editor {
    struct ray_editors *all;
    char name[NAME_SIZE]; /* "": the slot is free */
    struct ray_lease *lease;
    bool used;
    bool closing;
    int64_t last_ms;
};

struct ray_editors {
    pthread_mutex_t lock;
    struct ray_editor slots[RAY_EDITORS];
};

struct ray_editors *
ray_editors_new(struct ray_arena *arena)
{
    struct ray_editors *editors = RAY_NEW(arena, struct ray_editors);

    (void)pthread_mutex_init(&editors->lock, NULL);
    for (size_t i = 0; i < RAY_EDITORS; i++)
        editors->slots[i].all = editors;
    return editors;
}

static void
empty(struct ray_editor *editor)
{
    ray_lease_give(editor->lease);
    editor->lease = NULL;
    editor->name[0] = '\0';
    editor->closing = false;
}

void
ray_editors_free(struct ray_editors *editors)
{
    if (editors == NULL)
        return;
    for (size_t i = 0; i < RAY_EDITORS; i++)
        empty(&editors->slots[i]);
    (void)pthread_mutex_destroy(&editors->lock);
}

/* ---------------------------------------------------------------- which */

static bool
is_idle(struct ray_editor *editor)
{
    return editor->lease == NULL || ray_lease_is_spent(editor->lease) ||
           ray_conn_tx(ray_lease_conn(editor->lease)) == RAY_TX_IDLE;
}

/* That of the name, else a free one, else the one that was left alone for longest and holds nothing. NULL: none. */
static struct ray_editor *
find(struct ray_editors *editors, const char *session)
{
    struct ray_editor *best = NULL;

    for (size_t i = 0; i < RAY_EDITORS; i++) {
        struct ray_editor *slot = &editors->slots[i];

        if (strcmp(slot->name, session) == 0)
            return slot;
        if (slot->used || !is_idle(slot))
            continue;
        if (best == NULL ||
            (best->name[0] != '\0' && (slot->name[0] == '\0' || slot->last_ms < best->last_ms)))
            best = slot;
    }
    return best;
}

static bool
claim(struct ray_request *request, const char *session, struct ray_editor **out,
      struct ray_err *err)
{
    struct ray_editors *editors = request->studio->editors;
    struct ray_editor *editor;
    bool ok = true;

    (void)pthread_mutex_lock(&editors->lock);
    editor = find(editors, session);
    if (editor == NULL) {
        ok = ray_err_set(err, RAY_UNAVAILABLE, "all %d editors have a transaction open",
                         RAY_EDITORS);
        (void)ray_err_hint(err, "Commit or roll back in one of the tabs, or close it.");
    } else if (editor->used) {
        ok = ray_request_refuse(request, 409, err, "this tab is still at work");
    } else {
        if (strcmp(editor->name, session) != 0)
            empty(editor);
        (void)snprintf(editor->name, sizeof(editor->name), "%s", session);
        editor->used = true;
    }
    (void)pthread_mutex_unlock(&editors->lock);
    *out = editor;
    return ok;
}

/* ---------------------------------------------------------------- taking and giving */

static bool
set_limits(struct ray_editor *editor, struct ray_err *err)
{
    char sql[96];

    (void)snprintf(sql, sizeof(sql), "SET idle_in_transaction_session_timeout = '%ds'",
                   RAY_EDITOR_IDLE_S);
    return ray_conn_exec(ray_editor_conn(editor), sql, err);
}

bool
ray_editor_take(struct ray_request *request, const char *session, const char *name,
                struct ray_editor **out, struct ray_err *err)
{
    struct ray_editor *editor;
    bool is_new;

    if (!claim(request, session, &editor, err))
        return false;
    if (editor->lease != NULL && ray_lease_is_spent(editor->lease)) {
        ray_lease_give(editor->lease);
        editor->lease = NULL;
    }
    is_new = editor->lease == NULL;
    if (is_new && !ray_lease_keep(request->studio->pool, &editor->lease, err)) {
        editor->lease = NULL;
        ray_editor_give(editor);
        return false;
    }
    ray_lease_use(editor->lease, request, name);
    if (is_new && !set_limits(editor, err)) {
        ray_editor_close(editor);
        ray_editor_give(editor);
        return false;
    }
    *out = editor;
    return true;
}

void
ray_editor_give(struct ray_editor *editor)
{
    if (editor->lease != NULL)
        ray_lease_rest(editor->lease);
    (void)pthread_mutex_lock(&editor->all->lock);
    editor->used = false;
    editor->last_ms = ray_clock_ms();
    if (editor->closing || editor->lease == NULL)
        empty(editor);
    (void)pthread_mutex_unlock(&editor->all->lock);
}

struct ray_lease *
ray_editor_lease(struct ray_editor *editor)
{
    return editor->lease;
}

struct ray_conn *
ray_editor_conn(struct ray_editor *editor)
{
    return ray_lease_conn(editor->lease);
}

void
ray_editor_close(struct ray_editor *editor)
{
    editor->closing = true;
}

/* ---------------------------------------------------------------- transactions */

const char *
ray_editor_state(struct ray_editor *editor)
{
    switch (ray_conn_tx(ray_editor_conn(editor))) {
    case RAY_TX_OPEN:
    case RAY_TX_ACTIVE:
        return "open";
    case RAY_TX_FAILED:
        return "failed";
    case RAY_TX_IDLE:
    case RAY_TX_LOST:
    default:
        return "idle";
    }
}

bool
ray_editor_exec(struct ray_editor *editor, const char *sql, struct ray_err *err)
{
    bool ok;

    ray_conn_shield(ray_editor_conn(editor), true);
    ok = ray_conn_exec(ray_editor_conn(editor), sql, err);
    ray_conn_shield(ray_editor_conn(editor), false);
    return ok;
}

bool
ray_editor_one(struct ray_editor *editor, struct ray_arena *arena, const char *sql,
               const char **first, struct ray_err *err)
{
    enum ray_flow_what what = RAY_FLOW_FAILED;
    struct ray_flow flow;
    bool any = false;

    if (first != NULL)
        *first = NULL;
    if (ray_flow_begin(ray_editor_conn(editor), arena, sql, 0, NULL, &flow, err))
        while ((what = ray_flow_next(&flow, err)) != RAY_FLOW_END && what != RAY_FLOW_FAILED) {
            if (what == RAY_FLOW_ROW && !any && first != NULL && flow.ncols > 0)
                *first = ray_arena_strdup(arena, flow.values[0]);
            any = any || what == RAY_FLOW_ROW;
            if (what == RAY_FLOW_COPY_IN || what == RAY_FLOW_COPY_OUT)
                break;
        }
    ray_flow_end(&flow);
    if (what != RAY_FLOW_END && what != RAY_FLOW_FAILED)
        return ray_err_set(err, RAY_FAILED, "COPY has no place here");
    return what == RAY_FLOW_END;
}

void
ray_editor_undo(struct ray_editor *editor, const char *sql)
{
    struct ray_arena *scratch = ray_arena_new();
    struct ray_err err;

    ray_err_init(&err, scratch);
    if (!ray_editor_exec(editor, sql, &err))
        ray_editor_close(editor); /* nothing is known of it any more */
    ray_arena_free(scratch);
}
