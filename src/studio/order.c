/* Orders: see order.h. */
#include "studio/order.h"

#include "pg/quote.h"
#include "studio/request.h"

#include <stddef.h>
#include <string.h>

struct sort {
    int64_t column;
    bool descending;
    const char *nulls;
};

static const struct ray_field fields[] = {
    {"column", RAY_FIELD_INT, true, offsetof(struct sort, column)},
    {"descending", RAY_FIELD_BOOL, false, offsetof(struct sort, descending)},
    {"nulls", RAY_FIELD_TEXT, false, offsetof(struct sort, nulls)},
    {NULL, RAY_FIELD_ANY, false, 0},
};

static struct ray_order_item *
add_column(struct ray_arena *arena, struct ray_order *order,
           const struct ray_relation_column *column)
{
    struct ray_order_item *item = &order->items[order->nitems++];

    item->sql = ray_arena_printf(arena, "t.%s", ray_quote_ident(arena, column->name));
    item->column = column;
    item->cast = column->cast;
    item->not_null = column->not_null;
    return item;
}

static void
add_system(struct ray_order *order, const char *sql, const char *cast, bool descending)
{
    struct ray_order_item *item = &order->items[order->nitems++];

    item->sql = sql;
    item->cast = cast;
    item->not_null = true;
    item->descending = descending;
    item->nulls_first = descending;
}

static bool
has_column(const struct ray_order *order, const struct ray_relation_column *column)
{
    for (size_t i = 0; i < order->nitems; i++)
        if (order->items[i].column == column)
            return true;
    return false;
}

static bool
add_asked(struct ray_arena *arena, const struct ray_relation *relation, const json_t *object,
          struct ray_order *order, struct ray_err *err)
{
    struct sort sort = {0};
    const struct ray_relation_column *column;
    struct ray_order_item *item;
    size_t index;

    if (!json_is_object(object))
        return ray_err_set(err, RAY_USAGE, "a sort is no object");
    if (!ray_request_fields(object, fields, &sort, err) ||
        !ray_relation_column(relation, sort.column, &index, err))
        return false;
    column = &relation->columns[index];
    if (!column->has_order)
        return ray_err_set(err, RAY_USAGE, "type %s of column \"%s\" has no order", column->type,
                           column->name);
    if (has_column(order, column))
        return ray_err_set(err, RAY_USAGE, "column \"%s\" is sorted by twice", column->name);
    if (sort.nulls != NULL && strcmp(sort.nulls, "first") != 0 && strcmp(sort.nulls, "last") != 0)
        return ray_err_set(err, RAY_USAGE, "\"nulls\" is \"first\" or \"last\"");
    item = add_column(arena, order, column);
    item->descending = sort.descending;
    item->nulls_first = sort.nulls == NULL ? sort.descending : strcmp(sort.nulls, "first") == 0;
    return true;
}

bool
ray_order_make(struct ray_arena *arena, const struct ray_relation *relation, const json_t *sort,
               struct ray_order *out, struct ray_err *err)
{
    bool descending;

    memset(out, 0, sizeof(*out));
    out->items = RAY_NEW_ARRAY(arena, struct ray_order_item, RAY_ORDER_ITEMS);
    if (json_array_size(sort) + relation->nkey + 2 > RAY_ORDER_ITEMS)
        return ray_err_set(err, RAY_USAGE, "too many columns to sort by");
    for (size_t i = 0; i < json_array_size(sort); i++)
        if (!add_asked(arena, relation, json_array_get(sort, i), out, err))
            return false;
    out->nasked = out->nitems;
    /* The key runs the way of what stands before it, so that one index may serve both. */
    descending = out->nitems > 0 && out->items[out->nitems - 1].descending;
    for (size_t i = 0; i < relation->nkey; i++) {
        const struct ray_relation_column *column = &relation->columns[relation->key[i]];

        if (!has_column(out, column)) {
            struct ray_order_item *item = add_column(arena, out, column);

            item->descending = descending;
            item->nulls_first = descending;
        }
    }
    /* Without a key: rows that are alike in what was asked for still keep their places from page to page. */
    for (size_t i = 0; relation->identity == RAY_IDENTITY_NONE && out->nasked > 0 &&
                       i < relation->ncols && out->nitems < RAY_ORDER_ITEMS;
         i++)
        if (relation->columns[i].has_order && !has_column(out, &relation->columns[i]))
            (void)add_column(arena, out, &relation->columns[i]);
    if (relation->identity == RAY_IDENTITY_CTID && relation->many)
        add_system(out, "t.tableoid", "pg_catalog.oid", descending);
    if (relation->identity == RAY_IDENTITY_CTID)
        add_system(out, "t.ctid", "pg_catalog.tid", descending);
    return true;
}

