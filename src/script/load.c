/*
 * Lua source into functions: text only, never bytecode, with chunk names that make messages begin with
 * the path as it was given. Modules are found here too: those embedded in the binary, and those of the
 * project, which must lie under its root.
 */
#include "base/file.h"
#include "script/embedded.h"
#include "script/state.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Where `message` is "PLACE:LINE: text" and PLACE is the path, perhaps shortened as "...end of it", gives
 * the text; else NULL. */
static const char *
split_place(const char *message, const char *path, int *line)
{
    for (const char *colon = strchr(message, ':'); colon != NULL; colon = strchr(colon + 1, ':')) {
        char *end = NULL;
        long number = strtol(colon + 1, &end, 10);
        const char *place = ray_has_prefix(message, "...") ? message + 3 : message;
        size_t length = (size_t)(colon - place);

        if (number <= 0 || end[0] != ':' || end[1] != ' ')
            continue;
        if (length > strlen(path) || strncmp(path + strlen(path) - length, place, length) != 0)
            return NULL;
        *line = (int)number;
        return end + 2;
    }
    return NULL;
}

static int
raise_load_fault(lua_State *L, const char *path)
{
    const char *message = lua_tostring(L, -1);
    struct ray_err err;
    const char *text;
    int line = 0;

    ray_err_init(&err, ray_lua_of(L)->scratch);
    if (message == NULL)
        message = "cannot be compiled";
    text = split_place(message, path, &line);
    (void)ray_err_set(&err, RAY_FAILED, "%s", text != NULL ? text : message);
    (void)ray_err_at(&err, path[0] == '=' ? path + 1 : path, line, 0);
    return ray_lua_raise(L, &err);
}

void
ray_lua_load(lua_State *L, const char *text, size_t length, const char *path, int env)
{
    int at = lua_absindex(L, env);
    int status;

    luaL_checkstack(L, 6, NULL);
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        length -= 3;
    }
    if (length > 0 && text[0] == LUA_SIGNATURE[0])
        (void)ray_lua_fail(L, "Only Lua source text is run, never a compiled chunk.",
                           "\"%s\" is a binary chunk", path);
    if (path[0] == '=') /* no file: its text came from elsewhere */
        lua_pushstring(L, path);
    else
        lua_pushfstring(L, "@%s", path);
    status = luaL_loadbufferx(L, text, length, lua_tostring(L, -1), "t");
    if (status == LUA_ERRMEM)
        (void)lua_error(L);
    if (status != LUA_OK)
        (void)raise_load_fault(L, path);
    if (env != 0) {
        lua_pushvalue(L, at);
        lua_setupvalue(L, -2, 1);
    }
    lua_remove(L, -2); /* -- [function] */
}

