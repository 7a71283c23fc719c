/*
 * POST /api/import: a file of CSV or JSON into a table, by COPY, all of it or nothing. Its bytes go on to the server as they
 * come; what the server does not like undoes everything.
 *
 * CSV whose columns are all wanted goes straight into the table. Where some are left out, and JSON always, rows go to a
 * temporary table first, as text, and from there by one INSERT, which casts: so no value is read by anybody but
 * PostgreSQL.
 */
#include "studio/routes.h"

#include "pg/quote.h"
#include "studio/audit.h"
#include "studio/pieces.h"
#include "studio/pool.h"
#include "studio/relation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PREVIEW_BYTES = 64 * 1024, PREVIEW_ROWS = 20, COLUMNS_MAX = 1600 };

static const char staging[] = "pg_temp.raymig_import";

struct import {
    struct ray_request *request;
    uint32_t oid;
    bool is_json;
    bool is_run;
    bool header;
    const char *name;       /* of the request */
    const int64_t *columns; /* attnums by position, 0: left out; NULL: not said */
    size_t ncolumns;
    struct ray_lease *lease;
    struct ray_relation relation;
    struct ray_buf head;  /* a preview's bytes */
    bool whole;           /* they are all there are */
    struct ray_flow flow; /* the COPY */
    bool copying;
    bool staged;
    struct ray_json_pieces pieces;
    struct ray_arena *piece; /* of what a value needs */
    bool started;            /* what stands before the file's first byte was looked at */
};

/* ---------------------------------------------------------------- parameters */

static bool
read_columns(struct import *import, const char *text, struct ray_err *err)
{
    int64_t *columns = RAY_NEW_ARRAY(import->request->arena, int64_t, COLUMNS_MAX);
    char *end;

    for (; *text != '\0'; text = end + (*end == ',' ? 1 : 0)) {
        errno = 0;
        columns[import->ncolumns] = strtoll(text, &end, 10);
        if (end == text || errno != 0 || columns[import->ncolumns] < 0 ||
            (*end != ',' && *end != '\0') || ++import->ncolumns >= COLUMNS_MAX)
            return ray_err_set(err, RAY_USAGE, "\"columns\" is no list of attnums");
    }
    import->columns = columns;
    return true;
}

/* One parameter of the URL: false with the error set where its value is none. */
static bool
read_parameter(struct import *import, const char *key, const char *value, struct ray_err *err)
{
    if (strcmp(key, "oid") == 0) {
        import->oid = (uint32_t)strtoul(value, NULL, 10);
        return import->oid > 0 || ray_err_set(err, RAY_USAGE, "\"oid\" is no oid");
    }
    if (strcmp(key, "format") == 0) {
        import->is_json = strcmp(value, "json") == 0;
        return import->is_json || strcmp(value, "csv") == 0 ||
               ray_err_set(err, RAY_USAGE, "\"format\" is csv or json");
    }
    if (strcmp(key, "mode") == 0) {
        import->is_run = strcmp(value, "run") == 0;
        return import->is_run || strcmp(value, "preview") == 0 ||
               ray_err_set(err, RAY_USAGE, "\"mode\" is preview or run");
    }
    if (strcmp(key, "header") == 0) {
        import->header = strcmp(value, "1") == 0;
        return import->header || strcmp(value, "0") == 0 ||
               ray_err_set(err, RAY_USAGE, "\"header\" is 0 or 1");
    }
    if (strcmp(key, "columns") == 0)
        return value[0] == '\0' || read_columns(import, value, err);
    if (strcmp(key, "request") == 0) {
        import->name = value;
        return strlen(value) <= 64 || ray_err_set(err, RAY_USAGE, "\"request\" is too long");
    }
    return ray_err_set(err, RAY_USAGE, "unknown parameter \"%s\"", key);
}

