/*
 * The text of a source, streamed: see reader.h.
 *
 * The buffer is not a ray_buf: that one grows by half, and half of a 200 MB statement is more than
 * what a migration may cost. This one grows by a sixteenth, which stays cheap because large blocks
 * of an arena grow in place. What is no longer needed is overwritten only when room runs out, so
 * that every byte is moved about once. Lines are counted as text is forgotten: each byte once.
 */
#include "pg/reader.h"

#include "base/file.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum {
    STEP = 32 * 1024, /* bytes at once while the lines before the range are counted */
    LONGEST_CHARACTER = 4,
};

static const char byte_order_mark[] = "\xef\xbb\xbf";

char *
ray_reader_at(const struct ray_reader *reader, size_t offset)
{
    assert(offset >= reader->base && offset <= ray_reader_end(reader));
    return reader->data + (offset - reader->base);
}

size_t
ray_reader_end(const struct ray_reader *reader)
{
    return reader->base + reader->len;
}

void
ray_reader_locate(struct ray_reader *reader, size_t offset, int *line, int *column)
{
    const char *at = ray_reader_at(reader, reader->place);
    const char *to = ray_reader_at(reader, offset);
    const char *newline;

    assert(offset >= reader->place);
    while ((newline = memchr(at, '\n', (size_t)(to - at))) != NULL) {
        reader->line++;
        reader->column = 1;
        at = newline + 1;
    }
    for (; at < to; at++)
        if (((unsigned char)*at & 0xc0) != 0x80)
            reader->column++;
    reader->place = offset;
    *line = reader->line;
    *column = reader->column;
}

bool
ray_reader_fail(struct ray_reader *reader, size_t offset, const char *sqlstate, const char *message,
                struct ray_err *err)
{
    int line;
    int column;

    ray_reader_locate(reader, offset, &line, &column);
    (void)ray_err_set(err, RAY_FAILED, "%s", message);
    memcpy(err->sqlstate, sqlstate, sizeof(err->sqlstate));
    return ray_err_at(err, reader->path, line, column);
}

static bool
fail_encoding(struct ray_reader *reader, size_t offset, struct ray_err *err)
{
    char message[] = "invalid byte 0x00";
    unsigned char byte = (unsigned char)*ray_reader_at(reader, offset);

    message[sizeof(message) - 3] = "0123456789abcdef"[byte >> 4];
    message[sizeof(message) - 2] = "0123456789abcdef"[byte & 0xf];
    (void)ray_reader_fail(reader, offset, "22021", message, err);
    return ray_err_hint(err, byte == 0 ? "The file must be text in UTF-8, without NUL bytes."
                                       : "The file must be in UTF-8; convert it, for example "
                                         "with iconv.");
}

/* Checks what was read since the last time. The last bytes may be the head of a character. */
static bool
check(struct ray_reader *reader, struct ray_err *err)
{
    const char *text = ray_reader_at(reader, reader->checked);
    size_t length = ray_reader_end(reader) - reader->checked;
    const char *nul = memchr(text, '\0', length);
    size_t good = nul == NULL ? length : (size_t)(nul - text);
    size_t bad;

    if (!ray_utf8_valid(text, good, &bad)) {
        if (nul == NULL && !reader->eof && length - bad < LONGEST_CHARACTER) {
            reader->checked += bad;
            return true;
        }
        return fail_encoding(reader, reader->checked + bad, err);
    }
    if (nul != NULL)
        return fail_encoding(reader, reader->checked + good, err);
    reader->checked += length;
    return true;
}

/* Forgets what need not be kept. */
static void
forget(struct ray_reader *reader)
{
    size_t count = reader->keep - reader->base;
    int line;
    int column;

    if (reader->place < reader->keep)
        ray_reader_locate(reader, reader->keep, &line, &column);
    memmove(reader->data, reader->data + count, reader->len - count + 1);
    reader->len -= count;
    reader->base = reader->keep;
}

/* Room for `more` bytes and a NUL behind those held. */
static void
make_room(struct ray_reader *reader, size_t more)
{
    size_t need = reader->len + more + 1;
    size_t cap = reader->cap + reader->cap / 16;

    if (need <= reader->cap)
        return;
    if (reader->keep > reader->base) {
        forget(reader);
        need = reader->len + more + 1;
    }
    if (need <= reader->cap)
        return;
    if (cap < need)
        cap = need;
    reader->data = ray_arena_grow(reader->arena, reader->data, reader->cap, cap);
    reader->cap = cap;
}

/* Reads once: at most `want` bytes into the room behind those held. */
static bool
read_some(struct ray_reader *reader, size_t want, struct ray_err *err)
{
    char *to = reader->data + reader->len;
    ssize_t count;

    if (reader->source != NULL) {
        memcpy(to, reader->source + ray_reader_end(reader), want);
        count = (ssize_t)want;
    } else {
        do
            count = read(reader->fd, to, want);
        while (count < 0 && errno == EINTR);
    }
    if (count < 0)
        return ray_err_errno(err, RAY_USAGE, "cannot read \"%s\"", reader->path);
    reader->len += (size_t)count;
    reader->data[reader->len] = '\0';
    if (count == 0 || ray_reader_end(reader) == reader->limit)
        reader->eof = true;
    return true;
}

bool
ray_reader_fill(struct ray_reader *reader, size_t offset, struct ray_err *err)
{
    if (offset > reader->limit)
        offset = reader->limit;
    while (!reader->eof && ray_reader_end(reader) < offset) {
        size_t want = offset - ray_reader_end(reader);

        make_room(reader, want);
        if (!read_some(reader, want, err) || (!reader->raw && !check(reader, err)))
            return false;
    }
    return true;
}

bool
ray_reader_open(const struct ray_source *source, bool raw, struct ray_reader *out,
                struct ray_err *err)
{
    const size_t mark = sizeof(byte_order_mark) - 1;

    *out = (struct ray_reader){.arena = ray_arena_new(),
                               .path = source->path,
                               .source = source->text,
                               .fd = -1,
                               .raw = raw,
                               .limit = SIZE_MAX,
                               .line = 1,
                               .column = 1};
    out->data = ray_arena_alloc(out->arena, 1);
    out->cap = 1;
    if (source->text != NULL)
        out->limit = strlen(source->text);
    else if ((out->fd = ray_file_open(source->path, &out->limit, err)) < 0)
        return false;
    if (source->end != 0 && source->end < out->limit)
        out->limit = source->end;
    out->eof = out->limit == 0;
    if (!ray_reader_fill(out, mark, err))
        return false;
    if (out->len >= mark && memcmp(out->data, byte_order_mark, mark) == 0)
        out->place = mark;
    out->begin = source->begin > out->place ? source->begin : out->place;
    while (!out->eof && ray_reader_end(out) < out->begin) {
        size_t next = ray_reader_end(out) + STEP;

        out->keep = raw ? ray_reader_end(out) : out->checked;
        if (!ray_reader_fill(out, next < out->begin ? next : out->begin, err))
            return false;
    }
    if (out->begin > ray_reader_end(out))
        out->begin = ray_reader_end(out);
    out->keep = out->begin;
    return true;
}

void
ray_reader_close(struct ray_reader *reader)
{
    if (reader->fd >= 0)
        close(reader->fd);
    ray_arena_free(reader->arena);
    reader->fd = -1;
    reader->arena = NULL;
    reader->data = NULL;
}
