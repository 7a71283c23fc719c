/* The schema in Lua: see schema.h. */
#include "script/schema.h"

#include "script/plugin_host.h"
#include "script/plugins.h"
#include "script/schema_take.h"

/* A load under way. */
struct job {
    struct ray_arena *arena;
    const struct ray_config *config;
    const ray_strings *files;
    struct ray_schema *out;
};

static int
l_load(lua_State *L)
{
    const struct job *job = lua_touserdata(L, 1);

    ray_lua_host(L, "raymig.host.schema");
    lua_createtable(L, (int)job->files->len, 0);
    for (size_t i = 0; i < job->files->len; i++) {
        lua_pushstring(L, job->files->items[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_pushstring(L, job->config->casing);
    ray_lua_invoke(L, 2, 1); /* -- [job result] */
    ray_schema_take(L, job->arena, job->out);
    return 0;
}

bool
ray_schema_load(struct ray_lua *lua, const struct ray_config *config, const char *root,
                struct ray_arena *arena, struct ray_schema *out, struct ray_err *err)
{
    ray_strings files = {0};
    struct job job = {.arena = arena, .config = config, .files = &files, .out = out};

    *out = (struct ray_schema){.catalog = ray_catalog_new(arena)};
    if (!ray_schema_files(arena, &config->schema, root, &files, err))
        return false;
    for (size_t i = 0; i < files.len; i++)
        *ray_vec_add(arena, &out->files) = files.items[i];
    if (!ray_plugins_load(lua, err))
        return false;
    if (!ray_lua_call(lua, l_load, &job, err))
        return ray_plugin_blame(lua, err);
    return ray_schema_link(out, err);
}
