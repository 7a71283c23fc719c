/*
 * POST /api/rows: a page of a relation's rows. Where there is no key, a table is read by where its rows lie, in windows of
 * blocks that grow until they hold a page, so that its end is as near as its beginning; what has not even that (a view, a
 * foreign table) is counted off.
 */
#include "studio/routes.h"

#include "base/clock.h"
#include "studio/filter.h"
#include "studio/page.h"
#include "studio/pool.h"
#include "studio/read.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW_BLOCKS = 64, WINDOW_GROWTH = 8, RANGE_SCANS = 140000 };

struct asked {
    uint32_t oid;
    json_t *columns;
    json_t *sort;
    json_t *filters;
    const char *where;
    json_t *from;
    int64_t limit;
    int64_t cell_bytes;
    const char *request;
};

static const struct ray_field fields[] = {
    {"oid", RAY_FIELD_OID, true, offsetof(struct asked, oid)},
    {"columns", RAY_FIELD_ARRAY, false, offsetof(struct asked, columns)},
    {"sort", RAY_FIELD_ARRAY, false, offsetof(struct asked, sort)},
    {"filters", RAY_FIELD_ARRAY, false, offsetof(struct asked, filters)},
    {"where", RAY_FIELD_TEXT, false, offsetof(struct asked, where)},
    {"from", RAY_FIELD_OBJECT, false, offsetof(struct asked, from)},
    {"limit", RAY_FIELD_INT, false, offsetof(struct asked, limit)},
    {"cell_bytes", RAY_FIELD_INT, false, offsetof(struct asked, cell_bytes)},
    {"request", RAY_FIELD_NAME, false, offsetof(struct asked, request)},
    {NULL, RAY_FIELD_ANY, false, 0},
};

struct from {
    const char *edge;
    const char *after;
    const char *before;
};

static const struct ray_field from_fields[] = {
    {"edge", RAY_FIELD_TEXT, false, offsetof(struct from, edge)},
    {"after", RAY_FIELD_TEXT, false, offsetof(struct from, after)},
    {"before", RAY_FIELD_TEXT, false, offsetof(struct from, before)},
    {NULL, RAY_FIELD_ANY, false, 0},
};

/* A page while it is read. */
struct reading {
    struct ray_request *request;
    struct ray_lease *lease;
    struct asked asked;
    struct from from;
    struct ray_relation relation;
    struct ray_page page;
    struct ray_page_shape shape;
    const char **values; /* of the page's rows, row by row, all of the shape's columns */
    size_t *lengths;
    size_t nrows;
    int64_t offset; /* of the first row, where there is no key */
};

/* ---------------------------------------------------------------- what was asked */

static bool
choose_columns(struct reading *reading, struct ray_err *err)
{
    const json_t *asked = reading->asked.columns;
    size_t count = asked != NULL ? json_array_size(asked) : reading->relation.ncols;
    size_t *columns = RAY_NEW_ARRAY(reading->request->arena, size_t, count + 1);

    if (count > reading->relation.ncols)
        return ray_err_set(err, RAY_USAGE, "more columns than there are");
    for (size_t i = 0; i < count; i++) {
        columns[i] = i;
        if (asked != NULL &&
            !ray_relation_column(&reading->relation, json_integer_value(json_array_get(asked, i)),
                                 &columns[i], err))
            return false;
    }
    reading->page.columns = columns;
    reading->page.ncolumns = count;
    return true;
}

static bool
choose_from(struct reading *reading, struct ray_err *err)
{
    struct from *from = &reading->from;
    struct ray_page *page = &reading->page;
    const char *cursor;
    const char **values;

    if (reading->asked.from != NULL &&
        !ray_request_fields(reading->asked.from, from_fields, from, err))
        return false;
    if ((from->edge != NULL) + (from->after != NULL) + (from->before != NULL) > 1 ||
        (from->edge != NULL && strcmp(from->edge, "first") != 0 && strcmp(from->edge, "last") != 0))
        return ray_err_set(err, RAY_USAGE, "\"from\" is one of edge (first, last), after, before");
    page->backward = from->before != NULL || (from->edge != NULL && from->edge[0] == 'l');
    cursor = from->after != NULL ? from->after : from->before;
    if (cursor == NULL)
        return true;
    values = RAY_NEW_ARRAY(reading->request->arena, const char *, page->order.nitems + 1);
    if (reading->relation.identity == RAY_IDENTITY_NONE) {
        if (!ray_key_parse(reading->request->arena, cursor, 1, values, err))
            return false;
        reading->offset = values[0] != NULL ? strtoll(values[0], NULL, 10) : 0;
        return reading->offset >= 0 || ray_err_set(err, RAY_USAGE, "this is no cursor");
    }
    page->values = values;
    return ray_key_parse(reading->request->arena, cursor, page->order.nitems, values, err);
}

