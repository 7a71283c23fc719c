/* What the files that write a plan as operations share. */
#ifndef RAY_DIFF_OPERATIONS_INTERNAL_H
#define RAY_DIFF_OPERATIONS_INTERNAL_H

#include "diff/operations.h"

struct ray_operation_writer {
    struct ray_arena *arena;
    const struct ray_plan *plan;
    const struct ray_plan *back; /* of the opposite direction */
    const bool *in_sql;          /* by step: not as an operation; NULL: none */
    bool *taken;                 /* by step of `back`: it stands in an operation */
    struct ray_buf buf;          /* the body of the function */
    bool *said;                  /* by step: it stands in the operation of another */
    const size_t *made;          /* by index in `to`: its CREATE, as step + 1; 0: none */
    const size_t *dropped;       /* by index in `from`: its DROP, likewise */
};

/* operations_text.c: what is printed. `verb`: "create", "drop". */
void ray_operation_declared(struct ray_operation_writer *writer, const char *verb,
                            const char *declaration);
void ray_operation_altered(struct ray_operation_writer *writer, const char *from, const char *to);
void ray_operation_part(struct ray_operation_writer *writer, const char *verb, const char *word,
                        const struct ray_object *part, const char *declaration);
void ray_operation_renamed(struct ray_operation_writer *writer, const struct ray_renamed *renamed);
void ray_operation_sql(struct ray_operation_writer *writer, const char *up, const char *down);
void ray_operation_note(struct ray_operation_writer *writer, const char *text);
/* A name as the operations want it: "users", "billing.users". */
const char *ray_operation_name(struct ray_arena *arena, const char *schema, const char *name);
/* The file around the body. */
const char *ray_operation_file(const struct ray_operation_writer *writer);

/* operations_sql.c: what others added before the plan, or behind it. */
void ray_operation_more(struct ray_operation_writer *writer, const ray_operations_more_list *more,
                        bool before);

/* operations_sql.c: a step as m:execute; and where functions are made, their bodies unlooked at. */
void ray_operation_step_sql(struct ray_operation_writer *writer, const struct ray_plan_step *step);
void ray_operation_bodies_off(struct ray_operation_writer *writer, bool up);

/* operations_alter.c: an ALTER. False: there is no operation for it. */
bool ray_operation_alter(struct ray_operation_writer *writer, const struct ray_plan_step *step,
                         bool *done, struct ray_err *err) RAY_MUST_CHECK;

/* A catalog of that object alone, of its parts too, or of a part and its whole. */
struct ray_catalog *ray_operation_alone(struct ray_arena *arena, const struct ray_catalog *catalog,
                                        const struct ray_object *object, bool parts);
/* The object in such a catalog. */
struct ray_object *ray_operation_find(const struct ray_catalog *catalog,
                                      const struct ray_object *object);

#endif
