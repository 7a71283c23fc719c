/*
 * The migration that leads from the last one to the Lua schema, proved both ways: planned, and written unless it is a
 * dry run. And one for somebody to write, with which the schema stays as it is.
 */
#ifndef RAY_PROJECT_GENERATE_H
#define RAY_PROJECT_GENERATE_H

#include "base/file.h"
#include "project/planned.h"

struct ray_generate_options {
    const char *name; /* NULL: from what changed; `empty` needs one */
    bool lua;         /* one file of reversible operations */
    bool dry_run;     /* writes nothing; the texts are in the result */
    bool check;       /* only counts the steps; a rename that was not settled is taken for a drop */
    bool empty;       /* one to be written by hand */
};

struct ray_generated {
    bool planned_any; /* false: it was `empty`, and nothing was compared */
    struct ray_planned planned;
    const char *name; /* of the migration and its texts; NULL: there is none, or it is written */
    const char *up;
    const char *down;  /* NULL: the up file holds both */
    ray_entries files; /* that were written, paths */
};

bool ray_generate(struct ray_project *project, const struct ray_generate_options *options,
                  struct ray_generated *out) RAY_MUST_CHECK;

/* {"ok", "changes", "loses_data", "files", "steps_up", "steps_down", "name", "up", "down"}. */
json_t *ray_generated_json(struct ray_arena *arena, const struct ray_generated *generated);

/* The text of the up file in SQL, and of the down file in Lua. */
const char *ray_generate_up(struct ray_arena *arena, const struct ray_plan *plan);
const char *ray_generate_down(struct ray_arena *arena, const struct ray_planned *planned);

/* generate_name.c: a name from what changed: "add_profiles", "alter_users_email". */
const char *ray_generate_name(struct ray_arena *arena, const struct ray_planned *planned);

/* generate_lua.c: the migration as reversible operations, proved in the shadow; what they cannot say is in SQL. */
bool ray_generate_lua(struct ray_project *project, const struct ray_planned *planned,
                      const char **out) RAY_MUST_CHECK;

#endif
