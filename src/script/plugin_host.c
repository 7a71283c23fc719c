/*
 * What plugins ask of C. Their files are found here; what else they may have comes from the services of whoever called
 * them, or is a file or a program that they name: they are code that the config's owner chose, as migrations are.
 *
 * A service may run Lua in the same state (the catalog of the schema is declared there), so the marks of the call under
 * way are put aside meanwhile.
 */
#include "script/plugin_host.h"

#include "base/file.h"
#include "pg/process.h"
#include "script/db.h"
#include "script/embedded.h"
#include "script/json.h"
#include "script/plugins.h"

#include <pg_query.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A db that a plugin was given. */
struct ray_plugin_db {
    struct ray_conn *conn;
    struct db_session *session;
    struct ray_script script;
    struct ray_script_run run;
};

/* ---------------------------------------------------------------- finding */

static const char *
user_folder(struct ray_arena *arena)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");

    if (config != NULL && config[0] == '/')
        return ray_arena_printf(arena, "%s/raymig/plugins", config);
    return home == NULL || home[0] == '\0'
               ? NULL
               : ray_arena_printf(arena, "%s/.config/raymig/plugins", home);
}

static const struct ray_embedded *
find_bundled(struct ray_arena *arena, const char *name)
{
    const char *module = ray_arena_printf(arena, "plugins.%s", name);

    for (const struct ray_embedded *row = ray_embedded_lua; row->name != NULL; row++)
        if (strcmp(row->name, module) == 0)
            return row;
    return NULL;
}

/* -- [text path origin] */
static bool
push_file(lua_State *L, struct ray_arena *arena, const char *path, const char *origin)
{
    struct ray_text text;
    struct ray_err err;

    if (!ray_file_exists(path) || ray_file_is_folder(path))
        return false;
    ray_err_init(&err, arena);
    if (!ray_file_read(arena, path, &text, &err))
        (void)ray_lua_raise(L, &err);
    lua_pushlstring(L, text.data, text.len);
    lua_pushstring(L, path);
    lua_pushstring(L, origin);
    return true;
}

/* host.plugin_source(name): text, path and where it is from ("project", "user", "bundled"); nil and where it was looked
 * for. A bundled one's path begins with '=', as Lua's chunk names do that are no files. */
static int
l_plugin_source(lua_State *L)
{
    struct ray_lua *lua = ray_lua_of(L);
    struct ray_arena *arena = lua->scratch;
    const char *name = luaL_checkstring(L, 1);
    const char *root = lua->config->root == NULL ? "." : lua->config->root;
    const char *user = user_folder(arena);
    const struct ray_embedded *bundled;

    while (strncmp(name, "./", 2) == 0)
        name += 2;
    if (strchr(luaL_checkstring(L, 1), '/') != NULL || ray_has_suffix(name, ".lua")) {
        if (push_file(L, arena, ray_path_join(arena, root, name), "project"))
            return 3;
        lua_pushnil(L);
        lua_pushfstring(L, "There is no file \"%s\".", ray_path_join(arena, root, name));
        return 2;
    }
    if (push_file(L, arena,
                  ray_path_join(arena, root, ray_arena_printf(arena, "lua/plugins/%s.lua", name)),
                  "project") ||
        push_file(L, arena,
                  ray_path_join(arena, root,
                                ray_arena_printf(arena, "lua/plugins/%s/init.lua", name)),
                  "project") ||
        (user != NULL &&
         push_file(L, arena, ray_arena_printf(arena, "%s/%s.lua", user, name), "user")))
        return 3;
    bundled = find_bundled(arena, name);
    if (bundled != NULL) {
        lua_pushlstring(L, bundled->data, bundled->size);
        lua_pushfstring(L, "=raymig/plugins/%s.lua", name);
        lua_pushliteral(L, "bundled");
        return 3;
    }
    lua_pushnil(L);
    lua_pushfstring(L,
                    "Raymig looked for lua/plugins/%s.lua in the project, for %s/%s.lua, and among "
                    "those that it brings along.",
                    name, user == NULL ? "~/.config/raymig/plugins" : user, name);
    return 2;
}

/* host.bundled_plugins(): their names. */
static int
l_bundled(lua_State *L)
{
    lua_Integer n = 0;

    lua_newtable(L);
    for (const struct ray_embedded *row = ray_embedded_lua; row->name != NULL; row++) {
        if (!ray_has_prefix(row->name, "plugins."))
            continue;
        lua_pushstring(L, row->name + strlen("plugins."));
        lua_rawseti(L, -2, ++n);
    }
    return 1;
}

