/* Making a declared catalog real: what realize.c and realize_fault.c share; nothing else includes it. */
#ifndef RAY_CATALOG_REALIZE_INTERNAL_H
#define RAY_CATALOG_REALIZE_INTERNAL_H

#include "catalog/ddl.h"
#include "catalog/realize.h"

struct ray_realize_step {
    const char *sql;
    const struct ray_object *object; /* NULL: of a statement of the user's own */
    const char *file;
    int line;
    struct ray_err *failed; /* the last time */
};
typedef RAY_VEC(struct ray_realize_step) ray_realize_steps;

struct ray_realize {
    struct ray_conn *conn;
    struct ray_arena *arena;
    ray_realize_steps todo;
    ray_realize_steps later;  /* to be tried again */
    ray_realize_steps behind; /* relations that come when nothing else goes forward any more */
    struct ray_ddl ddl;
    size_t window;
    bool progress;
    bool eased; /* the circles that remain are broken: once */
};

/* True where what the step lacks may still be made by another. */
bool ray_realize_may_come(const struct ray_realize_step *step, const struct ray_err *err);

/* The fault of a step that failed, at its place. Returns false. */
bool ray_realize_report(struct ray_realize *run, const struct ray_realize_step *step,
                        struct ray_err *err);

/* The fault of those left that is the cause of the others. Returns false. */
bool ray_realize_report_first(struct ray_realize *run, struct ray_err *err);

#endif
