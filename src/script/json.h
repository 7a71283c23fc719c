/*
 * JSON between text and Lua values, without a detour: integers stay integers, null is raymig.null, arrays
 * carry a mark so that [] and {} are told apart on the way back.
 */
#ifndef RAY_SCRIPT_JSON_H
#define RAY_SCRIPT_JSON_H

#include "base/buf.h"
#include "script/state.h"

/* Pushes the value; raises where the text is not JSON. */
void ray_lua_json_push(lua_State *L, const char *text, size_t length) RAY_RAISES;

/* Appends the value at `index` as JSON; raises where it is none. Keys are sorted. */
void ray_lua_json_add(lua_State *L, int index, struct ray_buf *buf) RAY_RAISES;

/* Marks the table on top of the stack as an array. */
void ray_lua_json_mark(lua_State *L) RAY_RAISES;

/* True where the table at `index` is JSON rather than a PostgreSQL array: marked, or with text keys. */
bool ray_lua_json_is(lua_State *L, int index) RAY_RAISES;

/* The length of the list at `index`, its field n counting too (table.pack); raises where a key is not in
 * 1 to n, so that no element is lost in silence. */
lua_Integer ray_lua_list_length(lua_State *L, int index) RAY_RAISES;

/* Appends a float as the shortest text that reads back as the same, as PostgreSQL takes it. */
void ray_lua_add_float(struct ray_buf *buf, lua_Number number) RAY_QUIET;

/* Pushes the module table: encode, decode, array, null. */
void ray_lua_json_open(lua_State *L) RAY_RAISES;

#endif
