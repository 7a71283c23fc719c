/*
 * The Lua state and its limits. Owns the allocator that counts (the memory ceiling), the clock that counts
 * Lua's own time (the deadline) and the hook that looks at both clock and signals every few thousand
 * instructions.
 *
 * Once a limit is passed the hook fires at every instruction and raises each time, so that no pcall loop
 * outruns it; a coroutine inherits the hook of the one that made it. Where Lua runs code with hooks off
 * (finalizers, handlers of an error raised in a hook) the sandbox sees to it that it is none of the
 * script's (lua/raymig/host/sandbox.lua). One long run inside a C function, such as a pattern match, cannot
 * be cut short.
 *
 * The allocator below ours is Lua's own, so this room calls neither malloc nor free.
 */
#include "script/state.h"
#include "script/script.h"

#include "base/clock.h"
#include "base/interrupt.h"

#include <lualib.h>
#include <string.h>

enum { HOOK_EVERY = 10000 };

static const char slots[RAY_SLOT_COUNT]; /* their addresses are keys; nothing is stored here */

struct ray_lua *
ray_lua_of(lua_State *L)
{
    struct ray_lua *lua;

    memcpy(&lua, lua_getextraspace(L), LUA_EXTRASPACE);
    return lua;
}

static bool
refuses(struct ray_lua *lua, size_t more)
{
    if (lua->fail_after == 0)
        return true;
    if (lua->fail_after > 0)
        lua->fail_after--;
    if (lua->ceiling == 0 || lua->used + more <= lua->ceiling)
        return false;
    lua->refused = true;
    return true;
}

static void *
counted(void *arg, void *block, size_t old_size, size_t size)
{
    struct ray_lua *lua = arg;
    size_t before = block == NULL ? 0 : old_size;
    void *moved;

    if (size > before && refuses(lua, size - before))
        return NULL;
    moved = lua->below(lua->below_arg, block, old_size, size);
    if (moved != NULL || size == 0)
        lua->used = lua->used + size - before;
    return moved;
}

void
ray_lua_memory_fault(const struct ray_lua *lua, struct ray_err *err)
{
    if (!lua->refused) {
        (void)ray_err_set(err, RAY_FAILED, "not enough memory");
        return;
    }
    (void)ray_err_set(err, RAY_FAILED, "memory ceiling of %lld MB reached (lua.limits.memory)",
                      (long long)lua->config->limits.memory_mb);
    (void)ray_err_hint(err, "Read large results with db:each, which holds a few rows at a time.");
}

void
ray_lua_clock_stop(struct ray_lua *lua)
{
    if (lua->since_us != 0)
        lua->spent_us += ray_clock_us() - lua->since_us;
    lua->since_us = 0;
}

void
ray_lua_clock_start(struct ray_lua *lua)
{
    lua->since_us = ray_clock_us();
}

static enum ray_lua_stop
must_stop(const struct ray_lua *lua)
{
    int64_t running = lua->since_us == 0 ? 0 : ray_clock_us() - lua->since_us;

    if (ray_interrupted())
        return RAY_LUA_INTERRUPTED;
    if (lua->deadline_us > 0 && lua->spent_us + running > lua->deadline_us)
        return RAY_LUA_LATE;
    return RAY_LUA_RUNS;
}

static _Noreturn int
raise_stop(lua_State *L)
{
    struct ray_lua *lua = ray_lua_of(L);
    struct ray_err err;

    ray_err_init(&err, lua->scratch);
    if (lua->stop == RAY_LUA_INTERRUPTED) {
        (void)ray_err_set(&err, RAY_INTERRUPTED, "interrupted");
        (void)ray_lua_raise(L, &err);
    }
    (void)ray_err_set(&err, RAY_FAILED, "deadline of %g s of Lua time passed (lua.limits.deadline)",
                      (double)lua->deadline_us / 1e6);
    (void)ray_err_hint(&err, "Time in the server does not count: let SQL do the work, or raise "
                             "lua.limits.deadline in raymig.lua.");
    (void)ray_lua_raise(L, &err);
}

static void
on_count(lua_State *L, lua_Debug *where)
{
    struct ray_lua *lua = ray_lua_of(L);

    (void)where;
    if (lua->stop == RAY_LUA_RUNS)
        lua->stop = must_stop(lua);
    if (lua->stop == RAY_LUA_RUNS)
        return;
    lua_sethook(L, on_count, LUA_MASKCOUNT, 1);
    lua_sethook(lua->L, on_count, LUA_MASKCOUNT, 1);
    (void)raise_stop(L);
}

void
ray_lua_check_stop(lua_State *L)
{
    if (ray_lua_of(L)->stop != RAY_LUA_RUNS)
        (void)raise_stop(L);
}