static bool
read_request(struct reading *reading, struct ray_err *err)
{
    struct asked *asked = &reading->asked;
    struct ray_page *page = &reading->page;

    asked->limit = 100;
    asked->cell_bytes = RAY_STUDIO_CELL_BYTES;
    if (!ray_request_fields(reading->request->body, fields, asked, err))
        return false;
    if (asked->limit < 1 || asked->limit > RAY_STUDIO_ROWS)
        return ray_err_set(err, RAY_USAGE, "\"limit\" is from 1 to %d", RAY_STUDIO_ROWS);
    if (asked->cell_bytes < 16 || asked->cell_bytes > RAY_STUDIO_CELL_BYTES_MAX)
        return ray_err_set(err, RAY_USAGE, "\"cell_bytes\" is from 16 to %d",
                           RAY_STUDIO_CELL_BYTES_MAX);
    page->filters = asked->filters;
    page->where = asked->where;
    page->limit = asked->limit;
    page->cell_bytes = asked->cell_bytes;
    return true;
}

/* ---------------------------------------------------------------- reading */

static void
keep_row(struct reading *reading, const struct ray_flow *flow)
{
    struct ray_arena *arena = reading->request->arena;
    size_t at = reading->nrows * reading->shape.ncols;

    for (size_t c = 0; c < reading->shape.ncols; c++) {
        reading->values[at + c] = flow->values[c] == NULL
                                      ? NULL
                                      : ray_arena_strndup(arena, flow->values[c], flow->lengths[c]);
        reading->lengths[at + c] = flow->lengths[c];
    }
    reading->nrows++;
}

/* Runs the page's statement: at most one row more than were asked for. */
static bool
run_page(struct reading *reading, struct ray_err *err)
{
    struct ray_arena *arena = reading->request->arena;
    struct ray_read read;
    struct ray_buf sql;
    enum ray_flow_what what;
    size_t cells;

    ray_buf_init(&sql, arena);
    if (!ray_buf_page(&sql, &reading->page, &reading->shape, err))
        return false;
    cells = (size_t)(reading->page.limit + 1) * reading->shape.ncols;
    reading->values = RAY_NEW_ARRAY(arena, const char *, cells);
    reading->lengths = RAY_NEW_ARRAY(arena, size_t, cells);
    reading->nrows = 0;
    if (!ray_read_begin(reading->lease, arena, sql.data, reading->page.where != NULL, &read, err)) {
        ray_read_end(&read);
        return false;
    }
    do {
        what = ray_read_next(&read, err);
        if (what == RAY_FLOW_COLUMNS && read.flow.ncols != reading->shape.ncols) {
            (void)ray_err_set(err, RAY_USAGE, "the condition does more than to choose rows");
            what = RAY_FLOW_FAILED;
        } else if (what == RAY_FLOW_ROW && (int64_t)reading->nrows <= reading->page.limit) {
            keep_row(reading, &read.flow);
        }
    } while (what != RAY_FLOW_END && what != RAY_FLOW_FAILED);
    ray_read_end(&read);
    return what == RAY_FLOW_END;
}

/* Rows by where they lie, in windows from the row or the edge on. */
static bool
run_windows(struct reading *reading, struct ray_err *err)
{
    struct ray_page *page = &reading->page;
    const char *ctid = page->values != NULL ? page->values[0] : NULL;
    int64_t end = reading->relation.pages;
    int64_t block = ctid != NULL     ? strtoll(ctid + strcspn(ctid, "0123456789"), NULL, 10)
                    : page->backward ? end
                                     : 0;

    for (int64_t size = WINDOW_BLOCKS;; size *= WINDOW_GROWTH) {
        int64_t low = page->backward ? block - size : block;
        int64_t high = page->backward ? block : block + size;
        bool whole = page->backward ? low <= 0 : high >= end;

        page->window = ray_arena_printf(reading->request->arena,
                                        "t.ctid >= '(%lld,0)'::pg_catalog.tid",
                                        (long long)(low < 0 ? 0 : low));
        if (!page->backward && !whole)
            page->window = ray_arena_printf(reading->request->arena,
                                            "%s AND t.ctid < '(%lld,0)'::pg_catalog.tid",
                                            page->window, (long long)high);
        if (!run_page(reading, err))
            return false;
        if (whole || (int64_t)reading->nrows > page->limit)
            return true;
    }
}

