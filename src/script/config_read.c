/*
 * Reads raymig.lua: runs it in a sandbox, holds the table that it returns against the table of keys and
 * copies what it finds. All faults are RAY_USAGE and name the line, which lua/raymig/host/source.lua finds in
 * the file's text.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/term.h"
#include "script/config_keys.h"
#include "script/json.h"
#include "script/script.h"
#include "script/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    struct ray_arena *arena;
    const char *path;
    struct ray_text text;
    struct ray_config *config;
};

static const char *const expected[RAY_CONFIG_KIND_COUNT] = {
    [RAY_CONFIG_TEXT] = "a string",
    [RAY_CONFIG_TEXTS] = "a string or a list of strings",
    [RAY_CONFIG_BOOL] = "true or false",
    [RAY_CONFIG_COUNT] = "a whole number of at least 0",
    [RAY_CONFIG_MS] = "a duration such as \"3s\" or \"500ms\"",
    [RAY_CONFIG_MB] = "a size such as \"256MB\" or \"1GB\"",
    [RAY_CONFIG_URL] = "a string or a function that returns one",
    [RAY_CONFIG_PLUGINS] = "a list of names and of tables {name, option = ...}",
    [RAY_CONFIG_LEVELS] = "a table of rules, each \"off\", \"warn\" or \"error\"",
    [RAY_CONFIG_GROUP] = "a table",
    [RAY_CONFIG_RESERVED] = "nothing",
};

/* The line of the key; 0 where it cannot be found. */
static int
line_of(lua_State *L, const struct reading *reading, const char *path)
{
    int line;

    luaL_checkstack(L, 8, NULL);
    ray_lua_host(L, "raymig.host.source");
    lua_getfield(L, -1, "line");
    lua_pushlstring(L, reading->text.data, reading->text.len);
    lua_pushstring(L, path);
    ray_lua_invoke(L, 2, 1);
    line = (int)lua_tointeger(L, -1);
    lua_pop(L, 2);
    return line;
}

static _Noreturn void
fault(lua_State *L, const struct reading *reading, int line, const char *hint, const char *message)
{
    struct ray_err err;

    ray_err_init(&err, ray_lua_of(L)->scratch);
    (void)ray_err_set(&err, RAY_USAGE, "%s", message);
    err.hint = hint;
    (void)ray_err_at(&err, reading->path, line, 0);
    (void)ray_lua_raise(L, &err);
}

/* The value at the top of the stack is not what the key takes. */
static _Noreturn void
wrong(lua_State *L, const struct reading *reading, const struct ray_config_key *key,
      const char *path)
{
    const char *got = luaL_typename(L, -1);

    if (lua_isstring(L, -1))
        got = ray_arena_printf(reading->arena, lua_isnumber(L, -1) ? "%s" : "\"%s\"",
                               luaL_tolstring(L, -1, NULL));
    fault(L, reading, line_of(L, reading, path), NULL,
          ray_arena_printf(reading->arena, "config key \"%s\" takes %s, not %s", path,
                           expected[key->kind], got));
}

static const char *
take_text(lua_State *L, const struct reading *reading, const struct ray_config_key *key,
          const char *path)
{
    struct ray_buf list;
    size_t n = 0;

    if (lua_type(L, -1) != LUA_TSTRING || lua_rawlen(L, -1) != strlen(lua_tostring(L, -1)))
        wrong(L, reading, key, path);
    for (; key->choices != NULL && key->choices[n] != NULL; n++)
        if (strcmp(key->choices[n], lua_tostring(L, -1)) == 0)
            break;
    if (key->choices != NULL && key->choices[n] == NULL) {
        ray_buf_init(&list, reading->arena);
        for (size_t i = 0; i < n; i++)
            ray_buf_addf(&list, "%s\"%s\"",
                         i == 0       ? ""
                         : i + 1 == n ? " or "
                                      : ", ",
                         key->choices[i]);
        fault(L, reading, line_of(L, reading, path), NULL,
              ray_arena_printf(reading->arena, "config key \"%s\" takes %s, not \"%s\"", path,
                               list.data, lua_tostring(L, -1)));
    }
    return ray_arena_strdup(reading->arena, lua_tostring(L, -1));
}

