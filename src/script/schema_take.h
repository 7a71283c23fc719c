/* From the DSL's records to a catalog: what schema.c and schema_take.c share. */
#ifndef RAY_SCRIPT_SCHEMA_TAKE_H
#define RAY_SCRIPT_SCHEMA_TAKE_H

#include "script/schema.h"
#include "script/state.h"

/* Takes the records of the table at the top of the stack into the schema; raises at the place of one that is
 * wrong. */
void ray_schema_take(lua_State *L, struct ray_arena *arena, struct ray_schema *schema) RAY_RAISES;

/* Likewise of the list at the top of the stack, whose items are objects. */
void ray_schema_take_objects(lua_State *L, struct ray_arena *arena,
                             struct ray_schema *schema) RAY_RAISES;

/* After the last: sorts, links, and what declared objects need of each other. */
bool ray_schema_link(struct ray_schema *schema, struct ray_err *err) RAY_MUST_CHECK;

#endif
