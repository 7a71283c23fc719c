/*
 * Single declarations as Lua, as a migration needs them: pg.table "users" { ... }. All other objects are named
 * by text, and nothing is said of which schema or file they belong to.
 */
#ifndef RAY_PULL_DECLARATION_H
#define RAY_PULL_DECLARATION_H

#include "catalog/object.h"

struct ray_pull_declaration {
    const struct ray_object *object; /* of the catalog */
    const char *text;
};
typedef RAY_VEC(struct ray_pull_declaration) ray_pull_declarations;

/* The declarations of a small catalog, in order. Parts stand in those of their wholes, and so does the sequence of a
 * serial. */
void ray_pull_declare_all(const struct ray_catalog *catalog, ray_pull_declarations *out);

/* That of a part alone: a column (with its default, where the catalog has that), a constraint, an index, a trigger, a policy, a rule. `on`:
 * those that can say their table say it. NULL: the part has none. */
const char *ray_pull_declare_part(const struct ray_catalog *catalog, const struct ray_object *part,
                                  bool on);

/* pg.column "name" :default(...): of a default alone. */
const char *ray_pull_declare_default(const struct ray_catalog *catalog,
                                     const struct ray_object *standard);

/* pg.column "name": of a column that is there. */
const char *ray_pull_declare_column_name(struct ray_arena *arena, const char *name);

#endif
