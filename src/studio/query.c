/*
 * An editor's statements, one after the other up to the first that fails, their results streamed.
 *
 * What gives rows is asked for through a cursor where that can be, so that a table of any size costs no more than the
 * rows that are shown; whether it can be the server says (a cursor is for a query that only reads), and what cannot runs
 * by itself, to its end. With --read-only a cursor is the only way, in a transaction that is READ ONLY before the
 * statement comes: the server then takes nothing that writes, nor COPY, DO or CALL, which may reach beyond it. Each
 * statement is sent alone by the extended protocol.
 */
#include "studio/audit.h"
#include "studio/editors.h"
#include "studio/queries.h"
#include "studio/results.h"
#include "studio/routes.h"

#include "base/clock.h"
#include "pg/split.h"
#include "pg/statement.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define CURSOR "raymig_cursor"

enum { TAGS_MOST = 100 };

struct query {
    const char *sql;
    const char *session;
    const char *mode;
    int64_t timeout_ms;
    int64_t rows;
    const char *request;

    struct ray_editor *editor;
    struct ray_results results;
    int64_t began_ms;
    size_t chars; /* of sql before `bytes` */
    size_t bytes;
    json_t *tags; /* of the statements that were done, the first of them */
};

/* ---------------------------------------------------------------- what kind of statement */

/* The keyword that it begins with is one of these, the last of which is NULL. */
static const char *
head_of(const char *text, const char *const *words)
{
    const char *head = ray_statement_head(text);

    for (; *words != NULL; words++) {
        size_t length = strlen(*words);

        if (strncasecmp(head, *words, length) == 0 &&
            strspn(head + length, "_$abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789") == 0)
            return *words;
    }
    return NULL;
}

static bool
may_have_cursor(const char *text)
{
    static const char *const words[] = {"SELECT", "VALUES", "TABLE", "WITH", NULL};

    return ray_statement_head(text)[0] == '(' || head_of(text, words) != NULL;
}

/* ---------------------------------------------------------------- one statement */

/* By itself, all of it. */
static bool
run_alone(struct query *query, const char *sql, const char **tag, struct ray_err *err)
{
    struct ray_flow flow;
    bool ok = ray_flow_begin(ray_editor_conn(query->editor), query->results.request->arena, sql, 0,
                             NULL, &flow, err) &&
              ray_results_run(&query->results, &flow, true, tag, err);

    ray_flow_end(&flow);
    return ok;
}

static bool
declare(struct query *query, const char *sql, struct ray_err *err)
{
    struct ray_arena *arena = query->results.request->arena;

    return ray_editor_one(query->editor, arena,
                          ray_arena_printf(arena, "DECLARE " CURSOR " NO SCROLL CURSOR FOR %s",
                                           sql),
                          NULL, err);
}

/* The statement as a comment of one line, so that whoever looks at what the server does sees what it is. */
static const char *
comment_of(struct ray_arena *arena, const char *sql)
{
    enum { SHOWN = 500 };
    char *text = ray_arena_strndup(arena, sql, strnlen(sql, SHOWN));

    for (char *at = text; *at != '\0'; at++)
        if (*at == '\n' || *at == '\r')
            *at = ' ';
    for (size_t length = strlen(text); length > 0 && (unsigned char)text[length - 1] >= 0x80;)
        text[--length] = '\0'; /* what was cut in the middle of a character */
    return text;
}

/* A row more than is shown tells whether there are more. */
static bool
fetch(struct query *query, const char *statement, const char **tag, struct ray_err *err)
{
    struct ray_arena *arena = query->results.request->arena;
    const char *sql = ray_arena_printf(arena, "FETCH FORWARD %zu FROM " CURSOR " -- %s",
                                       query->results.cap + 1, comment_of(arena, statement));

    if (!run_alone(query, sql, tag, err))
        return false;
    *tag = ray_arena_printf(arena, "SELECT %zu", query->results.sent);
    return true;
}

/* The statement's place in the error, not that of what stands before it. */
static void
shift(struct ray_err *err, size_t by, const char *sql)
{
    if (err->position > by)
        err->position -= by;
    else
        err->position = 0;
    err->statement = sql;
}