static bool
read_parameters(struct import *import, struct ray_err *err)
{
    const char *key;
    json_t *value;

    json_object_foreach(import->request->query, key, value)
    {
        if (!read_parameter(import, key, json_string_value(value), err))
            return false;
    }
    return import->oid > 0 || ray_err_set(err, RAY_USAGE, "\"oid\" is missing");
}

/* ---------------------------------------------------------------- the COPY */

/* The table's columns that the file's fill; *all where each of the file's does. */
static bool
target_columns(struct import *import, struct ray_buf *buf, bool *all, struct ray_err *err)
{
    const struct ray_relation *relation = &import->relation;
    const char *separator = " (";

    *all = true;
    if (import->columns == NULL) {
        int64_t *columns = RAY_NEW_ARRAY(import->request->arena, int64_t, relation->ncols + 1);

        for (size_t i = 0; i < relation->ncols; i++)
            if (!relation->columns[i].generated)
                columns[import->ncolumns++] = relation->columns[i].attnum;
        import->columns = columns;
    }
    for (size_t i = 0; i < import->ncolumns; i++) {
        size_t index;

        if (import->columns[i] == 0) {
            *all = false;
            continue;
        }
        if (!ray_relation_column(relation, import->columns[i], &index, err))
            return false;
        ray_buf_add(buf, separator);
        ray_buf_ident(buf, relation->columns[index].name);
        separator = ", ";
    }
    if (separator[1] == '(')
        return ray_err_set(err, RAY_USAGE, "no column of the file goes into the table");
    ray_buf_addc(buf, ')');
    return true;
}

static bool
make_staging(struct import *import, struct ray_err *err)
{
    struct ray_buf sql;

    ray_buf_init(&sql, import->request->arena);
    ray_buf_addf(&sql, "CREATE TEMPORARY TABLE raymig_import (");
    for (size_t i = 0; !import->is_json && i < import->ncolumns; i++)
        ray_buf_addf(&sql, "%sc%zu text", i > 0 ? ", " : "", i);
    ray_buf_add(&sql, import->is_json ? "value jsonb" : "");
    ray_buf_add(&sql, ") ON COMMIT DROP");
    import->staged = true;
    return ray_conn_exec(ray_lease_conn(import->lease), sql.data, err);
}

static bool
start_copy(struct import *import, struct ray_err *err)
{
    struct ray_buf sql;
    struct ray_buf columns;
    bool all = false;
    enum ray_flow_what what;

    ray_buf_init(&sql, import->request->arena);
    ray_buf_init(&columns, import->request->arena);
    if (!import->is_json && !target_columns(import, &columns, &all, err))
        return false;
    if (!all && !make_staging(import, err))
        return false;
    ray_buf_add(&sql, "COPY ");
    if (all) {
        ray_buf_relation(&sql, &import->relation);
        ray_buf_add(&sql, columns.data);
    } else {
        ray_buf_add(&sql, staging);
    }
    ray_buf_add(&sql, " FROM STDIN");
    if (!import->is_json)
        ray_buf_addf(&sql, " (FORMAT csv, HEADER %s)", import->header ? "true" : "false");
    if (!ray_flow_begin(ray_lease_conn(import->lease), import->request->arena, sql.data, 0, NULL,
                        &import->flow, err))
        return false;
    what = ray_flow_next(&import->flow, err);
    import->copying = what == RAY_FLOW_COPY_IN;
    return import->copying ||
           (what != RAY_FLOW_FAILED && ray_err_set(err, RAY_FAILED, "the server takes no data"));
}

static bool
begin(struct import *import, struct ray_err *err)
{
    if (import->request->studio->options.read_only && import->is_run)
        return ray_request_refuse(import->request, 403, err,
                                  "the studio was started with --read-only");
    if (!ray_lease_take(import->request, import->name, &import->lease, err) ||
        !ray_lease_begin(import->lease, import->is_run ? RAY_ACCESS_WRITE : RAY_ACCESS_READ, 0,
                         err) ||
        !ray_relation_load(ray_lease_conn(import->lease), import->request->arena, import->oid,
                           &import->relation, err))
        return false;
    import->piece = ray_arena_new();
    ray_buf_init(&import->head, import->request->arena);
    ray_json_pieces_init(&import->pieces, import->request->arena);
    return !import->is_run || start_copy(import, err);
}

