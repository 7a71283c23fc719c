/*
 * Lua's version: see version.h. It stands here because only this room sees lua.h, and Lua is linked
 * statically, so what the header says is what runs.
 */
#include "script/version.h"

#include <lua.h>

const char *
ray_lua_version(void)
{
    return LUA_VERSION_MAJOR "." LUA_VERSION_MINOR "." LUA_VERSION_RELEASE;
}
