/* Results of statements as lines: see results.h. */
#include "studio/results.h"

#include "studio/select.h"

#include <string.h>

enum { BATCH_BYTES = 24 * 1024 };

/* ---------------------------------------------------------------- columns */

/* The types' names by another connection: this one is amid its result. What it does not see has its number. */
static bool
name_types(struct ray_request *request, const struct ray_flow *flow, struct ray_rows *out)
{
    static const char sql[] =
        "SELECT CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_type p WHERE p.oid = t.type) THEN"
        " pg_catalog.format_type(t.type, t.modifier) ELSE 'type ' || t.type END"
        " FROM unnest($1::oid[], $2::int[]) WITH ORDINALITY t (type, modifier, place)"
        " ORDER BY t.place";
    struct ray_buf types;
    struct ray_buf modifiers;
    struct ray_err ignored;
    const char *params[2];

    ray_err_init(&ignored, request->arena);
    ray_buf_init(&types, request->arena);
    ray_buf_init(&modifiers, request->arena);
    for (size_t i = 0; i < flow->ncols; i++) {
        ray_buf_addf(&types, "%c%u", i == 0 ? '{' : ',', flow->types[i]);
        ray_buf_addf(&modifiers, "%c%d", i == 0 ? '{' : ',', flow->modifiers[i]);
    }
    ray_buf_add(&types, flow->ncols == 0 ? "{}" : "}");
    ray_buf_add(&modifiers, flow->ncols == 0 ? "{}" : "}");
    params[0] = types.data;
    params[1] = modifiers.data;
    return ray_studio_select(request, NULL, sql, 2, params, out, &ignored) &&
           out->nrows == flow->ncols;
}

static bool
send_columns(struct ray_results *results, const struct ray_flow *flow)
{
    json_t *line = json_object();
    json_t *columns = json_array();
    struct ray_rows types;
    bool named = name_types(results->request, flow, &types);

    for (size_t i = 0; i < flow->ncols; i++) {
        json_t *column = json_object();

        ray_json_set_text(column, "name", flow->names[i]);
        ray_json_set_text(column, "type",
                          named ? ray_rows_value(&types, i, 0)
                                : ray_arena_printf(results->request->arena, "type %u",
                                                   flow->types[i]));
        ray_json_set_int(column, "oid", flow->types[i]);
        (void)json_array_append_new(columns, column);
    }
    (void)json_object_set_new(line, "columns", columns);
    return ray_sink_line(results->sink, line);
}

/* ---------------------------------------------------------------- rows */

static bool
flush(struct ray_results *results)
{
    bool open;

    if (results->batch.len == 0)
        return true;
    ray_buf_add(&results->batch, "]}\n");
    open = ray_sink_write(results->sink, results->batch.data, results->batch.len);
    ray_arena_reset(results->scratch);
    ray_buf_init(&results->batch, results->scratch);
    return open;
}

/* Cuts between characters. */
static size_t
cut_length(const char *text, size_t length)
{
    if (length <= RAY_STUDIO_CELL_BYTES_MAX)
        return length;
    length = RAY_STUDIO_CELL_BYTES_MAX;
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
        length--;
    return length;
}

static void
add_cell(struct ray_results *results, const char *text, size_t length)
{
    size_t shown = text == NULL ? 0 : cut_length(text, length);

    results->cells_cut += text != NULL && shown < length;
    ray_buf_json(&results->batch, text, shown);
}

static bool
add_row(struct ray_results *results, const char *const *values, const size_t *lengths, size_t count)
{
    results->seen++;
    if (results->sent >= results->cap)
        return !ray_sink_is_closed(results->sink);
    results->sent++;
    results->total++;
    ray_buf_add(&results->batch, results->batch.len == 0 ? "{\"rows\":[[" : ",[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            ray_buf_addc(&results->batch, ',');
        add_cell(results, values[i], lengths[i]);
    }
    ray_buf_addc(&results->batch, ']');
    return results->batch.len < BATCH_BYTES || flush(results);
}

/* ---------------------------------------------------------------- COPY */

/* A line is a row of one column. */
static bool
copy_out(struct ray_results *results, struct ray_flow *flow, struct ray_err *err)
{
    const char *data;
    size_t length;

    if (!ray_sink_line(results->sink, json_pack("{s:[{s:s,s:s,s:i}]}", "columns", "name", "copy",
                                                "type", "text", "oid", 25)))
        return false;
    for (;;) {
        if (!ray_flow_copy_out(flow, &data, &length, err))
            return false;
        if (data == NULL)
            return true;
        length -= length > 0 && data[length - 1] == '\n';
        if (!add_row(results, &data, &length, 1))
            return false;
    }
}

bool
ray_results_run(struct ray_results *results, struct ray_flow *flow, bool columns, const char **tag,
                struct ray_err *err)
{
    for (;;) {
        switch (ray_flow_next(flow, err)) {
        case RAY_FLOW_COLUMNS:
            if (columns && !send_columns(results, flow))
                return false;
            break;
        case RAY_FLOW_ROW:
            if (!add_row(results, flow->values, flow->lengths, flow->ncols))
                return false;
            break;
        case RAY_FLOW_COPY_OUT:
            if (!copy_out(results, flow, err))
                return false;
            break;
        case RAY_FLOW_COPY_IN:
            if (!ray_flow_copy_end(flow, "an editor has no data to copy: use Import", err))
                return false;
            break;
        case RAY_FLOW_DONE:
            *tag = flow->tag;
            break;
        case RAY_FLOW_END:
            return flush(results);
        case RAY_FLOW_FAILED:
        default:
            (void)flush(results);
            return false;
        }
    }
}

bool
ray_results_read(struct ray_results *results, struct ray_read *read, const char **tag,
                 struct ray_err *err)
{
    enum ray_flow_what what;

    if (!send_columns(results, &read->flow))
        return false;
    while ((what = ray_read_next(read, err)) != RAY_FLOW_END && what != RAY_FLOW_FAILED) {
        if (what == RAY_FLOW_ROW &&
            !add_row(results, read->flow.values, read->flow.lengths, read->flow.ncols))
            return false;
        if (what == RAY_FLOW_DONE)
            *tag = read->flow.tag;
    }
    return flush(results) && what == RAY_FLOW_END;
}
