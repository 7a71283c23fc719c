/*
 * Runs migrations up and down: the lock, each migration's transaction with its history row, retries,
 * statement-wise progress where there can be no transaction.
 *
 *     open    connects, reads the history and holds the folder against it; writes nothing
 *     select  which migrations a call would run, in order
 *     lock    takes the lock, reads the state again under it, makes the history table where it is missing
 *     apply   runs them
 *     close   frees lock and connection
 *
 * Nothing selected means nothing locked and nothing written: this works on a read-only standby.
 */
#ifndef RAY_RUN_RUN_H
#define RAY_RUN_RUN_H

#include "history/state.h"
#include "run/event.h"
#include "script/script.h"

struct ray_run_options {
    struct ray_conn_options connection;
    const struct ray_config *config; /* lock timeouts and retries, limits and grants of scripts */
    const struct ray_folder *folder;
    const char *const *allow; /* tags that may run out of order, or be missing */
    size_t nallow;
    bool single_transaction;
    bool dry_run;   /* everything runs in one transaction that is rolled back */
    bool read_only; /* a read-only transaction around everything: for looking */
    bool stored;    /* downs from the history rows, not from the folder */
    bool only_up; /* nobody will ask for the state: where all is applied the history is not read */
    /* Asked when a migration has begun, before it commits, and before each statement of one without a transaction:
     * false, with the error set, is its failure. NULL: yes. */
    bool (*may_go_on)(void *event_arg, struct ray_err *err);
    ray_event_fn *on_event; /* NULL: nobody listens */
    void *event_arg;
    bool
        whole_statements; /* their events carry all of the text: those under way are then held twice */
};

struct ray_runner;

struct ray_selected {
    const struct ray_stand *stand;
    enum ray_direction direction;
    struct ray_script script; /* what would run; kind NONE: there is no such script */
    const char *name;
    const struct ray_reversible
        *change; /* that the script was made from (script/reversible.h); NULL: none */
};
typedef RAY_VEC(struct ray_selected) ray_selection;

/* How far: count of migrations (-1: all), or until `to` is the last applied one (NULL: not given). */
struct ray_extent {
    int64_t count;
    const char *to;
};

bool ray_runner_open(struct ray_arena *arena, const struct ray_run_options *options,
                     struct ray_runner **out, struct ray_err *err) RAY_MUST_CHECK;

/* For a folder that is not loaded yet, whose history's sum is remembered (history/remembered.h): connects, and asks
 * whether it still is. *settled: it is, and nothing is pending. Else load the folder, and have the runner look. */
bool ray_runner_open_remembered(struct ray_arena *arena, const struct ray_run_options *options,
                                const char *sum, struct ray_runner **out, bool *settled,
                                struct ray_err *err) RAY_MUST_CHECK;
bool ray_runner_look(struct ray_runner *runner, struct ray_err *err) RAY_MUST_CHECK;
const struct ray_state *ray_runner_state(const struct ray_runner *runner);
struct ray_conn *ray_runner_conn(const struct ray_runner *runner);
const struct ray_history *ray_runner_history(const struct ray_runner *runner);

/* RAY_REFUSED where raymig has no history yet, and the tool whose layout the folder has says that it has run
 * some of it, which would run again. Asked before anything goes up. */
bool ray_runner_alone(struct ray_runner *runner, struct ray_err *err) RAY_MUST_CHECK;

/* Selects; the integrity of folder and history is checked first (RAY_INTEGRITY). A down without a script:
 * RAY_REFUSED. */
bool ray_runner_select(struct ray_runner *runner, enum ray_direction direction,
                       const struct ray_extent *extent, ray_selection *out,
                       struct ray_err *err) RAY_MUST_CHECK;

/* Selects the one migration of the folder, whatever stands before or behind it, and nothing where it stands there
 * already: for proving it. A down without a script: RAY_REFUSED. */
bool ray_runner_pick(struct ray_runner *runner, enum ray_direction direction,
                     const struct ray_migration *migration, ray_selection *out,
                     struct ray_err *err) RAY_MUST_CHECK;

/* Whether the folder has a way back of that migration. */
bool ray_runner_has_down(struct ray_runner *runner, const struct ray_migration *migration,
                         bool *out, struct ray_err *err) RAY_MUST_CHECK;

/* Takes the lock (nothing happens where it is held already) and reads the state again. Selections made
 * before are stale: select again. */
bool ray_runner_lock(struct ray_runner *runner, struct ray_err *err) RAY_MUST_CHECK;

/* Makes the script what runs: reads a stored down's text into the arena, where it is one; and of a migration of
 * reversible operations makes SQL. ray_runner_apply does it by itself; for those who show scripts. */
bool ray_selected_fetch(struct ray_runner *runner, struct ray_arena *arena,
                        struct ray_selected *selected, struct ray_err *err) RAY_MUST_CHECK;

/* Runs the selection. *done counts the migrations that were committed (or, in a dry run, tried), also
 * where it returns false. State and selections are stale afterwards: ray_runner_refresh, select. */
bool ray_runner_apply(struct ray_runner *runner, enum ray_direction direction,
                      const ray_selection *selection, size_t *done,
                      struct ray_err *err) RAY_MUST_CHECK;

/* Reads where the database stands again. */
bool ray_runner_refresh(struct ray_runner *runner, struct ray_err *err) RAY_MUST_CHECK;

/* Writes pg_dump -Fc of the database to the file, and the path to the log. Call it under the lock. */
bool ray_runner_backup(struct ray_runner *runner, const char *path,
                       struct ray_err *err) RAY_MUST_CHECK;

void ray_runner_close(struct ray_runner *runner); /* NULL is allowed */

#endif
