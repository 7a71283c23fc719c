/*
 * The place of an error: see place.h. A reader walks over the statement and keeps half a window behind
 * where it is; comments before the first token are no part of what is shown.
 */
#include "pg/place.h"

#include "pg/reader.h"
#include "pg/statement.h"

enum { HALF = RAY_PLACE_TEXT / 2 };

static bool
continues(const struct ray_reader *reader, size_t offset)
{
    return ((unsigned char)*ray_reader_at(reader, offset) & 0xc0) == 0x80;
}

/* Moves *at over up to `count` characters; *count is what was left of them where the text ended. */
static bool
walk(struct ray_reader *reader, size_t *at, size_t *count, struct ray_err *err)
{
    const size_t start = reader->keep;

    for (;;) {
        size_t end = ray_reader_end(reader);

        for (; *at < end && (*count > 0 || continues(reader, *at)); (*at)++)
            if (!continues(reader, *at))
                (*count)--;
        if (*at < end || reader->eof)
            return true;
        if (*at > start + HALF)
            reader->keep = *at - HALF;
        if (!ray_reader_fill(reader, end + HALF, err))
            return false;
    }
}

/* The part that is shown of a text that begins at `head`: whole lines before the place, where they fit. */
static size_t
window_begin(const struct ray_reader *reader, size_t head, size_t at)
{
    size_t begin = at > head + HALF ? at - HALF : head;

    if (begin == head)
        return head;
    for (size_t line = begin; line < at; line++)
        if (*ray_reader_at(reader, line) == '\n')
            return line + 1;
    while (begin < at && continues(reader, begin))
        begin++;
    return begin;
}

static size_t
window_end(const struct ray_reader *reader, size_t begin)
{
    size_t end = ray_reader_end(reader);

    if (end - begin <= RAY_PLACE_TEXT)
        return end;
    end = begin + RAY_PLACE_TEXT;
    while (end > begin && continues(reader, end))
        end--;
    return end;
}

static size_t
characters(const struct ray_reader *reader, size_t from, size_t to)
{
    size_t count = 0;

    for (; from < to; from++)
        count += continues(reader, from) ? 0 : 1;
    return count;
}

static bool
find(struct ray_arena *arena, struct ray_reader *reader, size_t position, struct ray_place *out,
     struct ray_err *err)
{
    size_t begin = reader->keep;
    size_t head;
    size_t at;
    size_t left;

    if (!ray_reader_fill(reader, begin + RAY_PLACE_TEXT, err))
        return false;
    head = begin + (size_t)(ray_statement_head(ray_reader_at(reader, begin)) -
                            ray_reader_at(reader, begin));
    left = characters(reader, begin, head);
    left = position > left ? position - 1 - left : 0;
    *out = (struct ray_place){.position = position > 0 ? 1 : 0};
    at = head;
    reader->keep = head;
    if (!walk(reader, &at, &left, err) || !ray_reader_fill(reader, at + HALF, err))
        return false;
    ray_reader_locate(reader, at, &out->line, &out->column);
    begin = window_begin(reader, head, at);
    if (out->position > 0)
        out->position += characters(reader, begin, at);
    out->text = ray_arena_strndup(arena, ray_reader_at(reader, begin),
                                  window_end(reader, begin) - begin);
    return true;
}

bool
ray_place_find(struct ray_arena *arena, const struct ray_source *source,
               const struct ray_statement *statement, size_t position, struct ray_place *out,
               struct ray_err *err)
{
    struct ray_source part = *source;
    struct ray_reader reader;
    bool ok;

    part.begin = statement->offset;
    part.end = statement->offset + statement->len;
    ok = ray_reader_open(&part, true, &reader, err) && find(arena, &reader, position, out, err);
    ray_reader_close(&reader);
    return ok;
}
