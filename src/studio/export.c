/*
 * POST /api/export: a relation, what a filter chooses of it, or a query's rows, as a file. Rows pass one by one from the
 * server's socket to the browser's; nothing of them is held, however many there are. It reads in a transaction of its own,
 * whose only snapshot is the statement's.
 */
#include "studio/routes.h"

#include "pg/quote.h"
#include "studio/emit.h"
#include "studio/filter.h"
#include "studio/order.h"
#include "studio/pool.h"
#include "studio/read.h"
#include "studio/stream.h"
#include "studio/tickets.h"

#include <stddef.h>
#include <string.h>

enum { BLOCK = 16 * 1024 };

struct asked {
    uint32_t oid;
    json_t *columns;
    json_t *sort;
    json_t *filters;
    const char *where;
    const char *sql;
    const char *format;
    bool header;
    bool formula_guard;
    const char *request;
};

static const struct ray_field fields[] = {
    {"oid", RAY_FIELD_OID, false, offsetof(struct asked, oid)},
    {"columns", RAY_FIELD_ARRAY, false, offsetof(struct asked, columns)},
    {"sort", RAY_FIELD_ARRAY, false, offsetof(struct asked, sort)},
    {"filters", RAY_FIELD_ARRAY, false, offsetof(struct asked, filters)},
    {"where", RAY_FIELD_TEXT, false, offsetof(struct asked, where)},
    {"sql", RAY_FIELD_TEXT, false, offsetof(struct asked, sql)},
    {"format", RAY_FIELD_TEXT, true, offsetof(struct asked, format)},
    {"header", RAY_FIELD_BOOL, false, offsetof(struct asked, header)},
    {"formula_guard", RAY_FIELD_BOOL, false, offsetof(struct asked, formula_guard)},
    {"request", RAY_FIELD_NAME, false, offsetof(struct asked, request)},
    {NULL, RAY_FIELD_ANY, false, 0},
};

/* An export while it runs. */
struct export
{
    struct ray_lease *lease;
    struct ray_emit emit;
    const char *sql;
    bool own; /* the user wrote some of it */
    struct ray_arena *row;
};

/* ---------------------------------------------------------------- the query */

/* The columns that go into the file; of INSERTs not those that nothing can be inserted into. */
static bool
choose_columns(struct ray_request *request, const struct asked *asked,
               const struct ray_relation *relation, bool is_sql, size_t *columns, size_t *count,
               struct ray_err *err)
{
    size_t wanted = asked->columns != NULL ? json_array_size(asked->columns) : relation->ncols;

    (void)request;
    if (wanted > relation->ncols)
        return ray_err_set(err, RAY_USAGE, "more columns than there are");
    *count = 0;
    for (size_t i = 0; i < wanted; i++) {
        size_t index = i;

        if (asked->columns != NULL &&
            !ray_relation_column(relation, json_integer_value(json_array_get(asked->columns, i)),
                                 &index, err))
            return false;
        if (!is_sql || !relation->columns[index].generated)
            columns[(*count)++] = index;
    }
    return true;
}

static const char *
insert_into(struct ray_arena *arena, const struct ray_relation *relation, const size_t *columns,
            size_t count)
{
    struct ray_buf buf;
    bool overriding = false;

    ray_buf_init(&buf, arena);
    ray_buf_add(&buf, "INSERT INTO ");
    ray_buf_relation(&buf, relation);
    for (size_t i = 0; i < count; i++) {
        ray_buf_add(&buf, i == 0 ? " (" : ", ");
        ray_buf_ident(&buf, relation->columns[columns[i]].name);
        overriding = overriding || relation->columns[columns[i]].identity == 'a';
    }
    ray_buf_addf(&buf, ")%s VALUES (", overriding ? " OVERRIDING SYSTEM VALUE" : "");
    return buf.data;
}

static bool
select_relation(struct ray_request *request, struct export *export, const struct asked *asked,
                const char **name, struct ray_err *err)
{
    struct ray_arena *arena = request->arena;
    struct ray_relation *relation = RAY_NEW(arena, struct ray_relation);
    bool is_sql = strcmp(export->emit.format->name, "sql") == 0;
    const struct ray_order_range all = {0};
    struct ray_order order;
    struct ray_buf sql;
    size_t *columns;
    size_t count = 0;

    if (!ray_relation_load(ray_lease_conn(export->lease), arena, asked->oid, relation, err))
        return false;
    columns = RAY_NEW_ARRAY(arena, size_t, relation->ncols + 1);
    if (!choose_columns(request, asked, relation, is_sql, columns, &count, err) ||
        !ray_order_make(arena, relation, asked->sort, &order, err))
        return false;
    ray_buf_init(&sql, arena);
    for (size_t i = 0; i < count; i++) {
        ray_buf_add(&sql, i == 0 ? "SELECT t." : ", t.");
        ray_buf_ident(&sql, relation->columns[columns[i]].name);
    }
    ray_buf_add(&sql, count == 0 ? "SELECT FROM " : " FROM ");
    ray_buf_relation(&sql, relation);
    ray_buf_add(&sql, " AS t");
    if (!ray_buf_where(&sql, relation, asked->filters, asked->where, NULL, err))
        return false;
    if (order.nasked > 0)
        ray_buf_range_order(&sql, &order, false, &all);
    export->sql = sql.data;
    export->own = asked->where != NULL;
    export->emit.into = insert_into(arena, relation, columns, count);
    *name = relation->name;
    return true;
}

/* ---------------------------------------------------------------- the file */

