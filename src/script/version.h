/* The version of the Lua in this program: "5.4.4". */
#ifndef RAY_SCRIPT_VERSION_H
#define RAY_SCRIPT_VERSION_H

const char *ray_lua_version(void);

#endif