/* host.in_plugin(what): what runs from now on; nil: nothing. Gives what ran before. */
static int
l_in_plugin(lua_State *L)
{
    struct ray_lua *lua = ray_lua_of(L);
    const char *what = luaL_optstring(L, 1, NULL);

    lua_pushstring(L, lua->in_plugin);
    if (what == NULL || lua->in_plugin == NULL || strcmp(what, lua->in_plugin) != 0)
        lua->in_plugin = what == NULL ? NULL : ray_arena_strdup(lua->arena, what);
    return 1;
}

bool
ray_plugin_blame(struct ray_lua *lua, struct ray_err *err)
{
    if (lua->stop == RAY_LUA_LATE && lua->in_plugin != NULL)
        (void)ray_err_prepend(err, "%s", lua->in_plugin);
    lua->in_plugin = NULL;
    return false;
}

/* ---------------------------------------------------------------- services */

/* The marks of a call, put aside while a service works. */
struct aside {
    int64_t spent_us;
    struct ray_err fault;
};

static const struct ray_plugin_services *
services_of(lua_State *L, const char *what, bool there)
{
    const struct ray_lua *lua = ray_lua_of(L);

    if (lua->services == NULL || !there)
        (void)ray_lua_fail(L, "Commands have it, and the hooks that docs/plugins.md says it of.",
                           "there is no %s to be had here", what);
    if (L != lua->L)
        (void)ray_lua_fail(L, NULL, "%s cannot be had in a coroutine", what);
    return lua->services;
}

static void
put_aside(struct ray_lua *lua, struct aside *aside)
{
    ray_lua_clock_stop(lua);
    *aside = (struct aside){.spent_us = lua->spent_us, .fault = lua->fault};
}

static void
take_up(struct ray_lua *lua, const struct aside *aside)
{
    lua->spent_us = aside->spent_us;
    lua->fault = aside->fault;
    ray_lua_clock_start(lua);
}

#define HAS(field) (ray_lua_of(L)->services != NULL && ray_lua_of(L)->services->field != NULL)

/* host.load_catalog(source): the objects of a source, as a snapshot has them. */
static int
l_load_catalog(lua_State *L)
{
    struct ray_lua *lua = ray_lua_of(L);
    const struct ray_plugin_services *services = services_of(L, "catalog", HAS(catalog));
    const char *source = luaL_checkstring(L, 1);
    struct aside aside;
    struct ray_buf buf;
    struct ray_err err;
    bool ok;

    ray_err_init(&err, lua->arena);
    ray_buf_init(&buf, lua->arena);
    put_aside(lua, &aside);
    ok = services->catalog(services->arg, source, &buf, &err);
    take_up(lua, &aside);

    if (!ok)
        return ray_lua_raise(L, &err);
    ray_lua_json_push(L, buf.data, buf.len);
    return 1;
}

static int
l_out(lua_State *L)
{
    const struct ray_plugin_services *services = services_of(L, "output", HAS(out));
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);

    services->out(services->arg, text, length);
    return 0;
}

static int
l_say(lua_State *L)
{
    const char *text = luaL_checkstring(L, 1);

    if (HAS(say))
        ray_lua_of(L)->services->say(ray_lua_of(L)->services->arg, text);
    return 0;
}

static int
l_warn(lua_State *L)
{
    const char *text = luaL_checkstring(L, 1);

    if (HAS(warn))
        ray_lua_of(L)->services->warn(ray_lua_of(L)->services->arg, text);
    return 0;
}

static int
l_confirm(lua_State *L)
{
    struct ray_lua *lua = ray_lua_of(L);
    const struct ray_plugin_services *services = services_of(L, "terminal", HAS(confirm));
    const char *question = luaL_checkstring(L, 1);
    struct ray_err err;
    bool ok;

    ray_err_init(&err, lua->arena);
    ray_lua_clock_stop(lua);
    ok = services->confirm(services->arg, question, &err);
    ray_lua_clock_start(lua);

    if (!ok)
        return ray_lua_raise(L, &err);
    return 0;
}

/* ---------------------------------------------------------------- the database */

