/* The operations, as methods of a handle. */
#ifndef RAYMIG_LUA_METHODS_H
#define RAYMIG_LUA_METHODS_H

#include "module.h"

enum { TEXTS = 3 };

/* What an operation is told beside options: NULL where it was not. */
struct arguments {
    long count;
    const char *text[TEXTS];
    int down;
};

/* An operation: the names of its own arguments, which are no options. */
struct method {
    const char *name;
    raymig_result *(*run)(raymig *project, const struct arguments *arguments);
    const char *texts[TEXTS]; /* "": none; likewise below */
    const char *count;
    const char *flag;
    long otherwise; /* the count where there is none */
};

/* A NULL name ends them. */
extern const struct method methods[];

#endif
