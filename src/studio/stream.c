/* Streams: see stream.h. */
#include "studio/stream.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>

enum {
    ROOM = 64 * 1024,
    BEAT_MS = 8000,   /* of the ten seconds that the interface promises */
    LOOK_MS = 250,    /* how often a waiting reader looks whether the client is still there */
    STALL_MS = 300000 /* a client that reads nothing for so long is cut off */
};

struct ray_sink {
    struct ray_request *request;
    struct ray_stream stream;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    char *data; /* a ring of ROOM bytes */
    size_t begin;
    size_t len;
    int64_t last_ms; /* when something was last read */
    bool any;        /* a byte was written */
    bool at_line;    /* what was read last was a line's end */
    bool closed;     /* nobody reads */
    bool done;       /* nobody writes */
    bool failed;
    struct ray_err err;
};

/* ---------------------------------------------------------------- both sides */

static void
wait_for_change(struct ray_sink *sink, int64_t ms)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    (void)pthread_cond_timedwait(&sink->changed, &sink->lock, &until);
}

static bool
is_gone(const struct ray_sink *sink)
{
    struct pollfd fd = {.fd = sink->request->client, .events = POLLRDHUP};

    return sink->request->studio->closing || (poll(&fd, 1, 0) > 0 && fd.revents != 0);
}

static void
add(struct ray_sink *sink, const char *data, size_t size)
{
    size_t at = (sink->begin + sink->len) % ROOM;
    size_t first = size < ROOM - at ? size : ROOM - at;

    memcpy(sink->data + at, data, first);
    memcpy(sink->data, data + first, size - first);
    sink->len += size;
    sink->any = true;
}

/* ---------------------------------------------------------------- the producer's side */

bool
ray_sink_write(struct ray_sink *sink, const char *data, size_t size)
{
    bool open;

    (void)pthread_mutex_lock(&sink->lock);
    while (size > 0 && !sink->closed) {
        size_t part = size < ROOM - sink->len ? size : ROOM - sink->len;

        if (part == 0) {
            wait_for_change(sink, LOOK_MS);
            if (is_gone(sink) || ray_clock_ms() - sink->last_ms > STALL_MS)
                sink->closed = true;
            continue;
        }
        add(sink, data, part);
        data += part;
        size -= part;
        (void)pthread_cond_broadcast(&sink->changed);
    }
    open = !sink->closed;
    (void)pthread_mutex_unlock(&sink->lock);
    return open;
}

static int
write_piece(const char *data, size_t size, void *sink)
{
    return ray_sink_write(sink, data, size) ? 0 : -1;
}

bool
ray_sink_line(struct ray_sink *sink, json_t *object)
{
    bool ok = json_dump_callback(object, write_piece, sink, JSON_COMPACT) == 0;

    json_decref(object);
    return ok && ray_sink_write(sink, "\n", 1);
}

bool
ray_sink_is_closed(struct ray_sink *sink)
{
    bool closed;

    (void)pthread_mutex_lock(&sink->lock);
    closed = sink->closed || is_gone(sink);
    (void)pthread_mutex_unlock(&sink->lock);
    return closed;
}

static bool
is_lines(const struct ray_sink *sink)
{
    return strcmp(sink->stream.type, RAY_NDJSON) == 0;
}

static void *
produce(void *arg)
{
    struct ray_sink *sink = arg;
    bool ok = sink->stream.produce(sink->request, sink, sink->stream.state, &sink->err);

    if (sink->stream.end != NULL)
        sink->stream.end(sink->stream.state);
    if (!ok && is_lines(sink))
        (void)ray_sink_line(sink, ray_request_error(sink->err.arena, &sink->err));
    (void)pthread_mutex_lock(&sink->lock);
    sink->failed = !ok;
    sink->done = true;
    (void)pthread_cond_broadcast(&sink->changed);
    (void)pthread_mutex_unlock(&sink->lock);
    return NULL;
}

/* ---------------------------------------------------------------- the reader's side */