/* host.db_open(tag): begins a transaction and gives its db; host.db_close(commit) ends both. */
static int
l_db_open(lua_State *L)
{
    struct ray_lua *lua = ray_lua_of(L);
    const struct ray_plugin_services *services = services_of(L, "database", HAS(connect));
    const char *tag = ray_arena_strdup(lua->arena, luaL_checkstring(L, 1));
    struct ray_plugin_db *db;
    struct aside aside;
    struct ray_err err;
    bool ok;

    if (lua->plugin_db != NULL)
        (void)ray_lua_fail(L, "db:transaction makes a savepoint in it.",
                           "a transaction of this plugin is open already");
    db = RAY_NEW(lua->arena, struct ray_plugin_db);
    ray_err_init(&err, lua->arena);
    put_aside(lua, &aside);
    ok = services->connect(services->arg, &db->conn, &err) &&
         ray_conn_exec(db->conn, "BEGIN", &err);
    take_up(lua, &aside);

    if (!ok)
        return ray_lua_raise(L, &err);
    lua->plugin_db = db;
    db->run = (struct ray_script_run){.conn = db->conn,
                                      .script = &db->script,
                                      .direction = "up",
                                      .tag = tag,
                                      .trusted = true,
                                      .in_transaction = true};
    db->session = db_session_begin(L, &db->run);
    return 1;
}

void
ray_plugin_db_abandon(struct ray_lua *lua)
{
    struct ray_plugin_db *db = lua->plugin_db;
    struct ray_err ignored;

    lua->plugin_db = NULL;
    if (db == NULL)
        return;
    if (db->session != NULL)
        db_session_end(db->session);
    ray_err_init(&ignored, lua->arena);
    if (ray_conn_tx(db->conn) != RAY_TX_IDLE && ray_conn_tx(db->conn) != RAY_TX_LOST &&
        !ray_conn_exec(db->conn, "ROLLBACK", &ignored))
        ray_err_clear(&ignored);
}

static int
l_db_close(lua_State *L)
{
    struct ray_lua *lua = ray_lua_of(L);
    struct ray_plugin_db *db = lua->plugin_db;
    bool commit = lua_toboolean(L, 1);
    struct ray_err err;
    bool ok = true;

    if (db == NULL)
        return 0;
    ray_err_init(&err, lua->arena);
    ray_lua_clock_stop(lua);
    if (commit) {
        bool ended = db->session->ended;

        db_session_end(db->session);
        db->session = NULL;
        ok = !ended && ray_conn_tx(db->conn) == RAY_TX_OPEN
                 ? ray_conn_exec(db->conn, "COMMIT", &err)
                 : ray_err_set(&err, RAY_FAILED, "the transaction was left failed or ended");
    }
    ray_plugin_db_abandon(lua);
    ray_lua_clock_start(lua);

    if (!ok)
        return ray_lua_raise(L, &err);
    return 0;
}

/* ---------------------------------------------------------------- files and programs */

static const char *
path_of(lua_State *L)
{
    const struct ray_lua *lua = ray_lua_of(L);

    return ray_path_join(lua->scratch, lua->config->root == NULL ? "." : lua->config->root,
                         luaL_checkstring(L, 1));
}

/* host.read_text(path): the text; nil where there is no such file. */
static int
l_read_text(lua_State *L)
{
    const char *path = path_of(L);
    struct ray_text text;
    struct ray_err err;
    bool there = ray_file_exists(path);

    ray_err_init(&err, ray_lua_of(L)->scratch);
    if (!there)
        return 0;
    if (!ray_file_read(ray_lua_of(L)->scratch, path, &text, &err))
        return ray_lua_raise(L, &err);
    lua_pushlstring(L, text.data, text.len);
    return 1;
}

/* host.load_text(path): of a file that raymig named, whose path is none of the project's. */
static int
l_load_text(lua_State *L)
{
    struct ray_text text;
    struct ray_err err;

    ray_err_init(&err, ray_lua_of(L)->scratch);
    if (!ray_file_read(ray_lua_of(L)->scratch, luaL_checkstring(L, 1), &text, &err))
        return ray_lua_raise(L, &err);
    lua_pushlstring(L, text.data, text.len);
    return 1;
}

