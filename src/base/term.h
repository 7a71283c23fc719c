/*
 * The one place that prints. Standard output carries the result, standard error the talk. Colour and the
 * live line only where the stream is a terminal (NO_COLOR, --color); widths count wide characters once
 * and for all here.
 */
#ifndef RAY_BASE_TERM_H
#define RAY_BASE_TERM_H

#include "base/err.h"
#include "base/vec.h"

#include <stdint.h>

struct ray_term;

enum ray_color { RAY_COLOR_AUTO, RAY_COLOR_ALWAYS, RAY_COLOR_NEVER };
enum ray_style { RAY_PLAIN, RAY_GOOD, RAY_WARN, RAY_BAD, RAY_DIM, RAY_BOLD, RAY_NAME };

struct ray_term_options {
    enum ray_color color;
    bool quiet;   /* -q: only errors and the result */
    bool verbose; /* -v */
    bool json;    /* standard output is JSON: no table, no text goes there */
};

/* One a process: it owns standard output and error. LC_CTYPE should be UTF-8. */
struct ray_term *ray_term_new(struct ray_arena *arena, const struct ray_term_options *options);
const struct ray_term_options *ray_term_options(const struct ray_term *term);

/* As -v would, for a config that says so; -q wins. */
void ray_term_set_verbose(struct ray_term *term);

/* Clears the live line and writes out what is left. Gives 0, or the errno of the first write to standard
 * output that failed, now or before. */
int ray_term_flush(struct ray_term *term);

bool ray_term_is_interactive(const struct ray_term *term); /* stdin and stderr are terminals */
int ray_term_columns(const struct ray_term *term);         /* of standard error; 80 where unknown */

/* A piece of text in a style, for stream standard output (or error); plain where colour is off. */
const char *ray_term_styled(struct ray_term *term, bool error_stream, enum ray_style style,
                            const char *text);

/*
 * Result to standard output; nothing is added. Into a file or a pipe it goes byte for byte; on a terminal,
 * and always in talk, control characters and bytes that are not UTF-8 are made visible, and only the
 * styles of ray_term_styled act. Talk and errors never show what looks like a password.
 */
void ray_term_out(struct ray_term *term, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void ray_term_outn(struct ray_term *term, const char *data, size_t length);

/* One line of talk to standard error (a newline is added), not with -q; detail only with -v. */
void ray_term_say(struct ray_term *term, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void ray_term_detail(struct ray_term *term, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "warning: ..." to standard error, with -q too. */
void ray_term_warn(struct ray_term *term, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The whole error to standard error: file:line:column, message, the statement's line with a caret under
 * the position, SQLSTATE, detail, hint, context, state. With json, the first one goes to standard output as
 * {"ok": false, "error": {...}}. err.line and err.column are the place of the error itself: where
 * err.position is set they and it name the same character, unless the file is a Lua script.
 */
void ray_term_error(struct ray_term *term, const struct ray_err *err);

/* The live line: replaced by each call, only on a terminal; "" clears it. Everything else that prints
 * clears it first. One write a call: who has more than some twenty updates a second leaves some out. */
void ray_term_live(struct ray_term *term, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A table to standard output: cells are strings in the arena, a NULL cell is empty, the styles colour
 * cells. Numbers (`right`) are aligned right; the last column may be cut to the terminal's width. */
struct ray_cell {
    const char *text;
    enum ray_style style;
};
struct ray_table {
    size_t ncols;
    const char *const *heads;
    const bool *right;              /* NULL: all left */
    RAY_VEC(struct ray_cell) cells; /* row by row */
};
void ray_term_table(struct ray_term *term, const struct ray_table *table);

/* Asks "question [y/N] " on the terminal; RAY_REFUSED where standard input is no terminal (the message
 * says what to give: `word`, such as "--yes") or where the answer is no (message "not confirmed"). */
bool ray_term_confirm(struct ray_term *term, const char *question, const char *word,
                      struct ray_err *err) RAY_MUST_CHECK;

/* Asks for one of `count` answers, numbered from 1, the first of which Enter takes; *out is its index. Who cannot be
 * asked is not: look at ray_term_is_interactive first. RAY_REFUSED where there is no answer, or none of these. */
bool ray_term_choose(struct ray_term *term, const char *question, const char *const *answers,
                     size_t count, size_t *out, struct ray_err *err) RAY_MUST_CHECK;

/* "87ms", "1.24s", "2m05s"; in the term's arena. */
const char *ray_term_duration(struct ray_term *term, int64_t ms);

/* Columns that a UTF-8 text takes on a terminal. */
int ray_text_width(const char *text);

/* The row of `names` (count of them) nearest to `word`, for "did you mean"; NULL where none is near. */
const char *ray_nearest(const char *word, const char *const *names, size_t count);

/* How alike two words are, in percent: 100 the same but for case, 0 nothing in common. */
int ray_likeness(const char *one, const char *other);

#endif
