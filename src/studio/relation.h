/*
 * A relation as reading and changing its rows needs it: what it is called, its columns, and how one of its rows is told
 * from all others. Read anew for every request, by oid: what was renamed or altered meanwhile is as it is now.
 */
#ifndef RAY_STUDIO_RELATION_H
#define RAY_STUDIO_RELATION_H

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

struct ray_conn;

/* How much of a value there may be, and how its length is asked for. */
enum ray_length {
    RAY_LENGTH_SHORT, /* never long: numbers, dates, varchar(20) */
    RAY_LENGTH_TEXT,
    RAY_LENGTH_BYTEA,
    RAY_LENGTH_OTHER, /* json, arrays, ...: only their text has a length */
};

struct ray_relation_column {
    int attnum;
    const char *name;
    const char *type; /* "numeric(12,2)" */
    const char *cast; /* what a literal is cast to: the type below all domains, without modifiers */
    uint32_t type_oid;
    char category; /* pg_type.typcategory, below domains */
    bool not_null;
    bool generated; /* always, from others */
    char identity;  /* 'a' always, 'd' by default, '\0' none */
    bool has_equality;
    bool has_order;
    bool leads_index; /* of a whole, valid btree */
    enum ray_length length;
};

enum ray_identity {
    RAY_IDENTITY_NONE, /* a view, a foreign table: rows can be read and not named */
    RAY_IDENTITY_PRIMARY,
    RAY_IDENTITY_UNIQUE, /* an index over columns that are not null */
    RAY_IDENTITY_CTID,   /* where the row lies, in which table, and which version it is */
};

struct ray_relation {
    uint32_t oid;
    const char *schema;
    const char *name;
    char kind; /* pg_class.relkind */
    size_t ncols;
    struct ray_relation_column *columns;
    enum ray_identity identity;
    size_t nkey;
    size_t *key; /* indexes into columns; of a ctid none */
    bool many;   /* a ctid alone does not say which table of several a row is in */
    double rows; /* the estimate, -1 where there is none */
    int64_t pages;
};

/* Prepares the queries in a session: planning them takes longer than running them. */
bool ray_relation_prepare(struct ray_conn *conn, struct ray_arena *arena,
                          struct ray_err *err) RAY_MUST_CHECK;

/* RAY_USAGE where there is no such relation, or none with rows. */
bool ray_relation_load(struct ray_conn *conn, struct ray_arena *arena, uint32_t oid,
                       struct ray_relation *out, struct ray_err *err) RAY_MUST_CHECK;

/* The index of an attnum in columns; RAY_USAGE where there is none. */
bool ray_relation_column(const struct ray_relation *relation, int64_t attnum, size_t *out,
                         struct ray_err *err) RAY_MUST_CHECK;

/* "primary key", "unique", "ctid", NULL. */
const char *ray_identity_name(enum ray_identity identity);

/* "schema.name", as it is shown. */
const char *ray_relation_label(struct ray_arena *arena, const struct ray_relation *relation);

/* Appends "schema"."name". */
void ray_buf_relation(struct ray_buf *buf, const struct ray_relation *relation);

/* Appends 'value'::type, or NULL::type. */
void ray_buf_typed(struct ray_buf *buf, const struct ray_relation_column *column,
                   const char *value);

#endif
