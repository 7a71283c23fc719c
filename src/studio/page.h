/*
 * A page of rows as one statement: the columns' values, cut where they are long, how long they are, and what the next page
 * and an edit need to name each row.
 */
#ifndef RAY_STUDIO_PAGE_H
#define RAY_STUDIO_PAGE_H

#include "studio/order.h"

struct ray_page {
    const struct ray_relation *relation;
    struct ray_order order;
    size_t ncolumns;
    const size_t *columns; /* indexes into the relation's */
    const json_t *filters;
    const char *where;
    int64_t limit; /* rows wanted; one more is asked for */
    int64_t cell_bytes;
    bool backward;             /* from the end, or from the row towards the beginning */
    const char *const *values; /* the row to begin behind: of each item; NULL: none */
    int64_t offset;            /* of what has no key */
    const char *window;        /* a condition on ctid beside all that; NULL: none */
};

/* Where a result's columns are: values first, then lengths, sort values, the key. */
struct ray_page_shape {
    size_t lengths; /* of those columns that are cut, in their order */
    size_t sorts;
    size_t keys;
    size_t nkeys;
    size_t ncols;
};

/* Appends the statement; without order where the relation has no key and nothing is sorted by. */
bool ray_buf_page(struct ray_buf *buf, const struct ray_page *page, struct ray_page_shape *shape,
                  struct ray_err *err) RAY_MUST_CHECK;

/* Appends the row's value as text, cut: `sql` names it. */
void ray_buf_cut_value(struct ray_buf *buf, const struct ray_relation_column *column,
                       const char *sql, int64_t cell_bytes);

/* Appends the whole value's text, or of a bytea its bytes, NULL where it is NULL. */
void ray_buf_whole_text(struct ray_buf *buf, const char *sql);

/* The expressions that name a row for an edit: the key's columns, or ctid, xmin and tableoid. Returns how many. */
size_t ray_key_items(struct ray_arena *arena, const struct ray_relation *relation,
                     const char **items);
enum { RAY_KEY_ITEMS = 32 };

/* Appends a row's KEY or CURSOR; the other as a string in JSON. */
void ray_buf_key_text(struct ray_buf *buf, const char *const *values, size_t count);
void ray_buf_key(struct ray_buf *buf, const char *const *values, size_t count);

/* Reads one back: an array of `count` texts or nulls. RAY_USAGE where it is none; what it borrows from the json_t lives as
 * long as that. */
bool ray_key_parse(struct ray_arena *arena, const char *key, size_t count, const char **values,
                   struct ray_err *err) RAY_MUST_CHECK;

/* Appends the condition that a row is the one of the key; `t.` stands before each name where `alias`. */
void ray_buf_key_condition(struct ray_buf *buf, const struct ray_relation *relation,
                           const char *const *values, bool alias);

#endif
