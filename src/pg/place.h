/*
 * Where in its source a statement failed: the server counts characters from the statement's beginning, a
 * reader wants line, column and the text around. The statement is read again, since it is long forgotten
 * when the server answers, and in constant memory, since it may be as large as its file.
 */
#ifndef RAY_PG_PLACE_H
#define RAY_PG_PLACE_H

#include "pg/split.h"

struct ray_place {
    const char
        *text; /* the statement from its first token on; of a large one the part around the place */
    size_t position; /* 1-based character in `text`; 0 where the server gave none */
    int line;        /* in the source, 1-based; column in characters */
    int column;
};

enum { RAY_PLACE_TEXT = 64 * 1024 }; /* what is larger is cut to this many bytes */

/* `position`: the server's, 1-based, in characters; 0: none. Needs offset and len of the statement. */
bool ray_place_find(struct ray_arena *arena, const struct ray_source *source,
                    const struct ray_statement *statement, size_t position, struct ray_place *out,
                    struct ray_err *err) RAY_MUST_CHECK;

#endif