/* In a transaction of its own, or in the one that is open. *done is false where the server has no cursor for it. */
static bool
run_cursor(struct query *query, const char *sql, bool *done, const char **tag, struct ray_err *err)
{
    bool own = ray_conn_tx(ray_editor_conn(query->editor)) == RAY_TX_IDLE;
    if (!ray_conn_exec(ray_editor_conn(query->editor), own ? "BEGIN" : "SAVEPOINT " CURSOR, err))
        return false;
    *done = declare(query, sql, err);
    if (!*done) {
        if (!ray_editor_exec(query->editor,
                             own ? "ROLLBACK"
                                 : "ROLLBACK TO SAVEPOINT " CURSOR "; RELEASE SAVEPOINT " CURSOR,
                             err))
            return false;
        ray_err_clear(err);
        return true;
    }
    if (fetch(query, sql, tag, err))
        return ray_editor_exec(query->editor,
                               own ? "CLOSE " CURSOR "; COMMIT"
                                   : "CLOSE " CURSOR "; RELEASE SAVEPOINT " CURSOR,
                               err);
    if (own)
        ray_editor_undo(query->editor, "ROLLBACK");
    return false;
}

/* SHOW and EXPLAIN have no cursor. The word is ours, so that whatever stands behind it, it is one of these. */
static bool
run_word(struct query *query, const char *sql, const char *word, const char **tag,
         struct ray_err *err)
{
    const char *rest = ray_statement_head(sql) + strlen(word);

    return run_alone(query, ray_arena_printf(query->results.request->arena, "%s %s", word, rest),
                     tag, err);
}

/* As a superuser, whose rights do not end at a read-only transaction (read.h). SHOW and EXPLAIN are as any other here. */
static bool
run_confined(struct query *query, const char *sql, const char **tag, struct ray_err *err)
{
    struct ray_arena *arena = query->results.request->arena;
    struct ray_lease *lease = ray_editor_lease(query->editor);
    struct ray_read read;
    bool begun = ray_read_confined(lease, arena, sql, (int64_t)query->results.cap + 1, &read, err);
    bool ok = begun && ray_results_read(&query->results, &read, tag, err);

    ray_read_end(&read);
    if (ok)
        *tag = ray_arena_printf(arena, "SELECT %zu", query->results.sent);
    /* Where it stands is told in our statement around it. */
    if (begun && !ok && err->message != NULL) {
        err->position = 0;
        err->statement = sql;
    }
    return ok;
}

/* The first statement of a transaction fixes that it is read-only. */
static bool
run_reading(struct query *query, const char *sql, const char **tag, struct ray_err *err)
{
    static const char *const words[] = {"SHOW", "EXPLAIN", NULL};
    const char *word = head_of(sql, words);
    bool ok;

    ok = ray_lease_begin(ray_editor_lease(query->editor), RAY_ACCESS_READ, query->timeout_ms,
                         err) &&
         ray_conn_exec(ray_editor_conn(query->editor), "SELECT 1", err);
    if (ok && ray_lease_is_confined(ray_editor_lease(query->editor))) {
        ok = run_confined(query, sql, tag, err);
        if (!ok && err->message != NULL && err->hint == NULL)
            (void)ray_err_hint(err, "With --read-only the studio runs queries, SHOW and EXPLAIN.");
    } else if (ok && word != NULL)
        ok = run_word(query, sql, word, tag, err);
    else if (ok && !declare(query, sql, err)) {
        shift(err, strlen("DECLARE " CURSOR " NO SCROLL CURSOR FOR "), sql);
        if (err->hint == NULL)
            (void)ray_err_hint(err, "With --read-only the studio runs queries, SHOW and EXPLAIN.");
        ok = false;
    } else if (ok) {
        ok = fetch(query, sql, tag, err);
    }
    if (ray_conn_tx(ray_editor_conn(query->editor)) != RAY_TX_IDLE)
        ray_editor_undo(query->editor, "ROLLBACK");
    return ok;
}

static bool
run_one(struct query *query, const char *sql, const char **tag, struct ray_err *err)
{
    bool done = false;

    if (query->results.request->studio->options.read_only)
        return run_reading(query, sql, tag, err);
    if (may_have_cursor(sql) && ray_conn_tx(ray_editor_conn(query->editor)) != RAY_TX_FAILED &&
        !run_cursor(query, sql, &done, tag, err))
        return false;
    return done || run_alone(query, sql, tag, err);
}

