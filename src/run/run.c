/*
 * A run: see run.h. Opens and locks, reads where the database stands, applies a selection one migration
 * after the other.
 */
#include "run/apply.h"

#include "history/remembered.h"
#include "history/settled.h"
#include "pg/quote.h"

#include <string.h>

/* `ahead`: who hashes the folder's files meanwhile; NULL: nobody. */
static bool
read_state(struct ray_runner *runner, struct ray_ahead *ahead, struct ray_err *err)
{
    ray_arena_reset(runner->state_arena);
    runner->settled = false;
    if (!ray_history_load(runner->conn, runner->state_arena, &runner->place, &runner->history, err))
        return false;
    if (!runner->history.exists && runner->options.folder->format->nameless)
        runner->history.has_name = false; /* the table that we are to make is Drizzle's, too */
    return ray_state_build(runner->state_arena, runner->options.folder, ahead, &runner->history,
                           &runner->state, err);
}

/* The same, but where a large folder is asked about by `up` alone, whether there is anything to read. */
static bool
read_first(struct ray_runner *runner, struct ray_ahead *ahead, struct ray_err *err)
{
    const struct ray_run_options *options = &runner->options;
    char hex[RAY_HASH_HEX];
    const char *sum;

    if (!options->only_up || ahead == NULL || options->folder->format->nameless)
        return read_state(runner, ahead, err);
    if (!ray_settled_digest(err->arena, options->folder, ahead, hex, err) ||
        !ray_history_settled(runner->conn, runner->arena, &runner->place, hex, &sum, err))
        return false;
    if (sum == NULL)
        return read_state(runner, ahead, err);
    runner->settled = true;
    ray_remember_sum(runner->arena, options->folder, sum);
    return true;
}

bool
ray_runner_refresh(struct ray_runner *runner, struct ray_err *err)
{
    return read_state(runner, NULL, err);
}

static struct ray_runner *
new_runner(struct ray_arena *arena, const struct ray_run_options *options)
{
    struct ray_runner *runner = RAY_NEW(arena, struct ray_runner);

    runner->arena = arena;
    runner->options = *options;
    runner->place.schema = options->config->history_schema;
    runner->place.table = options->config->history_table;
    runner->state_arena = ray_arena_new();
    return runner;
}

static bool
connect_runner(struct ray_runner *runner, struct ray_err *err)
{
    return ray_history_place_check(&runner->place, err) &&
           ray_conn_open(runner->arena, &runner->options.connection, &runner->conn, err);
}

bool
ray_runner_open(struct ray_arena *arena, const struct ray_run_options *options,
                struct ray_runner **out, struct ray_err *err)
{
    struct ray_runner *runner = new_runner(arena, options);
    struct ray_ahead *ahead = ray_ahead_begin(arena, options->folder);
    bool ok;

    ok = connect_runner(runner, err) && read_first(runner, ahead, err) &&
         /* Behind the reading, which goes on after an error where the history is another tool's. */
         (!options->read_only || ray_conn_exec(runner->conn, "BEGIN TRANSACTION READ ONLY", err));
    ray_ahead_end(ahead);
    if (!ok) {
        ray_runner_close(runner);
        return false;
    }
    *out = runner;
    return true;
}

bool
ray_runner_look(struct ray_runner *runner, struct ray_err *err)
{
    struct ray_ahead *ahead = ray_ahead_begin(runner->arena, runner->options.folder);
    bool ok = read_first(runner, ahead, err);

    ray_ahead_end(ahead);
    return ok;
}

bool
ray_runner_open_remembered(struct ray_arena *arena, const struct ray_run_options *options,
                           const char *sum, struct ray_runner **out, bool *settled,
                           struct ray_err *err)
{
    struct ray_runner *runner = new_runner(arena, options);

    if (!connect_runner(runner, err) ||
        !ray_history_sum_is(runner->conn, &runner->place, sum, &runner->settled, err)) {
        ray_runner_close(runner);
        return false;
    }
    *settled = runner->settled;
    *out = runner;
    return true;
}

