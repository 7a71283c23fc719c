/*
 * Scopes for db:transaction: BEGIN where no transaction is open, else a savepoint. The handle is a
 * to-be-closed value in lua/raymig/host/db.lua: leaving it without commit, by an error of any kind, undoes
 * its work and nothing else. Scopes end in the order opposite to that in which they began.
 */
#include "script/db.h"

#include <string.h>

struct scope {
    struct db_session *session; /* NULL: over */
    int level;                  /* 1: the outermost of this script */
    int number;                 /* of the savepoint; 0: a transaction of our own */
};

static const char class_name[] = "raymig.scope";

static bool
run(struct db_session *session, const char *format, int number, struct ray_err *err)
{
    bool ok;

    if (!db_begin(session, err))
        return false;
    ok = db_command(session, ray_arena_printf(err->arena, "%s%d", format, number), err);
    return db_end(session, ok, err);
}

static bool
command(struct db_session *session, const char *sql, struct ray_err *err)
{
    bool ok;

    if (!db_begin(session, err))
        return false;
    ok = db_command(session, sql, err);
    return db_end(session, ok, err);
}

/* core.scope(db): opens a scope. */
static int
l_scope_begin(lua_State *L)
{
    struct db_session *session = db_check(L, "transaction");
    struct scope *scope = db_new_handle(L, class_name, sizeof(*scope), 0);
    struct ray_err err;
    bool ok;

    ray_err_init(&err, session->lua->scratch);

    if (db_tx(session) == RAY_TX_IDLE) {
        ok = command(session, "BEGIN", &err);
    } else {
        scope->number = ++session->lua->serial;
        ok = run(session, "SAVEPOINT raymig_", scope->number, &err);
    }
    if (ok) {
        scope->session = session;
        scope->level = ++session->level;
    }

    if (!ok)
        return db_raise(L, session, &err);
    return 1;
}

static int
check_open(lua_State *L, const struct scope *scope)
{
    db_check_session(L, scope->session, NULL);
    if (scope->level != scope->session->level)
        return ray_lua_fail(L, NULL, "a db:transaction inside this one has not ended");
    if (db_tx(scope->session) == RAY_TX_IDLE)
        return ray_lua_fail(L, NULL, "the transaction ended inside db:transaction");
    if (db_tx(scope->session) == RAY_TX_FAILED)
        return ray_lua_fail(
            L,
            "An error was caught inside db:transaction, and the statements around "
            "it cannot be kept; put what may fail in a db:transaction of its own.",
            "db:transaction cannot commit: an error has left the transaction failed");
    return 0;
}

/* scope:commit(): keeps the work. */
static int
l_scope_commit(lua_State *L)
{
    struct scope *scope = luaL_checkudata(L, 1, class_name);
    struct db_session *session = scope->session;
    struct ray_err err;
    bool ok;

    (void)check_open(L, scope);
    ray_err_init(&err, session->lua->scratch);

    if (scope->number == 0)
        ok = command(session, "COMMIT", &err);
    else
        ok = run(session, "RELEASE SAVEPOINT raymig_", scope->number, &err);
    if (ok) {
        session->level--;
        scope->session = NULL;
    }

    if (!ok)
        return db_raise(L, session, &err);
    return 0;
}

/* Undoes the work of the scope, if it is still there to be undone. */
static bool
undo(struct db_session *session, const struct scope *scope, struct ray_err *err)
{
    enum ray_tx tx = db_tx(session);

    if (tx != RAY_TX_OPEN && tx != RAY_TX_FAILED && tx != RAY_TX_ACTIVE)
        return true;
    if (scope->number == 0)
        return command(session, "ROLLBACK", err);
    return run(session, "ROLLBACK TO SAVEPOINT raymig_", scope->number, err) &&
           run(session, "RELEASE SAVEPOINT raymig_", scope->number, err);
}

/* Also __gc, where a coroutine was dropped: then only the end of the transaction can undo it. */
static int
l_scope_close(lua_State *L)
{
    struct scope *scope = luaL_checkudata(L, 1, class_name);
    struct db_session *session = scope->session;
    struct ray_err err;
    bool ok;

    scope->session = NULL;
    if (session == NULL || !session->alive)
        return 0;
    session->level = scope->level - 1;
    ray_arena_reset(session->lua->scratch);
    ray_err_init(&err, session->lua->scratch);

    if (session->flow != NULL) {
        session->flow = NULL;
        session->abandoned = true;
    }
    ok = undo(session, scope, &err);

    /* An error that is already on its way says more than this one. */
    if (!ok && lua_isnil(L, 2))
        return db_raise(L, session, &err);
    return 0;
}

static int
l_scope_collect(lua_State *L)
{
    struct scope *scope = luaL_checkudata(L, 1, class_name);

    if (scope->session != NULL && scope->session->alive)
        scope->session->level = scope->level - 1;
    scope->session = NULL;
    return 0;
}

static const luaL_Reg methods[] = {
    {"commit", l_scope_commit},
    {NULL, NULL},
};

const struct db_class db_scope_class = {class_name, methods, l_scope_collect, l_scope_close};

const luaL_Reg db_scope_methods[] = {
    {"_scope", l_scope_begin},
    {NULL, NULL},
};