/* What has no key: counted off from the beginning. */
static bool
run_offset(struct reading *reading, struct ray_err *err)
{
    struct ray_page *page = &reading->page;
    int64_t first = reading->from.after != NULL ? reading->offset + 1 : 0;

    if (reading->from.edge != NULL && page->backward) {
        int64_t count;

        if (!ray_count_rows(reading->request->arena, reading->lease, &reading->relation,
                            page->filters, page->where, &count, err))
            return false;
        first = count > page->limit ? count - page->limit : 0;
    } else if (reading->from.before != NULL) {
        first = reading->offset > page->limit ? reading->offset - page->limit : 0;
        page->limit = reading->offset - first;
    }
    page->backward = false;
    page->offset = first;
    reading->offset = first;
    if (page->limit == 0) {
        reading->nrows = 0;
        return true;
    }
    return run_page(reading, err);
}

static bool
run_any(struct reading *reading, struct ray_err *err)
{
    const struct ray_relation *relation = &reading->relation;

    if (relation->identity == RAY_IDENTITY_NONE)
        return run_offset(reading, err);
    if (relation->identity == RAY_IDENTITY_CTID && !relation->many &&
        reading->page.order.nasked == 0 &&
        ray_conn_server_version(ray_lease_conn(reading->lease)) >= RANGE_SCANS)
        return run_windows(reading, err);
    return run_page(reading, err);
}

/* ---------------------------------------------------------------- the answer */

/* The rows to show: one of those that came may be too many, at the end that was read towards. */
static void
bounds(const struct reading *reading, size_t *begin, size_t *end)
{
    bool more = (int64_t)reading->nrows > reading->page.limit;

    *begin = more && reading->page.backward ? 1 : 0;
    *end = more && !reading->page.backward ? reading->nrows - 1 : reading->nrows;
}

static void
add_cursor(struct ray_buf *buf, const struct reading *reading, size_t row)
{
    char number[32];
    const char *text = number;

    if (reading->relation.identity != RAY_IDENTITY_NONE) {
        ray_buf_key(buf, &reading->values[row * reading->shape.ncols + reading->shape.sorts],
                    reading->page.order.nitems);
        return;
    }
    (void)snprintf(number, sizeof(number), "%lld", (long long)reading->offset + (long long)row);
    ray_buf_key(buf, &text, 1);
}

/* [row, column, bytes] of each value that is longer than what is shown of it. */
static void
add_cut(struct ray_buf *buf, const struct reading *reading, size_t begin, size_t end)
{
    const struct ray_page *page = &reading->page;
    const char *separator = "";

    for (size_t r = begin; r < end; r++) {
        size_t at = r * reading->shape.ncols;
        size_t length = at + reading->shape.lengths;

        for (size_t c = 0; c < page->ncolumns; c++) {
            enum ray_length kind = reading->relation.columns[page->columns[c]].length;
            long long bytes;
            long long shown;

            if (kind == RAY_LENGTH_SHORT)
                continue;
            bytes = reading->values[length] == NULL ? 0
                                                    : strtoll(reading->values[length], NULL, 10);
            length++;
            shown = kind == RAY_LENGTH_BYTEA ? page->cell_bytes / 2
                                             : (long long)reading->lengths[at + c];
            if (bytes > shown && reading->values[at + c] != NULL) {
                ray_buf_addf(buf, "%s[%zu,%zu,%lld]", separator, r - begin, c, bytes);
                separator = ",";
            }
        }
    }
}

