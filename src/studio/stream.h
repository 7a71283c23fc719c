/*
 * A reply that is written while it is sent. The producer has a thread of its own and writes into a buffer of constant
 * size; the connection's thread empties it. A writer waits while it is full (a slow reader slows the server's query
 * down), and is told when nobody reads any more.
 *
 * A failure before the first byte of a file is answered as an error like any other. Behind it, a stream of lines ends
 * with {"error": {...}}, and a file is broken off, so that no browser takes a part for the whole.
 */
#ifndef RAY_STUDIO_STREAM_H
#define RAY_STUDIO_STREAM_H

#include "studio/request.h"

struct ray_sink;

/* Writes the whole stream; in its own thread, with the request's arena to itself. */
typedef bool ray_produce_fn(struct ray_request *request, struct ray_sink *sink, void *state,
                            struct ray_err *err);

struct ray_stream {
    const char *type;     /* RAY_NDJSON: lines, kept alive by {"beat": true} */
    const char *filename; /* a download of this name; NULL: none */
    ray_produce_fn *produce;
    void (*end)(void *state); /* called once, when nothing is produced any more; NULL: none */
    void *state;
};

#define RAY_NDJSON "application/x-ndjson"

/* Makes the stream the request's reply: a handler's last call. False where a file's producer failed at once. */
bool ray_reply_stream(struct ray_request *request, const struct ray_stream *stream,
                      struct ray_err *err) RAY_MUST_CHECK;

/* Waits where there is no room. False once nobody reads: the producer then returns. */
bool ray_sink_write(struct ray_sink *sink, const char *data, size_t size);
/* An object as a line; it is freed. */
bool ray_sink_line(struct ray_sink *sink, json_t *object);
/* True once nobody reads. */
bool ray_sink_is_closed(struct ray_sink *sink);

/* For the server: fills `out` with up to `max` bytes, waiting for some; 0 at the end, -1 where the stream broke. */
ssize_t ray_sink_read(struct ray_sink *sink, char *out, size_t max);
/* Tells the producer that nobody reads, and waits for its end. */
void ray_sink_free(struct ray_sink *sink);

#endif
