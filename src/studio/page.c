/*
 * Pages: see page.h. The inner query finds the rows by an index and takes no more of them than are shown; only the outer
 * one turns values into text and measures them.
 */
#include "studio/page.h"

#include "pg/quote.h"
#include "studio/filter.h"
#include "studio/request.h"

#include <string.h>

/* ---------------------------------------------------------------- values */

/* concat() writes a value as its type's output function does, where a cast to text would do as it likes; num_nulls()
 * asks whether it is NULL, where IS NULL would mean the fields of a composite. */
void
ray_buf_whole_text(struct ray_buf *buf, const char *sql)
{
    ray_buf_addf(buf, "CASE pg_catalog.num_nulls(%s) WHEN 0 THEN pg_catalog.concat(%s) END", sql,
                 sql);
}

void
ray_buf_cut_value(struct ray_buf *buf, const struct ray_relation_column *column, const char *sql,
                  int64_t cell_bytes)
{
    switch (column->length) {
    case RAY_LENGTH_TEXT:
        ray_buf_addf(buf, "pg_catalog.left(%s, %lld)", sql, (long long)cell_bytes);
        break;
    case RAY_LENGTH_BYTEA:
        ray_buf_addf(buf, "pg_catalog.substr(%s, 1, %lld)", sql, (long long)cell_bytes / 2);
        break;
    case RAY_LENGTH_OTHER:
        ray_buf_add(buf, "pg_catalog.left(");
        ray_buf_whole_text(buf, sql);
        ray_buf_addf(buf, ", %lld)", (long long)cell_bytes);
        break;
    case RAY_LENGTH_SHORT:
    default:
        ray_buf_add(buf, sql);
        break;
    }
}

static void
add_length(struct ray_buf *buf, const struct ray_relation_column *column, const char *sql)
{
    ray_buf_add(buf, ", pg_catalog.octet_length(");
    if (column->length == RAY_LENGTH_OTHER)
        ray_buf_whole_text(buf, sql);
    else
        ray_buf_add(buf, sql);
    ray_buf_addc(buf, ')');
}

/* ---------------------------------------------------------------- keys */

size_t
ray_key_items(struct ray_arena *arena, const struct ray_relation *relation, const char **items)
{
    static const char *const system[] = {"ctid", "xmin", "tableoid"};

    if (relation->identity == RAY_IDENTITY_NONE)
        return 0;
    if (relation->identity == RAY_IDENTITY_CTID) {
        memcpy(items, system, sizeof(system));
        return sizeof(system) / sizeof(system[0]);
    }
    for (size_t i = 0; i < relation->nkey; i++)
        items[i] = ray_quote_ident(arena, relation->columns[relation->key[i]].name);
    return relation->nkey;
}

void
ray_buf_key_text(struct ray_buf *buf, const char *const *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ray_buf_addc(buf, i == 0 ? '[' : ',');
        ray_buf_json(buf, values[i], values[i] == NULL ? 0 : strlen(values[i]));
    }
    ray_buf_add(buf, count == 0 ? "[]" : "]");
}

void
ray_buf_key(struct ray_buf *buf, const char *const *values, size_t count)
{
    struct ray_buf inner;

    ray_buf_init(&inner, buf->arena);
    ray_buf_key_text(&inner, values, count);
    ray_buf_json(buf, inner.data, inner.len);
}

bool
ray_key_parse(struct ray_arena *arena, const char *key, size_t count, const char **values,
              struct ray_err *err)
{
    json_t *array = json_loads(key, JSON_REJECT_DUPLICATES, NULL);
    bool ok = json_is_array(array) && json_array_size(array) == count;

    for (size_t i = 0; ok && i < count; i++) {
        const json_t *value = json_array_get(array, i);

        ok = json_is_string(value) || json_is_null(value);
        values[i] = ray_arena_strdup(arena, json_string_value(value));
    }
    json_decref(array);
    if (!ok)
        return ray_err_set(err, RAY_USAGE, "this is no key or cursor of this relation");
    return true;
}

void
ray_buf_key_condition(struct ray_buf *buf, const struct ray_relation *relation,
                      const char *const *values, bool alias)
{
    static const char *const casts[] = {"tid", "xid", "oid"};
    const char *items[RAY_KEY_ITEMS] = {NULL};
    size_t count = ray_key_items(buf->arena, relation, items);

    for (size_t i = 0; i < count; i++) {
        ray_buf_addf(buf, "%s%s%s = ", i > 0 ? " AND " : "", alias ? "t." : "", items[i]);
        if (values[i] == NULL)
            ray_buf_add(buf, "NULL");
        else
            ray_buf_literal(buf, values[i]);
        if (relation->identity != RAY_IDENTITY_CTID)
            ray_buf_addf(buf, "::%s", relation->columns[relation->key[i]].cast);
        else if (i < sizeof(casts) / sizeof(casts[0]))
            ray_buf_addf(buf, "::pg_catalog.%s", casts[i]);
    }
}

