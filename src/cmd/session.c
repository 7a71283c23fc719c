/* The session of a command that runs migrations: see session.h. */
#include "cmd/session.h"

#include "base/clock.h"

#include <string.h>

static bool
read_lock_options(struct ray_app *app)
{
    struct ray_config *config = &app->config;
    const char *retries = ray_app_option(app, "lock-retries");
    int64_t number;

    if (!ray_app_duration(app, "lock-wait", config->lock_wait_ms, &config->lock_wait_ms) ||
        !ray_app_duration(app, "lock-timeout", config->lock_timeout_ms, &config->lock_timeout_ms))
        return false;
    if (retries != NULL) {
        if (!ray_app_number(app, retries, 0, &number))
            return false;
        config->lock_retries = number > 1000 ? 1000 : (int)number;
    }
    return true;
}

static bool
open_folder(struct ray_app *app, enum ray_session_mode mode, struct ray_folder *out)
{
    struct ray_folder_options options = {.format = app->config.format,
                                         .tolerate = mode == RAY_SESSION_REPAIR};
    const char *path = ray_path_join(app->arena, app->config.root, app->config.out);

    if (!ray_folder_load_with(app->arena, path, &options, out, &app->err))
        return false;
    for (size_t i = 0; i < out->warnings.len; i++)
        ray_term_warn(app->term, "%s", out->warnings.items[i]);
    return true;
}

bool
ray_session_open(struct ray_app *app, enum ray_session_mode mode, struct ray_session *session)
{
    struct ray_run_options options = {.folder = &session->folder, .config = &app->config};

    memset(session, 0, sizeof(*session));
    session->app = app;
    session->started_us = ray_clock_us();
    session->migrations = json_array();
    session->warnings = json_array();
    if (!ray_app_configure(app) || !read_lock_options(app) ||
        !open_folder(app, mode, &session->folder) || !ray_app_database(app, &options.connection))
        return false;
    session->verbose = ray_term_options(app->term)->verbose || app->config.verbose;
    session->allow = ray_app_options(app, "allow");
    session->backup = ray_app_option(app, "backup");
    if (session->backup == NULL)
        session->backup = app->config.backup;
    options.connection.role = ray_arena_printf(app->arena, "raymig %s", app->command->name);
    options.allow = session->allow.items;
    options.nallow = session->allow.len;
    options.single_transaction = ray_app_flag(app, "single-transaction");
    options.dry_run = ray_app_flag(app, "dry-run");
    options.stored = ray_app_flag(app, "stored");
    options.read_only = mode == RAY_SESSION_LOOK;
    options.only_up = mode == RAY_SESSION_UP;
    options.on_event = ray_session_event;
    options.event_arg = session;
    return ray_runner_open(app->arena, &options, &session->runner, &app->err);
}

bool
ray_session_extent(struct ray_app *app, int64_t otherwise, struct ray_extent *out)
{
    out->to = ray_app_option(app, "to");
    out->count = out->to != NULL || ray_app_flag(app, "all") ? -1 : otherwise;
    if (app->nargs == 0)
        return true;
    if (out->to != NULL || ray_app_flag(app, "all")) {
        (void)ray_err_set(&app->err, RAY_USAGE,
                          "a number of migrations and --%s exclude each other",
                          out->to != NULL ? "to" : "all");
        return false;
    }
    return ray_app_number(app, app->args[0], 1, &out->count);
}

bool
ray_session_confirm_down(struct ray_session *session, const ray_selection *selection)
{
    struct ray_app *app = session->app;
    struct ray_buf question;

    if (ray_app_flag(app, "dry-run"))
        return true;
    ray_buf_init(&question, app->arena);
    ray_buf_addf(&question, "Take back %zu migration%s (", selection->len,
                 selection->len == 1 ? "" : "s");
    for (size_t i = 0; i < selection->len && i < 5; i++)
        ray_buf_addf(&question, "%s%s", i == 0 ? "" : ", ", selection->items[i].name);
    ray_buf_addf(&question, "%s)? What they created goes, with the data in it.",
                 selection->len > 5 ? ", ..." : "");
    return ray_app_confirm(app, question.data);
}

/* Between asking and locking another runner may have been here. */
static bool
is_as_expected(const ray_selection *now, const ray_selection *expected, struct ray_err *err)
{
    bool same = expected == NULL || now->len == expected->len;

    for (size_t i = 0; same && expected != NULL && i < now->len; i++)
        same = strcmp(now->items[i].name, expected->items[i].name) == 0;
    if (same)
        return true;
    (void)ray_err_set(err, RAY_REFUSED, "another runner changed the database meanwhile");
    return ray_err_hint(err, "Look at raymig status and run this again.");
}

bool
ray_session_run(struct ray_session *session, enum ray_direction direction,
                const struct ray_extent *extent, const ray_selection *expected)
{
    struct ray_err *err = &session->app->err;
    ray_selection selection;
    size_t done = 0;
    bool ok;

    if (!ray_runner_lock(session->runner, err) ||
        !ray_runner_select(session->runner, direction, extent, &selection, err) ||
        !is_as_expected(&selection, expected, err))
        return false;
    if (session->backup != NULL && selection.len > 0 &&
        !ray_runner_backup(session->runner, session->backup, err))
        return false;
    session->backup = NULL; /* once a session */
    ok = ray_runner_apply(session->runner, direction, &selection, &done, err);
    if (direction == RAY_UP)
        session->applied += done;
    else
        session->reverted += done;
    return ok;
}

void
ray_session_close(struct ray_session *session)
{
    ray_runner_close(session->runner);
    json_decref(session->migrations);
    json_decref(session->warnings);
    session->runner = NULL;
    session->migrations = NULL;
    session->warnings = NULL;
}
