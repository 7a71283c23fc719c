/*
 * Inside the db binding: one session per run of a script, borrowed by everything that the script holds.
 *
 * A session is never freed before the state is, so a handle that outlives its script finds it and says
 * that it is dead. What occupies the connection (a stream of rows, a COPY) is a `flow`: while there is
 * one, everything else is refused, and who abandons it leaves the connection to be settled by the next
 * call. A finalizer never talks to the server.
 */
#ifndef RAY_SCRIPT_DB_H
#define RAY_SCRIPT_DB_H

#include "base/buf.h"
#include "base/vec.h"
#include "pg/conn_internal.h"
#include "script/script.h"
#include "script/state.h"

/* What occupies the connection. Part of the handle that owns it. */
struct db_flow {
    const char *what; /* "db:each", for messages */
};

/* A type that is not built in, as far as its values are converted. */
struct db_type {
    Oid oid;
    Oid element; /* of an array, domains looked through; 0: no array */
    char delimiter;
};

/* A cursor or a prepared statement on the server. */
struct db_name {
    int number; /* it is called raymig_<number>; 0: gone */
    bool cursor;
    bool doomed;   /* its handle was collected: to be closed by the next call */
    int64_t epoch; /* of a cursor: the transaction that it lives in */
};

struct db_session {
    bool alive;
    struct ray_lua *lua;
    struct ray_conn *conn;
    const struct ray_script_run *run;
    struct ray_arena *arena; /* lives as long as the run */
    bool ended;              /* the script ended the transaction that its caller opened */
    int64_t epoch;           /* raised when a transaction ends: cursors of before are gone */
    int level;               /* open scopes of db:transaction */
    int batches;             /* db:batch calls so far */
    struct db_flow *flow;
    bool abandoned;                /* a flow was dropped by the garbage collector */
    RAY_VEC(struct db_type) types; /* by oid, ascending */
    RAY_VEC(struct db_name) names;
    bool doomed;           /* a finalizer has left names to close */
    const char *fields[4]; /* constraint, schema, table, column of the last error; in scratch */
};

/* One statement with its parameters. Values lie on the Lua stack or in the scratch arena. */
struct db_call {
    const char *sql;
    const char *prepared; /* run this prepared statement; sql is for messages */
    bool simple;          /* may be several statements, has no parameters */
    bool discard;         /* rows are counted, not kept */
    int n;
    const char **values;
    int *lengths;
    int *formats;
    Oid *types;
};

struct db_cell {
    const char *text; /* NULL: NULL */
    size_t length;
};

struct db_result {
    int ncols;
    const char **names;
    Oid *types;
    RAY_VEC(struct db_cell) cells; /* row by row */
    size_t nrows;
    int64_t affected;
};

/* ---- sessions and handles (db.c) */

/* Begins a session and pushes its db value. The caller ends it, after the script. */
struct db_session *db_session_begin(lua_State *L, const struct ray_script_run *run) RAY_RAISES;
void db_session_end(struct db_session *session) RAY_QUIET;

/* The session of the db value at 1. Raises where it is dead, where the script is to stop, or where a flow
 * is open. Scratch is fresh afterwards. `method` is for messages. */
struct db_session *db_check(lua_State *L, const char *method) RAY_RAISES;

/* The same for what needs no connection: a flow is no obstacle. */
struct db_session *db_check_alive(lua_State *L, const char *method) RAY_RAISES;

/* The same for the session of a handle, whose own flow is no obstacle. */
void db_check_session(lua_State *L, struct db_session *session,
                      const struct db_flow *own) RAY_RAISES;

/* Raises a database error, with the server's fields. */
_Noreturn int db_raise(lua_State *L, const struct db_session *session,
                       const struct ray_err *err) RAY_RAISES;

/* Makes a class of handles and keeps its metatable; all or nothing. release is __gc, close is __close. */
struct db_class {
    const char *name;
    const luaL_Reg *methods;
    lua_CFunction collect;
    lua_CFunction close;
};
void db_new_class(lua_State *L, const struct db_class *row) RAY_RAISES;

/* A userdata of `size` zeroed bytes of that class. */
void *db_new_handle(lua_State *L, const char *name, size_t size, int uservalues) RAY_RAISES;