void
ray_runner_close(struct ray_runner *runner)
{
    if (runner == NULL)
        return;
    ray_lua_free(runner->lua);
    ray_conn_close(runner->conn);
    ray_lock_release(runner->lock);
    ray_arena_free(runner->state_arena);
    runner->lua = NULL;
    runner->conn = NULL;
    runner->lock = NULL;
    runner->state_arena = NULL;
}

const struct ray_state *
ray_runner_state(const struct ray_runner *runner)
{
    return &runner->state;
}

struct ray_conn *
ray_runner_conn(const struct ray_runner *runner)
{
    return runner->conn;
}

const struct ray_history *
ray_runner_history(const struct ray_runner *runner)
{
    return &runner->history;
}

static void
on_lock_wait(void *arg, const struct ray_lock_holder *holder, int64_t waited_ms)
{
    const struct ray_runner *runner = arg;
    struct ray_event event = {.kind = RAY_EVENT_LOCK_WAIT,
                              .holder = holder,
                              .us = waited_ms * 1000};

    if (runner->options.on_event != NULL)
        runner->options.on_event(runner->options.event_arg, &event);
}

static bool
must_be_writable(struct ray_runner *runner, struct ray_err *err)
{
    struct ray_rows rows;

    if (!ray_conn_query(
            runner->conn, err->arena,
            ray_arena_printf(err->arena,
                             "SELECT pg_catalog.pg_is_in_recovery(),"
                             " pg_catalog.current_setting('transaction_read_only'),"
                             " pg_catalog.current_setting('idle_in_transaction_session_timeout')"
                             " <> '0',"
                             " pg_catalog.current_setting('idle_session_timeout', true) <> '0',"
                             " pg_catalog.to_regclass(%s) IS NOT NULL",
                             ray_quote_literal(err->arena,
                                               ray_history_log_name(err->arena, &runner->place))),
            0, NULL, &rows, err))
        return false;
    runner->has_log = ray_rows_value(&rows, 0, 4)[0] == 't';
    runner->ends_idle_transactions = ray_rows_value(&rows, 0, 2)[0] == 't';
    runner->ends_idle_sessions = ray_rows_value(&rows, 0, 3) != NULL &&
                                 ray_rows_value(&rows, 0, 3)[0] == 't';
    if (ray_rows_value(&rows, 0, 0)[0] == 't') {
        (void)ray_err_set(err, RAY_FAILED,
                          "the server is a read-only standby: nothing can be applied");
        return ray_err_hint(err,
                            "Connect to the primary; target_session_attrs=read-write in the URL "
                            "picks it.");
    }
    if (strcmp(ray_rows_value(&rows, 0, 1), "on") == 0) {
        (void)ray_err_set(err, RAY_FAILED, "the session is read only: nothing can be applied");
        return ray_err_hint(err,
                            "Set default_transaction_read_only to off for this role or database.");
    }
    return true;
}

/* Some platforms' servers refuse the setting; then a killed client's statement runs to its end. */
static void
probe_check_interval(struct ray_runner *runner)
{
    struct ray_err ignored;

    ray_err_init(&ignored, runner->arena);
    runner->check_interval = ray_conn_server_version(runner->conn) >= 140000 &&
                             ray_conn_exec(runner->conn,
                                           "SET client_connection_check_interval = '1s';"
                                           " RESET client_connection_check_interval",
                                           &ignored);
}

bool
ray_runner_lock(struct ray_runner *runner, struct ray_err *err)
{
    struct ray_conn_options options = runner->options.connection;
    const char *name = ray_history_lock_name(runner->arena, &runner->place);

    if (runner->lock != NULL)
        return true;
    if (!must_be_writable(runner, err) ||
        (runner->ends_idle_sessions && !ray_conn_exec(runner->conn, RAY_KEEP_SESSION_SQL, err)))
        return false;
    options.role = ray_arena_printf(runner->arena, "%s (lock)",
                                    options.role != NULL ? options.role : "raymig");
    if (!ray_lock_take(runner->arena, &options, name, runner->options.config->lock_wait_ms,
                       on_lock_wait, runner, &runner->lock, err))
        return false;
    runner->condition = ray_lock_condition(runner->arena, runner->lock);
    probe_check_interval(runner);
    return ray_runner_refresh(runner, err);
}

