/*
 * Sources: whatever a catalog can be had from. Each is a row of the table in source.c:
 *
 *     db                 the database of the command
 *     schema             the Lua schema of the config, made real in a shadow
 *     migrations[@TAG]   what the migrations make, up to that one, in a shadow
 *     empty              a new database
 *     URL                another database: postgres://... or key=value
 *     FILE.json          a snapshot
 *     FILE.sql           a script of DDL, run in a shadow
 *     FILE.lua, FOLDER   a Lua schema
 */
#ifndef RAY_PROJECT_SOURCE_H
#define RAY_PROJECT_SOURCE_H

#include "catalog/loader.h"
#include "catalog/object.h"
#include "project/project.h"

/* Is the source read without the project and without a shadow: a database, a snapshot? */
bool ray_source_stands_apart(struct ray_project *project, const char *source,
                             bool *out) RAY_MUST_CHECK;

/* One that does: an open connection, the caller's, and how to open more of it; or the path of a snapshot. Neither, of one that
 * does not. */
struct ray_apart {
    struct ray_conn *conn;
    struct ray_conn_options connect;
    const char *path;
};
bool ray_source_apart(struct ray_project *project, const char *source,
                      struct ray_apart *out) RAY_MUST_CHECK;

/* Loads it, and closes the connection. */
bool ray_source_load_apart(struct ray_project *project, const struct ray_apart *apart,
                           struct ray_catalog **out) RAY_MUST_CHECK;

/* What of a database the config wants read, and over how many connections. */
void ray_source_load_options(const struct ray_project *project, struct ray_load_options *out);

/* Runs the Lua schema of the config, once: what it declares is project->declared. */
bool ray_source_declare(struct ray_project *project) RAY_MUST_CHECK;

/* Loads the catalog. */
bool ray_source_load(struct ray_project *project, const char *source,
                     struct ray_catalog **out) RAY_MUST_CHECK;

/* Likewise, of what the folder's migrations up to `to` (NULL: all) make in a shadow. */
bool ray_source_replay(struct ray_project *project, const struct ray_folder *folder,
                       const struct ray_migration *to, struct ray_catalog **out) RAY_MUST_CHECK;

/* Warns of what the catalog lacks; RAY_FAILED, unless the options say lossy, where it lacks something. */
bool ray_source_is_whole(struct ray_project *project,
                         const struct ray_catalog *catalog) RAY_MUST_CHECK;

#endif
