/* Pieces of files: see pieces.h. */
#include "studio/pieces.h"

#include <string.h>

void
ray_json_pieces_init(struct ray_json_pieces *pieces, struct ray_arena *arena)
{
    memset(pieces, 0, sizeof(*pieces));
    ray_buf_init(&pieces->value, arena);
    pieces->separated = true;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
finish(struct ray_json_pieces *pieces, ray_piece_fn *take, void *arg, struct ray_err *err)
{
    bool ok = take(arg, pieces->value.data, pieces->value.len, err);

    ray_buf_truncate(&pieces->value, 0);
    pieces->in_value = false;
    pieces->separated = !pieces->in_array;
    return ok;
}

/* A character inside of a value; true where the value ends before it. */
static bool
ends_before(struct ray_json_pieces *pieces, char c)
{
    return pieces->depth == 0 && !pieces->in_text && pieces->value.len > 0 &&
           (is_blank(c) || c == ',' || c == ']');
}

static void
step_inside(struct ray_json_pieces *pieces, char c)
{
    ray_buf_addc(&pieces->value, c);
    if (pieces->in_text) {
        pieces->in_text = pieces->escaped || c != '"';
        pieces->escaped = !pieces->escaped && c == '\\';
    } else if (c == '"') {
        pieces->in_text = true;
    } else if (c == '{' || c == '[') {
        pieces->depth++;
    } else if (c == '}' || c == ']') {
        pieces->depth--;
    }
}

/* A character between values. */
static bool
step_between(struct ray_json_pieces *pieces, char c, struct ray_err *err)
{
    if (is_blank(c))
        return true;
    if (!pieces->began && c == '[') {
        pieces->began = true;
        pieces->in_array = true;
        return true;
    }
    pieces->began = true;
    if (pieces->in_array && c == ']' && !pieces->ended) {
        pieces->ended = true;
        return true;
    }
    if (pieces->in_array && c == ',' && !pieces->separated && !pieces->ended) {
        pieces->separated = true;
        return true;
    }
    if (pieces->ended || !pieces->separated || strchr(",]}:", c) != NULL)
        return ray_err_set(err, RAY_USAGE, "this is no JSON array, and no lines of JSON");
    pieces->in_value = true;
    step_inside(pieces, c);
    return true;
}

bool
ray_json_pieces_add(struct ray_json_pieces *pieces, const char *data, size_t size,
                    ray_piece_fn *take, void *arg, struct ray_err *err)
{
    for (size_t i = 0; i < size; i++) {
        char c = data[i];

        if (pieces->in_value && !ends_before(pieces, c)) {
            step_inside(pieces, c);
            if (pieces->value.len > RAY_PIECE_MAX)
                return ray_err_set(err, RAY_USAGE, "a value is larger than %d bytes",
                                   RAY_PIECE_MAX);
            if (pieces->depth == 0 && (c == '}' || c == ']') && !finish(pieces, take, arg, err))
                return false;
            continue;
        }
        if (pieces->in_value && !finish(pieces, take, arg, err))
            return false;
        if (!step_between(pieces, c, err))
            return false;
    }
    return true;
}

bool
ray_json_pieces_end(struct ray_json_pieces *pieces, ray_piece_fn *take, void *arg,
                    struct ray_err *err)
{
    if (pieces->in_value && pieces->depth == 0 && !pieces->in_text && !pieces->in_array &&
        !finish(pieces, take, arg, err))
        return false;
    if (pieces->in_value || (pieces->in_array && !pieces->ended))
        return ray_err_set(err, RAY_USAGE, "the JSON ends in the middle");
    return true;
}

/* ---------------------------------------------------------------- CSV */

/* Where the record ends, behind its line's end; NULL where it is not whole. */
static const char *
record_end(const char *at, const char *end, bool last)
{
    bool quoted = false;

    for (; at < end; at++) {
        if (*at == '"')
            quoted = !quoted;
        else if (*at == '\n' && !quoted)
            return at + 1;
    }
    return last ? end : NULL;
}

static const char *
take_cell(struct ray_arena *arena, const char *at, const char *end, const char **cell)
{
    struct ray_buf buf;
    bool quoted = false;
    bool any = false;

    ray_buf_init(&buf, arena);
    for (; at < end && (quoted || (*at != ',' && *at != '\n')); at++) {
        any = any || *at != '\r';
        if (*at == '"' && quoted && at + 1 < end && at[1] == '"')
            ray_buf_addc(&buf, *++at);
        else if (*at == '"')
            quoted = !quoted;
        else if (*at != '\r' || quoted)
            ray_buf_addc(&buf, *at);
    }
    *cell = any ? buf.data : NULL;
    return at;
}

bool
ray_csv_record(struct ray_arena *arena, const char **at, const char *end, bool last, ray_cells *out)
{
    const char *stop = *at < end ? record_end(*at, end, last) : NULL;
    const char *text = *at;

    memset(out, 0, sizeof(*out));
    if (stop == NULL)
        return false;
    do {
        const char *cell;

        text = take_cell(arena, text, stop, &cell);
        *ray_vec_add(arena, out) = cell;
    } while (text < stop && *text++ == ',');
    *at = stop;
    return true;
}
