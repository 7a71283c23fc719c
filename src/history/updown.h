/* The names that golang-migrate and sqlx share: N_name.up.sql and N_name.down.sql; sqlx also knows
 * N_name.sql, without a down. */
#ifndef RAY_HISTORY_UPDOWN_H
#define RAY_HISTORY_UPDOWN_H

#include "history/layout.h"

/* What the names in a folder look like. */
struct ray_updown_census {
    size_t up;     /* N_name.up.sql */
    size_t down;   /* N_name.down.sql */
    size_t simple; /* N_name.sql */
    size_t four;   /* of those, with a number of four digits: raymig's own style */
    size_t lua;    /* any numbered Lua: no other tool's */
};
struct ray_updown_census ray_updown_count(const ray_entries *entries);

/* Adds the migrations. `simple`: N_name.sql is one, and a name without a number is a defect; else such
 * files are passed over with a warning. */
void ray_updown_load(struct ray_layout *layout, bool simple);

/* VERSION_name.up.sql and .down.sql. */
bool ray_updown_create(struct ray_arena *arena, const struct ray_folder *folder,
                       const char *version, const struct ray_new_migration *migration,
                       ray_entries *files, struct ray_err *err) RAY_MUST_CHECK;

#endif