void
ray_lua_enter(struct ray_lua *lua)
{
    lua->refused = false;
    lua->stop = RAY_LUA_RUNS;
    lua->spent_us = 0;
    lua_sethook(lua->L, on_count, LUA_MASKCOUNT, HOOK_EVERY);
    ray_lua_clock_start(lua);
}

void
ray_lua_leave(struct ray_lua *lua)
{
    ray_lua_clock_stop(lua);
}

void
ray_lua_slot_push(lua_State *L, enum ray_lua_slot slot)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &slots[slot]);
}

void
ray_lua_slot_set(lua_State *L, enum ray_lua_slot slot)
{
    lua_rawsetp(L, LUA_REGISTRYINDEX, &slots[slot]);
}

bool
ray_lua_slot_is(lua_State *L, int index, enum ray_lua_slot slot)
{
    bool same;

    luaL_checkstack(L, 2, NULL);
    if (!lua_getmetatable(L, index))
        return false;
    ray_lua_slot_push(L, slot);
    same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same;
}

void
ray_lua_push_null(lua_State *L)
{
    lua_pushlightuserdata(L, NULL);
}

bool
ray_lua_is_null(lua_State *L, int index)
{
    return lua_isnoneornil(L, index) ||
           (lua_islightuserdata(L, index) && lua_touserdata(L, index) == NULL);
}

static bool
is_granted(const struct ray_config *config, const char *name)
{
    for (size_t i = 0; i < config->grants.len; i++)
        if (strcmp(config->grants.items[i], name) == 0)
            return true;
    return false;
}

/* The libraries of the host. Those with a grant are not even opened without it; what of the others
 * scripts get to see is the sandbox's business. */
static const struct {
    const char *name;
    lua_CFunction open;
    const char *grant;
} libraries[] = {
    {LUA_GNAME, luaopen_base, NULL},
    {LUA_STRLIBNAME, luaopen_string, NULL},
    {LUA_TABLIBNAME, luaopen_table, NULL},
    {LUA_MATHLIBNAME, luaopen_math, NULL},
    {LUA_UTF8LIBNAME, luaopen_utf8, NULL},
    {LUA_COLIBNAME, luaopen_coroutine, NULL},
    {LUA_OSLIBNAME, luaopen_os, NULL},
    {LUA_IOLIBNAME, luaopen_io, "io"},
    {LUA_LOADLIBNAME, luaopen_package, "package"},
    {LUA_DBLIBNAME, luaopen_debug, "debug"},
};

static int
l_null_name(lua_State *L)
{
    lua_pushliteral(L, "null");
    return 1;
}

static int
l_setup(lua_State *L)
{
    const struct ray_lua *lua = lua_touserdata(L, 1);

    for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++) {
        if (libraries[i].grant != NULL && !is_granted(lua->config, libraries[i].grant))
            continue;
        luaL_requiref(L, libraries[i].name, libraries[i].open, 1);
        lua_pop(L, 1);
    }
    ray_lua_push_null(L);
    lua_createtable(L, 0, 2); /* -- [null metatable] */
    lua_pushcfunction(L, l_null_name);
    lua_setfield(L, -2, "__tostring");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    return ray_lua_open_host(L);
}

struct ray_lua *
ray_lua_new(struct ray_arena *arena, const struct ray_config *config)
{
    struct ray_lua *lua = RAY_NEW(arena, struct ray_lua);
    struct ray_err err;

    lua->arena = arena;
    lua->scratch = ray_arena_new();
    lua->config = config;
    lua->fail_after = -1;
    lua->ceiling = (size_t)config->limits.memory_mb << 20;
    lua->deadline_us = config->limits.deadline_ms * 1000;
    ray_err_init(&lua->fault, arena);
    lua->L = luaL_newstate();
    if (lua->L == NULL) {
        ray_lua_memory_fault(lua, &lua->fault);
        return lua;
    }
    lua->below = lua_getallocf(lua->L, &lua->below_arg);
    lua->used = (size_t)lua_gc(lua->L, LUA_GCCOUNT) * 1024 + (size_t)lua_gc(lua->L, LUA_GCCOUNTB);
    lua_setallocf(lua->L, counted, lua);
    memcpy(lua_getextraspace(lua->L), &lua, LUA_EXTRASPACE);
    ray_err_init(&err, arena);
    if (!ray_lua_call(lua, l_setup, lua, &err)) {
        lua->fault = err;
        lua_close(lua->L);
        lua->L = NULL;
    }
    return lua;
}

void
ray_lua_free(struct ray_lua *lua)
{
    if (lua == NULL)
        return;
    if (lua->L != NULL)
        lua_close(lua->L);
    lua->L = NULL;
    ray_arena_free(lua->scratch);
    lua->scratch = NULL;
}
