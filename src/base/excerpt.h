/* The lines around a place in a text, numbered, with a caret under the place. */
#ifndef RAY_BASE_EXCERPT_H
#define RAY_BASE_EXCERPT_H

#include "base/buf.h"

#include <stdbool.h>

struct ray_excerpt {
    const char *text; /* the whole text */
    size_t at;        /* byte offset of the place, at most the text's length */
    bool caret;       /* mark the place; otherwise its line alone is meant */
    int line;         /* number of the line that holds the place; 0: no numbers */
    int before;       /* lines shown above it and below it, at most */
    int after;
    int columns;     /* room; what is longer is cut around the place */
    const char *dim; /* style sequences, "" where plain */
    const char *mark;
    const char *end;
};

/* Appends the excerpt, each line with its line break. */
void ray_buf_excerpt(struct ray_buf *buf, const struct ray_excerpt *excerpt);

#endif
