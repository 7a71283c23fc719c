/*
 * POST /api/cell: one value, whole. It is read in pieces, so that the largest that PostgreSQL has passes through a buffer;
 * in one transaction of a snapshot, so that the pieces are of one value.
 */
#include "studio/routes.h"

#include "pg/quote.h"
#include "studio/page.h"
#include "studio/pool.h"
#include "studio/stream.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 256 * 1024 };

struct asked {
    uint32_t oid;
    const char *key;
    int64_t column;
    const char *request;
};

static const struct ray_field fields[] = {
    {"oid", RAY_FIELD_OID, true, offsetof(struct asked, oid)},
    {"key", RAY_FIELD_TEXT, true, offsetof(struct asked, key)},
    {"column", RAY_FIELD_INT, true, offsetof(struct asked, column)},
    {"request", RAY_FIELD_NAME, false, offsetof(struct asked, request)},
    {NULL, RAY_FIELD_ANY, false, 0},
};

/* The value while it is sent. */
struct cell {
    struct ray_lease *lease;
    struct ray_relation relation;
    const struct ray_relation_column *column;
    const char *expression; /* of the text, or of the bytes */
    const char *condition;
    int64_t length; /* characters, or bytes */
};

static bool
query(struct ray_request *request, struct cell *cell, const char *what, struct ray_rows *rows,
      struct ray_err *err)
{
    struct ray_buf sql;

    ray_buf_init(&sql, request->arena);
    ray_buf_addf(&sql, "SELECT %s FROM ", what);
    ray_buf_relation(&sql, &cell->relation);
    ray_buf_addf(&sql, " AS t WHERE %s", cell->condition);
    return ray_conn_query(ray_lease_conn(cell->lease), request->arena, sql.data, 0, NULL, rows,
                          err);
}

/* "\x0a1b" as bytes, in place; how many. */
static size_t
unhex(char *text)
{
    size_t length = 0;

    for (char *at = text + 2; at[0] != '\0' && at[1] != '\0'; at += 2) {
        char pair[3] = {at[0], at[1], '\0'};

        text[length++] = (char)strtoul(pair, NULL, 16);
    }
    return length;
}

static bool
produce(struct ray_request *request, struct ray_sink *sink, void *state, struct ray_err *err)
{
    struct cell *cell = state;
    struct ray_arena *arena = ray_arena_new();
    struct ray_request piece = *request;
    bool is_bytea = cell->column->length == RAY_LENGTH_BYTEA;
    bool ok = true;

    piece.arena = arena;
    for (int64_t at = 0; ok && at < cell->length; at += PIECE) {
        struct ray_rows rows;
        const char *what;
        const char *value;

        ray_arena_reset(arena);
        what = ray_arena_printf(arena, "pg_catalog.substr(%s, %lld, %d)", cell->expression,
                                (long long)at + 1, PIECE);
        ok = query(&piece, cell, what, &rows, err);
        value = ok && rows.nrows == 1 ? ray_rows_value(&rows, 0, 0) : NULL;
        if (ok && value == NULL)
            ok = ray_err_set(err, RAY_INTEGRITY, "the row is gone");
        else if (ok) {
            char *copy = ray_arena_strdup(arena, value);

            ok = ray_sink_write(sink, copy, is_bytea ? unhex(copy) : strlen(copy)) ||
                 ray_err_set(err, RAY_FAILED, "nobody reads");
        }
    }
    ray_arena_free(arena);
    return ok;
}

static void
end(void *state)
{
    struct cell *cell = state;

    ray_lease_give(cell->lease);
    cell->lease = NULL;
}

static bool
find(struct ray_request *request, const struct asked *asked, struct cell *cell, struct ray_err *err)
{
    const char *values[RAY_KEY_ITEMS];
    const char *items[RAY_KEY_ITEMS];
    struct ray_buf buf;
    size_t index;

    if (!ray_relation_load(ray_lease_conn(cell->lease), request->arena, asked->oid, &cell->relation,
                           err) ||
        !ray_relation_column(&cell->relation, asked->column, &index, err))
        return false;
    if (cell->relation.identity == RAY_IDENTITY_NONE)
        return ray_err_set(err, RAY_USAGE, "the rows of \"%s\" have no key", cell->relation.name);
    if (!ray_key_parse(request->arena, asked->key,
                       ray_key_items(request->arena, &cell->relation, items), values, err))
        return false;
    cell->column = &cell->relation.columns[index];
    ray_buf_init(&buf, request->arena);
    ray_buf_key_condition(&buf, &cell->relation, values, true);
    cell->condition = buf.data;
    cell->expression = ray_arena_printf(request->arena, "t.%s",
                                        ray_quote_ident(request->arena, cell->column->name));
    if (cell->column->length == RAY_LENGTH_SHORT || cell->column->length == RAY_LENGTH_OTHER) {
        ray_buf_init(&buf, request->arena);
        ray_buf_whole_text(&buf, cell->expression);
        cell->expression = buf.data;
    }
    return true;
}

/* What is sent: nothing where it is NULL, 404 where there is no such row, else a stream. */
static bool
open_cell(struct ray_request *request, const struct asked *asked, struct cell *cell,
          struct ray_err *err)
{
    const char *text;
    struct ray_rows rows;

    if (!ray_lease_begin(cell->lease, RAY_ACCESS_READ, RAY_STUDIO_TIMEOUT_MS, err) ||
        !ray_conn_exec(ray_lease_conn(cell->lease),
                       "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", err) ||
        !find(request, asked, cell, err))
        return false;
    text = ray_arena_printf(request->arena, "pg_catalog.length(%s)", cell->expression);
    if (!query(request, cell, text, &rows, err))
        return false;
    if (rows.nrows != 1)
        return ray_request_refuse(request, 404, err, "the row is gone");
    text = ray_rows_value(&rows, 0, 0);
    cell->length = text == NULL ? -1 : strtoll(text, NULL, 10);
    return true;
}

bool
ray_studio_cell(struct ray_request *request, struct ray_err *err)
{
    struct asked asked = {0};
    struct cell *cell = RAY_NEW(request->arena, struct cell);
    struct ray_stream stream = {.produce = produce, .end = end, .state = cell};

    if (!ray_request_fields(request->body, fields, &asked, err) ||
        !ray_lease_take(request, asked.request, &cell->lease, err))
        return false;
    if (!open_cell(request, &asked, cell, err)) {
        ray_lease_give(cell->lease);
        return false;
    }
    if (cell->length < 0) {
        ray_lease_give(cell->lease);
        ray_reply_data(request, 204, NULL, "", 0);
        return true;
    }
    stream.type = cell->column->length == RAY_LENGTH_BYTEA ? "application/octet-stream"
                                                           : "text/plain; charset=utf-8";
    return ray_reply_stream(request, &stream, err);
}
