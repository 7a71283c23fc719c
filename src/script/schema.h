/*
 * The schema in Lua (docs/schema.md): its files are found, run in one environment, and what they declare becomes
 * a catalog. What only the database can say (the names of nameless constraints, types and expressions as it
 * prints them) is not known in it: ray_catalog_realize makes it real.
 */
#ifndef RAY_SCRIPT_SCHEMA_H
#define RAY_SCRIPT_SCHEMA_H

#include "catalog/realize.h"
#include "script/config.h"

struct ray_lua;

/* A rename that was declared with `was`. */
struct ray_rename {
    const struct ray_object *object;
    const char *was; /* the old name, without schema */
};

struct ray_schema {
    struct ray_catalog *catalog;
    bool partial; /* it speaks of objects that stand elsewhere: a migration's (reversible.h) */
    RAY_VEC(struct ray_sql_text) statements;
    RAY_VEC(struct ray_rename) renames;
    RAY_VEC(struct ray_conversion) conversions; /* `using` */
    RAY_VEC(const char *) files; /* those that were run, in order, without what they required */
};

/* Loads the files that the config's `schema` names, relative to root. Errors have the file and line of the
 * declaration at fault. */
bool ray_schema_load(struct ray_lua *lua, const struct ray_config *config, const char *root,
                     struct ray_arena *arena, struct ray_schema *out,
                     struct ray_err *err) RAY_MUST_CHECK;

/* The files of a list of paths, folders (all .lua files in them) and globs (two stars stand for any folders),
 * each once, those of one entry sorted. RAY_USAGE where there are none. */
bool ray_schema_files(struct ray_arena *arena, const ray_strings *entries, const char *root,
                      ray_strings *out, struct ray_err *err) RAY_MUST_CHECK;

#endif
