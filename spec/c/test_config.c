/* raymig.lua: what it may say, and what is said about what it may not. */
#include "harness.h"

#include "base/file.h"
#include "script/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct world {
    struct ray_arena *arena;
    struct ray_err err;
    struct ray_config config;
    char folder[64];
    char *path;
};

static void
begin(struct world *world)
{
    memset(world, 0, sizeof(*world));
    world->arena = ray_arena_new();
    ray_err_init(&world->err, world->arena);
    (void)snprintf(world->folder, sizeof(world->folder), "/tmp/raymig_config_XXXXXX");
    CHECK(mkdtemp(world->folder) != NULL);
    world->path = ray_path_join(world->arena, world->folder, "raymig.lua");
    unsetenv("RAYMIG_SPEC_UNSET");
    setenv("RAYMIG_SPEC_SET", "postgresql:///set", 1);
}

static void
end(struct world *world)
{
    struct ray_err ignored;

    ray_err_init(&ignored, world->arena);
    (void)!ray_file_remove(world->folder, &ignored);
    ray_arena_free(world->arena);
}

static bool
load(struct world *world, const char *text)
{
    ray_err_clear(&world->err);
    return ray_file_write(world->path, text, strlen(text), &world->err) &&
           ray_config_load(world->arena, world->path, &world->config, &world->err);
}

TEST(defaults)
{
    struct world world;

    begin(&world);
    CHECK(load(&world, "return {}"));
    CHECK_STR(world.config.path, world.path);
    CHECK_STR(world.config.root, world.folder);
    CHECK_STR(world.config.out, "migrations");
    CHECK_STR(world.config.database, ray_path_name(world.folder));
    CHECK_STR(world.config.history_schema, "public");
    CHECK_STR(world.config.history_table, "__raymig_migrations");
    CHECK_INT((long long)world.config.schema.len, 1);
    CHECK_STR(world.config.schema.items[0], "schema");
    CHECK(world.config.url == NULL && world.config.url_fault == NULL);
    CHECK_INT(world.config.limits.deadline_ms, 60000);
    CHECK_INT(world.config.limits.memory_mb, 256);
    CHECK_INT(world.config.lock_timeout_ms, 3000);
    CHECK_INT(world.config.lock_retries, 10);
    CHECK_INT(world.config.lock_wait_ms, 300000);
    end(&world);
}

TEST(every_key_arrives)
{
    struct world world;

    begin(&world);
    CHECK(load(&world,
               "return { schema = { 'a', 'b' }, out = 'm', format = 'drizzle', url = 'u', "
               "database = 'd', casing = 'camelCase', verbose = true, strict = true, "
               "schemas = 'x_*', tables = { 't' }, migrations = { schema = 'h', table = 'r' }, "
               "plugins = { 'p', { 'q', option = 1 } }, backup = 'b', "
               "lua = { grants = { 'io', 'os' }, limits = { deadline = '2min', memory = '1GB' } }, "
               "lock = { timeout = '500ms', retries = 0, wait = 7 } }"));
    CHECK_INT((long long)world.config.schema.len, 2);
    CHECK_STR(world.config.schema.items[1], "b");
    CHECK_STR(world.config.out, "m");
    CHECK_STR(world.config.format, "drizzle");
    CHECK_STR(world.config.url, "u");
    CHECK_STR(world.config.database, "d");
    CHECK_STR(world.config.casing, "camelCase");
    CHECK(world.config.verbose && world.config.strict);
    CHECK_STR(world.config.schemas.items[0], "x_*");
    CHECK_STR(world.config.tables.items[0], "t");
    CHECK_STR(world.config.history_schema, "h");
    CHECK_STR(world.config.history_table, "r");
    CHECK_INT((long long)world.config.plugins.len, 2);
    CHECK_STR(world.config.plugins.items[1].name, "q");
    CHECK_STR(world.config.plugins.items[1].options, "{\"option\":1}");
    CHECK_STR(world.config.backup, "b");
    CHECK_INT((long long)world.config.grants.len, 2);
    CHECK_INT(world.config.limits.deadline_ms, 120000);
    CHECK_INT(world.config.limits.memory_mb, 1024);
    CHECK_INT(world.config.lock_timeout_ms, 500);
    CHECK_INT(world.config.lock_retries, 0);
    CHECK_INT(world.config.lock_wait_ms, 7);
    end(&world);
}