/* A table of names, at the top of the stack, is no list. */
static void
check_list(lua_State *L, const struct reading *reading, const struct ray_config_key *key,
           const char *path)
{
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        if (!lua_isinteger(L, -2)) {
            lua_pop(L, 2);
            wrong(L, reading, key, path);
        }
        lua_pop(L, 1);
    }
}

/* A list at the top of the stack: each text. */
static void
take_texts(lua_State *L, const struct reading *reading, const struct ray_config_key *key,
           const char *path, ray_strings *out)
{
    lua_Integer n;

    memset(out, 0, sizeof(*out));
    if (lua_type(L, -1) == LUA_TSTRING) {
        *ray_vec_add(reading->arena, out) = take_text(L, reading, key, path);
        return;
    }
    if (!lua_istable(L, -1))
        wrong(L, reading, key, path);
    n = luaL_len(L, -1);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_geti(L, -1, i);
        *ray_vec_add(reading->arena, out) = take_text(L, reading, key, path);
        lua_pop(L, 1);
    }
    check_list(L, reading, key, path);
}

/* The options of a plugin's table at the top of the stack as JSON: functions are none. */
static const char *
plugin_options(lua_State *L, const struct reading *reading, const char *path)
{
    struct ray_buf buf;

    lua_newtable(L); /* -- [entry options] */
    lua_pushnil(L);
    while (lua_next(L, -3) != 0) {
        if (lua_type(L, -2) != LUA_TSTRING || lua_isfunction(L, -1))
            fault(L, reading, line_of(L, reading, path), NULL,
                  ray_arena_printf(reading->arena,
                                   "config key \"%s\": options of a plugin are values by name",
                                   path));
        lua_pushvalue(L, -2);
        lua_insert(L, -2); /* -- [entry options key key value] */
        lua_settable(L, -4);
    }
    ray_buf_init(&buf, reading->arena);
    ray_lua_json_add(L, -1, &buf);
    lua_pop(L, 1);
    return buf.data;
}

/* A list at the top of the stack: names, and tables of a name and options. */
static void
take_plugins(lua_State *L, const struct reading *reading, const struct ray_config_key *key,
             const char *path)
{
    lua_Integer n;

    if (!lua_istable(L, -1))
        wrong(L, reading, key, path);
    n = luaL_len(L, -1);
    luaL_checkstack(L, 8, NULL);
    for (lua_Integer i = 1; i <= n; i++) {
        const char *options = "{}";
        bool is_table = lua_geti(L, -1, i) == LUA_TTABLE;

        if (is_table) {
            lua_geti(L, -1, 1); /* -- [list entry name] */
            lua_pushnil(L);
            lua_seti(L, -3, 1);
            lua_insert(L, -2); /* -- [list name entry] */
            options = plugin_options(L, reading, path);
            lua_pop(L, 1);
        }
        *ray_vec_add(reading->arena, &reading->config->plugins) =
            (struct ray_plugin_entry){.name = take_text(L, reading, key, path), .options = options};
        lua_pop(L, 1);
    }
    check_list(L, reading, key, path);
}

/* A table of levels by rule, sorted. That there is such a rule is known when rules are. */
static void
take_levels(lua_State *L, const struct reading *reading, const struct ray_config_key *key,
            const char *path)
{
    static const char *const levels[] = {"off", "warn", "error", NULL};
    const struct ray_config_key level = {.name = key->name,
                                         .kind = RAY_CONFIG_TEXT,
                                         .choices = levels};

    if (!lua_istable(L, -1))
        wrong(L, reading, key, path);
    luaL_checkstack(L, 8, NULL);
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        const char *rule;

        if (lua_type(L, -2) != LUA_TSTRING) {
            lua_pop(L, 2);
            wrong(L, reading, key, path);
        }
        rule = ray_arena_strdup(reading->arena, lua_tostring(L, -2));
        path = ray_arena_printf(reading->arena, "lint.%s", rule);
        *ray_vec_add(reading->arena, &reading->config->lint) =
            (struct ray_lint_level){.rule = rule,
                                    .level = take_text(L, reading, &level, path),
                                    .line = line_of(L, reading, path)};
        lua_pop(L, 1);
    }
}

