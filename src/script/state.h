/*
 * Inside a state: what the files of this room share of struct ray_lua, and the calls that they make on
 * it. Nobody outside src/script includes this.
 */
#ifndef RAY_SCRIPT_STATE_H
#define RAY_SCRIPT_STATE_H

#include "base/err.h"
#include "script/config.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

/* No-op marks in prototypes: RAISES may leave by a Lua error, so its caller may own nothing that only it
 * frees; QUIET never does. */
#define RAY_RAISES
#define RAY_QUIET

struct ray_plugin_db;
struct ray_plugin_services;

enum ray_lua_stop { RAY_LUA_RUNS, RAY_LUA_LATE, RAY_LUA_INTERRUPTED };

struct ray_lua {
    lua_State *L;              /* NULL where not even that could be had */
    struct ray_arena *arena;   /* the command's */
    struct ray_arena *scratch; /* of one binding call: reset when the next begins */
    const struct ray_config *config;
    struct ray_err fault; /* of the setup, or of the call under way */

    lua_Alloc below; /* Lua's own allocator, which ours counts for */
    void *below_arg;
    size_t used;
    size_t ceiling;     /* bytes; 0: none */
    bool refused;       /* the ceiling was reached in this call */
    int64_t fail_after; /* for tests: allocations that still succeed; -1: all */

    int64_t deadline_us; /* 0: none */
    int64_t spent_us;    /* Lua's own time in this call, up to `since_us` */
    int64_t since_us;    /* when the clock was last started; 0: it stands */
    enum ray_lua_stop stop;
    int serial; /* of names made on the server */

    bool plugins_loaded;                        /* or tried to be (plugins.h) */
    const struct ray_plugin_services *services; /* of the call under way; NULL: none */
    struct ray_plugin_db *plugin_db;            /* that a plugin was given; NULL: none */
    const char *in_plugin; /* what of which plugin runs, `plugin "x", hook y`; NULL: nothing */
};

struct ray_lua *ray_lua_of(lua_State *L) RAY_QUIET;

/* The clock of the deadline stands while the server works. Pairs; they do not nest. */
void ray_lua_clock_stop(struct ray_lua *lua) RAY_QUIET;
void ray_lua_clock_start(struct ray_lua *lua) RAY_QUIET;

/* Raises where the script is to end: past its deadline or interrupted. */
void ray_lua_check_stop(lua_State *L) RAY_RAISES;

/* Begins a call: fresh clock, hook and marks. Ends it: the clock stands. */
void ray_lua_enter(struct ray_lua *lua) RAY_QUIET;
void ray_lua_leave(struct ray_lua *lua) RAY_QUIET;

/* The text for a memory error of this state. */
void ray_lua_memory_fault(const struct ray_lua *lua, struct ray_err *err) RAY_QUIET;

/*
 * The one protected call of the tree: runs `fn` with `arg` as its light userdata. On failure the error,
 * whatever it was, is in err, with place and traceback; the stack is as it was.
 */
bool ray_lua_call(struct ray_lua *lua, lua_CFunction fn, void *arg,
                  struct ray_err *err) RAY_MUST_CHECK RAY_QUIET;

/* lua_call, for C that already runs inside ray_lua_call. */
void ray_lua_invoke(lua_State *L, int nargs, int nresults) RAY_RAISES;

/* Raises err as an error table (raymig.error); the text is copied. Place: the script's line that is
 * running, unless err has one. */
_Noreturn int ray_lua_raise(lua_State *L, const struct ray_err *err) RAY_RAISES;

/* The same with only a message and a hint (NULL: none). */
_Noreturn int ray_lua_fail(lua_State *L, const char *hint, const char *format, ...) RAY_RAISES
    __attribute__((format(printf, 3, 4)));

/* Pushes the error table without raising it. */
void ray_lua_push_err(lua_State *L, const struct ray_err *err) RAY_RAISES;

/* The innermost running line of a file on disk. False where there is none. */
bool ray_lua_place(lua_State *L, lua_Debug *where) RAY_QUIET;

/* Compiles text as the chunk of the file `path` and pushes it; its environment is the table at `env`
 * (0: the host's own). Raises with file and line. */
void ray_lua_load(lua_State *L, const char *text, size_t length, const char *path,
                  int env) RAY_RAISES;

/* Pushes the value of an embedded module of the host, loading it the first time. */
void ray_lua_host(lua_State *L, const char *name) RAY_RAISES;

/* host.require(name), host.project(name, env), host.chunk(path, env), host.file(path): see load.c. */
int ray_lua_l_require(lua_State *L) RAY_RAISES;
int ray_lua_l_project(lua_State *L) RAY_RAISES;
int ray_lua_l_chunk(lua_State *L) RAY_RAISES;
int ray_lua_l_file(lua_State *L) RAY_RAISES;

/* What the schema DSL asks of C: host.place(), host.name(text), host.literal(text) and the table host.kinds,
 * which is set in the table at the top of the stack (schema_host.c). */
int ray_lua_l_place(lua_State *L) RAY_RAISES;
int ray_lua_l_name(lua_State *L) RAY_RAISES;
int ray_lua_l_literal(lua_State *L) RAY_RAISES;
void ray_lua_add_kinds(lua_State *L) RAY_RAISES;

/* Pushes a new environment for a script, and the list of the environment's variables that it will have
 * asked for in vain. host: the module that makes it, "raymig.host.sandbox" or one that stands on it. print: a
 * function at that index, 0: none. */
void ray_lua_sandbox(lua_State *L, const char *host, bool trusted, int print) RAY_RAISES;

/* The table `host` of what the Lua side of this room may call (host.c). */
int ray_lua_open_host(lua_State *L) RAY_RAISES;

/* Registry values, by the address of a row. */
enum ray_lua_slot {
    RAY_SLOT_HOST_MODULES, /* modules of the host that are loaded, by name */
    RAY_SLOT_ERROR,        /* metatable of errors */
    RAY_SLOT_STATEMENT,    /* metatable of db.sql statements */
    RAY_SLOT_JSON_ARRAY,   /* metatable that marks JSON arrays */
    RAY_SLOT_BYTEA,        /* metatable of db.bytea values */
    RAY_SLOT_COUNT,
};
void ray_lua_slot_push(lua_State *L, enum ray_lua_slot slot) RAY_RAISES;
void ray_lua_slot_set(lua_State *L, enum ray_lua_slot slot) RAY_RAISES; /* pops the value */

/* True where the value at `index` has the metatable of that slot. */
bool ray_lua_slot_is(lua_State *L, int index, enum ray_lua_slot slot) RAY_RAISES;

/* NULL of the database and of JSON: a light userdata, the same everywhere. */
void ray_lua_push_null(lua_State *L) RAY_QUIET;
bool ray_lua_is_null(lua_State *L, int index) RAY_QUIET; /* null or nil */

#endif
