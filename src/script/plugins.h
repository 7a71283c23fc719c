/*
 * Plugins (docs/plugins.md): Lua files that the config names. Each is found, its first line read, run in an environment
 * of its own and held against the table of what a plugin may be (lua/raymig/host/plugins.lua and its neighbours). All of
 * that is Lua; C asks for one thing at a time, JSON in and JSON out, and offers what a plugin may ask back.
 */
#ifndef RAY_SCRIPT_PLUGINS_H
#define RAY_SCRIPT_PLUGINS_H

#include "base/buf.h"
#include "base/json.h"
#include "pg/conn.h"
#include "script/config.h"

struct ray_lua;

/* The version in a plugin's first line, `-- raymig-api: 1`. */
enum { RAY_PLUGIN_API = 1 };

/* What a plugin may ask of its caller. Any may be NULL: then a plugin that asks is told that it cannot be had there.
 * What they give lives until the call is over. */
struct ray_plugin_services {
    void *arg;
    /* The catalog of a source ("db", "schema", "migrations@TAG" ...), as a snapshot's JSON. */
    bool (*catalog)(void *arg, const char *source, struct ray_buf *out, struct ray_err *err);
    /* A connection to the database, the same every time; whoever gives it closes it. */
    bool (*connect)(void *arg, struct ray_conn **out, struct ray_err *err);
    void (*out)(void *arg, const char *text, size_t length); /* the result */
    void (*say)(void *arg, const char *text);                /* talk */
    void (*warn)(void *arg, const char *text);
    bool (*confirm)(void *arg, const char *question, struct ray_err *err); /* false: an error */
};

/* Finds and loads the config's plugins into the state, once. RAY_USAGE with the plugin's file and line. */
bool ray_plugins_load(struct ray_lua *lua, struct ray_err *err) RAY_MUST_CHECK;

/* Calls a function of raymig.host.plugins, loading the plugins before, with a value (NULL: none; it is not freed). *result
 * is what it gives, NULL where that is nothing; the caller owns it. services: NULL: none. */
bool ray_plugins_call(struct ray_lua *lua, const char *entry, const json_t *argument,
                      const struct ray_plugin_services *services, json_t **result,
                      struct ray_err *err) RAY_MUST_CHECK;

/* A hook of all plugins that have it, in order; see docs/plugins.md for each one's table. *result is the list of what
 * they answered, NULL where nobody has the hook or nobody answered. */
bool ray_plugins_hook(struct ray_lua *lua, const char *hook, const json_t *event,
                      const struct ray_plugin_services *services, json_t **result,
                      struct ray_err *err) RAY_MUST_CHECK;

/* True where a plugin that is loaded has the hook: so that nobody makes an event for no one. */
bool ray_plugins_listen(struct ray_lua *lua, const char *hook);

#endif
