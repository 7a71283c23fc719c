/*
 * A declared catalog made real in an empty database: the writer's statements in their order, then the SQL that
 * the schema holds. What fails because something is not there yet is tried again after the others, until
 * a round brings no progress; so nobody has to say what needs what.
 */
#ifndef RAY_CATALOG_REALIZE_H
#define RAY_CATALOG_REALIZE_H

#include "catalog/list.h"
#include "catalog/object.h"
#include "pg/conn.h"

/* One or more statements, and where they were written. */
struct ray_sql_text {
    const char *text;
    const char *file;
    int line;
};

/* Makes the catalog in the database, in one transaction, and commits. The connection's role becomes the
 * catalog's and its server the version. RAY_FAILED at the place of the declaration that the server
 * refused. */
bool ray_catalog_realize(struct ray_conn *conn, struct ray_catalog *declared,
                         const struct ray_sql_text *statements, size_t n,
                         struct ray_err *err) RAY_MUST_CHECK;

/* The roles that the catalog names (owners, grants, policies), sorted, each once: whoever makes it real makes
 * sure of them first. */
ray_list ray_catalog_roles(const struct ray_catalog *catalog);

#endif