/* ---------------------------------------------------------------- what comes */

/* The keys of the first value that are columns: what is missing in all keeps its default. */
static bool
note_keys(struct import *import, const char *text, size_t size, struct ray_err *err)
{
    int64_t *columns = RAY_NEW_ARRAY(import->request->arena, int64_t, import->relation.ncols + 1);
    json_t *value;

    if (import->columns != NULL)
        return true;
    value = ray_json_parse(text, size, "the first value", err);
    if (value == NULL)
        return false;
    for (size_t i = 0; i < import->relation.ncols; i++)
        if (!import->relation.columns[i].generated &&
            json_object_get(value, import->relation.columns[i].name) != NULL)
            columns[import->ncolumns++] = import->relation.columns[i].attnum;
    json_decref(value);
    import->columns = columns;
    return import->ncolumns > 0 ||
           ray_err_set(err, RAY_USAGE, "no key of the first value is a column of \"%s\"",
                       import->relation.name);
}

/* A value as a line of COPY's text format: its line breaks stand between its words. */
static bool
copy_value(void *arg, const char *text, size_t size, struct ray_err *err)
{
    struct import *import = arg;
    struct ray_buf line;

    if (!note_keys(import, text, size, err))
        return false;
    ray_arena_reset(import->piece);
    ray_buf_init(&line, import->piece);
    for (const char *end = text + size; text < end; text++) {
        if (*text == '\\')
            ray_buf_addc(&line, '\\');
        ray_buf_addc(&line, (char)(*text == '\n' || *text == '\r' || *text == '\t' ? ' ' : *text));
    }
    ray_buf_addc(&line, '\n');
    return ray_flow_copy_in(&import->flow, line.data, line.len, err);
}

bool
ray_studio_import_take(struct ray_request *request, const char *data, size_t size,
                       struct ray_err *err)
{
    struct import *import = request->upload;

    if (import == NULL) {
        import = RAY_NEW(request->arena, struct import);
        import->request = request;
        import->header = true;
        import->whole = true;
        request->upload = import;
        if (!read_parameters(import, err) || !begin(import, err))
            return false;
    }
    if (!import->started && size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
        data += 3; /* a byte order mark */
        size -= 3;
    }
    import->started = import->started || size > 0;
    if (!import->is_run) {
        size_t room = PREVIEW_BYTES - import->head.len;

        import->whole = import->whole && size <= room;
        ray_buf_addn(&import->head, data, size < room ? size : room);
        return true;
    }
    if (import->is_json)
        return ray_json_pieces_add(&import->pieces, data, size, copy_value, import, err);
    return ray_flow_copy_in(&import->flow, data, size, err);
}

/* ---------------------------------------------------------------- the end of a run */

/* From the staging table into the real one. */
static bool
insert_staged(struct import *import, int64_t *rows, struct ray_err *err)
{
    struct ray_buf columns;
    struct ray_buf sql;
    struct ray_rows result;
    const char *separator = "";
    bool all;

    ray_buf_init(&columns, import->request->arena);
    ray_buf_init(&sql, import->request->arena);
    if (!target_columns(import, &columns, &all, err))
        return false;
    ray_buf_add(&sql, "INSERT INTO ");
    ray_buf_relation(&sql, &import->relation);
    ray_buf_add(&sql, columns.data);
    ray_buf_add(&sql, " OVERRIDING SYSTEM VALUE SELECT ");
    for (size_t i = 0; i < import->ncolumns; i++) {
        size_t index;

        if (import->columns[i] == 0)
            continue;
        if (!ray_relation_column(&import->relation, import->columns[i], &index, err))
            return false;
        ray_buf_add(&sql, separator);
        if (import->is_json) {
            ray_buf_add(&sql, "r.");
            ray_buf_ident(&sql, import->relation.columns[index].name);
        } else {
            ray_buf_addf(&sql, "c%zu::%s", i, import->relation.columns[index].cast);
        }
        separator = ", ";
    }
    ray_buf_addf(&sql, " FROM %s", staging);
    if (import->is_json) {
        ray_buf_add(&sql, ", LATERAL pg_catalog.jsonb_populate_record(NULL::");
        ray_buf_relation(&sql, &import->relation);
        ray_buf_add(&sql, ", value) AS r");
    }
    if (!ray_conn_query(ray_lease_conn(import->lease), import->request->arena, sql.data, 0, NULL,
                        &result, err))
        return false;
    *rows = strtoll(result.command + strcspn(result.command, " ") + 3, NULL, 10);
    return true;
}

