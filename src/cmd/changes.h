/* Differences of two catalogs, as the commands that compare show them. */
#ifndef RAY_CMD_CHANGES_H
#define RAY_CMD_CHANGES_H

#include "cmd/cmd.h"
#include "diff/compare.h"

/* One object a line, "+ table public.users", and below one that differs a line for each value that does. */
void ray_changes_print(struct ray_app *app, const ray_changes *changes);

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
