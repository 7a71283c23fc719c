/*
 * Running a migration script: an environment, a chunk, a function, a borrowed connection. Whatever way the
 * script leaves, its session is ended here, in C, after the protected call; then a limit that it passed or
 * a transaction that it ended counts as failure even where the script swallowed the error.
 */
#include "script/script.h"

#include "base/interrupt.h"
#include "base/term.h"
#include "script/db.h"
#include "script/state.h"

#include <string.h>

/* A call under way: what the protected function needs and what it leaves behind. */
struct job {
    const struct ray_script_run *run; /* NULL: only inspect */
    const struct ray_script *script;
    struct ray_text text;
    struct db_session *session;
    bool has_up;
    bool has_down;
};

static const char *const directions[] = {"up", "down"};

static _Noreturn void
fail_at(lua_State *L, const struct job *job, const char *hint, const char *message)
{
    struct ray_err err;

    ray_err_init(&err, ray_lua_of(L)->scratch);
    (void)ray_err_set(&err, RAY_FAILED, "%s", message);
    err.hint = hint;
    (void)ray_err_at(&err, job->script->source.path, 0, 0);
    (void)ray_lua_raise(L, &err);
}

/* print of a script: one text to the notice hook. Upvalue 1: the db value. */
static int
l_print(lua_State *L)
{
    lua_settop(L, 1);
    lua_getfield(L, lua_upvalueindex(1), "notice");
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, 1);
    ray_lua_invoke(L, 2, 0);
    return 0;
}

/* The table that a script returned, at the top of the stack: up, down and nothing else. */
static void
check_table(lua_State *L, struct job *job)
{
    struct ray_arena *arena = ray_lua_of(L)->scratch;

    lua_pushnil(L);
    while (lua_next(L, -2) != 0) { /* -- [table key value] */
        const char *name = luaL_tolstring(L, -2, NULL);
        const char *nearest = ray_nearest(name, directions, 2);

        if (strcmp(name, "up") != 0 && strcmp(name, "down") != 0)
            fail_at(L, job,
                    strcmp(name, "change") == 0
                        ? "Reversible changes are not supported yet: write up and down."
                    : nearest != NULL ? ray_arena_printf(arena, "Did you mean \"%s\"?", nearest)
                                      : "A migration returns { up = function(db) ... end, "
                                        "down = function(db) ... end }.",
                    ray_arena_printf(arena, "the migration has an unknown field \"%s\"", name));
        if (!lua_isfunction(L, -2))
            fail_at(L, job, NULL,
                    ray_arena_printf(arena,
                                     "the migration's field \"%s\" is of type %s, not a function",
                                     name, luaL_typename(L, -2)));
        if (strcmp(name, "up") == 0)
            job->has_up = true;
        else
            job->has_down = true;
        lua_pop(L, 2);
    }
}

/* Runs the chunk and pushes what it returns: a function, or a table that has been checked. */
static void
run_chunk(lua_State *L, struct job *job, bool trusted, int print)
{
    ray_lua_sandbox(L, "raymig.host.migration", trusted, print);
    lua_pop(L, 1); /* -- [... env] */
    ray_lua_load(L, job->text.data, job->text.len, job->script->source.path, -1);
    ray_lua_invoke(L, 0, 1); /* -- [... env result] */
    lua_remove(L, -2);
    if (lua_isfunction(L, -1)) {
        job->has_up = true;
        job->has_down = true;
    } else if (lua_istable(L, -1)) {
        check_table(L, job);
    } else {
        fail_at(L, job,
                "End it with return { up = function(db) ... end, down = function(db) ... end }, or "
                "return a function.",
                ray_arena_printf(ray_lua_of(L)->scratch, "the script returned a value of type %s",
                                 luaL_typename(L, -1)));
    }
}

static int
l_run(lua_State *L)
{
    struct job *job = lua_touserdata(L, 1);
    const struct ray_script_run *run = job->run;

    job->session = db_session_begin(L, run); /* -- [job db] */
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, l_print, 1); /* -- [job db print] */
    run_chunk(L, job, run->trusted, 3);
    if (lua_istable(L, -1) && lua_getfield(L, -1, run->direction) == LUA_TNIL)
        fail_at(L, job, NULL,
                ray_arena_printf(ray_lua_of(L)->scratch, "the migration has no %s",
                                 run->direction));
    lua_pushvalue(L, 2);
    ray_lua_invoke(L, 1, 0);
    return 0;
}

static int
l_inspect(lua_State *L)
{
    run_chunk(L, lua_touserdata(L, 1), true, 0);
    return 0;
}

/* What failed although the script did not say so. */
static bool
check_after(const struct ray_lua *lua, bool ended, struct ray_err *err)
{
    if (lua->stop == RAY_LUA_INTERRUPTED || ray_interrupted())
        return ray_err_set(err, RAY_INTERRUPTED, "interrupted");
    if (lua->stop == RAY_LUA_LATE)
        return ray_err_set(err, RAY_FAILED,
                           "deadline of %g s of Lua time passed "
                           "(lua.limits.deadline)",
                           (double)lua->deadline_us / 1e6);
    if (ended)
        return ray_err_set(err, RAY_FAILED, "the script ended the transaction that raymig opened");
    return true;
}

/* Without a transaction of the caller's, one that is open now is the script's: undone, and a fault. */
static bool
end_open_transaction(const struct ray_script_run *run, struct ray_err *err)
{
    enum ray_tx tx = ray_conn_tx(run->conn);
    struct ray_err ignored;

    if (run->in_transaction || (tx != RAY_TX_OPEN && tx != RAY_TX_FAILED))
        return true;
    ray_err_init(&ignored, err->arena);
    (void)!ray_conn_exec(run->conn, "ROLLBACK", &ignored);
    (void)ray_err_set(err, RAY_FAILED, "the script left a transaction open");
    return ray_err_hint(err,
                        "It was rolled back. End each BEGIN with COMMIT, or use db:transaction, "
                        "which ends by itself.");
}

bool
ray_script_run(struct ray_lua *lua, const struct ray_script_run *run, struct ray_err *err)
{
    struct job job = {.run = run, .script = run->script};
    struct ray_err open;
    bool ended = false;
    bool ok;

    if (!ray_script_text(err->arena, run->script, &job.text, err))
        return false;
    ok = ray_lua_call(lua, l_run, &job, err);
    if (job.session != NULL) {
        ended = job.session->ended;
        db_session_end(job.session);
    }
    ray_err_init(&open, err->arena);
    if (!end_open_transaction(run, &open) && ok) {
        *err = open;
        ok = false;
    }
    if (ok)
        ok = check_after(lua, ended, err);
    if (!ok && err->file == NULL)
        (void)ray_err_at(err, run->script->source.path, 0, 0);
    return ok;
}

bool
ray_script_inspect(struct ray_lua *lua, const struct ray_script *script, bool *has_up,
                   bool *has_down, struct ray_err *err)
{
    struct job job = {.script = script};

    *has_up = false;
    *has_down = false;
    if (!ray_script_text(err->arena, script, &job.text, err))
        return false;
    if (!ray_lua_call(lua, l_inspect, &job, err)) {
        if (err->file == NULL)
            (void)ray_err_at(err, script->source.path, 0, 0);
        return false;
    }
    *has_up = job.has_up;
    *has_down = job.has_down;
    return true;
}
