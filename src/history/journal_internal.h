/* The journal for the layouts that have one: its defects join those of the folder. */
#ifndef RAY_HISTORY_JOURNAL_INTERNAL_H
#define RAY_HISTORY_JOURNAL_INTERNAL_H

#include "base/json.h"
#include "history/defects.h"
#include "history/journal.h"

enum { RAY_JOURNAL_LAYOUT = 1 }; /* the value of the key "raymig" */

/* Like ray_journal_read, but what is wrong with the entries goes to `defects`; false only where the file
 * cannot be read or is not JSON. Entries without a usable tag are left out. */
bool ray_journal_examine(struct ray_arena *arena, const char *path, struct ray_journal *out,
                         struct ray_defects *defects, struct ray_err *err) RAY_MUST_CHECK;

/* The entries of a journal that was read as JSON; what is wrong with them goes to `defects`. */
void ray_journal_take(struct ray_arena *arena, const json_t *root, const char *path,
                      struct ray_journal *out, struct ray_defects *defects);

/* The quick way: true where the file is a flawless journal in the usual shape. False says nothing. */
bool ray_journal_scan(struct ray_arena *arena, const char *path,
                      struct ray_journal *out) RAY_MUST_CHECK;

bool ray_journal_head_ok(const char *version, const char *dialect);
bool ray_journal_tag_ok(const char *tag); /* a plain name, not hidden, that fits a file's name */

/* The number that begins a tag, without leading zeros; NULL where none does. */
const char *ray_tag_number(struct ray_arena *arena, const char *tag);

#endif
