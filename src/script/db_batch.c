/*
 * What db:batch (lua/raymig/host/batch.lua) needs of C: who it is, how to tell its progress, how to wait.
 * And the other end of its memory: forgetting it when the migration is recorded.
 */
#include "script/db.h"

#include "base/clock.h"
#include "base/interrupt.h"

#include <string.h>

/* core.batch_info(db): the table of positions (nil: none), and the number of this batch in the script. */
static int
l_batch_info(lua_State *L)
{
    struct db_session *session = db_check_alive(L, "batch");

    lua_pushstring(L, session->run->in_transaction ? NULL : session->run->batch_table);
    lua_pushinteger(L, ++session->batches);
    return 2;
}

/* core.progress(db, what, done, total) */
static int
l_progress(lua_State *L)
{
    struct db_session *session = db_check_alive(L, "batch");
    const char *what = luaL_checkstring(L, 2);
    lua_Integer done = luaL_checkinteger(L, 3);
    lua_Integer total = luaL_checkinteger(L, 4);
    const struct ray_script_hooks *hooks = &session->run->hooks;

    if (hooks->progress != NULL)
        hooks->progress(hooks->arg, what, done, total);
    return 0;
}

/* core.pause(db, ms): the deadline's clock stands meanwhile; a signal ends it. */
static int
l_pause(lua_State *L)
{
    struct db_session *session = db_check_alive(L, "batch");
    int64_t until = ray_clock_ms() + luaL_checkinteger(L, 2);
    int64_t left;

    ray_lua_clock_stop(session->lua);
    while ((left = until - ray_clock_ms()) > 0 && !ray_interrupted())
        ray_clock_sleep(left);
    ray_lua_clock_start(session->lua);

    return 0;
}

/* core.duration(text): milliseconds, or nil. */
static int
l_duration(lua_State *L)
{
    int64_t ms = ray_clock_parse(luaL_checkstring(L, 1));

    if (ms < 0)
        lua_pushnil(L);
    else
        lua_pushinteger(L, ms);
    return 1;
}

const luaL_Reg db_batch_methods[] = {
    {"_batch_info", l_batch_info},
    {"_progress", l_progress},
    {"_pause", l_pause},
    {"_duration", l_duration},
    {NULL, NULL},
};

bool
ray_script_forget(struct ray_conn *conn, struct ray_arena *arena, const char *batch_table,
                  const char *tag, const char *direction, struct ray_err *err)
{
    const char *params[] = {tag, direction};
    struct ray_rows rows;
    const char *sql;

    if (!ray_conn_query(conn, arena, "SELECT pg_catalog.to_regclass($1)", 1, &batch_table, &rows,
                        err))
        return false;
    if (ray_rows_value(&rows, 0, 0) == NULL)
        return true;
    sql = ray_arena_printf(arena, "DELETE FROM %s WHERE tag = $1 AND direction = $2", batch_table);
    return ray_conn_query(conn, arena, sql, 2, params, NULL, err);
}