/* Of a query there is no table to insert into: its rows are given one that does not exist. */
static void
take_columns(struct ray_request *request, struct export *export, const struct ray_flow *flow)
{
    struct ray_emit *emit = &export->emit;

    emit->ncols = flow->ncols;
    emit->names = flow->names;
    emit->types = flow->types;
    if (emit->into == NULL) {
        struct ray_buf buf;

        ray_buf_init(&buf, request->arena);
        ray_buf_add(&buf, "INSERT INTO result");
        for (size_t i = 0; i < flow->ncols; i++) {
            ray_buf_add(&buf, i == 0 ? " (" : ", ");
            ray_buf_ident(&buf, flow->names[i]);
        }
        ray_buf_add(&buf, ") VALUES (");
        emit->into = buf.data;
    }
}

/* Sends what is in the buffer and gives its memory back. */
static bool
flush(struct export *export, struct ray_sink *sink, struct ray_buf *buf)
{
    bool ok = ray_sink_write(sink, buf->data, buf->len);

    ray_arena_reset(export->row);
    ray_buf_init(buf, export->row);
    return ok;
}

static bool
produce(struct ray_request *request, struct ray_sink *sink, void *state, struct ray_err *err)
{
    struct export *export = state;
    struct ray_emit *emit = &export->emit;
    enum ray_flow_what what = RAY_FLOW_FAILED;
    bool open = true;
    struct ray_read read;
    struct ray_buf buf;

    export->row = ray_arena_new();
    ray_buf_init(&buf, export->row);
    if (ray_read_begin(export->lease, request->arena, export->sql, export->own, &read, err))
        do {
            what = ray_read_next(&read, err);
            if (what == RAY_FLOW_COLUMNS) {
                take_columns(request, export, &read.flow);
                emit->format->begin(emit, &buf);
            } else if (what == RAY_FLOW_ROW) {
                emit->format->row(emit, &buf, read.flow.values, read.flow.lengths);
                emit->rows++;
            } else if (what == RAY_FLOW_COPY_IN || what == RAY_FLOW_COPY_OUT) {
                (void)ray_err_set(err, RAY_USAGE, "COPY gives no rows to export");
                what = RAY_FLOW_FAILED;
            } else if (what == RAY_FLOW_DONE && emit->types == NULL) {
                (void)ray_err_set(err, RAY_USAGE, "the statement gives no rows to export");
                what = RAY_FLOW_FAILED;
            }
            open = buf.len < BLOCK || flush(export, sink, &buf);
        } while (open && what != RAY_FLOW_END && what != RAY_FLOW_FAILED);
    ray_read_end(&read);
    if (what == RAY_FLOW_END) {
        emit->format->end(emit, &buf);
        (void)flush(export, sink, &buf);
    }
    ray_arena_free(export->row);
    return what == RAY_FLOW_END ||
           (what != RAY_FLOW_FAILED && ray_err_set(err, RAY_FAILED, "nobody reads"));
}

static void
end(void *state)
{
    struct export *export = state;

    ray_lease_give(export->lease);
    export->lease = NULL;
}

static bool
prepare(struct ray_request *request, struct export *export, const struct asked *asked,
        const char **name, struct ray_err *err)
{
    if (!ray_lease_begin(export->lease, RAY_ACCESS_READ, 0, err))
        return false;
    if (asked->sql == NULL)
        return select_relation(request, export, asked, name, err);
    export->sql = asked->sql;
    export->own = true;
    return true;
}

static bool
read_asked(struct ray_request *request, struct asked *out, const struct ray_emit_format **format,
           struct ray_err *err)
{
    *out = (struct asked){.header = true, .formula_guard = true};
    if (!ray_request_fields(request->body, fields, out, err))
        return false;
    *format = ray_emit_format_find(out->format);
    if (*format == NULL)
        return ray_err_set(err, RAY_USAGE, "\"format\" is csv, json, ndjson or sql");
    if ((out->oid == 0) == (out->sql == NULL))
        return ray_err_set(err, RAY_USAGE, "either \"oid\" or \"sql\" is given");
    return true;
}

bool
ray_studio_export(struct ray_request *request, struct ray_err *err)
{
    struct export *export = RAY_NEW(request->arena, struct export);
    const char *name = "result";
    struct ray_stream stream;
    struct asked asked;

    if (!read_asked(request, &asked, &export->emit.format, err))
        return false;
    export->emit.header = asked.header;
    export->emit.formula_guard = asked.formula_guard;
    if (!ray_lease_take(request, asked.request, &export->lease, err))
        return false;
    if (!prepare(request, export, &asked, &name, err)) {
        end(export);
        return false;
    }
    stream = (struct ray_stream){.type = export->emit.format->type,
                                 .filename = ray_arena_printf(request->arena, "%s.%s", name,
                                                              export->emit.format->extension),
                                 .produce = produce,
                                 .end = end,
                                 .state = export};
    return ray_reply_stream(request, &stream, err);
}

/* ---------------------------------------------------------------- by a ticket */

bool
ray_studio_export_ticket(struct ray_request *request, struct ray_err *err)
{
    const struct ray_emit_format *format;
    char ticket[RAY_TICKET_HEX + 1];
    struct asked asked;

    if (!read_asked(request, &asked, &format, err) ||
        !ray_ticket_make(request->studio->tickets, request->body, ticket, err))
        return false;
    ray_reply_json(request,
                   json_pack("{s:s}", "path",
                             ray_arena_printf(request->arena, RAY_TICKET_PATH "%s", ticket)));
    return true;
}

bool
ray_studio_export_fetch(struct ray_request *request, struct ray_err *err)
{
    request->body = ray_ticket_take(request->studio->tickets, request->rest);
    if (request->body == NULL)
        return ray_request_refuse(request, 404, err, "there is nothing here, or not any more");
    return ray_studio_export(request, err);
}
