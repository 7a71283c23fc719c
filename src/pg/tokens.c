/*
 * The hash over the tokens of a text: see split.h.
 *
 * Each token's text as it stands, with CRLF as LF, and a NUL behind it; comments are left out. What
 * is not SQL by PostgreSQL's scanner, or no UTF-8, is hashed byte by byte, but for CRLF: an edit of
 * such a file is noticed too. Small tokens are gathered: a digest is slow on few bytes at a time.
 */
#include "pg/scan.h"

#include "base/hash.h"

#include <string.h>

enum { GATHERED = 4096, STEP = 32 * 1024 };

struct feed {
    struct ray_hash *hash;
    size_t len;
    char data[GATHERED];
};

static void
feed_bytes(struct feed *feed, const char *data, size_t length)
{
    if (length > sizeof(feed->data) - feed->len) {
        ray_hash_add(feed->hash, feed->data, feed->len);
        feed->len = 0;
    }
    if (length > sizeof(feed->data)) {
        ray_hash_add(feed->hash, data, length);
        return;
    }
    memcpy(feed->data + feed->len, data, length);
    feed->len += length;
}

/* Leaves out each carriage return that a line feed follows; the last byte is taken as it is. */
static void
feed_lines(struct feed *feed, const char *text, size_t length)
{
    const char *last = text + length;
    const char *from = text;

    for (const char *at = text; (at = memchr(at, '\r', (size_t)(last - at))) != NULL; at++)
        if (at + 1 < last && at[1] == '\n') {
            feed_bytes(feed, from, (size_t)(at - from));
            from = at + 1;
        }
    feed_bytes(feed, from, (size_t)(last - from));
}

static void
feed_end(struct feed *feed, char hex[65])
{
    if (hex != NULL)
        ray_hash_add(feed->hash, feed->data, feed->len);
    ray_hash_end(feed->hash, hex);
}

static bool
hash_tokens(struct ray_arena *arena, const struct ray_source *source, size_t window, char hex[65],
            struct ray_err *err)
{
    struct feed feed = {.hash = ray_hash_begin()};
    struct ray_scan *scan = NULL;
    bool end = false;
    bool done = ray_scan_open(arena, source, window, &scan, err);

    while (done && !end) {
        struct ray_token token;

        done = ray_scan_next(scan, &token, &end, err);
        if (done && !end && !ray_token_is_comment(&token)) {
            feed_lines(&feed, token.text, token.end - token.begin);
            feed_bytes(&feed, "", 1);
        }
    }
    feed_end(&feed, done ? hex : NULL);
    ray_scan_close(scan);
    return done;
}

static bool
hash_text(const struct ray_source *source, char hex[65], struct ray_err *err)
{
    struct feed feed = {.hash = ray_hash_begin()};
    struct ray_reader reader;
    bool done = ray_reader_open(source, true, &reader, err);
    size_t at = reader.begin;

    while (done) {
        size_t length;

        reader.keep = at;
        done = ray_reader_fill(&reader, at + STEP, err);
        length = ray_reader_end(&reader) - at;
        if (!done || length == 0)
            break;
        /* A carriage return at the end waits for what follows. */
        if (!reader.eof && length > 1 && ray_reader_at(&reader, at)[length - 1] == '\r')
            length--;
        feed_lines(&feed, ray_reader_at(&reader, at), length);
        at += length;
    }
    feed_end(&feed, done ? hex : NULL);
    ray_reader_close(&reader);
    return done;
}

bool
ray_tokens_hash_window(const struct ray_source *source, size_t window, char hex[65],
                       struct ray_err *err)
{
    struct ray_arena *arena = ray_arena_new();
    struct ray_err unscannable;
    bool done;

    ray_err_init(&unscannable, arena);
    done = hash_tokens(arena, source, window, hex, &unscannable) || hash_text(source, hex, err);
    ray_arena_free(arena);
    return done;
}

bool
ray_tokens_hash(const struct ray_source *source, char hex[65], struct ray_err *err)
{
    return ray_tokens_hash_window(source, 0, hex, err);
}
