/* A runner's inside: for the files of src/run alone. */
#ifndef RAY_RUN_RUNNER_H
#define RAY_RUN_RUNNER_H

#include "run/run.h"
#include "script/reversible.h"

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
    bool settled; /* all is applied; neither of them was read */
    bool has_log; /* its table is there; one that was dropped is made again by the first write */
    bool check_interval; /* the server takes client_connection_check_interval */
    bool used; /* a script may have left settings in the session: the next one resets it */

    /* The server is set to end a session that idles, in a transaction or outside of one, as ours does
     * while a script computes or another runner is waited for. */
    bool ends_idle_transactions;
    bool ends_idle_sessions;
};

/* Sent where the server ends idle sessions, and again where the session's settings were reset. */
#define RAY_KEEP_SESSION_SQL "SET idle_session_timeout = 0"

/* Makes the history table and its log where they are missing (run.c). */
bool ray_runner_prepare(struct ray_runner *runner, struct ray_err *err) RAY_MUST_CHECK;

/* The folder's Lua migration as a change; NULL: it is none (step.c). Lives in the arena. */
bool ray_runner_reversible(struct ray_runner *runner, struct ray_arena *arena,
                           const struct ray_migration *migration, struct ray_reversible **out,
                           struct ray_err *err) RAY_MUST_CHECK;

/* What the history is to say of the migration: as ray_history_record_read; the stored down of a change is the
 * SQL of its way back (step.c). */
bool ray_runner_record(struct ray_runner *runner, struct ray_arena *arena,
                       const struct ray_migration *migration, enum ray_row_state state,
                       struct ray_history_record *out, struct ray_err *err) RAY_MUST_CHECK;

/* The Lua state of the run, made when the first script needs it (step.c). */
struct ray_lua *ray_runner_lua(struct ray_runner *runner);

#endif