TEST(faults_name_key_value_and_line)
{
    static const struct {
        const char *text;
        const char *message;
        const char *hint;
        int line;
    } rows[] = {
        {"return {\n -- shcema = 1\n [[ shcema = ]],\n}", "unknown config key \"1\"", NULL, 0},
        {"return {\n -- shcema = 1\n shcema = 'x' }", "unknown config key \"shcema\"",
         "Did you mean \"schema\"?", 3},
        {"return { lock = {\n timeout = '3s',\n ['retires'] = 5 } }",
         "unknown config key \"lock.retires\"", "Did you mean \"lock.retries\"?", 3},
        {"return { url = function() local t = { zz = 1 } return 'x' end,\n zz = 1 }",
         "unknown config key \"zz\"", NULL, 2},
        {"local c = {}\nc.outt = 1\nreturn c", "unknown config key \"outt\"",
         "Did you mean \"out\"?", 2},
        {"return {\n\nlock = 5 }", "config key \"lock\" takes a table, not 5", NULL, 3},
        {"return { lock = { timeout = '3 parsecs' } }",
         "config key \"lock.timeout\" takes a duration such as \"3s\" or \"500ms\", not "
         "\"3 parsecs\"",
         NULL, 1},
        {"return { lock = { retries = -1 } }",
         "config key \"lock.retries\" takes a whole number of at least 0, not -1", NULL, 1},
        {"return { lua = { limits = { memory = '1 PB' } } }",
         "config key \"lua.limits.memory\" takes a size such as \"256MB\" or \"1GB\", not \"1 PB\"",
         NULL, 1},
        {"return { verbose = 'yes' }", "config key \"verbose\" takes true or false, not \"yes\"",
         NULL, 1},
        {"return { casing = 'kebab' }",
         "config key \"casing\" takes \"snake_case\" or \"camelCase\", not \"kebab\"", NULL, 1},
        {"return { lua = { grants = { 'io', 'net' } } }",
         "config key \"lua.grants\" takes \"io\", \"os\", \"package\" or \"debug\", not \"net\"",
         NULL, 1},
        {"return { schemas = { a = 1 } }",
         "config key \"schemas\" takes a string or a list of strings, not table", NULL, 1},
        {"return { plugins = { {} } }",
         "config key \"plugins\" takes a list of names and of tables {name, option = ...}, not nil",
         NULL, 1},
        {"return { targets = {} }", "unknown config key \"targets\"",
         "Several targets in one config are not supported yet: use one config a target, with "
         "--config.",
         1},
        {"return 1", "the config must return a table, not a value of type number",
         "End it with return { ... }.", 0},
        {"return {\n out = x }", "undefined global 'x'",
         "A script sees its own locals, what it is given and the pure libraries.", 2},
        {"return {\n out = = 1 }", "unexpected symbol near '='", NULL, 2},
        {"\nerror 'mine'", "mine", NULL, 2},
        {"return require 'nope'", "module 'nope' not found",
         "Raymig looked for lua/nope.lua and nope.lua in the project's folder.", 0},
        {"io.open 'x'", "undefined global 'io'",
         "Migrations of the folder get it where raymig.lua says lua = { grants = { \"io\" } }.", 1},
    };
    struct world world;

    begin(&world);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CHECK(!load(&world, rows[i].text));
        CHECK_INT(world.err.code, RAY_USAGE);
        CHECK_STR(world.err.message, rows[i].message);
        CHECK_STR(world.err.hint, rows[i].hint);
        CHECK_STR(world.err.file, world.path);
        if (!CHECK_INT(world.err.line, rows[i].line))
            printf("    %s\n", rows[i].text);
    }
    CHECK(!ray_config_load(world.arena, "/nowhere/raymig.lua", &world.config, &world.err));
    CHECK_INT(world.err.code, RAY_USAGE);
    CHECK(!ray_config_load(world.arena, world.folder, &world.config, &world.err));
    end(&world);
}

