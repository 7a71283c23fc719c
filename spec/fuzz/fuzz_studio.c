/*
 * The studio's own readers of what comes from a browser: keys and cursors, CSV and JSON in pieces. The first byte says into
 * how large pieces the file is cut; however it is cut, the same values must come out.
 *
 *     make fuzz && build/fuzz/fuzz_studio -max_total_time=60
 */
#include "base/hash.h"
#include "studio/page.h"
#include "studio/pieces.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    struct ray_hash *hash;
    size_t count;
};

static bool
see(void *arg, const char *text, size_t size, struct ray_err *err)
{
    struct seen *seen = arg;

    (void)err;
    ray_hash_add(seen->hash, text, size);
    ray_hash_add(seen->hash, "\n", 1);
    seen->count++;
    return true;
}

/* The digest of the values; false where the file is none. */
static bool
split_json(struct ray_arena *arena, const char *text, size_t size, size_t piece,
           char hex[RAY_HASH_HEX])
{
    struct ray_json_pieces pieces;
    struct seen seen = {.hash = ray_hash_begin()};
    struct ray_err err;
    bool ok = true;

    ray_err_init(&err, arena);
    ray_json_pieces_init(&pieces, arena);
    for (size_t at = 0; ok && at < size; at += piece)
        ok = ray_json_pieces_add(&pieces, text + at, size - at < piece ? size - at : piece, see,
                                 &seen, &err);
    ok = ok && ray_json_pieces_end(&pieces, see, &seen, &err);
    ray_hash_end(seen.hash, hex);
    return ok;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ray_arena *arena = ray_arena_new();
    const char *text = size > 0 ? ray_arena_strndup(arena, (const char *)data + 1, size - 1) : "";
    const char *at = text;
    char whole[RAY_HASH_HEX];
    char cut[RAY_HASH_HEX];
    const char *values[4];
    struct ray_err err;
    struct ray_buf key;
    ray_cells cells;
    size_t length = size > 0 ? size - 1 : 0;

    ray_err_init(&err, arena);
    ray_buf_init(&key, arena);
    if (split_json(arena, text, length, length + 1, whole) !=
            split_json(arena, text, length, size > 0 ? data[0] + 1U : 1, cut) ||
        strcmp(whole, cut) != 0)
        abort();
    while (ray_csv_record(arena, &at, text + length, true, &cells))
        if (cells.len == 0)
            abort();
    if (at != text + length)
        abort();
    for (size_t count = 0; count < 4; count++)
        if (ray_key_parse(arena, text, count, values, &err))
            ray_buf_key(&key, values, count);
    ray_arena_free(arena);
    return 0;
}