static bool
finish_copy(struct import *import, int64_t *rows, struct ray_err *err)
{
    enum ray_flow_what what;

    if (import->is_json && !ray_json_pieces_end(&import->pieces, copy_value, import, err))
        return false;
    if (!ray_flow_copy_end(&import->flow, NULL, err))
        return false;
    import->copying = false;
    do {
        what = ray_flow_next(&import->flow, err);
        if (what == RAY_FLOW_DONE && import->flow.tag[0] != '\0')
            *rows = strtoll(import->flow.tag + strcspn(import->flow.tag, "0123456789"), NULL, 10);
    } while (what != RAY_FLOW_END && what != RAY_FLOW_FAILED);
    return what == RAY_FLOW_END;
}

static bool
finish_run(struct import *import, int64_t *rows, struct ray_err *err)
{
    json_t *object;

    if (!finish_copy(import, rows, err) ||
        (import->staged && *rows > 0 && !insert_staged(import, rows, err)) ||
        !ray_lease_end(import->lease, true, err))
        return false;
    object = json_object();
    ray_json_set_int(object, "rows", *rows);
    ray_reply_json(import->request, object);
    return true;
}

/* ---------------------------------------------------------------- the preview */

/* The column of this name, in any case, else 0. */
static int
suggest(const struct ray_relation *relation, const char *name)
{
    for (size_t i = 0; name != NULL && i < relation->ncols; i++)
        if (strcasecmp(relation->columns[i].name, name) == 0 && !relation->columns[i].generated)
            return relation->columns[i].attnum;
    return 0;
}

static json_t *
text_array(const ray_cells *cells)
{
    json_t *array = json_array();

    for (size_t i = 0; i < cells->len; i++) {
        json_t *text = cells->items[i] == NULL ? json_null() : json_string(cells->items[i]);

        (void)json_array_append_new(array, text == NULL ? json_string("(not UTF-8)") : text);
    }
    return array;
}

static void
preview_csv(struct import *import, json_t *columns, json_t *rows, json_t *suggested)
{
    const char *at = import->head.data;
    const char *end = at + import->head.len;
    ray_cells cells;
    size_t number = 0;

    while (json_array_size(rows) < PREVIEW_ROWS &&
           ray_csv_record(import->request->arena, &at, end, import->whole, &cells)) {
        json_t *array = text_array(&cells);

        for (size_t i = 0; number == 0 && i < cells.len; i++) {
            const struct ray_relation *relation = &import->relation;
            const char *name = import->header && cells.items[i] != NULL
                                   ? cells.items[i]
                                   : ray_arena_printf(import->request->arena, "column %zu", i + 1);
            int attnum = import->header ? suggest(relation, name)
                         : i < relation->ncols && !relation->columns[i].generated
                             ? relation->columns[i].attnum
                             : 0;
            json_t *text = json_string(name);

            (void)json_array_append_new(columns, text == NULL ? json_string("(not UTF-8)") : text);
            (void)json_array_append_new(suggested, json_integer(attnum));
        }
        if (number++ > 0 || !import->header)
            (void)json_array_append(rows, array);
        json_decref(array);
    }
}

struct preview {
    struct import *import;
    json_t *values;
};

