/* Differences: see changes.h. */
#include "project/changes.h"

#include "base/buf.h"
#include "catalog/kind.h"

#include <ctype.h>
#include <string.h>

/* White space is all that tells them apart. */
static bool
same_but_for_space(const char *a, const char *b)
{
    for (;;) {
        while (isspace((unsigned char)*a))
            a++;
        while (isspace((unsigned char)*b))
            b++;
        if (*a != *b)
            return false;
        if (*a == '\0')
            return true;
        a++;
        b++;
    }
}

static const char *
shown(const char *value)
{
    return value == NULL ? "nothing" : value;
}

const struct ray_object *
ray_change_object(const struct ray_change *change)
{
    return change->to != NULL ? change->to : change->from;
}

size_t
ray_change_values(const struct ray_change *change)
{
    if (change->differs == NULL || change->from == NULL || change->to == NULL)
        return 0;
    return RAY_COMMON_COUNT + change->to->kind->nattributes;
}

const char *
ray_change_value_name(const struct ray_change *change, size_t value)
{
    return value < RAY_COMMON_COUNT ? ray_common_names[value]
                                    : change->to->kind->attributes[value - RAY_COMMON_COUNT].name;
}

char
ray_change_sign(const struct ray_change *change)
{
    static const char signs[] = {
        [RAY_CHANGE_CREATE] = '+', [RAY_CHANGE_DROP] = '-', [RAY_CHANGE_ALTER] = '~'};

    return signs[change->type];
}

json_t *
ray_change_json(struct ray_arena *arena, const struct ray_change *change)
{
    const struct ray_object *object = ray_change_object(change);
    json_t *row = json_object();
    json_t *values = json_object();

    ray_json_set_text(row, "change", ray_change_name(change->type));
    ray_json_set_text(row, "kind", object->kind->name);
    ray_json_set_text(row, "object", ray_object_label(arena, object));
    for (size_t i = 0; i < ray_change_values(change); i++) {
        json_t *pair;

        if (!change->differs[i])
            continue;
        pair = json_object();
        ray_json_set_text(pair, "from", change->from->values[i]);
        ray_json_set_text(pair, "to", change->to->values[i]);
        json_object_set_new(values, ray_change_value_name(change, i), pair);
    }
    json_object_set_new(row, "values", values);
    return row;
}

json_t *
ray_changes_json(struct ray_arena *arena, const ray_changes *changes)
{
    json_t *list = json_array();

    for (size_t i = 0; i < changes->len; i++)
        json_array_append_new(list, ray_change_json(arena, &changes->items[i]));
    return list;
}

/* A text of many lines: what a person wants to know of it is which line is another one. */
static void
add_lines(struct ray_buf *buf, const char *from, const char *to)
{
    size_t line = 1;
    size_t at = 0;

    if (same_but_for_space(from, to)) {
        ray_buf_add(buf, "white space alone");
        return;
    }
    for (size_t i = 0; from[i] != '\0' && from[i] == to[i]; i++)
        if (from[i] == '\n') {
            line++;
            at = i + 1;
        }
    ray_buf_addf(buf, "line %zu: %.*s -> %.*s", line, (int)strcspn(from + at, "\n"), from + at,
                 (int)strcspn(to + at, "\n"), to + at);
}

static void
add_value(struct ray_buf *buf, const char *name, const char *from, const char *to)
{
    ray_buf_addf(buf, ", %s: ", name);
    if (from != NULL && to != NULL && (strchr(from, '\n') != NULL || strchr(to, '\n') != NULL))
        add_lines(buf, from, to);
    else
        ray_buf_addf(buf, "%s -> %s", shown(from), shown(to));
}

const char *
ray_change_line(struct ray_arena *arena, const struct ray_change *change)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_add(&buf, ray_object_label(arena, ray_change_object(change)));
    for (size_t i = 0; i < ray_change_values(change); i++)
        if (change->differs[i])
            add_value(&buf, ray_change_value_name(change, i), change->from->values[i],
                      change->to->values[i]);
    return buf.data;
}

bool
ray_change_is_part(const ray_changes *changes, const struct ray_change *change)
{
    const struct ray_object *whole = ray_change_object(change)->owner;

    for (size_t i = 0; whole != NULL && change->type != RAY_CHANGE_ALTER && i < changes->len; i++)
        if (changes->items[i].type == change->type &&
            ray_change_object(&changes->items[i]) == whole)
            return true;
    return false;
}

const char *
ray_changes_lines(struct ray_arena *arena, const ray_changes *changes)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (size_t i = 0; i < changes->len; i++)
        if (!ray_change_is_part(changes, &changes->items[i]))
            ray_buf_addf(&buf, "%s%c %s", buf.len == 0 ? "" : "\n",
                         ray_change_sign(&changes->items[i]),
                         ray_change_line(arena, &changes->items[i]));
    return buf.data;
}