/* ---------------------------------------------------------------- all of them */

static void
on_notice(void *arg, const struct ray_notice *notice)
{
    struct query *query = arg;
    json_t *line = json_object();
    json_t *object = json_object();

    ray_json_set_text(object, "severity", notice->severity);
    ray_json_set_text(object, "sqlstate", notice->sqlstate);
    ray_json_set_text(object, "message", notice->message);
    ray_json_set_text(object, "detail", notice->detail);
    ray_json_set_text(object, "hint", notice->hint);
    (void)json_object_set_new(line, "notice", object);
    (void)ray_sink_line(query->results.sink, line);
}

/* The number of characters before a byte of the text; places only grow. */
static size_t
chars_before(struct query *query, size_t byte)
{
    for (; query->bytes < byte; query->bytes++)
        query->chars += ((unsigned char)query->sql[query->bytes] & 0xC0) != 0x80;
    return query->chars;
}

static bool
tell_begin(struct query *query, const struct ray_statement *statement)
{
    size_t from = chars_before(query, statement->offset);
    size_t to = chars_before(query, statement->offset + statement->len);

    return ray_sink_line(query->results.sink,
                         json_pack("{s:i,s:{s:I,s:I}}", "statement", statement->number, "position",
                                   "from", (json_int_t)from, "to", (json_int_t)to));
}

static bool
tell_done(struct query *query, const char *tag, int64_t ms)
{
    struct ray_results *results = &query->results;
    json_t *line = json_object();

    if (json_array_size(query->tags) < TAGS_MOST)
        (void)json_array_append_new(query->tags, json_string(tag));
    ray_json_set_text(line, "done", tag);
    ray_json_set_int(line, "rows", (int64_t)results->seen);
    ray_json_set_int(line, "ms", ms);
    ray_json_set_bool(line, "cut", results->seen > results->sent);
    if (results->cells_cut > 0)
        ray_json_set_int(line, "cells_cut", (int64_t)results->cells_cut);
    return ray_sink_line(results->sink, line);
}

static bool
run_statement(struct query *query, const struct ray_statement *statement, struct ray_err *err)
{
    struct ray_arena *arena = query->results.request->arena;
    const char *sql = ray_arena_strndup(arena, statement->text, statement->len);
    int64_t began = ray_clock_ms();
    const char *tag = "";

    query->results.sent = query->results.seen = query->results.cells_cut = 0;
    return tell_begin(query, statement) && run_one(query, sql, &tag, err) &&
           tell_done(query, tag, ray_clock_ms() - began);
}

static bool
run_all(struct query *query, struct ray_err *err)
{
    struct ray_source source = {.path = "the editor", .text = query->sql};
    struct ray_statement statement;
    struct ray_splitter *splitter;
    bool end = false;
    bool ok;

    if (query->sql[0] == '\0')
        return true;
    if (!ray_splitter_open(query->results.request->arena, &source, &splitter, err))
        return false;
    do
        ok = ray_splitter_next(splitter, &statement, &end, err) &&
             (end || run_statement(query, &statement, err));
    while (ok && !end);
    ray_splitter_close(splitter);
    return ok;
}

/* The tab's time limit, and the transaction that it works in. */
static bool
prepare(struct query *query, struct ray_err *err)
{
    struct ray_conn *conn = ray_editor_conn(query->editor);
    char sql[64];

    if (query->results.request->studio->options.read_only || ray_conn_tx(conn) == RAY_TX_FAILED)
        return true;
    (void)snprintf(sql, sizeof(sql), "SET statement_timeout = %lld", (long long)query->timeout_ms);
    if (!ray_conn_exec(conn, sql, err))
        return false;
    return strcmp(query->mode, "transaction") != 0 || ray_conn_tx(conn) != RAY_TX_IDLE ||
           ray_conn_exec(conn, "BEGIN", err);
}

