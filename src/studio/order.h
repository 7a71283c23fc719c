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

/* Appends " ORDER BY ...", `backward`: the opposite order. The items are called by their SQL, or, with a prefix,
 * PREFIX0, PREFIX1, ... */
void ray_buf_order(struct ray_buf *buf, const struct ray_order *order, bool backward,
                   const char *prefix);

/*
 * What stands behind a row in the order (`backward`: before it) as conditions, each of which an index can serve by
 * itself, that share no row; values[i] is the item's value in that row, NULL for NULL. Where all columns run one way and
 * have no NULL it is one comparison of rows.
 */
size_t ray_order_behind(struct ray_arena *arena, const struct ray_order *order,
                        const char *const *values, bool backward, const char **conditions);
enum { RAY_ORDER_ITEMS = 40 }; /* at most; there are at most two conditions an item */

#endif
