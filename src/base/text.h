/*
 * Text for people: how wide it is on a terminal, and how to show it without being driven by it. Text from
 * a server, a file or a user goes through ray_buf_visible before it is printed.
 */
#ifndef RAY_BASE_TEXT_H
#define RAY_BASE_TEXT_H

#include "base/buf.h"
#include "base/term.h"

#include <stdint.h>

#define RAY_CHAR_BAD UINT32_MAX

/* Reads one character of UTF-8: returns its bytes; 1 and RAY_CHAR_BAD for a byte that begins none.
 * left > 0. */
size_t ray_char_read(const char *text, size_t left, uint32_t *code);

/* Columns of a character: 0 (combining), 1 or 2. Needs LC_CTYPE to be UTF-8; without it, 1. */
int ray_char_width(uint32_t code);

/* What visible text may keep as it is. */
enum ray_keep {
    RAY_KEEP_NOTHING = 0,
    RAY_KEEP_LINES = 1,  /* line breaks and tabs */
    RAY_KEEP_STYLES = 2, /* our own style sequences */
};

/* Appends text with control characters, bytes that are not UTF-8 and characters that turn the direction
 * of writing or cannot be seen as \n, \x1b, \u202e. `keep` holds bits of enum ray_keep. */
void ray_buf_visible(struct ray_buf *buf, const char *text, size_t length, unsigned int keep);

/* Appends visible text cut to `columns`; what is cut ends in "...". */
void ray_buf_cut(struct ray_buf *buf, const char *text, int columns);

/* Appends visible text broken between words so that no line passes `columns`; the first line begins at
 * column `at`, the others are indented by `indent`. Line breaks in the text are kept. columns 0: only
 * those. */
void ray_buf_wrap(struct ray_buf *buf, const char *text, int at, int indent, int columns);

/* The text with every `from` as `to`. `from` is not empty. */
const char *ray_text_replace(struct ray_arena *arena, const char *text, const char *from,
                             const char *to);

/* Appends `count` spaces; none where it is negative. */
void ray_buf_pad(struct ray_buf *buf, int count);

/* The escape sequence of a style, "" for RAY_PLAIN; and the one that ends any of them. */
const char *ray_style_begin(enum ray_style style);
const char *ray_style_end(void);

#endif
