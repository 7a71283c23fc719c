/*
 * The config of Drizzle Kit, by the reader in lua/raymig/drizzle_config.lua. What comes back crosses over as
 * JSON, so that nobody else sees a Lua value.
 */
#include "script/drizzle.h"

#include "base/file.h"
#include "script/json.h"
#include "script/state.h"

struct reading {
    struct ray_text text;
    bool json;
    struct ray_buf result;
};

static int
l_read(lua_State *L)
{
    struct reading *reading = lua_touserdata(L, 1);

    ray_lua_host(L, "raymig.drizzle_config");
    lua_getfield(L, -1, "read");
    lua_pushlstring(L, reading->text.data, reading->text.len);
    lua_pushboolean(L, reading->json);
    ray_lua_invoke(L, 2, 1);
    ray_lua_json_add(L, -1, &reading->result);
    return 0;
}

bool
ray_drizzle_config_read(struct ray_lua *lua, struct ray_arena *arena, const char *path,
                        json_t **out, struct ray_err *err)
{
    struct reading reading = {.json = ray_has_suffix(path, ".json")};
    json_t *result;
    const json_t *fault;

    ray_buf_init(&reading.result, arena);
    if (!ray_file_read(arena, path, &reading.text, err) ||
        !ray_lua_call(lua, l_read, &reading, err))
        return false;
    result = json_loadb(reading.result.data, reading.result.len, 0, NULL);
    fault = json_object_get(result, "fault");
    if (fault == NULL) {
        *out = json_incref(json_object_get(result, "entries"));
    } else {
        (void)ray_err_set(err, RAY_USAGE, "%s", json_string_value(fault));
        (void)ray_err_at(err, path, (int)json_integer_value(json_object_get(result, "line")), 0);
    }
    json_decref(result);
    return fault == NULL;
}