static bool
keep_value(void *arg, const char *text, size_t size, struct ray_err *err)
{
    struct preview *preview = arg;
    json_t *value;

    if (json_array_size(preview->values) >= PREVIEW_ROWS)
        return true;
    value = ray_json_parse(text, size, "the file", err);
    if (value == NULL)
        return false;
    if (!json_is_object(value)) {
        json_decref(value);
        return ray_err_set(err, RAY_USAGE, "a row is no object");
    }
    (void)json_array_append_new(preview->values, value);
    return true;
}

static json_t *
plain_text(struct ray_arena *arena, const json_t *value)
{
    struct ray_buf buf;

    if (value == NULL || json_is_null(value))
        return json_null();
    if (json_is_string(value))
        return json_string(json_string_value(value));
    ray_buf_init(&buf, arena);
    return json_string(ray_json_text(arena, value));
}

static bool
preview_json(struct import *import, json_t *columns, json_t *rows, json_t *suggested,
             struct ray_err *err)
{
    struct preview preview = {.import = import, .values = json_array()};
    json_t *seen = json_object();
    const char *key;
    json_t *value;
    json_t *ignored;
    size_t i;
    bool ok = ray_json_pieces_add(&import->pieces, import->head.data, import->head.len, keep_value,
                                  &preview, err) &&
              (!import->whole || ray_json_pieces_end(&import->pieces, keep_value, &preview, err));

    json_array_foreach(preview.values, i, value)
    {
        json_object_foreach(value, key, ignored)
        {
            if (json_object_get(seen, key) != NULL)
                continue;
            (void)json_object_set_new(seen, key, json_true());
            (void)json_array_append_new(columns, json_string(key));
            (void)json_array_append_new(suggested, json_integer(suggest(&import->relation, key)));
        }
    }
    json_array_foreach(preview.values, i, value)
    {
        json_t *row = json_array();
        size_t c;

        json_array_foreach(columns, c, ignored)
        {
            (void)json_array_append_new(row, plain_text(import->request->arena,
                                                        json_object_get(value, json_string_value(
                                                                                   ignored))));
        }
        (void)json_array_append_new(rows, row);
    }
    json_decref(seen);
    json_decref(preview.values);
    return ok;
}

static bool
finish_preview(struct import *import, struct ray_err *err)
{
    json_t *object = json_object();
    json_t *columns = json_array();
    json_t *rows = json_array();
    json_t *suggested = json_array();
    bool ok = true;

    (void)json_object_set_new(object, "columns", columns);
    (void)json_object_set_new(object, "rows", rows);
    (void)json_object_set_new(object, "suggested", suggested);
    if (import->is_json)
        ok = preview_json(import, columns, rows, suggested, err);
    else
        preview_csv(import, columns, rows, suggested);
    if (!ok) {
        json_decref(object);
        return false;
    }
    ray_reply_json(import->request, object);
    return true;
}

/* ---------------------------------------------------------------- the route */

bool
ray_studio_import(struct ray_request *request, struct ray_err *err)
{
    struct import *import;
    json_t *details;
    int64_t rows = 0;
    bool ok;

    /* An empty file came in no piece. */
    if (request->upload == NULL && !ray_studio_import_take(request, "", 0, err))
        return false;
    import = request->upload;
    if (!import->is_run)
        return finish_preview(import, err);
    ok = finish_run(import, &rows, err);
    details = json_object();
    ray_json_set_text(details, "table", ray_relation_label(request->arena, &import->relation));
    ray_json_set_text(details, "format", import->is_json ? "json" : "csv");
    ray_json_set_int(details, "rows", rows);
    ray_audit_note(request, "import", details, ok ? NULL : err);
    return ok;
}

void
ray_studio_import_end(struct ray_request *request)
{
    struct import *import = request->upload;

    if (import == NULL)
        return;
    if (import->flow.state != NULL)
        ray_flow_end(&import->flow);
    ray_lease_give(import->lease);
    ray_arena_free(import->piece);
    request->upload = NULL;
}
