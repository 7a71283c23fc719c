/*
 * A script's statements through a pipeline: sent without waiting, so that a slow network costs a round
 * trip a script and not one a statement, with results read in the order sent. A ring remembers where each
 * statement in flight came from, to place an error and to time each one.
 */
#include "run/stream.h"

#include "base/clock.h"
#include "run/admit.h"

#include <string.h>

enum { IN_FLIGHT = 128, BYTES_IN_FLIGHT = 512 * 1024 };

struct flight {
    size_t offset;
    size_t len;
    int line, column, number;
    char summary[RAY_SUMMARY_SIZE];
    struct ray_arena *texts; /* holds `sql`; made where whole statements are told */
    const char *sql;
};

struct stream {
    struct ray_step *step;
    size_t lead; /* results that come before those of the script's statements */
    struct flight ring[IN_FLIGHT];
    size_t head; /* oldest in flight */
    size_t count;
    size_t bytes;
    int64_t last_us; /* when the last result came */
};

/* The server's error for the oldest in flight. */
static bool
place_error(struct stream *stream, struct ray_err *err)
{
    const struct flight *flight = &stream->ring[stream->head];
    const struct ray_statement statement = {.offset = flight->offset,
                                            .len = flight->len,
                                            .line = flight->line,
                                            .column = flight->column};

    if (err->message == NULL)
        return false;
    ray_step_locate(stream->step, &statement, err);
    if (strcmp(err->sqlstate, "25001") == 0)
        (void)ray_err_hint(err, "Put \"-- raymig: transaction=none\" in the first line of the "
                                "migration.");
    return false;
}

static bool
read_lead(struct stream *stream, struct ray_err *err)
{
    for (; stream->lead > 0; stream->lead--)
        if (!ray_pipe_next(ray_runner_conn(stream->step->runner), NULL, NULL, err))
            return false;
    return true;
}

static bool
read_one(struct stream *stream, struct ray_err *err)
{
    struct flight *flight = &stream->ring[stream->head];
    struct ray_event event = {.kind = RAY_EVENT_STATEMENT,
                              .statement = flight->number,
                              .text = flight->summary,
                              .sql = flight->sql};
    int64_t now;

    if (!read_lead(stream, err))
        return false;
    ray_step_event(stream->step, &event);
    if (!ray_pipe_next(ray_runner_conn(stream->step->runner), NULL, NULL, err))
        return place_error(stream, err);
    now = ray_clock_us();
    event.kind = RAY_EVENT_STATEMENT_DONE;
    event.us = now - stream->last_us;
    ray_step_event(stream->step, &event);
    stream->last_us = now;
    if (flight->texts != NULL)
        ray_arena_reset(flight->texts);
    flight->sql = NULL;
    stream->bytes -= flight->len;
    stream->head = (stream->head + 1) % IN_FLIGHT;
    stream->count--;
    return true;
}

/* The splitter's text is gone by the time that the statement's turn comes. */
static void
keep_text(struct flight *flight, const struct ray_statement *statement)
{
    if (flight->texts == NULL)
        flight->texts = ray_arena_new();
    flight->sql = ray_arena_strndup(flight->texts, statement->text, statement->len);
}

static bool
send_one(struct stream *stream, const struct ray_statement *statement, struct ray_err *err)
{
    struct flight *flight = &stream->ring[(stream->head + stream->count) % IN_FLIGHT];
    enum ray_statement_kind kind = ray_statement_classify(statement->text);

    if (!ray_step_admits(stream->step, statement, kind, err) ||
        !ray_pipe_send(ray_runner_conn(stream->step->runner), statement->text, 0, NULL, err))
        return false;
    flight->offset = statement->offset;
    flight->len = statement->len;
    flight->line = statement->line;
    flight->column = statement->column;
    flight->number = statement->number;
    flight->summary[0] = '\0';
    if (stream->step->runner->options.on_event != NULL)
        ray_statement_summary(statement->text, flight->summary, sizeof(flight->summary));
    if (stream->step->runner->options.whole_statements)
        keep_text(flight, statement);
    stream->count++;
    stream->bytes += statement->len;
    return true;
}

static bool
stream_all(struct stream *stream, struct ray_splitter *splitter, struct ray_tail *tail,
           struct ray_err *err)
{
    struct ray_statement statement;
    bool end = false;

    for (;;) {
        if (!ray_splitter_next(splitter, &statement, &end, err))
            return false;
        if (end)
            break;
        while (stream->count == IN_FLIGHT ||
               (stream->count > 0 && stream->bytes + statement.len > BYTES_IN_FLIGHT))
            if (!read_one(stream, err))
                return false;
        if (!send_one(stream, &statement, err))
            return false;
    }
    /* The record is made up, from the script's files, while the server works; a large statement's text
     * need not be held twice for that. */
    ray_splitter_close(splitter);
    if (!ray_pipe_flush(ray_runner_conn(stream->step->runner), err) ||
        !ray_step_send_end(stream->step, tail, err) || !read_lead(stream, err))
        return false;
    while (stream->count > 0)
        if (!read_one(stream, err))
            return false;
    return true;
}

bool
ray_step_stream(struct ray_step *step, size_t lead, struct ray_tail *tail, struct ray_err *err)
{
    struct stream stream = {.step = step, .lead = lead, .last_us = ray_clock_us()};
    struct ray_splitter *splitter;
    bool ok;

    if (!ray_splitter_open(step->arena, &step->selected->script.source, &splitter, err))
        return false;
    ok = stream_all(&stream, splitter, tail, err);
    ray_splitter_close(splitter);
    for (size_t i = 0; i < IN_FLIGHT; i++)
        ray_arena_free(stream.ring[i].texts);
    return ok;
}
