/* Deparsed expressions that PostgreSQL would not read back as it printed them. */
#ifndef RAY_CATALOG_REREAD_H
#define RAY_CATALOG_REREAD_H

#include "base/arena.h"

/* The same SQL, so that what is deparsed of it again is the text given. The text itself where nothing
 * needs to be said. */
const char *ray_reread(struct ray_arena *arena, const char *sql);

#endif
