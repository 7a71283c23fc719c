/*
 * A file line by line in constant memory, for the layouts that keep both directions in one file: only
 * where a line begins and how it begins matters to them.
 */
#ifndef RAY_HISTORY_LINES_H
#define RAY_HISTORY_LINES_H

#include "base/err.h"

enum { RAY_LINE_HEAD = 512 };

struct ray_line {
    char text[RAY_LINE_HEAD]; /* without its end; cut to what fits, NUL-terminated */
    size_t begin;             /* offset of its first byte in the file */
    size_t next;              /* of the line behind it */
    int number;               /* 1-based */
};

enum { RAY_LINES_WINDOW = 16384 };

struct ray_lines {
    const char *path;
    int fd; /* -1: closed */
    int number;
    size_t offset; /* in the file, of the next byte to look at */
    size_t at;     /* the same in the window */
    size_t filled;
    char window[RAY_LINES_WINDOW];
};

/* Opens the file; path must outlive the lines. Where it returns true, ray_lines_end must follow. */
bool ray_lines_begin(struct ray_lines *lines, const char *path, struct ray_err *err) RAY_MUST_CHECK;

/* The next line: 1, at the end: 0, on error: -1. A byte order mark at the file's beginning is left out
 * of the text. */
int ray_lines_next(struct ray_lines *lines, struct ray_line *out,
                   struct ray_err *err) RAY_MUST_CHECK;

void ray_lines_end(struct ray_lines *lines);

/* Text helpers for lines: behind leading blanks, and cut at trailing ones (in place). */
const char *ray_line_trim_left(const char *text);
void ray_line_trim_right(char *text);

#endif