static size_t
take(struct ray_sink *sink, char *out, size_t max)
{
    size_t size = sink->len < max ? sink->len : max;
    size_t first = size < ROOM - sink->begin ? size : ROOM - sink->begin;

    memcpy(out, sink->data + sink->begin, first);
    memcpy(out + first, sink->data, size - first);
    sink->begin = (sink->begin + size) % ROOM;
    sink->len -= size;
    sink->at_line = size > 0 && out[size - 1] == '\n';
    return size;
}

/* Waits for bytes: how many were put into `out`, 0 at the end. */
static ssize_t
read_some(struct ray_sink *sink, char *out, size_t max)
{
    static const char beat[] = "{\"beat\":true}\n";
    int64_t began = ray_clock_ms();

    while (sink->len == 0 && !sink->done) {
        wait_for_change(sink, LOOK_MS);
        if (sink->len == 0 && is_gone(sink))
            return -1;
        if (sink->len == 0 && is_lines(sink) && sink->at_line && max >= sizeof(beat) &&
            ray_clock_ms() - began >= BEAT_MS) {
            memcpy(out, beat, sizeof(beat) - 1);
            return sizeof(beat) - 1;
        }
    }
    if (sink->len > 0)
        return (ssize_t)take(sink, out, max);
    return sink->failed && !is_lines(sink) ? -1 : 0;
}

ssize_t
ray_sink_read(struct ray_sink *sink, char *out, size_t max)
{
    ssize_t size;

    (void)pthread_mutex_lock(&sink->lock);
    sink->last_ms = ray_clock_ms();
    size = read_some(sink, out, max);
    if (size < 0)
        sink->closed = true;
    (void)pthread_cond_broadcast(&sink->changed);
    (void)pthread_mutex_unlock(&sink->lock);
    return size;
}

void
ray_sink_free(struct ray_sink *sink)
{
    if (!sink->started)
        return;
    (void)pthread_mutex_lock(&sink->lock);
    sink->closed = true;
    (void)pthread_cond_broadcast(&sink->changed);
    (void)pthread_mutex_unlock(&sink->lock);
    (void)pthread_join(sink->thread, NULL);
    (void)pthread_cond_destroy(&sink->changed);
    (void)pthread_mutex_destroy(&sink->lock);
    sink->started = false;
}

/* A file's first bytes, or why there are none. */
static bool
await_first(struct ray_sink *sink, struct ray_err *err)
{
    bool failed;

    (void)pthread_mutex_lock(&sink->lock);
    while (!sink->any && !sink->done && !is_gone(sink))
        wait_for_change(sink, LOOK_MS);
    failed = !sink->any && sink->done && sink->failed;
    if (failed)
        *err = sink->err;
    (void)pthread_mutex_unlock(&sink->lock);
    return !failed;
}

bool
ray_reply_stream(struct ray_request *request, const struct ray_stream *stream, struct ray_err *err)
{
    struct ray_sink *sink = RAY_NEW(request->arena, struct ray_sink);
    pthread_condattr_t clock;
    int fault;

    sink->request = request;
    sink->stream = *stream;
    sink->data = ray_arena_alloc(request->arena, ROOM);
    sink->last_ms = ray_clock_ms();
    sink->at_line = true;
    ray_err_init(&sink->err, request->arena);
    (void)pthread_mutex_init(&sink->lock, NULL);
    (void)pthread_condattr_init(&clock);
    (void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&sink->changed, &clock);
    (void)pthread_condattr_destroy(&clock);
    request->reply = (struct ray_reply){.status = 200,
                                        .type = stream->type,
                                        .filename = stream->filename,
                                        .sink = sink};
    fault = pthread_create(&sink->thread, NULL, produce, sink);
    if (fault != 0) {
        if (stream->end != NULL)
            stream->end(stream->state);
        errno = fault;
        return ray_err_errno(err, RAY_UNAVAILABLE, "cannot start a thread");
    }
    sink->started = true;
    return is_lines(sink) || await_first(sink, err);
}
