/*
 * SQL text into statements, streamed: memory stays within a window plus the largest statement.
 *
 * PostgreSQL's own scanner (libpg_query) gives the tokens; a statement ends at a semicolon outside
 * parentheses and outside the BEGIN ... END of an SQL-standard function body: psql's rule, which works for
 * statements of newer servers too. With `breakpoints`, a comment that begins with
 * `--> statement-breakpoint` ends a statement as well. Comments before a statement belong to it; text
 * that is comments and white space alone is no statement.
 */
#ifndef RAY_PG_SPLIT_H
#define RAY_PG_SPLIT_H

#include "base/err.h"

struct ray_splitter;

/* A range of a file, or a text in memory (then `text` is set and `path` is only its name in errors). */
struct ray_source {
    const char *path;
    const char *text;
    size_t begin; /* byte range; end 0: all */
    size_t end;
    bool breakpoints;
};

struct ray_statement {
    const char *text; /* NUL-terminated, without the semicolon; good until the next call */
    size_t len;
    size_t offset; /* of its first byte in the file or text */
    int line;      /* 1-based, of its first token */
    int column;    /* 1-based, in characters */
    int number;    /* 1-based */
};

bool ray_splitter_open(struct ray_arena *arena, const struct ray_source *source,
                       struct ray_splitter **out, struct ray_err *err) RAY_MUST_CHECK;

/* The next statement; *end is set, and out not filled, where there is none. */
bool ray_splitter_next(struct ray_splitter *splitter, struct ray_statement *out, bool *end,
                       struct ray_err *err) RAY_MUST_CHECK;
void ray_splitter_close(struct ray_splitter *splitter); /* NULL is allowed, and again */

/* SHA-256 over the tokens of a text, so that white space, comments and line ends do not matter. A text
 * that cannot be scanned is hashed as it is. hex as in base/hash.h. */
bool ray_tokens_hash(const struct ray_source *source, char hex[65],
                     struct ray_err *err) RAY_MUST_CHECK;

#endif