/* ---------------------------------------------------------------- the statement */

static bool
add_branch(struct ray_buf *buf, const struct ray_page *page, const struct ray_order_range *range,
           struct ray_err *err)
{
    const struct ray_relation *relation = page->relation;
    const char *keys[RAY_KEY_ITEMS];
    size_t nkeys = ray_key_items(buf->arena, relation, keys);
    const char *separator = "";
    const char *more = range->sql;

    ray_buf_add(buf, "SELECT ");
    for (size_t i = 0; i < page->ncolumns; i++) {
        ray_buf_addf(buf, "%st.", separator);
        ray_buf_ident(buf, relation->columns[page->columns[i]].name);
        ray_buf_addf(buf, " AS c%zu", i);
        separator = ", ";
    }
    for (size_t i = 0; i < page->order.nitems; i++, separator = ", ")
        ray_buf_addf(buf, "%s%s AS s%zu", separator, page->order.items[i].sql, i);
    for (size_t i = 0; i < nkeys; i++, separator = ", ")
        ray_buf_addf(buf, "%st.%s AS k%zu", separator, keys[i], i);
    ray_buf_add(buf, " FROM ");
    ray_buf_relation(buf, relation);
    ray_buf_add(buf, " AS t");
    if (page->window != NULL)
        more = more == NULL ? page->window
                            : ray_arena_printf(buf->arena, "%s AND %s", page->window, more);
    if (!ray_buf_where(buf, relation, page->filters, page->where, more, err))
        return false;
    ray_buf_range_order(buf, &page->order, page->backward, range);
    ray_buf_addf(buf, " LIMIT %lld", (long long)page->limit + 1);
    if (page->offset > 0)
        ray_buf_addf(buf, " OFFSET %lld", (long long)page->offset);
    return true;
}

/* One condition is one branch; several are united, each with its own limit, so that an index can serve each. */
static bool
add_inner(struct ray_buf *buf, const struct ray_page *page, struct ray_err *err)
{
    struct ray_order_range ranges[2 * RAY_ORDER_ITEMS];
    size_t count = ray_order_ranges(buf->arena, &page->order, page->values, page->backward, ranges);

    if (count == 0)
        ranges[count++] = (struct ray_order_range){.sql = "false"};
    if (page->relation->identity == RAY_IDENTITY_NONE) { /* counted off, of all */
        ranges[0] = (struct ray_order_range){0};
        count = 1;
    }
    if (count == 1)
        return add_branch(buf, page, &ranges[0], err);
    ray_buf_add(buf, "SELECT * FROM (");
    for (size_t i = 0; i < count; i++) {
        ray_buf_add(buf, i == 0 ? "(" : " UNION ALL (");
        if (!add_branch(buf, page, &ranges[i], err))
            return false;
        ray_buf_addc(buf, ')');
    }
    ray_buf_add(buf, ") AS v");
    ray_buf_order(buf, &page->order, page->backward, "v.s");
    ray_buf_addf(buf, " LIMIT %lld", (long long)page->limit + 1);
    return true;
}

bool
ray_buf_page(struct ray_buf *buf, const struct ray_page *page, struct ray_page_shape *shape,
             struct ray_err *err)
{
    const struct ray_relation *relation = page->relation;
    const char *keys[RAY_KEY_ITEMS];
    const char *separator = "";

    memset(shape, 0, sizeof(*shape));
    shape->lengths = page->ncolumns;
    shape->sorts = page->ncolumns;
    shape->nkeys = ray_key_items(buf->arena, relation, keys);
    ray_buf_add(buf, "SELECT ");
    for (size_t i = 0; i < page->ncolumns; i++, separator = ", ") {
        ray_buf_add(buf, separator);
        ray_buf_cut_value(buf, &relation->columns[page->columns[i]],
                          ray_arena_printf(buf->arena, "u.c%zu", i), page->cell_bytes);
    }
    for (size_t i = 0; i < page->ncolumns; i++)
        if (relation->columns[page->columns[i]].length != RAY_LENGTH_SHORT) {
            add_length(buf, &relation->columns[page->columns[i]],
                       ray_arena_printf(buf->arena, "u.c%zu", i));
            shape->sorts++;
        }
    for (size_t i = 0; i < page->order.nitems; i++, separator = ", ")
        ray_buf_addf(buf, "%su.s%zu", separator, i);
    shape->keys = shape->sorts + page->order.nitems;
    for (size_t i = 0; i < shape->nkeys; i++, separator = ", ")
        ray_buf_addf(buf, "%su.k%zu", separator, i);
    shape->ncols = shape->keys + shape->nkeys;
    ray_buf_add(buf, " FROM (");
    if (!add_inner(buf, page, err))
        return false;
    ray_buf_add(buf, ") AS u");
    ray_buf_order(buf, &page->order, false, "u.s");
    return true;
}
