/* What the server refused of a declared catalog: what may be tried again, and which of several faults is the cause,
 * at the place of the declaration. */
#include "catalog/realize_internal.h"

#include "catalog/kind.h"

#include <string.h>

/* Something that another statement may still make: a table, column, function, operator, type, role, schema,
 * or the key that a foreign key wants. A type without its shell is told by another code. */
bool
ray_realize_may_come(const struct ray_realize_step *step, const struct ray_err *err)
{
    static const char *const states[] = {"42P01", "42703", "42883", "42704", "3F000", "42P02",
                                         "42830", "42809", "55000", "42P17", "42P13"};

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (strcmp(err->sqlstate, states[i]) == 0)
            return true;
    return step->object != NULL && step->object->kind->stub != NULL &&
           strcmp(err->sqlstate, "42710") == 0;
}

/* The part that a line of the table's statement is about: "    email text NOT NULL,". */
static const struct ray_object *
part_at(struct ray_arena *arena, const struct ray_realize_step *step, size_t position)
{
    const char *line = step->sql;

    for (const char *c = step->sql; position > 1 && *c != '\0'; c++) {
        if (((unsigned char)*c & 0xC0) != 0x80)
            position--;
        if (*c == '\n' && position > 0)
            line = c + 1;
    }
    for (size_t i = 0; i < step->object->parts.len; i++) {
        const struct ray_object *part = step->object->parts.items[i];
        struct ray_buf begin;

        if (!part->marked || part->name[0] == '\0' || part->file == NULL)
            continue;
        ray_buf_init(&begin, arena);
        ray_buf_add(&begin,
                    strcmp(part->kind->keyword, "CONSTRAINT") == 0 ? "    CONSTRAINT " : "    ");
        ray_ddl_name(&begin, part->name);
        ray_buf_addc(&begin, ' ');
        if (strncmp(line, begin.data, begin.len) == 0)
            return part;
    }
    return step->object;
}

bool
ray_realize_report(struct ray_realize *run, const struct ray_realize_step *step,
                   struct ray_err *err)
{
    struct ray_arena *arena = err->arena;
    const char *file = step->file;
    int line = step->line;

    *err = *step->failed;
    err->arena = arena;
    err->statement = step->sql;
    if (step->object != NULL) {
        const struct ray_object *part = err->position == 0
                                            ? step->object
                                            : part_at(run->arena, step, err->position);

        file = part->file;
        line = part->line;
        (void)ray_err_prepend(err, "%s", ray_object_label(arena, part));
    }
    return ray_err_at(err, file, line, 0);
}

/* True where the message names, in quotes, something that a step still to be done would make. */
static bool
waits_for_other(const struct ray_realize *run, const struct ray_realize_step *step)
{
    for (size_t i = 0; i < run->later.len; i++) {
        const struct ray_realize_step *other = &run->later.items[i];
        const char *found;
        size_t length;

        if (other == step || other->object == NULL || other->object == step->object ||
            (length = strlen(other->object->name)) == 0)
            continue;
        for (found = strstr(step->failed->message, other->object->name); found != NULL;
             found = strstr(found + 1, other->object->name))
            if (found > step->failed->message && strchr("\". ", found[-1]) != NULL &&
                strchr("\".( ", found[length]) != NULL)
                return true;
    }
    return false;
}

/* The first of those left that does not fail for want of another of them. */
bool
ray_realize_report_first(struct ray_realize *run, struct ray_err *err)
{
    for (size_t i = 0; i < run->later.len; i++)
        if (!waits_for_other(run, &run->later.items[i]))
            return ray_realize_report(run, &run->later.items[i], err);
    return ray_realize_report(run, &run->later.items[0], err);
}
