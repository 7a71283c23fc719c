/* Plugins, seen from C: see plugins.h. */
#include "script/plugins.h"

#include "script/db.h"
#include "script/json.h"
#include "script/plugin_host.h"
#include "script/state.h"

#include <string.h>

#define HOST "raymig.host.plugins"

/* A call under way. */
struct job {
    const char *entry;
    const char *argument; /* JSON; NULL: none */
    struct ray_buf result;
    bool given; /* there is a result */
};

static int
l_load(lua_State *L)
{
    const struct ray_config *config = ray_lua_of(L)->config;

    ray_lua_host(L, HOST);
    lua_getfield(L, -1, "load");
    lua_createtable(L, (int)config->plugins.len, 0);
    for (size_t i = 0; i < config->plugins.len; i++) {
        const struct ray_plugin_entry *entry = &config->plugins.items[i];

        lua_createtable(L, 0, 2); /* -- [... load list row] */
        lua_pushstring(L, entry->name);
        lua_setfield(L, -2, "name");
        ray_lua_json_push(L, entry->options, strlen(entry->options));
        lua_setfield(L, -2, "options");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_createtable(L, 0, 4); /* -- [... load list project] */
    lua_pushstring(L, config->root == NULL ? "." : config->root);
    lua_setfield(L, -2, "root");
    lua_pushstring(L, config->path);
    lua_setfield(L, -2, "config");
    lua_pushstring(L, config->out);
    lua_setfield(L, -2, "out");
    lua_pushstring(L, config->casing);
    lua_setfield(L, -2, "casing");
    ray_lua_invoke(L, 2, 0);
    return 0;
}

bool
ray_plugins_load(struct ray_lua *lua, struct ray_err *err)
{
    if (lua->plugins_loaded)
        return true;
    lua->plugins_loaded = true;
    if (lua->config->plugins.len == 0 || ray_lua_call(lua, l_load, NULL, err))
        return true;
    lua->plugins_loaded = false;
    (void)ray_plugin_blame(lua, err);
    if (err->code == RAY_FAILED)
        err->code = RAY_USAGE;
    return false;
}

static int
l_call(lua_State *L)
{
    struct job *job = lua_touserdata(L, 1);

    ray_lua_host(L, HOST);
    lua_getfield(L, -1, job->entry);
    if (job->argument != NULL)
        ray_lua_json_push(L, job->argument, strlen(job->argument));
    else
        lua_pushnil(L);
    ray_lua_invoke(L, 1, 1);
    job->given = !lua_isnil(L, -1);
    if (job->given)
        ray_lua_json_add(L, -1, &job->result);
    return 0;
}

bool
ray_plugins_call(struct ray_lua *lua, const char *entry, const json_t *argument,
                 const struct ray_plugin_services *services, json_t **result, struct ray_err *err)
{
    const struct ray_plugin_services *before = lua->services;
    const struct ray_plugin_db *held = lua->plugin_db; /* of a call around this one */
    struct job job = {.entry = entry};
    bool ok;

    *result = NULL;
    if (!ray_plugins_load(lua, err))
        return false;
    ray_buf_init(&job.result, err->arena);
    if (argument != NULL)
        job.argument = ray_json_text(err->arena, argument);
    lua->services = services;
    ok = ray_lua_call(lua, l_call, &job, err);
    if (lua->plugin_db != held)
        ray_plugin_db_abandon(lua);
    lua->services = before;
    if (!ok)
        return ray_plugin_blame(lua, err);
    if (!job.given)
        return true;
    *result = ray_json_parse(job.result.data, job.result.len, entry, err);
    return *result != NULL;
}

struct listening {
    const char *hook;
    bool found;
};

static int
l_listens(lua_State *L)
{
    struct listening *listening = lua_touserdata(L, 1);

    ray_lua_host(L, HOST);
    lua_getfield(L, -1, "listens");
    lua_pushstring(L, listening->hook);
    ray_lua_invoke(L, 1, 1);
    listening->found = lua_toboolean(L, -1);
    return 0;
}

bool
ray_plugins_listen(struct ray_lua *lua, const char *hook)
{
    struct listening listening = {.hook = hook};
    struct ray_err ignored;

    ray_err_init(&ignored, lua->arena);
    if (lua->config->plugins.len == 0 || !lua->plugins_loaded ||
        !ray_lua_call(lua, l_listens, &listening, &ignored))
        return false;
    return listening.found;
}

bool
ray_plugins_hook(struct ray_lua *lua, const char *hook, const json_t *event,
                 const struct ray_plugin_services *services, json_t **result, struct ray_err *err)
{
    json_t *argument;
    bool ok;

    *result = NULL;
    if (!ray_plugins_load(lua, err))
        return false;
    if (!ray_plugins_listen(lua, hook))
        return true;
    argument = json_object();
    ray_json_set_text(argument, "hook", hook);
    if (event != NULL)
        json_object_set_new(argument, "event", json_deep_copy(event));
    ok = ray_plugins_call(lua, "hook", argument, services, result, err);
    json_decref(argument);
    return ok;
}
