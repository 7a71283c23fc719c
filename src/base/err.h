/*
 * The one error type. A function that can fail returns bool, takes `struct ray_err *err` last, and fills
 * it once, where the fault is found; callers on the way up may prepend context. Text lives in the error's
 * arena. Message: lower case, no full stop, names the thing, quotes the value. Hint: a whole sentence
 * that says what to do next.
 */
#ifndef RAY_BASE_ERR_H
#define RAY_BASE_ERR_H

#include "base/arena.h"

#include <stdbool.h>

/* The exit codes of the program; the table with their help texts is in err.c. */
enum ray_code {
    RAY_OK = 0,
    RAY_FAILED = 1,      /* the database or a script said no */
    RAY_USAGE = 2,       /* usage or config */
    RAY_DIFFERENT = 3,   /* a difference or something pending, with --exit-code */
    RAY_REFUSED = 4,     /* would lose data, or needs a word that nobody gave */
    RAY_UNAVAILABLE = 5, /* no lock or no connection in time */
    RAY_INTEGRITY = 6,   /* an applied migration was edited, is missing, or out of order */
    RAY_INTERRUPTED = 130,
};

struct ray_err {
    struct ray_arena *arena;
    enum ray_code code;
    char sqlstate[6];    /* "" where the server did not say */
    const char *message; /* NULL until an error is set */
    const char *detail;  /* NULL where there is none; likewise below */
    const char *hint;
    const char *context; /* the server's CONTEXT, or a Lua traceback */
    const char *state;   /* what state the database is in now */
    const char *file;
    int line;   /* 1-based; 0 where unknown */
    int column; /* 1-based, in characters; 0 where unknown */
    const char
        *statement;  /* the SQL statement that failed; of a large one the part around the place */
    size_t position; /* 1-based character in `statement`; 0 where unknown */
    const char *questions; /* JSON, an array: what must be answered first (project/renames.h) */
};

/* One row per exit code, ends with a NULL name. */
struct ray_code_row {
    enum ray_code code;
    const char *name;
    const char *help;
};
extern const struct ray_code_row ray_codes[];

void ray_err_init(struct ray_err *err, struct ray_arena *arena);

/* Forgets the error; the arena stays. */
void ray_err_clear(struct ray_err *err);

/* Sets code and message, forgetting what was there, and returns false. */
bool ray_err_set(struct ray_err *err, enum ray_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sets the error from errno: "message: strerror". Returns false. */
bool ray_err_errno(struct ray_err *err, enum ray_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Each returns false, so that `return ray_err_hint(err, ...)` may follow a ray_err_set. */
bool ray_err_hint(struct ray_err *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool ray_err_detail(struct ray_err *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool ray_err_at(struct ray_err *err, const char *file, int line, int column);

/* Prepends "text: " to the message. Returns false. */
bool ray_err_prepend(struct ray_err *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define RAY_MUST_CHECK __attribute__((warn_unused_result))

#endif