/* A stream's end says how the editor stands now, also behind an error. */
static bool
tell_end(struct query *query, bool ok, const struct ray_err *err)
{
    json_t *line;

    if (!ok && err->message != NULL &&
        !ray_sink_line(query->results.sink, ray_request_error(query->results.request->arena, err)))
        return false;
    line = json_object();
    ray_json_set_bool(line, "end", true);
    ray_json_set_text(line, "transaction", ray_editor_state(query->editor));
    ray_json_set_int(line, "ms", ray_clock_ms() - query->began_ms);
    return ray_sink_line(query->results.sink, line);
}

/* Any SQL may write, as a function of a SELECT does: so all of it is noted that ran where it could. */
static void
audit(struct query *query, const struct ray_err *failure)
{
    struct ray_request *request = query->results.request;
    json_t *details = json_object();

    if (request->studio->options.read_only || query->sql[0] == '\0') {
        json_decref(details);
        return;
    }
    ray_json_set_text(details, "session", query->session);
    ray_json_set_text(details, "transaction", ray_editor_state(query->editor));
    (void)json_object_set(details, "done", query->tags);
    ray_audit_set_sql(request, details, query->sql);
    ray_audit_note(request, "sql", details, failure);
}

static bool
produce(struct ray_request *request, struct ray_sink *sink, void *state, struct ray_err *err)
{
    struct query *query = state;
    bool ok;

    query->tags = json_array();
    query->results.sink = sink;
    query->results.scratch = ray_arena_new();
    ray_buf_init(&query->results.batch, query->results.scratch);
    ray_conn_on_notice(ray_editor_conn(query->editor), on_notice, query);
    ok = prepare(query, err) && run_all(query, err);
    ray_conn_on_notice(ray_editor_conn(query->editor), NULL, NULL);
    (void)tell_end(query, ok, err);
    ray_queries_note(request, query->sql, ray_clock_ms() - query->began_ms, query->results.total,
                     ok ? NULL : err);
    audit(query, ok ? NULL : err);
    json_decref(query->tags);
    ray_editor_give(query->editor);
    ray_arena_free(query->results.scratch);
    return true;
}

static bool
read_query(struct ray_request *request, struct query *out, struct ray_err *err)
{
    static const struct ray_field fields[] = {
        {"sql", RAY_FIELD_TEXT, true, offsetof(struct query, sql)},
        {"session", RAY_FIELD_NAME, true, offsetof(struct query, session)},
        {"mode", RAY_FIELD_TEXT, false, offsetof(struct query, mode)},
        {"timeout_ms", RAY_FIELD_INT, false, offsetof(struct query, timeout_ms)},
        {"rows", RAY_FIELD_INT, false, offsetof(struct query, rows)},
        {"request", RAY_FIELD_NAME, false, offsetof(struct query, request)},
        {NULL, RAY_FIELD_ANY, false, 0},
    };

    if (!ray_request_fields(request->body, fields, out, err))
        return false;
    if (strcmp(out->mode, "auto") != 0 && strcmp(out->mode, "transaction") != 0)
        return ray_err_set(err, RAY_USAGE, "\"mode\" is neither \"auto\" nor \"transaction\"");
    if (out->timeout_ms > INT32_MAX)
        return ray_err_set(err, RAY_USAGE, "\"timeout_ms\" is more than %d", INT32_MAX);
    if (out->rows > RAY_QUERY_ROWS_MOST)
        return ray_err_set(err, RAY_USAGE, "\"rows\" is more than %d", RAY_QUERY_ROWS_MOST);
    return true;
}

bool
ray_studio_query(struct ray_request *request, struct ray_err *err)
{
    struct query *query = RAY_NEW(request->arena, struct query);
    const struct ray_stream stream = {.type = RAY_NDJSON, .produce = produce, .state = query};

    query->mode = "auto";
    query->timeout_ms = RAY_STUDIO_TIMEOUT_MS;
    query->rows = RAY_STUDIO_ROWS;
    query->began_ms = ray_clock_ms();
    if (!read_query(request, query, err) ||
        !ray_editor_take(request, query->session, query->request, &query->editor, err))
        return false;
    query->results.request = request;
    query->results.cap = (size_t)query->rows;
    if (ray_reply_stream(request, &stream, err))
        return true;
    ray_editor_give(query->editor);
    return false;
}
