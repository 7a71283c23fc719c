/*
 * The loader: a live database as a catalog. One query a kind (loader_query.c), all of them in one pipeline
 * inside one REPEATABLE READ READ ONLY transaction, or over several connections that share its snapshot, with search_path empty so that names come qualified;
 * the work per object is on this side, hashed. PostgreSQL 13 to 18; no superuser is needed.
 */
#ifndef RAY_CATALOG_LOADER_H
#define RAY_CATALOG_LOADER_H

#include "catalog/object.h"
#include "pg/conn.h"

typedef RAY_VEC(const char *) ray_globs;

enum { RAY_LOAD_MOST_JOBS = 16 };

struct ray_load_options {
    const char *const *schemas; /* globs, "!x" leaves out; nschemas 0: all */
    size_t nschemas;
    const char *const *tables; /* likewise, of tables in those */
    size_t ntables;
    const char
        *history_schema;       /* raymig's own tables are left out: TABLE, TABLE_log, TABLE_batch */
    const char *history_table; /* NULL: there are none */
    const char
        *tool_table; /* of another tool whose folder this is, likewise; NULL: there is none */
    int jobs;        /* connections to read over, at most RAY_LOAD_MOST_JOBS; 0: one */
    const struct ray_conn_options *connect; /* how to open more; NULL: there is only the one */
};

/* Reads the database. In an open transaction of the caller's it reads what that sees; else in its own. */
bool ray_catalog_load(struct ray_conn *conn, struct ray_arena *arena,
                      const struct ray_load_options *options, struct ray_catalog **out,
                      struct ray_err *err) RAY_MUST_CHECK;

/* For `take` of the kinds: the object of a catalog's oid taken so far; sub 0 but for columns. NULL: none. */
struct ray_loader;
struct ray_object *ray_loader_find(const struct ray_loader *loader, const char *catalog,
                                   uint32_t oid, uint32_t sub);
/* What pg_depend says of that row it says of the object. */
void ray_loader_alias(struct ray_loader *loader, const char *catalog, uint32_t oid,
                      struct ray_object *object);
struct ray_arena *ray_loader_arena(const struct ray_loader *loader);
const char *ray_loader_role(const struct ray_loader *loader); /* who reads */

int ray_loader_version(const struct ray_loader *loader); /* of the server, 150020 */
uint32_t ray_loader_oid(const char *text);               /* 0 for NULL */

/* Notes the type of a column, its base type where that is a domain, by oid as text: for ray_loader_index_key. */
void ray_loader_note_type(struct ray_loader *loader, const struct ray_object *column,
                          const char *type);

/* The elements of an index's key, a list: "name DESC", "lower(title) text_pattern_ops". Of an index that has the
 * default collation, or none. */
struct ray_index_numbers {
    const char *attnums; /* "1 2", as pg_index has them */
    const char *classes;
    const char *options;
    const char
        *expressions; /* a list: oid of the type, a blank, the text, of each attnum that is 0 */
    size_t count;     /* attnums behind these are but included */
};
const char *ray_loader_index_key(struct ray_loader *loader, uint32_t relation,
                                 const struct ray_index_numbers *numbers);

/* Notes what the role may not see, and what is never read: catalog->unseen and secret. */
void ray_loader_unseen(struct ray_loader *loader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void ray_loader_secret(struct ray_loader *loader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "1 3" or "{1,3}", attnums of a relation, as a list of column names; NULL for none. An attnum of 0 (an
 * expression) is left out. `from` and `count` choose among the numbers. */
const char *ray_loader_columns(const struct ray_loader *loader, uint32_t relation,
                               const char *attnums, size_t from, size_t count);

#endif