/* "256MB" and its like in MB; -1 where it is none. */
static int64_t
size_mb(const char *text)
{
    static const struct {
        const char *unit;
        int64_t kb;
    } units[] = {{"kB", 1}, {"MB", 1024}, {"GB", 1048576}};
    char *end = NULL;
    long long value = strtoll(text, &end, 10);

    if (end == text || value < 0 || value > 1000000000)
        return -1;
    while (*end == ' ')
        end++;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(end, units[i].unit) == 0)
            return (value * units[i].kb + 1023) / 1024;
    return value == 0 && *end == '\0' ? 0 : -1;
}

static int64_t
take_amount(lua_State *L, const struct reading *reading, const struct ray_config_key *key,
            const char *path)
{
    int64_t amount = -1;

    if (lua_isinteger(L, -1))
        amount = lua_tointeger(L, -1);
    else if (lua_type(L, -1) == LUA_TSTRING && key->kind == RAY_CONFIG_MS)
        amount = ray_clock_parse(lua_tostring(L, -1));
    else if (lua_type(L, -1) == LUA_TSTRING && key->kind == RAY_CONFIG_MB)
        amount = size_mb(lua_tostring(L, -1));
    if (amount < 0 || amount > (key->kind == RAY_CONFIG_MB ? 1LL << 30 : 1LL << 40))
        wrong(L, reading, key, path);
    return amount;
}

static void
url_fault(const struct reading *reading, int line, const char *message)
{
    struct ray_err *err = RAY_NEW(reading->arena, struct ray_err);

    ray_err_init(err, reading->arena);
    (void)ray_err_set(err, RAY_USAGE, "%s", message);
    (void)ray_err_hint(err, "Set it, or give another with --url or DATABASE_URL; env(\"NAME\", "
                            "\"...\") in the config has a default.");
    (void)ray_err_at(err, reading->path, line, 0);
    reading->config->url_fault = err;
}

/* Why the function at the top of the stack gave no url. -- [... missed config ...] at 2 and 3. */
static void
call_url(lua_State *L, const struct reading *reading, const struct ray_config_key *key)
{
    lua_Integer before = (lua_Integer)lua_rawlen(L, 2);
    int line = line_of(L, reading, "url");

    ray_lua_host(L, "raymig.host.attempt");
    lua_pushvalue(L, -2);
    ray_lua_invoke(L, 1, 2); /* -- [function ok value] */
    if (lua_toboolean(L, -2) && lua_type(L, -1) == LUA_TSTRING) {
        reading->config->url = take_text(L, reading, key, "url");
    } else if (!lua_toboolean(L, -2)) {
        url_fault(reading, line,
                  ray_arena_printf(reading->arena, "the function of config key \"url\" failed: %s",
                                   luaL_tolstring(L, -1, NULL)));
        lua_pop(L, 1);
    } else if ((lua_Integer)lua_rawlen(L, 2) > before) {
        lua_rawgeti(L, 2, before + 1);
        url_fault(reading, line,
                  ray_arena_printf(reading->arena, "environment variable \"%s\" is not set",
                                   lua_tostring(L, -1)));
        lua_pop(L, 1);
    } else {
        url_fault(reading, line,
                  ray_arena_printf(reading->arena,
                                   "the function of config key \"url\" returned a value of type %s",
                                   luaL_typename(L, -1)));
    }
    lua_pop(L, 2);
}

