/* What the files that print share: nobody else needs it. */
#ifndef RAY_BASE_TERM_INTERNAL_H
#define RAY_BASE_TERM_INTERNAL_H

#include "base/buf.h"
#include "base/term.h"

/* Style sequences for a stream, or "" where it has no colour. */
struct ray_paint {
    const char *styles[RAY_NAME + 1];
    const char *end;
};

struct ray_term {
    struct ray_arena *arena;
    struct ray_term_options options;
    bool out_is_terminal;
    bool err_is_terminal;
    bool has_live; /* the live line can be shown */
    bool live;     /* and is */
    bool reported; /* with json: the error object has been written */
    int out_errno; /* of the first write to standard output that failed */
    struct ray_paint out_paint;
    struct ray_paint err_paint;
    struct ray_buf text; /* scratch: what was formatted, what is to be written */
    struct ray_buf line;
};

/* Writes to a stream as it is, the live line cleared first. */
void ray_term_write_out(struct ray_term *term, const char *data, size_t length);
void ray_term_write_err(struct ray_term *term, const char *data, size_t length);

/* Columns of standard output; 0 where it is no terminal. */
int ray_term_out_columns(const struct ray_term *term);

#endif
