/*
 * Lua behind plain C: what the rooms to the right may know of it. A state holds one Lua world with its
 * limits; a migration script runs in an environment of its own with the run API (`db`, raymig.*) and
 * pure libraries, and may borrow a connection for the length of one call.
 */
#ifndef RAY_SCRIPT_SCRIPT_H
#define RAY_SCRIPT_SCRIPT_H

#include "history/folder.h"
#include "pg/conn.h"
#include "script/config.h"

struct ray_lua;

/* A new state with the limits and grants of the config. The caller frees it. */
struct ray_lua *ray_lua_new(struct ray_arena *arena, const struct ray_config *config);
void ray_lua_free(struct ray_lua *lua); /* NULL is allowed */

/* What a running script reports. Any may be NULL. */
struct ray_script_hooks {
    void *arg;
    void (*statement)(void *arg, const char *sql, int64_t us,
                      int64_t rows);             /* each one that finished */
    void (*notice)(void *arg, const char *text); /* db:notice */
    void (*progress)(void *arg, const char *what, int64_t done,
                     int64_t total); /* total -1: unknown */
};

struct ray_script_run {
    struct ray_conn *conn;
    const struct ray_script *script; /* kind RAY_SCRIPT_LUA */
    const char *direction; /* "up" or "down": the field called where the script returns a table;
                                        a script that returns a function is called itself */
    const char *tag;
    bool trusted; /* false: a stored down from the database; gets db and pure libraries alone,
                            whatever the config grants */
    bool
        in_transaction; /* the caller has one open: db:transaction is a savepoint, and the script may
                            not commit or roll back what is not its own */
    bool dry_run;
    struct ray_script_hooks hooks;
    const char
        *batch_table; /* quoted and qualified name of the table that remembers how far each db:batch
                                came, made when it is first needed; NULL: a batch begins at the start */
};

/* Loads and runs. Afterwards every handle that the script kept is dead. With in_transaction the transaction
 * is left as the script left it: the caller looks at ray_conn_tx and ends it; without it one that the
 * script left open is rolled back, and an error. Errors carry file:line, and code, sqlstate and position of
 * a database error that the script did not catch. */
bool ray_script_run(struct ray_lua *lua, const struct ray_script_run *run,
                    struct ray_err *err) RAY_MUST_CHECK;

/* Forgets how far the batches of that migration and direction came. Call it in the transaction that records
 * the migration as done: not before, or a crash in between would begin the batches again; not never, or
 * the next run of the same migration would find them done. A table that is not there is no error. */
bool ray_script_forget(struct ray_conn *conn, struct ray_arena *arena, const char *batch_table,
                       const char *tag, const char *direction, struct ray_err *err) RAY_MUST_CHECK;

/* Loads without running anything of it but the chunk, and says which directions it has. */
bool ray_script_inspect(struct ray_lua *lua, const struct ray_script *script, bool *has_up,
                        bool *has_down, struct ray_err *err) RAY_MUST_CHECK;

#endif