extern const struct db_class db_statement_class; /* db_statement.c */
extern const struct db_class db_cursor_class;    /* db_cursor.c */
extern const struct db_class db_copy_class;      /* db_copy.c */
extern const struct db_class db_scope_class;     /* db_scope.c */

/* Methods of db; a name that begins with '_' goes to the core, which only the host's Lua sees. */
extern const luaL_Reg db_exec_methods[];
extern const luaL_Reg db_statement_methods[];
extern const luaL_Reg db_cursor_methods[];
extern const luaL_Reg db_copy_methods[];
extern const luaL_Reg db_scope_methods[];
extern const luaL_Reg db_batch_methods[];

/* Calls of db_exec.c that statements share: run the call and push its result. */
int db_push_exec(lua_State *L, struct db_session *session, struct db_call *call) RAY_RAISES;
int db_push_query(lua_State *L, struct db_session *session, struct db_call *call) RAY_RAISES;
int db_push_row(lua_State *L, struct db_session *session, struct db_call *call) RAY_RAISES;
int db_push_first(lua_State *L, struct db_session *session, struct db_call *call) RAY_RAISES;

/* ---- running statements (db_run.c): core calls, none raises */

/* Before and after each talk with the server: the clock, what was abandoned, what has ended. */
bool db_begin(struct db_session *session, struct ray_err *err) RAY_MUST_CHECK;
bool db_end(struct db_session *session, bool ok, struct ray_err *err) RAY_MUST_CHECK;

bool db_run(struct db_session *session, const struct db_call *call, struct db_result *out,
            struct ray_err *err) RAY_MUST_CHECK;

/* A statement of our own, without parameters; not reported to the hooks. */
bool db_command(struct db_session *session, const char *sql, struct ray_err *err) RAY_MUST_CHECK;

bool db_send(struct db_session *session, const struct db_call *call, bool single_rows,
             struct ray_err *err) RAY_MUST_CHECK;

/* A name for a cursor or a prepared statement, unique on the connection. Closing it: `now` talks to the
 * server, else the next call does. A cursor may be gone already (its savepoint was rolled back). */
int db_name_new(struct db_session *session, bool cursor);
void db_name_drop(struct db_session *session, int number);
void db_name_doom(struct db_session *session, int number);
bool db_names_close(struct db_session *session, bool all, struct ray_err *err) RAY_MUST_CHECK;

/* Reads and drops what is still to come, leaving COPY modes. */
void db_drain(struct db_session *session);

/* A failed result or connection as an error of this call. Returns false. */
bool db_failed(struct db_session *session, const PGresult *result, const char *sql,
               struct ray_err *err);

/* Refuses to begin or end a transaction that is not the script's. */
bool db_admits(struct db_session *session, const struct db_call *call,
               struct ray_err *err) RAY_MUST_CHECK;

/* Tells the hooks that a statement is done. */
void db_report(struct db_session *session, const char *sql, int64_t us, int64_t rows);
enum ray_tx db_tx(const struct db_session *session);

/* The number in a command tag, 0 where it counts nothing that changed. */
int64_t db_affected(PGresult *result);

/* ---- values (db_params.c, db_values.c, db_types.c) */

/* Reads a statement and its parameters from the stack, `at` on. */
void db_check_call(lua_State *L, struct db_session *session, int at,
                   struct db_call *out) RAY_RAISES;

/* The same for the parameters alone, up to the top of the stack. */
void db_check_params(lua_State *L, struct db_session *session, int at,
                     struct db_call *out) RAY_RAISES;

/* Appends the value at `index` in COPY's text format. */
void db_add_copy_value(lua_State *L, int index, struct ray_buf *buf) RAY_RAISES;

/* Pushes a value of the type. */
void db_push_value(lua_State *L, const struct db_session *session, Oid oid, const char *text,
                   size_t length) RAY_RAISES;

/* Looks up those of the types that are not known yet; `all`: every type there is. */
bool db_learn_types(struct db_session *session, const Oid *types, int n, bool all,
                    struct ray_err *err) RAY_MUST_CHECK;
const struct db_type *db_find_type(const struct db_session *session, Oid oid);

/* Pushes the list of column names; raises where two are the same. */
void db_push_columns(lua_State *L, int ncols, const char *const *names) RAY_RAISES;

#endif
