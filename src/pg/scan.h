/*
 * The tokens of a source, streamed: private to the splitter and the token hash.
 *
 * PostgreSQL's own scanner (libpg_query) is handed one piece of the text after the other; no tree,
 * no list of all tokens is ever made. Comments are tokens, white space is none. The stream is the
 * same whatever the window: spec/c/test_split.c compares.
 */
#ifndef RAY_PG_SCAN_H
#define RAY_PG_SCAN_H

#include "pg/reader.h"

struct ray_token {
    const char *text; /* in the reader's buffer: good until the next token is asked for */
    size_t begin;     /* offsets in the source */
    size_t end;
};

struct ray_scan;

/* window 0: the usual size; tests take small ones. Close it after a failure, too. */
bool ray_scan_open(struct ray_arena *arena, const struct ray_source *source, size_t window,
                   struct ray_scan **out, struct ray_err *err) RAY_MUST_CHECK;
void ray_scan_close(struct ray_scan *scan); /* NULL is allowed */

/* The next token; *end is set, and out not filled, where there is none. An error that stands behind
 * some token is raised when all tokens before it have been given. */
bool ray_scan_next(struct ray_scan *scan, struct ray_token *out, bool *end,
                   struct ray_err *err) RAY_MUST_CHECK;

/* From now on the text behind this offset stays in the reader; until release. */
void ray_scan_hold(struct ray_scan *scan, size_t offset);
void ray_scan_release(struct ray_scan *scan);
struct ray_reader *ray_scan_reader(struct ray_scan *scan);

bool ray_token_is_comment(const struct ray_token *token);
bool ray_token_is(const struct ray_token *token, char c); /* this one character */
bool ray_token_is_word(const struct ray_token *token);    /* keyword, unquoted identifier */
bool ray_token_is_named(const struct ray_token *token,
                        const char *word); /* in lower case; the token in any */

/* The splitter and the hash with a window of a given size, see split.h. */
struct ray_splitter;
bool ray_splitter_open_window(struct ray_arena *arena, const struct ray_source *source,
                              size_t window, struct ray_splitter **out,
                              struct ray_err *err) RAY_MUST_CHECK;
bool ray_tokens_hash_window(const struct ray_source *source, size_t window, char hex[65],
                            struct ray_err *err) RAY_MUST_CHECK;

#endif
