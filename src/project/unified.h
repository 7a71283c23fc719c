/* Two catalogs side by side as DDL, object by object: the unified text of what was found to differ. */
#ifndef RAY_PROJECT_UNIFIED_H
#define RAY_PROJECT_UNIFIED_H

#include "diff/compare.h"
#include "project/project.h"

struct ray_unified_line {
    char sign; /* ' ', '-', '+' */
    const char *text;
};
typedef RAY_VEC(struct ray_unified_line) ray_unified_lines;

/* A whole that changed, or of which a part did. Lines are those of `raymig export`. */
struct ray_unified {
    const struct ray_object *object;
    ray_unified_lines lines; /* "-" of the old, "+" of the new, and all that both have */
};
typedef RAY_VEC(struct ray_unified) ray_unified_list;

/* In the order of the changes. */
bool ray_unified_find(struct ray_project *project, const struct ray_catalog *from,
                      const struct ray_catalog *to, const ray_changes *changes,
                      ray_unified_list *out) RAY_MUST_CHECK;

/* Whether a line is worth showing: it differs, or is at most three lines away from one that does. */
bool ray_unified_is_near(const ray_unified_lines *all, size_t at);

/* [{"object", "kind", "from", "to"}]: the texts of both sides, null where there is none. */
json_t *ray_unified_json(struct ray_arena *arena, const ray_unified_list *list);

#endif