/* host.write_text(path, text, append): makes the folders too. */
static int
l_write_text(lua_State *L)
{
    struct ray_arena *arena = ray_lua_of(L)->scratch;
    const char *path = path_of(L);
    size_t length;
    const char *text = luaL_checklstring(L, 2, &length);
    bool append = lua_toboolean(L, 3);
    struct ray_text before = {.data = NULL};
    struct ray_buf all;
    struct ray_err err;
    bool ok;

    ray_err_init(&err, arena);
    ray_buf_init(&all, arena);
    ok = ray_file_make_folder(ray_path_folder(arena, path), &err);
    if (ok && append && ray_file_exists(path))
        ok = ray_file_read(arena, path, &before, &err);
    if (ok && before.data != NULL)
        ray_buf_addn(&all, before.data, before.len);
    ray_buf_addn(&all, text, length);
    ok = ok && ray_file_write(path, all.data, all.len, &err);

    if (!ok)
        return ray_lua_raise(L, &err);
    return 0;
}

/* host.list_folder(path): the names of its files, sorted; nil where there is no such folder. */
static int
l_list_folder(lua_State *L)
{
    const char *path = path_of(L);
    ray_entries entries = {0};
    struct ray_err err;
    lua_Integer n = 0;

    ray_err_init(&err, ray_lua_of(L)->scratch);
    if (!ray_file_is_folder(path))
        return 0;
    if (!ray_file_list(ray_lua_of(L)->scratch, path, &entries, &err))
        return ray_lua_raise(L, &err);
    lua_createtable(L, (int)entries.len, 0);
    for (size_t i = 0; i < entries.len; i++) {
        if (entries.items[i].is_folder)
            continue;
        lua_pushstring(L, entries.items[i].name);
        lua_rawseti(L, -2, ++n);
    }
    return 1;
}

/* host.run_program(argv, input): exit code, output, errors. */
static int
l_run_program(lua_State *L)
{
    struct ray_lua *lua = ray_lua_of(L);
    struct ray_arena *arena = lua->scratch;
    const char *root = lua->config->root == NULL ? "." : lua->config->root;
    RAY_VEC(const char *) argv = {0};
    struct ray_process_result result;
    struct ray_text input = {.data = NULL};
    struct ray_err err;
    bool ok;

    luaL_checktype(L, 1, LUA_TTABLE);
    for (lua_Integer i = 1; lua_rawgeti(L, 1, i) == LUA_TSTRING; i++) {
        *ray_vec_add(arena, &argv) = ray_arena_strdup(arena, lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    luaL_argcheck(L, argv.len > 0, 1, "a list of a program and its arguments");
    *ray_vec_add(arena, &argv) = NULL;
    input.data = ray_arena_strdup(arena, luaL_optlstring(L, 2, "", &input.len));
    ray_err_init(&err, arena);
    ray_lua_clock_stop(lua);
    ok = ray_process_feed(arena, argv.items, root, &input, &result, &err);
    ray_lua_clock_start(lua);

    if (!ok)
        return ray_lua_raise(L, &err);
    lua_pushinteger(L, result.status);
    lua_pushstring(L, result.output);
    lua_pushstring(L, result.errors);
    return 3;
}

/* host.parse(sql): PostgreSQL's own parse tree, as a table; nil and what is wrong with the text. */
static int
l_parse(lua_State *L)
{
    const char *sql = luaL_checkstring(L, 1);
    struct ray_arena *arena = ray_lua_of(L)->scratch;
    PgQueryParseResult parsed = pg_query_parse(sql);
    const char *tree = parsed.error == NULL ? ray_arena_strdup(arena, parsed.parse_tree) : NULL;
    const char *fault = parsed.error == NULL ? NULL
                                             : ray_arena_strdup(arena, parsed.error->message);

    pg_query_free_parse_result(parsed);

    if (tree == NULL) {
        lua_pushnil(L);
        lua_pushstring(L, fault);
        return 2;
    }
    ray_lua_json_push(L, tree, strlen(tree));
    return 1;
}

static const luaL_Reg functions[] = {
    {"plugin_source", l_plugin_source},
    {"bundled_plugins", l_bundled},
    {"in_plugin", l_in_plugin},
    {"load_catalog", l_load_catalog},
    {"out", l_out},
    {"say", l_say},
    {"warn", l_warn},
    {"confirm", l_confirm},
    {"db_open", l_db_open},
    {"db_close", l_db_close},
    {"read_text", l_read_text},
    {"load_text", l_load_text},
    {"write_text", l_write_text},
    {"list_folder", l_list_folder},
    {"run_program", l_run_program},
    {"parse", l_parse},
    {NULL, NULL},
};

void
ray_lua_add_plugin_host(lua_State *L)
{
    luaL_setfuncs(L, functions, 0);
    lua_pushinteger(L, RAY_PLUGIN_API);
    lua_setfield(L, -2, "plugin_api");
}
