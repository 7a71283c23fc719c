/*
 * meta/_journal.json: order and status of the migrations, in Drizzle Kit's version 7 layout plus raymig's
 * own keys (top level `"raymig": 1`; per entry `sha256`, `down_sha256`, `parent` and `replaces`), which
 * Drizzle ignores.
 */
#ifndef RAY_HISTORY_JOURNAL_H
#define RAY_HISTORY_JOURNAL_H

#include "base/err.h"
#include "base/vec.h"
#include "history/replaced.h"

#include <stdint.h>

struct ray_journal_entry {
    int idx;
    int64_t when;
    const char *tag;
    const char *version; /* the snapshot's version, "7" */
    bool breakpoints;
    const char *sha256; /* NULL where there is none */
    const char *down_sha256;
    const char
        *parent; /* tag of the entry that was the last when this one was written; NULL: unknown */
    ray_replaced_list replaces;
};

struct ray_journal {
    const char *path;
    bool own; /* written by raymig's own project, not an adopted Drizzle one */
    RAY_VEC(struct ray_journal_entry) entries; /* in the array's order */
};

/* Reads and checks: JSON, version 5 to 7, dialect, each entry's keys and types, plain tags (no path),
 * unique tags and numbers. All defects are reported together, each names its entry: the first is the
 * message, all stand in the detail. RAY_USAGE. */
bool ray_journal_read(struct ray_arena *arena, const char *path, struct ray_journal *out,
                      struct ray_err *err) RAY_MUST_CHECK;

/* Adds entries to the file (creating it and its folder where missing; `own` then says whose it is),
 * keeping every key that is there already. */
bool ray_journal_append(struct ray_arena *arena, const char *path, bool own,
                        const struct ray_journal_entry *entries, size_t count,
                        struct ray_err *err) RAY_MUST_CHECK;

/* Sets sha256 and down_sha256 of the entry `tag` (NULL: leaves it). */
bool ray_journal_set_hashes(struct ray_arena *arena, const char *path, const char *tag,
                            const char *sha256, const char *down_sha256,
                            struct ray_err *err) RAY_MUST_CHECK;

#endif
