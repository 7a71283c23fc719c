/* The string builder: see buf.h. Grows by half at least, so that appending stays linear. */
#include "base/buf.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void
ray_buf_init(struct ray_buf *buf, struct ray_arena *arena)
{
    buf->arena = arena;
    buf->len = 0;
    buf->cap = 64;
    buf->data = ray_arena_alloc(arena, buf->cap);
}

char *
ray_buf_reserve(struct ray_buf *buf, size_t more)
{
    size_t need = buf->len + more + 1;

    if (need > buf->cap) {
        size_t cap = buf->cap + buf->cap / 2;

        if (cap < need)
            cap = need;
        buf->data = ray_arena_grow(buf->arena, buf->data, buf->cap, cap);
        buf->cap = cap;
    }
    return buf->data + buf->len;
}

void
ray_buf_advance(struct ray_buf *buf, size_t used)
{
    assert(buf->len + used < buf->cap);
    buf->len += used;
    buf->data[buf->len] = '\0';
}

void
ray_buf_addn(struct ray_buf *buf, const char *text, size_t length)
{
    if (length == 0)
        return;
    memcpy(ray_buf_reserve(buf, length), text, length);
    ray_buf_advance(buf, length);
}

void
ray_buf_add(struct ray_buf *buf, const char *text)
{
    ray_buf_addn(buf, text, strlen(text));
}

void
ray_buf_addc(struct ray_buf *buf, char c)
{
    ray_buf_addn(buf, &c, 1);
}

void
ray_buf_addf(struct ray_buf *buf, const char *format, ...)
{
    va_list args;
    va_list again;
    int length;

    va_start(args, format);
    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length > 0) {
        vsnprintf(ray_buf_reserve(buf, (size_t)length), (size_t)length + 1, format, again);
        ray_buf_advance(buf, (size_t)length);
    }
    va_end(again);
}

void
ray_buf_truncate(struct ray_buf *buf, size_t length)
{
    assert(length <= buf->len);
    buf->len = length;
    buf->data[length] = '\0';
}

void
ray_buf_consume(struct ray_buf *buf, size_t count)
{
    assert(count <= buf->len);
    memmove(buf->data, buf->data + count, buf->len - count + 1);
    buf->len -= count;
}
