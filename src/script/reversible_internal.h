/* An operation of a change between Lua (reversible.c) and SQL (reversible_sql.c). */
#ifndef RAY_SCRIPT_REVERSIBLE_INTERNAL_H
#define RAY_SCRIPT_REVERSIBLE_INTERNAL_H

#include "diff/rename.h"
#include "script/reversible.h"
#include "script/schema.h"

enum ray_operation_type {
    RAY_OPERATION_DECLARED, /* what stands before it and behind it */
    RAY_OPERATION_RENAME,
    RAY_OPERATION_SQL,
};

struct ray_operation {
    enum ray_operation_type type;
    const char *file;
    int line;
    const char *what; /* "alter_table \"users\"", for messages; NULL: it makes or drops */
    bool alters;      /* both sides speak of the same objects, whose rows are to stay */
    bool concurrently;
    struct ray_schema from;
    struct ray_schema to;
    struct ray_renamed rename;
    bool is_value; /* it is a value of the enum `rename.parent` */
    const char *up;
    const char *down;
};
typedef RAY_VEC(struct ray_operation) ray_operations;

/* The operation's statements in both directions. */
bool ray_operation_write(struct ray_arena *arena, struct ray_operation *operation, int version,
                         struct ray_reversible_step *out, struct ray_err *err) RAY_MUST_CHECK;

#endif
