/*
 * What stands in the tables, read before and after migrations so that what was lost can be told. Values are
 * compared as the server prints them, tables and columns by name.
 */
#ifndef RAY_DIFF_CONTENT_H
#define RAY_DIFF_CONTENT_H

#include "catalog/object.h"
#include "pg/conn.h"

struct ray_content;

/* Reads the catalog's tables, of each at most some thousand rows. */
bool ray_content_read(struct ray_conn *conn, struct ray_arena *arena,
                      const struct ray_catalog *catalog, struct ray_content **out,
                      struct ray_err *err) RAY_MUST_CHECK;

struct ray_loss {
    const char *table;  /* "public.users" */
    const char *column; /* whose values are others; NULL: whole rows are gone */
    size_t rows;        /* how many of them */
    size_t of;          /* of how many */
    bool by_up;         /* they were gone when the migration was up: no way back could bring them */
};
typedef RAY_VEC(struct ray_loss) ray_losses;

/* What stood there before, when the migration was up, and when it was back. */
void ray_content_compare(struct ray_arena *arena, const struct ray_content *before,
                         const struct ray_content *up, const struct ray_content *back,
                         ray_losses *out);

/* Rows that were not there before and are there when the migration is back. */
struct ray_surplus {
    const char *table; /* "public.users" */
    size_t rows;
    bool by_up;   /* the way up inserted them; else the way back did */
    bool doubled; /* the way up, run again, inserted them beside those that were left */
};
typedef RAY_VEC(struct ray_surplus) ray_surpluses;

/* Likewise; of those tables alone that stood there before. */
void ray_content_surplus(struct ray_arena *arena, const struct ray_content *before,
                         const struct ray_content *up, const struct ray_content *back,
                         ray_surpluses *out);

/* Sets `doubled`, by what stands there when it is up again. */
void ray_content_doubled(const struct ray_content *up, const struct ray_content *again,
                         ray_surpluses *surpluses);

#endif
