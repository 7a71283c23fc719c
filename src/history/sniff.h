/* Which tool wrote a file, where the names do not tell: a line that says so near its beginning. */
#ifndef RAY_HISTORY_SNIFF_H
#define RAY_HISTORY_SNIFF_H

#include "history/layout.h"

/* True where one of the first numbered .sql files has a comment line that begins with `word` ("+goose",
 * "migrate:up"), whatever the blanks before it. */
bool ray_sniff(struct ray_arena *arena, const char *path, const ray_entries *entries,
               const char *word);

/* The text of a line behind its dashes and blanks; NULL where it is no comment line. */
const char *ray_comment_text(const char *line);

#endif
