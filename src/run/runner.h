/* What the files of src/run share: the runner's inside, and the steps of one migration. */
#ifndef RAY_RUN_RUNNER_H
#define RAY_RUN_RUNNER_H

#include "pg/statement.h"
#include "run/run.h"

struct ray_runner {
    struct ray_arena *arena;
    struct ray_run_options options;
    struct ray_history_place place;
    struct ray_conn *conn;
    struct ray_lock *lock;
    const char *condition;         /* SQL: the lock is held */
    struct ray_lua *lua;           /* made when the first script needs it */
    struct ray_arena *state_arena; /* history and state; thrown away when they are read again */
    struct ray_history history;
    struct ray_state state;
    bool check_interval; /* the server takes client_connection_check_interval */
    bool used; /* a script may have left settings in the session: the next one resets it */

    /* The server is set to end a session that idles, in a transaction or outside of one, as ours does
     * while a script computes or another runner is waited for. */
    bool ends_idle_transactions;
    bool ends_idle_sessions;
};

/* Sent where the server ends idle sessions, and again where the session's settings were reset. */
extern const char ray_keep_session_sql[];

/* One migration on its way. Lives as long as its scratch arena. */
struct ray_step {
    struct ray_runner *runner;
    struct ray_arena *arena; /* scratch */
    enum ray_direction direction;
    struct ray_selected *selected;
    struct ray_script_options options;
    size_t number, total;
    int64_t started_us;
    bool in_transaction; /* the caller's one: neither begin nor commit here */
    bool untouched;      /* it failed before any of its statements was done */
    bool committing;     /* COMMIT was sent: a lost connection leaves its outcome unknown */
};

void ray_step_event(const struct ray_step *step, struct ray_event *event);
void ray_step_warn(const struct ray_step *step, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Runs the whole migration in one transaction, history row and log line with it (transaction.c). */
bool ray_step_transaction(struct ray_step *step, struct ray_err *err) RAY_MUST_CHECK;

/* Runs it statement by statement, each finished one recorded, and resumes (statements.c). */
bool ray_step_statements(struct ray_step *step, struct ray_err *err) RAY_MUST_CHECK;

/* The settings of a migration's transaction, sent into an open pipeline; *count is raised by the number
 * of statements sent (transaction.c). */
bool ray_step_send_settings(struct ray_step *step, size_t *count,
                            struct ray_err *err) RAY_MUST_CHECK;

/* Results still to come around that of the record, which tells whether it touched its row. */
struct ray_tail {
    size_t before;
    size_t behind;
};

/* Sends the script's statements through the open pipeline, and behind the last one the end of the
 * transaction; reads the results of the `lead` statements sent before and of its own (stream.c). */
bool ray_step_stream(struct ray_step *step, size_t lead, struct ray_tail *tail,
                     struct ray_err *err) RAY_MUST_CHECK;

/* Sends the end of a migration's transaction: its record, as the role that connected (transaction.c). */
bool ray_step_send_end(struct ray_step *step, struct ray_tail *tail,
                       struct ray_err *err) RAY_MUST_CHECK;

/* Places an error of a statement in the file: err.statement, file, line, column (stream.c). */
void ray_step_locate(const struct ray_step *step, const struct ray_statement *statement,
                     struct ray_err *err);

/* Refuses what no migration may hold: psql meta-commands, COPY streams (stream.c). */
bool ray_step_admits(const struct ray_step *step, const struct ray_statement *statement,
                     enum ray_statement_kind kind, struct ray_err *err) RAY_MUST_CHECK;

/* Name of the table in which db:batch remembers how far it came, quoted, in the arena (script.c). */
const char *ray_runner_batch_table(const struct ray_runner *runner, struct ray_arena *arena);

/* Runs the Lua script; one that failed before its first statement was done is `untouched` (script.c). */
bool ray_step_script(struct ray_step *step, struct ray_err *err) RAY_MUST_CHECK;

/* Runs a statement that cannot be in a transaction, clearing away an invalid index before and after it.
 * `attempted`: an earlier run began it and did not record its end; *skipped where it turns out to have
 * been finished (concurrent.c). */
bool ray_step_alone(struct ray_step *step, const struct ray_statement *statement, bool attempted,
                    bool *skipped, struct ray_err *err) RAY_MUST_CHECK;

/* Sends the insert or delete of the history row, which returns a row where it was done, and the log line
 * behind it. *before is raised by the statements sent before the one that returns the row (record.c). */
bool ray_step_send_record(struct ray_step *step, size_t *before,
                          struct ray_err *err) RAY_MUST_CHECK;

/* Why a statement that recorded progress touched no row: the lock is lost, or another runner was here. */
bool ray_step_lost(struct ray_step *step, struct ray_err *err);

/* True, after a pause, where the error is one that goes away: lock timeout, deadlock, serialization. */
bool ray_step_retry(struct ray_step *step, int attempt, const struct ray_err *err);

/* The Lua state of the run. */
struct ray_lua *ray_runner_lua(struct ray_runner *runner);

#endif
