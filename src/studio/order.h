/*
 * The order of a page of rows, and what stands behind a row in it. The columns that were asked for come first, then those
 * that make the order total: the key, or where each row lies. So a page begins exactly behind the row that the last one
 * ended at, whatever was inserted or deleted meanwhile, and however far from the beginning it is.
 */
#ifndef RAY_STUDIO_ORDER_H
#define RAY_STUDIO_ORDER_H

#include "base/json.h"
#include "studio/relation.h"

struct ray_order_item {
    const char *sql;                          /* t."name", t.ctid */
    const struct ray_relation_column *column; /* NULL: a system column */
    const char *cast;
    bool not_null;
    bool descending;
    bool nulls_first;
};

struct ray_order {
    size_t nitems;
    struct ray_order_item *items;
    size_t nasked; /* the first of them, which the request named */
};

/* Of [{column, descending, nulls}] or NULL. RAY_USAGE where a column is unknown, comes twice or has no order. */
bool ray_order_make(struct ray_arena *arena, const struct ray_relation *relation,
                    const json_t *sort, struct ray_order *out, struct ray_err *err) RAY_MUST_CHECK;

/* Appends " ORDER BY ...", `backward`: the opposite order. The items are called PREFIX0, PREFIX1, ... */
void ray_buf_order(struct ray_buf *buf, const struct ray_order *order, bool backward,
                   const char *prefix);

/* A part of the rows that an index can serve by itself. */
struct ray_order_range {
    const char *sql; /* the condition; NULL: all rows */
    size_t fixed;    /* so many of the first items are the same in all of its rows */
    bool plain;      /* the next one is never NULL in it: where NULLs would go does not matter */
};

/* The order within a range, by the items' SQL: without what is the same anyway, and as an index has it. */
void ray_buf_range_order(struct ray_buf *buf, const struct ray_order *order, bool backward,
                         const struct ray_order_range *range);

/*
 * What stands behind a row in the order (`backward`: before it) as ranges that share no row; values[i] is the item's
 * value in that row, NULL for NULL. Where all columns run one way and have no NULL it is one comparison of rows. Without
 * values all rows: in two ranges where NULLs go to the end that no index has them at.
 */
size_t ray_order_ranges(struct ray_arena *arena, const struct ray_order *order,
                        const char *const *values, bool backward, struct ray_order_range *ranges);
enum { RAY_ORDER_ITEMS = 40 }; /* at most; there are at most two ranges an item */

#endif