static void
add_rows(struct ray_buf *buf, const struct reading *reading, size_t begin, size_t end)
{
    const struct ray_page_shape *shape = &reading->shape;

    ray_buf_add(buf, "],\"rows\":[");
    for (size_t r = begin; r < end; r++) {
        ray_buf_add(buf, r > begin ? ",[" : "[");
        for (size_t c = 0; c < reading->page.ncolumns; c++) {
            ray_buf_add(buf, c > 0 ? "," : "");
            ray_buf_json(buf, reading->values[r * shape->ncols + c],
                         reading->lengths[r * shape->ncols + c]);
        }
        ray_buf_addc(buf, ']');
    }
    ray_buf_add(buf, "],\"keys\":[");
    for (size_t r = begin; r < end; r++) {
        ray_buf_add(buf, r > begin ? "," : "");
        if (shape->nkeys == 0)
            ray_buf_add(buf, "null");
        else
            ray_buf_key(buf, &reading->values[r * shape->ncols + shape->keys], shape->nkeys);
    }
    ray_buf_add(buf, "],\"cut\":[");
    add_cut(buf, reading, begin, end);
}

/* The attnums of what makes the server look at every row. */
static void
add_unindexed(struct ray_buf *buf, const struct reading *reading)
{
    json_t *array = ray_filters_unindexed(&reading->relation, reading->page.filters);
    const struct ray_order *order = &reading->page.order;

    if (order->nasked > 0 && !order->items[0].column->leads_index &&
        ray_relation_is_large(&reading->relation))
        (void)json_array_append_new(array, json_integer(order->items[0].column->attnum));
    for (size_t i = 0; i < json_array_size(array); i++)
        ray_buf_addf(buf, "%s%lld", i > 0 ? "," : "",
                     (long long)json_integer_value(json_array_get(array, i)));
    json_decref(array);
}

static void
reply(struct reading *reading, int64_t began_us)
{
    struct ray_buf buf;
    size_t begin;
    size_t end;
    bool more = (int64_t)reading->nrows > reading->page.limit;
    bool backward = reading->page.backward;
    bool is_offset = reading->relation.identity == RAY_IDENTITY_NONE;

    bounds(reading, &begin, &end);
    ray_buf_init(&buf, reading->request->arena);
    ray_buf_add(&buf, "{\"columns\":[");
    for (size_t c = 0; c < reading->page.ncolumns; c++)
        ray_buf_addf(&buf, "%s%d", c > 0 ? "," : "",
                     reading->relation.columns[reading->page.columns[c]].attnum);
    add_rows(&buf, reading, begin, end);
    ray_buf_add(&buf, "],\"first\":");
    if (begin < end)
        add_cursor(&buf, reading, begin);
    else
        ray_buf_add(&buf, "null");
    ray_buf_add(&buf, ",\"last\":");
    if (begin < end)
        add_cursor(&buf, reading, end - 1);
    else
        ray_buf_add(&buf, "null");
    ray_buf_addf(&buf, ",\"before\":%s,\"after\":%s,\"ms\":%.3f,\"unindexed\":[",
                 (is_offset  ? reading->offset > 0
                  : backward ? more
                             : reading->from.after != NULL)
                     ? "true"
                     : "false",
                 (is_offset && reading->from.before != NULL ? true
                  : backward                                ? reading->from.before != NULL
                                                            : more)
                     ? "true"
                     : "false",
                 (double)(ray_clock_us() - began_us) / 1000);
    add_unindexed(&buf, reading);
    ray_buf_add(&buf, "]}");
    ray_reply_data(reading->request, 200, "application/json", buf.data, buf.len);
}

static bool
read_rows(struct reading *reading, struct ray_err *err)
{
    struct ray_request *request = reading->request;
    int64_t began_us = ray_clock_us();

    if (!ray_lease_begin(reading->lease, RAY_ACCESS_READ, RAY_STUDIO_TIMEOUT_MS, err) ||
        !ray_relation_load(ray_lease_conn(reading->lease), request->arena, reading->asked.oid,
                           &reading->relation, err) ||
        !choose_columns(reading, err))
        return false;
    reading->page.relation = &reading->relation;
    if (!ray_order_make(request->arena, &reading->relation, reading->asked.sort,
                        &reading->page.order, err) ||
        !choose_from(reading, err) || !run_any(reading, err) ||
        !ray_lease_end(reading->lease, false, err))
        return false;
    reply(reading, began_us);
    return true;
}

bool
ray_studio_rows(struct ray_request *request, struct ray_err *err)
{
    struct reading reading = {.request = request};
    bool ok;

    if (!read_request(&reading, err) ||
        !ray_lease_take(request, reading.asked.request, &reading.lease, err))
        return false;
    ok = read_rows(&reading, err);
    ray_lease_give(reading.lease);
    return ok;
}