static void
add_item(struct ray_buf *buf, const struct ray_order_item *item, const char *sql, bool backward,
         bool plain)
{
    bool descending = item->descending != backward;
    bool nulls_first = item->nulls_first != backward;

    ray_buf_addf(buf, "%s%s", sql, descending ? " DESC" : "");
    if (!plain && !item->not_null && nulls_first != descending)
        ray_buf_add(buf, nulls_first ? " NULLS FIRST" : " NULLS LAST");
}

void
ray_buf_order(struct ray_buf *buf, const struct ray_order *order, bool backward, const char *prefix)
{
    for (size_t i = 0; i < order->nitems; i++) {
        ray_buf_add(buf, i == 0 ? " ORDER BY " : ", ");
        add_item(buf, &order->items[i], ray_arena_printf(buf->arena, "%s%zu", prefix, i), backward,
                 false);
    }
}

void
ray_buf_range_order(struct ray_buf *buf, const struct ray_order *order, bool backward,
                    const struct ray_order_range *range)
{
    for (size_t i = range->fixed; i < order->nitems; i++) {
        ray_buf_add(buf, i == range->fixed ? " ORDER BY " : ", ");
        add_item(buf, &order->items[i], order->items[i].sql, backward,
                 range->plain && i == range->fixed);
    }
}

/* ---------------------------------------------------------------- behind a row */

static void
add_value(struct ray_buf *buf, const struct ray_order_item *item, const char *value)
{
    ray_buf_literal(buf, value);
    ray_buf_addf(buf, "::%s", item->cast);
}

/* (a, b) > (1, 2) */
static bool
is_uniform(const struct ray_order *order, const char *const *values)
{
    for (size_t i = 0; i < order->nitems; i++)
        if (!order->items[i].not_null || values[i] == NULL ||
            order->items[i].descending != order->items[0].descending)
            return false;
    return order->nitems > 0;
}

static const char *
compare_rows(struct ray_arena *arena, const struct ray_order *order, const char *const *values,
             bool backward)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (size_t i = 0; i < order->nitems; i++)
        ray_buf_addf(&buf, "%s%s", i == 0 ? "(" : ", ", order->items[i].sql);
    ray_buf_add(&buf, order->items[0].descending != backward ? ") < (" : ") > (");
    for (size_t i = 0; i < order->nitems; i++) {
        ray_buf_add(&buf, i == 0 ? "" : ", ");
        add_value(&buf, &order->items[i], values[i]);
    }
    ray_buf_addc(&buf, ')');
    return buf.data;
}

/* All items before `count` are as in the row. */
static void
add_equal(struct ray_buf *buf, const struct ray_order *order, const char *const *values,
          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ray_buf_add(buf, order->items[i].sql);
        ray_buf_add(buf, values[i] == NULL ? " IS NULL" : " = ");
        if (values[i] != NULL)
            add_value(buf, &order->items[i], values[i]);
        ray_buf_add(buf, " AND ");
    }
}

/* All rows: an index has NULLs behind all values, read either way. */
static size_t
whole(struct ray_arena *arena, const struct ray_order *order, struct ray_order_range *ranges)
{
    const struct ray_order_item *first = order->items;

    ranges[0] = (struct ray_order_range){0};
    if (order->nitems == 0 || first->not_null || first->nulls_first == first->descending)
        return 1;
    ranges[0].sql = ray_arena_printf(arena, "%s IS NOT NULL", first->sql);
    ranges[0].plain = true;
    ranges[1] = (struct ray_order_range){.sql = ray_arena_printf(arena, "%s IS NULL", first->sql),
                                         .fixed = 1};
    return 2;
}

size_t
ray_order_ranges(struct ray_arena *arena, const struct ray_order *order, const char *const *values,
                 bool backward, struct ray_order_range *ranges)
{
    size_t count = 0;

    if (values == NULL)
        return whole(arena, order, ranges);
    if (is_uniform(order, values)) {
        ranges[0] = (struct ray_order_range){.sql = compare_rows(arena, order, values, backward)};
        return 1;
    }
    for (size_t i = order->nitems; i-- > 0;) {
        const struct ray_order_item *item = &order->items[i];
        bool descending = item->descending != backward;
        bool nulls_first = item->nulls_first != backward;
        struct ray_buf buf;

        if (values[i] == NULL && !nulls_first)
            continue; /* nothing stands behind NULL */
        ray_buf_init(&buf, arena);
        add_equal(&buf, order, values, i);
        ray_buf_add(&buf, item->sql);
        if (values[i] == NULL) {
            ray_buf_add(&buf, " IS NOT NULL");
        } else {
            ray_buf_add(&buf, descending ? " < " : " > ");
            add_value(&buf, item, values[i]);
        }
        ranges[count++] = (struct ray_order_range){.sql = buf.data, .fixed = i, .plain = true};
        if (values[i] == NULL || item->not_null || nulls_first)
            continue;
        ray_buf_init(&buf, arena);
        add_equal(&buf, order, values, i);
        ray_buf_addf(&buf, "%s IS NULL", item->sql);
        ranges[count++] = (struct ray_order_range){.sql = buf.data, .fixed = i + 1};
    }
    return count;
}
