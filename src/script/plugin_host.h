/* What plugins ask of C, through the Lua side of this room: for plugins.c and host.c alone. */
#ifndef RAY_SCRIPT_PLUGIN_HOST_H
#define RAY_SCRIPT_PLUGIN_HOST_H

#include "script/state.h"

/* Sets the functions in the table at the top of the stack. */
void ray_lua_add_plugin_host(lua_State *L) RAY_RAISES;

/* An error that no Lua could put the plugin's name to, since a limit was passed. Returns false. */
bool ray_plugin_blame(struct ray_lua *lua, struct ray_err *err) RAY_QUIET;

/* Rolls back what a plugin left open and takes its db away; nothing where there is none. */
void ray_plugin_db_abandon(struct ray_lua *lua) RAY_QUIET;

#endif
