/*
 * The tokens whose end is found without PostgreSQL's scanner: private to scan.c, which says when.
 *
 * A quoted token (string, quoted identifier, dollar quote, slash-star comment) is read in one pass
 * as its text comes in, so that its length costs nothing but the text itself.
 */
#ifndef RAY_PG_LEXEME_H
#define RAY_PG_LEXEME_H

#include <stdbool.h>
#include <stddef.h>

struct ray_lexeme {
    const struct ray_lexeme_kind *kind;
    const char *unterminated; /* what to say where the text ends inside */
    size_t at;                /* what stands before it has been read */
    size_t end;               /* where the token ends, once it was found */
    size_t depth;             /* of nested comments */
    size_t tag;               /* length of a dollar quote's $tag$ */
    bool commented;           /* the string goes on behind a comment */
};

/* The text begins with a quoted token's whole opening; false where it does not. */
bool ray_lexeme_begin(struct ray_lexeme *lexeme, const char *text, size_t length);

/* Reads on. `text` is the token's text so far, from its first byte. True once the end was found;
 * false where more text is needed or, if `eof`, the token is not terminated. */
bool ray_lexeme_read(struct ray_lexeme *lexeme, const char *text, size_t length, bool eof);

/* True where a comment stands between a string that ended at `at` and what may continue it. */
bool ray_lexeme_is_commented(const char *text, size_t at, size_t length);

/* Where the numeric literal that the text begins with ends, by the rules of PostgreSQL 16 and later
 * (1_000, 0x1F); 0 where it is none. */
size_t ray_number_end(const char *text, size_t length);

#endif
