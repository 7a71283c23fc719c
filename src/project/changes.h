/* Differences of two catalogs, as the commands that compare show them. */
#ifndef RAY_PROJECT_CHANGES_H
#define RAY_PROJECT_CHANGES_H

#include "diff/compare.h"
#include "project/project.h"

/* What changed, as it is afterwards where it still is. */
const struct ray_object *ray_change_object(const struct ray_change *change);

/* '+', '-' or '~'. */
char ray_change_sign(const struct ray_change *change);

/* How many values there are to be gone over (change->differs): none but for an object that both have. A value's name. */
size_t ray_change_values(const struct ray_change *change);
const char *ray_change_value_name(const struct ray_change *change, size_t value);

/* {"change", "kind", "object", "values": {name: {"from", "to"}}}; the list of them. */
json_t *ray_change_json(struct ray_arena *arena, const struct ray_change *change);
json_t *ray_changes_json(struct ray_arena *arena, const ray_changes *changes);

/* The object, and what differs of it: "column public.users.name, type: text -> integer". */
const char *ray_change_line(struct ray_arena *arena, const struct ray_change *change);

/* "+ table public.users": a line for each but the parts of wholes that come or go. */
const char *ray_changes_lines(struct ray_arena *arena, const ray_changes *changes);

/* True of a part that came or went with its whole, which is among the changes, too. */
bool ray_change_is_part(const ray_changes *changes, const struct ray_change *change);

#endif
