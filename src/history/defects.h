/*
 * What is wrong with a migrations folder, gathered: a person who repairs one defect should not have to
 * run again to learn of the next.
 */
#ifndef RAY_HISTORY_DEFECTS_H
#define RAY_HISTORY_DEFECTS_H

#include "base/err.h"
#include "base/vec.h"

struct ray_defect {
    enum ray_code code;
    const char *file; /* NULL: the folder itself */
    int line;         /* 0 where unknown */
    const char *text; /* as an error's message */
    const char *hint; /* NULL: none */
};

struct ray_defects {
    struct ray_arena *arena;
    RAY_VEC(struct ray_defect) list;
};

void ray_defects_init(struct ray_defects *defects, struct ray_arena *arena);

/* Adds one. `file` must outlive the list. The returned defect may be given a hint. */
struct ray_defect *ray_defects_add(struct ray_defects *defects, enum ray_code code,
                                   const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* True where there is none; else the error: the first is the message, all of them the detail. */
bool ray_defects_raise(const struct ray_defects *defects, struct ray_err *err) RAY_MUST_CHECK;

#endif