/* No url in the table: was there one in the file whose variable is not set? */
static void
check_unset_url(lua_State *L, const struct reading *reading)
{
    ray_lua_host(L, "raymig.host.source");
    lua_getfield(L, -1, "variable");
    lua_pushlstring(L, reading->text.data, reading->text.len);
    lua_pushliteral(L, "url");
    ray_lua_invoke(L, 2, 2); /* -- [module name line] */
    if (lua_isstring(L, -2))
        url_fault(reading, (int)lua_tointeger(L, -1),
                  ray_arena_printf(reading->arena, "environment variable \"%s\" is not set",
                                   lua_tostring(L, -2)));
    lua_pop(L, 3);
}

static void read_group(lua_State *L, const struct reading *reading,
                       const struct ray_config_key *keys, const char *prefix);

/* The key's value is at the top of the stack. */
static void
take(lua_State *L, const struct reading *reading, const struct ray_config_key *key,
     const char *path)
{
    char *field = (char *)reading->config + key->at;

    switch (key->kind) {
    case RAY_CONFIG_TEXT:
        *(const char **)(void *)field = take_text(L, reading, key, path);
        break;
    case RAY_CONFIG_TEXTS:
        take_texts(L, reading, key, path, (ray_strings *)(void *)field);
        break;
    case RAY_CONFIG_PLUGINS:
        take_plugins(L, reading, key, path);
        break;
    case RAY_CONFIG_LEVELS:
        take_levels(L, reading, key, path);
        break;
    case RAY_CONFIG_BOOL:
        if (!lua_isboolean(L, -1))
            wrong(L, reading, key, path);
        *(bool *)(void *)field = lua_toboolean(L, -1);
        break;
    case RAY_CONFIG_COUNT:
        *(int *)(void *)field = (int)(take_amount(L, reading, key, path) & 0x3fffffff);
        break;
    case RAY_CONFIG_MS:
    case RAY_CONFIG_MB:
        *(int64_t *)(void *)field = take_amount(L, reading, key, path);
        break;
    case RAY_CONFIG_URL:
        if (lua_isfunction(L, -1))
            call_url(L, reading, key);
        else
            *(const char **)(void *)field = take_text(L, reading, key, path);
        break;
    case RAY_CONFIG_GROUP:
        if (!lua_istable(L, -1))
            wrong(L, reading, key, path);
        read_group(L, reading, key->group, ray_arena_printf(reading->arena, "%s.", path));
        break;
    case RAY_CONFIG_RESERVED:
    case RAY_CONFIG_KIND_COUNT:
    default:
        fault(L, reading, line_of(L, reading, path), key->help,
              ray_arena_printf(reading->arena, "unknown config key \"%s\"", path));
    }
}

static const struct ray_config_key *
find_key(const struct ray_config_key *keys, const char *name)
{
    for (; keys->name != NULL; keys++)
        if (strcmp(keys->name, name) == 0)
            return keys;
    return NULL;
}

static _Noreturn void
unknown(lua_State *L, const struct reading *reading, const struct ray_config_key *keys,
        const char *prefix, const char *name, int line)
{
    RAY_VEC(const char *) names = {0};
    const char *nearest;

    for (const struct ray_config_key *key = keys; key->name != NULL; key++)
        if (key->kind != RAY_CONFIG_RESERVED)
            *ray_vec_add(reading->arena, &names) = key->name;
    nearest = ray_nearest(name, names.items, names.len);
    fault(L, reading, line,
          nearest == NULL
              ? NULL
              : ray_arena_printf(reading->arena, "Did you mean \"%s%s\"?", prefix, nearest),
          ray_arena_printf(reading->arena, "unknown config key \"%s%s\"", prefix, name));
}

/* Refuses keys that are not in the table; of several the one that stands first in the file. */
static void
check_known(lua_State *L, const struct reading *reading, const struct ray_config_key *keys,
            const char *prefix)
{
    const char *first = NULL;
    int first_line = 0;

    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        const char *name;
        int line;

        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TSTRING && find_key(keys, lua_tostring(L, -1)) != NULL)
            continue;
        name = ray_arena_strdup(reading->arena, luaL_tolstring(L, -1, NULL));
        lua_pop(L, 1);
        line = line_of(L, reading, ray_arena_printf(reading->arena, "%s%s", prefix, name));
        if (first == NULL || line < first_line || (line == first_line && strcmp(name, first) < 0)) {
            first = name;
            first_line = line;
        }
    }
    if (first != NULL)
        unknown(L, reading, keys, prefix, first, first_line);
}

