/*
 * Journals after a merge. Two branches that have made migrations have added to the same array, so git finds a conflict
 * in it nearly always; and whoever settles that by hand may take one side and lose the other's entries. Here both
 * sides are read: each is a journal, and the merged one has the entries of both.
 */
#ifndef RAY_HISTORY_MERGED_H
#define RAY_HISTORY_MERGED_H

#include "base/json.h"
#include "history/journal.h"

/* The line of the first conflict marker of git in the text; 0: there is none. */
int ray_conflict_line(const char *text);

/* The file as JSON: of each side of a conflict, else once. Free it. */
struct ray_journal_sides {
    json_t *roots[2];
    size_t count; /* 0: there is no such file */
    int conflict; /* line of the first marker; 0: none */
};
bool ray_journal_sides_read(struct ray_arena *arena, const char *path,
                            struct ray_journal_sides *out, struct ray_err *err) RAY_MUST_CHECK;
void ray_journal_sides_free(struct ray_journal_sides *sides);

/* The entries of both sides: those that both have and ours in order, then theirs. Tags are unique, idx, `when` and
 * numbers may not be. What is wrong with an entry itself is RAY_USAGE. A missing file has none. */
bool ray_journal_read_merged(struct ray_arena *arena, const char *path, struct ray_journal *out,
                             int *conflict, struct ray_err *err) RAY_MUST_CHECK;

/* Likewise of a text, as git has it of another branch. */
bool ray_journal_read_text(struct ray_arena *arena, const char *text, const char *path,
                           struct ray_journal *out, struct ray_err *err) RAY_MUST_CHECK;

/* Writes a journal of these entries to `to`, with the keys that the entry `was` (its tag; NULL: it is new) and the
 * whole have in `from`, either side of it. */
struct ray_journal_change {
    const char *was;
    struct ray_journal_entry entry;
};
bool ray_journal_rewrite(struct ray_arena *arena, const char *from, const char *to,
                         const struct ray_journal_change *changes, size_t count,
                         struct ray_err *err) RAY_MUST_CHECK;

#endif