static bool
apply_all(struct ray_runner *runner, enum ray_direction direction, const ray_selection *selection,
          bool in_transaction, size_t *done, struct ray_err *err)
{
    struct ray_arena *scratch = ray_arena_new();
    bool ok = true;

    for (size_t i = 0; ok && i < selection->len; i++) {
        struct ray_selected selected = selection->items[i];
        struct ray_step step = {.runner = runner,
                                .arena = scratch,
                                .direction = direction,
                                .selected = &selected,
                                .number = i + 1,
                                .total = selection->len,
                                .in_transaction = in_transaction};

        ok = ray_step_apply(&step, i, err);
        if (ok)
            *done = i + 1;
        ray_arena_reset(scratch);
    }
    ray_arena_free(scratch);
    return ok;
}

bool
ray_runner_prepare(struct ray_runner *runner, struct ray_err *err)
{
    if (!runner->has_log)
        runner->history.complete = false;
    if (!ray_history_prepare(runner->conn, &runner->history, err))
        return false;
    runner->has_log = true;
    return true;
}

/* All of the selection in one transaction; a dry run makes the history table in it, too. */
static bool
apply_together(struct ray_runner *runner, enum ray_direction direction,
               const ray_selection *selection, size_t *done, struct ray_err *err)
{
    struct ray_conn *conn = runner->conn;
    bool dry_run = runner->options.dry_run;
    struct ray_history before = runner->history;
    bool had_log = runner->has_log;
    struct ray_err ignored;
    bool ok;

    ok = ray_conn_exec(conn, "BEGIN", err) && ray_runner_prepare(runner, err) &&
         apply_all(runner, direction, selection, true, done, err);
    if (ok && !dry_run && ray_conn_exec(conn, "COMMIT", err))
        return true;
    ray_err_init(&ignored, runner->arena);
    ray_conn_shield(conn, true);
    if (ray_conn_tx(conn) != RAY_TX_LOST && !ray_conn_exec(conn, "ROLLBACK", &ignored))
        ray_err_clear(&ignored);
    ray_conn_shield(conn, false);
    runner->history = before;
    runner->has_log = had_log;
    if (!ok || !dry_run)
        *done = 0;
    return ok && dry_run;
}

/* All of reversible operations are read before anything runs: one that has no way back is found here. */
static bool
read_changes(struct ray_runner *runner, const ray_selection *selection, struct ray_err *err)
{
    struct ray_arena *scratch = ray_arena_new();
    bool ok = true;

    for (size_t i = 0; ok && i < selection->len; i++) {
        struct ray_selected selected = selection->items[i];

        ok = selected.script.kind != RAY_SCRIPT_LUA || selected.script.source.text != NULL ||
             !ray_file_exists(selected.script.source.path) ||
             ray_selected_fetch(runner, scratch, &selected, err);
        ray_arena_reset(scratch);
    }
    ray_arena_free(scratch);
    if (!ok && err->state == NULL)
        err->state = "nothing was run";
    return ok;
}

bool
ray_runner_apply(struct ray_runner *runner, enum ray_direction direction,
                 const ray_selection *selection, size_t *done, struct ray_err *err)
{
    *done = 0;
    if (selection->len == 0)
        return true;
    if (!read_changes(runner, selection, err))
        return false;
    if (runner->options.dry_run || runner->options.single_transaction)
        return apply_together(runner, direction, selection, done, err);
    return ray_runner_prepare(runner, err) &&
           apply_all(runner, direction, selection, false, done, err);
}