/* Reads the table at the top of the stack. */
static void
read_group(lua_State *L, const struct reading *reading, const struct ray_config_key *keys,
           const char *prefix)
{
    luaL_checkstack(L, 12, NULL);
    check_known(L, reading, keys, prefix);
    for (const struct ray_config_key *key = keys; key->name != NULL; key++) {
        if (lua_getfield(L, -1, key->name) != LUA_TNIL)
            take(L, reading, key, ray_arena_printf(reading->arena, "%s%s", prefix, key->name));
        lua_pop(L, 1);
    }
}

static int
l_read(lua_State *L)
{
    const struct reading *reading = lua_touserdata(L, 1);

    ray_lua_sandbox(L, "raymig.host.sandbox", true, 0);
    lua_remove(L, 1); /* -- [env missed] */
    ray_lua_load(L, reading->text.data, reading->text.len, reading->path, 1);
    ray_lua_invoke(L, 0, 1); /* -- [env missed config] */
    if (!lua_istable(L, 3))
        fault(L, reading, 0, "End it with return { ... }.",
              ray_arena_printf(reading->arena,
                               "the config must return a table, not a value of type %s",
                               luaL_typename(L, 3)));
    read_group(L, reading, ray_config_keys, "");
    if (lua_getfield(L, 3, "url") == LUA_TNIL && lua_rawlen(L, 2) > 0)
        check_unset_url(L, reading);
    return 0;
}

bool
ray_config_load(struct ray_arena *arena, const char *path, struct ray_config *out,
                struct ray_err *err)
{
    struct ray_config limits;
    struct reading reading = {.arena = arena, .path = path, .config = out};
    struct ray_lua *lua;
    bool ok;

    if (!ray_file_read(arena, path, &reading.text, err))
        return false;
    ray_config_defaults(arena, ray_path_folder(arena, path), out);
    out->path = ray_arena_strdup(arena, path);
    limits = *out; /* the file runs under the defaults, whatever it asks for */
    lua = ray_lua_new(arena, &limits);
    ok = ray_lua_call(lua, l_read, &reading, err);
    ray_lua_free(lua);
    if (!ok && err->code == RAY_FAILED)
        err->code = RAY_USAGE;
    if (!ok && err->file == NULL)
        (void)ray_err_at(err, path, 0, 0);
    return ok;
}

/* ---------------------------------------------------------------- of plugins */

struct merging {
    struct reading reading;
    const char *json;
};

static int
l_merge(lua_State *L)
{
    static const char *const settled[] = {"plugins", "lua"};
    const struct merging *merging = lua_touserdata(L, 1);
    const struct reading *reading = &merging->reading;

    ray_lua_json_push(L, merging->json, strlen(merging->json));
    if (!lua_istable(L, -1))
        fault(L, reading, 0, NULL, "the hook \"config\" gives a table of config keys, or nothing");
    for (size_t i = 0; i < sizeof(settled) / sizeof(settled[0]); i++) {
        if (lua_getfield(L, -1, settled[i]) != LUA_TNIL)
            fault(L, reading, 0, NULL,
                  ray_arena_printf(reading->arena, "config key \"%s\" is not for plugins to set",
                                   settled[i]));
        lua_pop(L, 1);
    }
    read_group(L, reading, ray_config_keys, "");
    return 0;
}

bool
ray_config_merge(struct ray_lua *lua, struct ray_arena *arena, const char *json, const char *path,
                 struct ray_config *config, struct ray_err *err)
{
    struct merging merging = {.reading = {.arena = arena, .path = path, .config = config},
                              .json = json};

    merging.reading.text.data = ray_arena_strdup(arena, "");
    if (ray_lua_call(lua, l_merge, &merging, err))
        return true;
    if (err->code == RAY_FAILED)
        err->code = RAY_USAGE;
    return false;
}
