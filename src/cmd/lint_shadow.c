/* `raymig lint --observe`: the migrations in a shadow, one after the other. */
#include "cmd/lint.h"
#include "project/source.h"

#include "catalog/snapshot.h"
#include "pg/shadow.h"

static json_t *
read_catalog(struct ray_lint *lint, struct ray_conn *conn)
{
    struct ray_app *app = lint->app;
    struct ray_load_options options;
    struct ray_catalog *catalog;
    struct ray_buf buf;

    ray_source_load_options(&app->project, &options);
    if (!ray_catalog_load(conn, app->arena, &options, &catalog, &app->project.err))
        return NULL;
    ray_buf_init(&buf, app->arena);
    ray_snapshot_write(catalog, &buf);
    return ray_json_parse(buf.data, buf.len, "the shadow", &app->project.err);
}

/* The database that stands before the migration. */
static bool
advance(struct ray_lint *lint, const struct ray_chosen *chosen)
{
    struct ray_app *app = lint->app;
    struct ray_replay_options options = {.config = &app->project.config, .folder = &lint->folder};

    if (!ray_project_shadow(&app->project, &options.shadow))
        return false;
    if (lint->conn == NULL && !ray_shadow_create(options.shadow, &lint->conn, &app->project.err))
        return false;
    if (lint->replay == NULL &&
        !ray_replay_open(app->arena, &options, ray_conn_database(lint->conn), &lint->replay,
                         &app->project.err))
        return false;
    if (chosen->place > 0 &&
        !ray_replay_up_to(lint->replay, chosen->migration - 1, &app->project.err))
        return false;
    /* A template may have no connections. */
    ray_replay_close(lint->replay);
    lint->replay = NULL;
    return true;
}

/* What a Lua function runs, as it is seen to run it. */
struct seen {
    struct ray_lint *lint;
    struct ray_lint_subject *subject;
    bool failed;
};

static void
on_event(void *arg, const struct ray_event *event)
{
    struct seen *seen = arg;
    struct ray_app *app = seen->lint->app;

    if (event->kind == RAY_EVENT_STATEMENT_DONE && event->sql != NULL && !seen->failed)
        seen->failed = !ray_lint_add_seen(app->arena, seen->subject, event->sql, &app->project.err);
}

static bool
observe_lua(struct ray_lint *lint, struct ray_conn *conn, const struct ray_chosen *chosen,
            struct ray_lint_subject *subject)
{
    struct ray_app *app = lint->app;
    struct seen seen = {.lint = lint, .subject = subject};
    struct ray_replay_options options = {.config = &app->project.config,
                                         .folder = &lint->folder,
                                         .on_event = on_event,
                                         .event_arg = &seen};
    struct ray_replay *replay;
    bool ok;

    if (!ray_project_shadow(&app->project, &options.shadow) ||
        !ray_replay_open(app->arena, &options, ray_conn_database(conn), &replay, &app->project.err))
        return false;
    ok = ray_replay_one(replay, RAY_UP, chosen->migration, &app->project.err) && !seen.failed;
    ray_replay_close(replay);
    if (ok) {
        subject->unread = false;
        lint->unread--;
    }
    return ok;
}

static bool
observe(struct ray_lint *lint, struct ray_conn *conn, const struct ray_chosen *chosen,
        struct ray_lint_subject *subject)
{
    struct ray_app *app = lint->app;

    subject->before = read_catalog(lint, conn);
    if (subject->before == NULL)
        return false;
    if (subject->unread) {
        if (!observe_lua(lint, conn, chosen, subject))
            return false;
    } else if (!ray_lint_observe(conn, app->arena, subject, &app->project.err)) {
        return ray_err_prepend(&app->project.err, "in the shadow");
    }
    subject->after = read_catalog(lint, conn);
    return subject->after != NULL;
}

bool
ray_lint_in_shadow(struct ray_lint *lint, const struct ray_chosen *chosen,
                   struct ray_lint_subject *subject)
{
    struct ray_app *app = lint->app;
    struct ray_shadow *shadow;
    const char *database;
    struct ray_conn *copy;

    if (!advance(lint, chosen) || !ray_project_shadow(&app->project, &shadow))
        return false;
    database = ray_arena_strdup(app->arena, ray_conn_database(lint->conn));
    ray_conn_close(lint->conn);
    lint->conn = NULL;
    if (!ray_shadow_copy(shadow, database, &copy, &app->project.err) ||
        !ray_shadow_connect(shadow, database, &lint->conn, &app->project.err))
        return false;
    if (observe(lint, copy, chosen, subject))
        return ray_shadow_drop(shadow, copy, &app->project.err);
    ray_conn_close(copy);
    return false;
}

void
ray_lint_shadow_close(struct ray_lint *lint)
{
    ray_replay_close(lint->replay);
    if (lint->conn != NULL)
        ray_conn_close(lint->conn);
    lint->conn = NULL;
    lint->replay = NULL;
}
