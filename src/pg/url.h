/* Connection strings as they may be shown: a password never reaches a line of output. */
#ifndef RAY_PG_URL_H
#define RAY_PG_URL_H

#include "base/arena.h"

/* "database "app" on localhost:5432 as "ann"", from a URI, a key=value string, or (NULL or "") the PG*
 * variables; a string that cannot be parsed is "the given connection string". */
const char *ray_url_redacted(struct ray_arena *arena, const char *url);

/* The text with every occurrence of the string's password, and of the string itself, blotted out. */
const char *ray_url_scrub(struct ray_arena *arena, const char *url, const char *text);

#endif