TEST(a_url_may_come_from_the_environment_or_a_function)
{
    static const struct {
        const char *text;
        const char *url;   /* NULL: a fault */
        const char *fault; /* NULL: none */
    } rows[] = {
        {"return { url = env.RAYMIG_SPEC_SET }", "postgresql:///set", NULL},
        {"return { url = env 'RAYMIG_SPEC_SET' }", "postgresql:///set", NULL},
        {"return { url = env('RAYMIG_SPEC_UNSET', 'other') }", "other", NULL},
        {"return { url = env.RAYMIG_SPEC_UNSET or 'other' }", "other", NULL},
        {"return { url = env.RAYMIG_SPEC_UNSET }", NULL,
         "environment variable \"RAYMIG_SPEC_UNSET\" is not set"},
        {"return { url = env('RAYMIG_SPEC_UNSET'), out = 'm' }", NULL,
         "environment variable \"RAYMIG_SPEC_UNSET\" is not set"},
        {"return { url = env 'RAYMIG_SPEC_UNSET' }", NULL,
         "environment variable \"RAYMIG_SPEC_UNSET\" is not set"},
        {"return { url = function() return 'made' end }", "made", NULL},
        {"return { url = function() return env.RAYMIG_SPEC_UNSET end }", NULL,
         "environment variable \"RAYMIG_SPEC_UNSET\" is not set"},
        {"return { url = function() return 5 end }", NULL,
         "the function of config key \"url\" returned a value of type number"},
        {"return { url = env.RAYMIG_SPEC_UNSET and 'x' }", NULL, NULL},
    };
    struct world world;

    begin(&world);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *url = NULL;
        bool ok;

        CHECK(load(&world, rows[i].text));
        ok = ray_config_url(&world.config, &url, &world.err);
        CHECK_INT(ok, rows[i].fault == NULL);
        CHECK_STR(ok ? url : world.err.message, ok ? rows[i].url : rows[i].fault);
        if (!ok)
            CHECK_INT(world.err.line, 1);
    }
    CHECK(load(&world, "return { url = function() error 'no secret' end }"));
    CHECK(world.config.url_fault != NULL &&
          strstr(world.config.url_fault->message, "failed: ") != NULL);
    end(&world);
}

TEST(require_finds_the_project_and_stays_in_it)
{
    struct world world;
    char *inside;
    char *outside;

    begin(&world);
    inside = ray_path_join(world.arena, world.folder, "lua/inside.lua");
    outside = ray_path_join(world.arena, world.folder, "link.lua");
    CHECK(ray_file_make_folder(ray_path_folder(world.arena, inside), &world.err));
    CHECK(ray_file_write(inside, "return { out = 'here' }", 23, &world.err));
    CHECK(load(&world, "assert(require 'inside' == require 'inside') return require 'inside'"));
    CHECK_STR(world.config.out, "here");
    CHECK_INT(symlink("/etc/passwd", outside), 0);
    CHECK(!load(&world, "return require 'link'"));
    CHECK_STR(world.err.message, "module 'link' not found");
    CHECK(!load(&world, "return require '..passwd'"));
    CHECK_STR(world.err.message, "'..passwd' is not the name of a module");
    CHECK(!load(&world, "return require 'raymig.host.sandbox'"));
    CHECK_STR(world.err.message, "raymig has no module 'raymig.host.sandbox'");
    end(&world);
}
