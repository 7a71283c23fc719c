/* Rows as a file: see emit.h. */
#include "studio/emit.h"

#include "pg/quote.h"
#include "studio/request.h"

#include <string.h>

/* ---------------------------------------------------------------- types */

/* The oids of PostgreSQL's own types never change. */
enum {
    BOOL = 16,
    INT8 = 20,
    INT2 = 21,
    INT4 = 23,
    OID = 26,
    JSON = 114,
    FLOAT4 = 700,
    FLOAT8 = 701,
    MONEY = 790,
    INTERVAL = 1186,
    NUMERIC = 1700,
    JSONB = 3802,
};

static bool
is_number(uint32_t type)
{
    return type == INT2 || type == INT4 || type == INT8 || type == OID || type == FLOAT4 ||
           type == FLOAT8 || type == NUMERIC;
}

/* NaN and Infinity are numbers to PostgreSQL, and none to JSON. */
static bool
is_finite(const char *value)
{
    return strspn(value, "+-0123456789.eE") == strlen(value);
}

/* ---------------------------------------------------------------- CSV */

static void
add_csv(struct ray_buf *buf, const char *value, size_t length, bool guarded)
{
    guarded = guarded && length > 0 && strchr("=+-@\t\r", value[0]) != NULL;
    if (!guarded && length > 0 && strcspn(value, "\",\r\n") == length && value[0] != ' ' &&
        value[length - 1] != ' ' && strcmp(value, "\\.") != 0) {
        ray_buf_addn(buf, value, length);
        return;
    }
    ray_buf_addc(buf, '"');
    ray_buf_add(buf, guarded ? "'" : "");
    for (const char *end = value + length; value < end; value++) {
        if (*value == '"')
            ray_buf_addc(buf, '"');
        ray_buf_addc(buf, *value);
    }
    ray_buf_addc(buf, '"');
}

static void
begin_csv(struct ray_emit *emit, struct ray_buf *buf)
{
    if (!emit->header)
        return;
    for (size_t c = 0; c < emit->ncols; c++) {
        ray_buf_add(buf, c > 0 ? "," : "");
        add_csv(buf, emit->names[c], strlen(emit->names[c]), emit->formula_guard);
    }
    ray_buf_add(buf, "\r\n");
}

/* As COPY does it: nothing is NULL, "" is an empty text. */
static void
row_csv(struct ray_emit *emit, struct ray_buf *buf, const char *const *values,
        const size_t *lengths)
{
    for (size_t c = 0; c < emit->ncols; c++) {
        uint32_t type = emit->types[c];

        ray_buf_add(buf, c > 0 ? "," : "");
        if (values[c] != NULL)
            add_csv(buf, values[c], lengths[c],
                    emit->formula_guard && !is_number(type) && type != MONEY && type != INTERVAL);
    }
    ray_buf_add(buf, "\r\n");
}

/* ---------------------------------------------------------------- JSON */

/* A json value keeps its text but for line breaks, which can only stand between its words. */
static void
add_json_value(struct ray_buf *buf, const char *value, size_t length)
{
    for (const char *end = value + length; value < end; value++)
        ray_buf_addc(buf, (char)(*value == '\n' || *value == '\r' ? ' ' : *value));
}

static void
add_object(struct ray_emit *emit, struct ray_buf *buf, const char *const *values,
           const size_t *lengths)
{
    for (size_t c = 0; c < emit->ncols; c++) {
        uint32_t type = emit->types[c];

        ray_buf_add(buf, c > 0 ? "," : "{");
        ray_buf_json(buf, emit->names[c], strlen(emit->names[c]));
        ray_buf_addc(buf, ':');
        if (values[c] != NULL && is_number(type) && is_finite(values[c]))
            ray_buf_addn(buf, values[c], lengths[c]);
        else if (values[c] != NULL && type == BOOL)
            ray_buf_add(buf, values[c][0] == 't' ? "true" : "false");
        else if (values[c] != NULL && (type == JSON || type == JSONB))
            add_json_value(buf, values[c], lengths[c]);
        else
            ray_buf_json(buf, values[c], lengths[c]);
    }
    ray_buf_add(buf, emit->ncols == 0 ? "{}" : "}");
}

static void
begin_json(struct ray_emit *emit, struct ray_buf *buf)
{
    (void)emit;
    ray_buf_addc(buf, '[');
}

static void
row_json(struct ray_emit *emit, struct ray_buf *buf, const char *const *values,
         const size_t *lengths)
{
    ray_buf_add(buf, emit->rows > 0 ? ",\n" : "\n");
    add_object(emit, buf, values, lengths);
}

static void
end_json(struct ray_emit *emit, struct ray_buf *buf)
{
    (void)emit;
    ray_buf_add(buf, "\n]\n");
}

static void
row_ndjson(struct ray_emit *emit, struct ray_buf *buf, const char *const *values,
           const size_t *lengths)
{
    add_object(emit, buf, values, lengths);
    ray_buf_addc(buf, '\n');
}

/* ---------------------------------------------------------------- SQL */

static void
row_sql(struct ray_emit *emit, struct ray_buf *buf, const char *const *values,
        const size_t *lengths)
{
    (void)lengths;
    ray_buf_add(buf, emit->into);
    for (size_t c = 0; c < emit->ncols; c++) {
        ray_buf_add(buf, c > 0 ? ", " : "");
        if (values[c] == NULL)
            ray_buf_add(buf, "NULL");
        else if (is_number(emit->types[c]) && is_finite(values[c]))
            ray_buf_add(buf, values[c]);
        else
            ray_buf_literal(buf, values[c]);
    }
    ray_buf_add(buf, ");\n");
}

static void
no_edge(struct ray_emit *emit, struct ray_buf *buf)
{
    (void)emit;
    (void)buf;
}

/* JSON lines are not of the type of our own streams, which have heartbeats among them. */
const struct ray_emit_format ray_emit_formats[] = {
    {"csv", "text/csv; charset=utf-8", "csv", begin_csv, row_csv, no_edge},
    {"json", "application/json", "json", begin_json, row_json, end_json},
    {"ndjson", "application/jsonl", "ndjson", no_edge, row_ndjson, no_edge},
    {"sql", "application/sql", "sql", no_edge, row_sql, no_edge},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};

const struct ray_emit_format *
ray_emit_format_find(const char *name)
{
    for (const struct ray_emit_format *row = ray_emit_formats; row->name != NULL; row++)
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}
