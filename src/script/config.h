/*
 * raymig.lua: the project's config. A table; every key is a row of the table in config.c, which holds its
 * type and help text. Unknown key: an error with the nearest known key and the line.
 */
#ifndef RAY_SCRIPT_CONFIG_H
#define RAY_SCRIPT_CONFIG_H

#include "base/err.h"
#include "base/vec.h"

#include <stdint.h>

struct ray_lua;

struct ray_lua_limits {
    int64_t deadline_ms; /* of Lua's own running, not of the server's; 0: none. Default 60 s */
    int64_t memory_mb;   /* ceiling of the Lua state; 0: none. Default 256 */
};

typedef RAY_VEC(const char *) ray_strings;

/* A plugin, as `plugins` names it. */
struct ray_plugin_entry {
    const char *name;    /* or a path, where it holds a slash or ends in ".lua" */
    const char *options; /* a JSON object */
};

/* lint = { RULE = LEVEL }. */
struct ray_lint_level {
    const char *rule;
    const char *level; /* "off", "warn" or "error" */
    int line;          /* in the config; 0 where unknown */
};

struct ray_config {
    const char *path;     /* of the file; NULL where there is none and all is default */
    const char *root;     /* the project's folder: relative paths below start here */
    ray_strings schema;   /* paths or globs of the Lua schema; default {"schema"} */
    const char *out;      /* migrations folder; default "migrations" */
    const char *format;   /* of the folder; NULL: detected */
    const char *url;      /* NULL: environment, else the embedded server */
    const char *database; /* of the embedded server; default: the project folder's name */
    const char *casing;   /* NULL, "snake_case" or "camelCase" */
    bool verbose;
    bool strict;
    ray_strings schemas; /* schemaFilter: globs; default {"public"} is applied by who reads it */
    ray_strings tables;  /* tablesFilter: globs */
    const char *history_schema; /* default "public" */
    const char *history_table;  /* default "__raymig_migrations" */
    RAY_VEC(struct ray_plugin_entry) plugins;
    RAY_VEC(struct ray_lint_level) lint;
    ray_strings grants; /* lua.grants: "io", "os", "package", "debug" */
    struct ray_lua_limits limits;
    int64_t
        lock_timeout_ms;  /* lock.timeout: lock_timeout of a migration's transaction; default 3 s */
    int lock_retries;     /* lock.retries; default 10 */
    int64_t lock_wait_ms; /* lock.wait: for another runner; default 5 min */
    const char *backup;   /* file for pg_dump before up and down; NULL: none */
    const struct ray_err
        *url_fault; /* why the file's url could not be had; NULL: it could, or there is
                                        none. Read through ray_config_url. */
};

/* Fills in the defaults for a project at `root`. */
void ray_config_defaults(struct ray_arena *arena, const char *root, struct ray_config *out);

/* The file's url; *url is NULL where the file has none. An error where it names a variable of the
 * environment that is not set, or where its function failed: so that a flag or DATABASE_URL that is used
 * instead of it is not in its way. */
bool ray_config_url(const struct ray_config *config, const char **url,
                    struct ray_err *err) RAY_MUST_CHECK;

/* Loads the file at `path`; root becomes its folder, paths stay as they are written. RAY_USAGE with file
 * and line. A url given as a function is called here. */
bool ray_config_load(struct ray_arena *arena, const char *path, struct ray_config *out,
                     struct ray_err *err) RAY_MUST_CHECK;

/* Takes the keys of a JSON object into the config, as if the file had them: what a plugin's hook gave. `path` is the
 * plugin's file. Of `plugins` and `lua`, which are settled by then, it takes none. RAY_USAGE. */
bool ray_config_merge(struct ray_lua *lua, struct ray_arena *arena, const char *json,
                      const char *path, struct ray_config *config,
                      struct ray_err *err) RAY_MUST_CHECK;

#endif
