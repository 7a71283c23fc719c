/*
 * String builder on an arena. Always NUL-terminated, `data` never NULL, length known; so buf.data can be
 * handed to anything that wants a string. The SQL quoting functions are in pg/quote.h.
 */
#ifndef RAY_BASE_BUF_H
#define RAY_BASE_BUF_H

#include "base/arena.h"

struct ray_buf {
    struct ray_arena *arena;
    char *data;
    size_t len;
    size_t cap; /* bytes behind data, the NUL's among them */
};

void ray_buf_init(struct ray_buf *buf, struct ray_arena *arena);
void ray_buf_add(struct ray_buf *buf, const char *text);
void ray_buf_addn(struct ray_buf *buf, const char *text, size_t length);
void ray_buf_addc(struct ray_buf *buf, char c);
void ray_buf_addf(struct ray_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Room for `more` bytes behind the text; returns where they go. ray_buf_advance then counts those used. */
char *ray_buf_reserve(struct ray_buf *buf, size_t more);
void ray_buf_advance(struct ray_buf *buf, size_t used);

/* Forgets all text behind `length`, which is at most the present one. */
void ray_buf_truncate(struct ray_buf *buf, size_t length);

/* Forgets the first `count` bytes and moves the rest to the front. */
void ray_buf_consume(struct ray_buf *buf, size_t count);

#endif
