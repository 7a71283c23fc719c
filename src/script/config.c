/*
 * The config's keys: the table that is their master copy. A row holds a key's name, what it takes, where
 * it goes in struct ray_config and its help; the reader in config_read.c knows kinds of values, not keys.
 * Order: as a person would write the file.
 */
#include "script/config_keys.h"

#include "base/file.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>

#define AT(field) offsetof(struct ray_config, field)

static const char *const casings[] = {"snake_case", "camelCase", NULL};
static const char *const grants[] = {"io", "os", "package", "debug", NULL};

static const struct ray_config_key migrations_keys[] = {
    {.name = "schema",
     .kind = RAY_CONFIG_TEXT,
     .at = AT(history_schema),
     .help = "schema of the history table; default \"public\""},
    {.name = "table",
     .kind = RAY_CONFIG_TEXT,
     .at = AT(history_table),
     .help = "history table; default \"__raymig_migrations\""},
    {.name = NULL},
};

static const struct ray_config_key lock_keys[] = {
    {.name = "timeout",
     .kind = RAY_CONFIG_MS,
     .at = AT(lock_timeout_ms),
     .help = "lock_timeout of a migration's transaction; default \"3s\""},
    {.name = "retries",
     .kind = RAY_CONFIG_COUNT,
     .at = AT(lock_retries),
     .help = "how often a migration is tried again after that; default 10"},
    {.name = "wait",
     .kind = RAY_CONFIG_MS,
     .at = AT(lock_wait_ms),
     .help = "how long to wait for another runner; default \"5min\""},
    {.name = NULL},
};

static const struct ray_config_key limits_keys[] = {
    {.name = "deadline",
     .kind = RAY_CONFIG_MS,
     .at = AT(limits.deadline_ms),
     .help = "of Lua's own time in one script, 0: none; default \"60s\""},
    {.name = "memory",
     .kind = RAY_CONFIG_MB,
     .at = AT(limits.memory_mb),
     .help = "ceiling of Lua's memory, 0: none; default \"256MB\""},
    {.name = NULL},
};

static const struct ray_config_key lua_keys[] = {
    {.name = "grants",
     .kind = RAY_CONFIG_TEXTS,
     .at = AT(grants),
     .choices = grants,
     .help = "libraries that scripts get beside the pure ones"},
    {.name = "limits", .kind = RAY_CONFIG_GROUP, .group = limits_keys, .help = "of each script"},
    {.name = NULL},
};

const struct ray_config_key ray_config_keys[] = {
    {.name = "schema",
     .kind = RAY_CONFIG_TEXTS,
     .at = AT(schema),
     .help = "files or globs of the Lua schema; default \"schema\""},
    {.name = "out",
     .kind = RAY_CONFIG_TEXT,
     .at = AT(out),
     .help = "migrations folder; default \"migrations\""},
    {.name = "format",
     .kind = RAY_CONFIG_TEXT,
     .at = AT(format),
     .help = "layout of the folder; default: detected"},
    {.name = "url",
     .kind = RAY_CONFIG_URL,
     .at = AT(url),
     .help = "connection string, or a function that gives it; default: the embedded server"},
    {.name = "database",
     .kind = RAY_CONFIG_TEXT,
     .at = AT(database),
     .help = "of the embedded server; default: the project folder's name"},
    {.name = "casing",
     .kind = RAY_CONFIG_TEXT,
     .at = AT(casing),
     .choices = casings,
     .help = "how names of the schema become names of the database"},
    {.name = "verbose", .kind = RAY_CONFIG_BOOL, .at = AT(verbose), .help = "as -v"},
    {.name = "strict",
     .kind = RAY_CONFIG_BOOL,
     .at = AT(strict),
     .help = "ask before every statement that is not in a migration"},
    {.name = "schemas",
     .kind = RAY_CONFIG_TEXTS,
     .at = AT(schemas),
     .help = "schemas to look at, globs; default: all"},
    {.name = "tables",
     .kind = RAY_CONFIG_TEXTS,
     .at = AT(tables),
     .help = "tables to look at, globs; default: all"},
    {.name = "migrations",
     .kind = RAY_CONFIG_GROUP,
     .group = migrations_keys,
     .help = "where the history is kept"},
    {.name = "plugins",
     .kind = RAY_CONFIG_PLUGINS,
     .at = AT(plugins),
     .help = "names, or tables of a name and options"},
    {.name = "lint",
     .kind = RAY_CONFIG_LEVELS,
     .at = AT(lint),
     .help = "rules of raymig lint by name: \"off\", \"warn\" or \"error\""},
    {.name = "lua", .kind = RAY_CONFIG_GROUP, .group = lua_keys, .help = "grants and limits"},
    {.name = "lock", .kind = RAY_CONFIG_GROUP, .group = lock_keys, .help = "patience"},
    {.name = "backup",
     .kind = RAY_CONFIG_TEXT,
     .at = AT(backup),
     .help = "file for pg_dump before up and down"},
    {.name = "targets",
     .kind = RAY_CONFIG_RESERVED,
     .help = "Several targets in one config are not supported yet: use one config a target, with "
             "--config."},
    {.name = NULL},
};

static const char *
folder_name(struct ray_arena *arena, const char *root)
{
    char real[PATH_MAX];
    const char *name = realpath(root, real) == NULL ? "" : ray_path_name(real);

    return name[0] == '\0' ? "raymig" : ray_arena_strdup(arena, name);
}

void
ray_config_defaults(struct ray_arena *arena, const char *root, struct ray_config *out)
{
    *out = (struct ray_config){
        .root = ray_arena_strdup(arena, root),
        .out = "migrations",
        .database = folder_name(arena, root),
        .history_schema = "public",
        .history_table = "__raymig_migrations",
        .limits = {.deadline_ms = 60000, .memory_mb = 256},
        .lock_timeout_ms = 3000,
        .lock_retries = 10,
        .lock_wait_ms = 300000,
    };
    *ray_vec_add(arena, &out->schema) = "schema";
}

bool
ray_config_url(const struct ray_config *config, const char **url, struct ray_err *err)
{
    struct ray_arena *arena = err->arena;

    *url = config->url;
    if (config->url_fault == NULL)
        return true;
    *err = *config->url_fault;
    err->arena = arena;
    return false;
}
