/* The session of an operation that runs migrations: see session.h. */
#include "project/session.h"

#include "base/buf.h"
#include "base/clock.h"
#include "history/remembered.h"
#include "pg/dial.h"

#include <string.h>

void
ray_session_options_init(struct ray_session_options *out)
{
    memset(out, 0, sizeof(*out));
    out->lock_wait_ms = -1;
    out->lock_timeout_ms = -1;
    out->lock_retries = -1;
}

void
ray_session_init(struct ray_session *out, struct ray_project *project,
                 const struct ray_session_options *options)
{
    memset(out, 0, sizeof(*out));
    out->project = project;
    out->options = *options;
    out->migrations = json_array();
    out->warnings = json_array();
}

/* ---------------------------------------------------------------- opening */

static void
take_lock_options(struct ray_session *session)
{
    const struct ray_session_options *options = &session->options;
    struct ray_config *config = &session->project->config;

    if (options->lock_wait_ms >= 0)
        config->lock_wait_ms = options->lock_wait_ms;
    if (options->lock_timeout_ms >= 0)
        config->lock_timeout_ms = options->lock_timeout_ms;
    if (options->lock_retries >= 0)
        config->lock_retries = options->lock_retries > 1000 ? 1000 : options->lock_retries;
}

static bool
open_folder(struct ray_session *session, enum ray_session_mode mode)
{
    struct ray_project *project = session->project;
    struct ray_folder_options options = {.tolerate = mode == RAY_SESSION_REPAIR};
    const char *path = ray_project_folder_path(project);

    if (!ray_project_format(project, path, project->config.format, &options) ||
        !ray_folder_load_with(project->arena, path, &options, &session->folder, &project->err))
        return false;
    for (size_t i = 0; i < session->folder.warnings.len; i++)
        ray_project_warn(project, "%s", session->folder.warnings.items[i]);
    return true;
}

/* Begins to connect where that needs no server started first: the folder is read meanwhile. */
static bool
begin_to_connect(struct ray_session *session, struct ray_dial **out)
{
    struct ray_project *project = session->project;
    struct ray_conn_options connection;
    bool named;

    if (!ray_project_named_database(project, &connection, &named))
        return false;
    *out = named ? ray_dial_begin(project->arena, &connection) : NULL;
    return true;
}

static bool
name_database(struct ray_session *session, struct ray_dial *dial, struct ray_run_options *options)
{
    if (!ray_project_database(session->project, &options->connection))
        return false;
    options->connection.dial = dial;
    return true;
}

/* Where nothing in a folder was touched since all of it was applied, the server alone is asked. *settled: it still is. */
static bool
open_remembered(struct ray_session *session, struct ray_dial *dial, struct ray_run_options *options,
                bool *settled)
{
    struct ray_project *project = session->project;
    const char *format = project->config.format;
    const char *sum;

    if (format != NULL && strcmp(format, "raymig") != 0)
        return true;
    sum = ray_remembered_sum(project->arena, ray_project_folder_path(project));
    if (sum == NULL)
        return true;
    return name_database(session, dial, options) &&
           ray_runner_open_remembered(project->arena, options, sum, &session->runner, settled,
                                      &project->err);
}

static bool
open_loaded(struct ray_session *session, enum ray_session_mode mode, struct ray_dial *dial,
            struct ray_run_options *options)
{
    struct ray_project *project = session->project;

    if (!open_folder(session, mode))
        return false;
    if (session->runner != NULL)
        return ray_runner_look(session->runner, &project->err);
    return name_database(session, dial, options) &&
           ray_runner_open(project->arena, options, &session->runner, &project->err);
}

static bool
open_runner(struct ray_session *session, enum ray_session_mode mode,
            struct ray_run_options *options)
{
    struct ray_dial *dial = NULL;
    bool settled = false;
    bool ok = begin_to_connect(session, &dial) &&
              (!session->names_nothing || open_remembered(session, dial, options, &settled)) &&
              (settled || open_loaded(session, mode, dial, options));

    ray_dial_end(dial);
    return ok;
}

bool
ray_session_open(struct ray_session *session, enum ray_session_mode mode)
{
    struct ray_project *project = session->project;
    struct ray_run_options options = {.folder = &session->folder, .config = &project->config};

    session->started_us = ray_clock_us();
    if (!ray_project_configure(project))
        return false;
    take_lock_options(session);
    if (mode != RAY_SESSION_LOOK && !ray_session_hooks_open(session))
        return false;
    if (session->options.backup == NULL)
        session->options.backup = project->config.backup;
    options.allow = session->options.allow.items;
    options.nallow = session->options.allow.len;
    options.single_transaction = session->options.single_transaction;
    options.dry_run = session->options.dry_run;
    options.stored = session->options.stored;
    options.read_only = mode == RAY_SESSION_LOOK;
    options.only_up = mode == RAY_SESSION_UP;
    options.on_event = ray_session_event;
    options.event_arg = session;
    options.whole_statements = ray_session_hooks_want_sql(session);
    options.may_go_on = session->hooks == NULL ? NULL : ray_session_may_go_on;
    return open_runner(session, mode, &options);
}

void
ray_session_close(struct ray_session *session)
{
    ray_runner_close(session->runner);
    ray_session_hooks_close(session);
    json_decref(session->migrations);
    json_decref(session->warnings);
    session->runner = NULL;
    session->migrations = NULL;
    session->warnings = NULL;
}

/* ---------------------------------------------------------------- running */