static const struct ray_embedded *
find_embedded(const char *name)
{
    for (const struct ray_embedded *row = ray_embedded_lua; row->name != NULL; row++)
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

/* Loads an embedded module, compiled as "raymig/x.lua" when raymig was built, into the host's environment. */
static bool
load_embedded(lua_State *L, const char *name)
{
    const struct ray_embedded *row = find_embedded(name);

    if (row == NULL)
        return false;
    luaL_checkstack(L, 1, NULL);
    if (luaL_loadbufferx(L, row->data, row->size, name, "b") != LUA_OK)
        (void)lua_error(L);
    return true;
}

void
ray_lua_host(lua_State *L, const char *name)
{
    luaL_checkstack(L, 6, NULL);
    ray_lua_slot_push(L, RAY_SLOT_HOST_MODULES); /* -- [modules] */
    if (lua_getfield(L, -1, name) == LUA_TNIL) {
        lua_pop(L, 1);
        if (!load_embedded(L, name)) /* -- [modules chunk] */
            (void)luaL_error(L, "there is no module \"%s\" in this raymig", name);
        lua_getfield(L, -2, "raymig.host");
        ray_lua_invoke(L, 1, 1); /* -- [modules value] */
        lua_pushvalue(L, -1);
        lua_setfield(L, -3, name);
    }
    lua_remove(L, -2); /* -- [value] */
}

/* host.require(name): a module of the host. */
int
ray_lua_l_require(lua_State *L)
{
    ray_lua_host(L, luaL_checkstring(L, 1));
    return 1;
}

/* The text of `path` if it is a file that really lies under `root`; links that lead out do not count.
 * real_path gets its one true name. */
static bool
read_confined(struct ray_arena *arena, const char *root, const char *path, char *real_path,
              struct ray_text *out)
{
    char real_root[PATH_MAX];
    struct ray_err err;
    size_t length;

    if (realpath(root, real_root) == NULL || realpath(path, real_path) == NULL)
        return false;
    length = strcmp(real_root, "/") == 0 ? 0 : strlen(real_root);
    if (strncmp(real_path, real_root, length) != 0 || real_path[length] != '/')
        return false;
    ray_err_init(&err, arena);
    return ray_file_read(arena, path, out, &err);
}

/* host.project(name, env): the chunk of a module of the project and its file's one true name; or nil and
 * where it was looked for. */
int
ray_lua_l_project(lua_State *L)
{
    static const char *const patterns[] = {"lua/%s.lua", "lua/%s/init.lua", "%s.lua",
                                           "%s/init.lua"};
    struct ray_lua *lua = ray_lua_of(L);
    const char *name = luaL_gsub(L, luaL_checkstring(L, 1), ".", "/");
    const char *root = lua->config->root == NULL ? "." : lua->config->root;
    struct ray_arena *arena = lua->scratch;

    luaL_checktype(L, 2, LUA_TTABLE);
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        const char *tail = lua_pushfstring(L, patterns[i], name);
        const char *path = ray_path_join(arena, root, tail);
        char real_path[PATH_MAX];
        struct ray_text text;

        if (read_confined(arena, root, path, real_path, &text)) {
            ray_lua_load(L, text.data, text.len, path, 2);
            lua_pushstring(L, real_path);
            return 2;
        }
    }
    lua_pushnil(L);
    lua_pushfstring(L, "Raymig looked for lua/%s.lua and %s.lua in the project's folder.", name,
                    name);
    return 2;
}

/* host.chunk(path, env, text): the chunk of a file, wherever it lies, and its one true name; with a text, of that
 * in the file's name. */
int
ray_lua_l_chunk(lua_State *L)
{
    struct ray_arena *arena = ray_lua_of(L)->scratch;
    const char *path = luaL_checkstring(L, 1);
    char real_path[PATH_MAX];
    struct ray_text text;
    struct ray_err err;

    luaL_checktype(L, 2, LUA_TTABLE);
    ray_err_init(&err, arena);
    if (lua_isstring(L, 3)) {
        text.data = ray_arena_strdup(arena, lua_tostring(L, 3));
        text.len = strlen(text.data);
    } else if (!ray_file_read(arena, path, &text, &err)) {
        return ray_lua_raise(L, &err);
    }
    ray_lua_load(L, text.data, text.len, path, 2);
    lua_pushstring(L, realpath(path, real_path) == NULL ? path : real_path);
    return 2;
}

/* host.file(path): the text of a file of the project; or nil and why not. */
int
ray_lua_l_file(lua_State *L)
{
    struct ray_lua *lua = ray_lua_of(L);
    const char *root = lua->config->root == NULL ? "." : lua->config->root;
    const char *path = ray_path_join(lua->scratch, root, luaL_checkstring(L, 1));
    char real_path[PATH_MAX];
    struct ray_text text;

    if (read_confined(lua->scratch, root, path, real_path, &text)) {
        lua_pushlstring(L, text.data, text.len);
        return 1;
    }
    lua_pushnil(L);
    lua_pushliteral(L, "Paths begin at the project's folder, and lie inside of it.");
    return 2;
}
