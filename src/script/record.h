/* The fields of a record that the Lua side hands over, a table at index `at` of the stack. */
#ifndef RAY_SCRIPT_RECORD_H
#define RAY_SCRIPT_RECORD_H

#include "script/state.h"

/* A text, copied into the arena; NULL where there is none of that name. */
const char *ray_record_text(lua_State *L, struct ray_arena *arena, int at,
                            const char *name) RAY_RAISES;

/* 0 where there is none. */
lua_Integer ray_record_integer(lua_State *L, int at, const char *name) RAY_RAISES;

bool ray_record_flag(lua_State *L, int at, const char *name) RAY_RAISES;

#endif
