/* The layout that raymig shares with Drizzle 0.x: NNNN_name.sql in one folder, in the order of
 * meta/_journal.json. Whose folder it is stands in the journal (its key "raymig"). */
#ifndef RAY_HISTORY_JOURNALED_H
#define RAY_HISTORY_JOURNALED_H

#include "history/layout.h"

bool ray_journaled_load(struct ray_layout *layout, struct ray_err *err) RAY_MUST_CHECK;

/* Writes the files of a new migration and then its entry. */
bool ray_journaled_create(struct ray_arena *arena, const struct ray_folder *folder,
                          const struct ray_new_migration *migration, ray_entries *files,
                          struct ray_err *err) RAY_MUST_CHECK;

/* True where the folder has a journal. */
bool ray_journaled_is(struct ray_arena *arena, const char *path, const ray_entries *entries);

/* The tag of a script, by its name: 0001_a of 0001_a.down.lua; NULL: it is none. */
const char *ray_journaled_tag(struct ray_arena *arena, const char *name, bool *down);

/* meta/_journal.json in the folder. */
const char *ray_journaled_path(struct ray_arena *arena, const char *folder);

#endif