/* Between asking (or showing) and locking another runner may have been here. */
static bool
is_as_expected(const ray_selection *now, const ray_strings *expected, struct ray_err *err)
{
    bool same = expected == NULL || now->len == expected->len;

    for (size_t i = 0; same && expected != NULL && i < now->len; i++)
        same = strcmp(now->items[i].name, expected->items[i]) == 0;
    if (same)
        return true;
    (void)ray_err_set(err, RAY_REFUSED, "another runner changed the database meanwhile");
    return ray_err_hint(err, "Look at raymig status and run this again.");
}

/* Lock, backup, select again, apply. The names selected must be those of `asked`, where it is given, and of the options. */
static bool
run(struct ray_session *session, enum ray_direction direction, const struct ray_extent *extent,
    const ray_strings *asked)
{
    struct ray_err *err = &session->project->err;
    ray_selection selection;
    size_t done = 0;
    bool ok;

    if (!ray_runner_lock(session->runner, err) ||
        !ray_runner_select(session->runner, direction, extent, &selection, err) ||
        !is_as_expected(&selection, asked, err) ||
        !is_as_expected(&selection, session->options.expected, err) ||
        !ray_session_hooks_before(session, direction, &selection))
        return false;
    if (session->options.backup != NULL && selection.len > 0 &&
        !ray_runner_backup(session->runner, session->options.backup, err))
        return false;
    session->options.backup = NULL; /* once a session */
    ok = ray_runner_apply(session->runner, direction, &selection, &done, err);
    if (direction == RAY_UP)
        session->applied += done;
    else
        session->reverted += done;
    return ok;
}

/* Asks before anything is taken back. */
static bool
confirm_down(struct ray_session *session, const ray_strings *names)
{
    struct ray_project *project = session->project;
    struct ray_buf question;

    if (session->options.dry_run)
        return true;
    ray_buf_init(&question, project->arena);
    ray_buf_addf(&question, "Take back %zu migration%s (", names->len, names->len == 1 ? "" : "s");
    for (size_t i = 0; i < names->len && i < 5; i++)
        ray_buf_addf(&question, "%s%s", i == 0 ? "" : ", ", names->items[i]);
    ray_buf_addf(&question, "%s)? What they created goes, with the data in it.",
                 names->len > 5 ? ", ..." : "");
    return ray_project_confirm(project, question.data);
}

/* Likewise in an open session. *nothing: there was nothing to take back. */
static bool
run_down(struct ray_session *session, const struct ray_extent *extent, bool *nothing)
{
    struct ray_project *project = session->project;
    ray_selection selection;
    ray_strings names = {0}; /* the selection is stale once the lock is taken */

    if (!ray_runner_select(session->runner, RAY_DOWN, extent, &selection, &project->err))
        return false;
    for (size_t i = 0; i < selection.len; i++)
        *ray_vec_add(project->arena, &names) = ray_arena_strdup(project->arena,
                                                                selection.items[i].name);
    *nothing = names.len == 0;
    if (*nothing)
        return is_as_expected(&selection, session->options.expected, &project->err);
    return confirm_down(session, &names) && run(session, RAY_DOWN, extent, &names);
}

static bool
run_up(struct ray_session *session, const struct ray_extent *extent)
{
    ray_selection selection;

    return ray_runner_select(session->runner, RAY_UP, extent, &selection, &session->project->err) &&
           (selection.len == 0
                ? is_as_expected(&selection, session->options.expected, &session->project->err)
                : run(session, RAY_UP, extent, NULL));
}

bool
ray_session_up(struct ray_session *session, const struct ray_extent *extent)
{
    session->names_nothing = extent->to == NULL;
    return ray_session_hooks_after(session, ray_session_open(session, RAY_SESSION_UP) &&
                                                run_up(session, extent));
}

bool
ray_session_down(struct ray_session *session, const struct ray_extent *extent)
{
    bool nothing;

    return ray_session_hooks_after(session, ray_session_open(session, RAY_SESSION_RUN) &&
                                                run_down(session, extent, &nothing));
}

static bool
is_applied(const struct ray_state *state, const struct ray_migration *migration)
{
    for (size_t i = 0; i < state->stands.len; i++)
        if (state->stands.items[i].migration == migration)
            return state->stands.items[i].row != NULL;
    return false;
}

static bool
go_to(struct ray_session *session, const char *tag)
{
    const struct ray_extent extent = {.count = -1, .to = tag};
    const struct ray_migration *target;
    bool nothing;

    if (!ray_session_open(session, RAY_SESSION_RUN))
        return false;
    target = ray_folder_find(&session->folder, tag, &session->project->err);
    if (target == NULL)
        return false;
    return is_applied(ray_runner_state(session->runner), target)
               ? run_down(session, &extent, &nothing)
               : run_up(session, &extent);
}

bool
ray_session_goto(struct ray_session *session, const char *tag)
{
    return ray_session_hooks_after(session, go_to(session, tag));
}

static bool
redo(struct ray_session *session, const struct ray_extent *extent)
{
    struct ray_extent again = {.count = 0};
    bool nothing;

    if (session->options.dry_run) {
        (void)ray_err_set(&session->project->err, RAY_USAGE, "redo has no dry run");
        return ray_err_hint(&session->project->err, "Try raymig down --dry-run.");
    }
    if (!ray_session_open(session, RAY_SESSION_RUN) || !run_down(session, extent, &nothing))
        return false;
    if (nothing)
        return true;
    if (!ray_runner_refresh(session->runner, &session->project->err))
        return false;
    again.count = (int64_t)session->reverted;
    return run(session, RAY_UP, &again, NULL);
}

bool
ray_session_redo(struct ray_session *session, const struct ray_extent *extent)
{
    return ray_session_hooks_after(session, redo(session, extent));
}
