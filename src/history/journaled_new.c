/*
 * New entries of a journal: a migration that is created, and scripts that `repair` adds.
 *
 * Files first, the journal last, so that a crash leaves an orphan and never an entry without its file;
 * what was written is taken back when the journal cannot be. In a Drizzle project the tag follows the
 * prefix that Drizzle Kit was told to use, idx follows the last one, and `when` lies above all that is
 * in the journal or was ever applied: else Drizzle would pass the new migration by.
 */
#include "base/clock.h"
#include "base/hash.h"
#include "base/map.h"
#include "history/journal_internal.h"
#include "history/journaled.h"

#include <stdlib.h>
#include <string.h>

/* What the new entry must lie above. */
struct top {
    int idx; /* the highest, -1 where there is none */
    int64_t when;
    const char *last; /* tag of the last entry; NULL where there is none */
    const char *high; /* the tag with the highest number, orphans among them; NULL: none */
};

static void
raise_number(struct top *top, const char *tag)
{
    if (ray_digits(tag) == 0)
        return;
    if (top->high == NULL || ray_version_compare(top->high, tag) < 0)
        top->high = tag;
}

static bool
find_top(struct ray_arena *arena, const struct ray_folder *folder, int64_t last_applied_when,
         struct top *out, struct ray_err *err)
{
    const char *path = ray_journaled_path(arena, folder->path);
    struct ray_journal journal = {0};

    *out = (struct top){.idx = -1, .when = last_applied_when};
    if (ray_file_exists(path) && !ray_journal_read(arena, path, &journal, err))
        return false;
    for (size_t i = 0; i < journal.entries.len; i++) {
        const struct ray_journal_entry *entry = &journal.entries.items[i];

        out->idx = entry->idx > out->idx ? entry->idx : out->idx;
        out->when = entry->when > out->when ? entry->when : out->when;
        out->last = entry->tag;
        raise_number(out, entry->tag);
    }
    for (size_t i = 0; i < folder->orphans.len; i++)
        raise_number(out, folder->orphans.items[i]);
    return true;
}

static int64_t
next_when(const struct top *top)
{
    int64_t now = ray_clock_now();

    return now > top->when ? now : top->when + 1;
}

/* The number behind the highest, in four digits at least. */
static long long
next_number(const struct top *top, long long least)
{
    long long high = top->high == NULL ? -1 : strtoll(top->high, NULL, 10);

    return high < least ? least : high + 1;
}

/* The prefix of a new tag. Drizzle's kinds: index, timestamp (also Supabase's), unix, none. */
static const char *
next_prefix(struct ray_arena *arena, const struct ray_folder *folder, const struct top *top,
            long long least, struct ray_journal_entry *entry)
{
    size_t digits = top->last == NULL ? 0 : ray_digits(top->last);
    long long number;

    entry->idx = top->idx + 1;
    if (!folder->adopted) {
        number = next_number(top, least);
        entry->idx = number > top->idx && number <= INT32_MAX ? (int)number : entry->idx;
        return ray_arena_printf(arena, "%04lld", number);
    }
    if (top->last != NULL && digits == 0)
        return "";
    if (digits == 14)
        return ray_timestamp_text(arena, ray_new_time(folder, entry->when - 1));
    if (digits == 10)
        return ray_arena_printf(arena, "%lld", next_number(top, entry->when / 1000));
    number = next_number(top, entry->idx);
    entry->idx = number <= INT32_MAX ? (int)number : entry->idx;
    return ray_arena_printf(arena, "%04lld", number);
}

static void
add_files(struct ray_arena *arena, const struct ray_folder *folder,
          const struct ray_new_migration *migration, const char *tag, ray_new_files *out)
{
    const char *base = ray_path_join(arena, folder->path, tag);
    const char *down = ray_new_down_text(arena, migration, tag);

    ray_new_add(arena, out, ray_arena_printf(arena, "%s.%s", base, migration->lua ? "lua" : "sql"),
                ray_new_up_text(arena, migration, tag));
    if (!migration->lua && down[0] != '\0')
        ray_new_add(arena, out,
                    ray_arena_printf(arena, "%s.down.%s", base,
                                     migration->sql_down ? "sql" : "lua"),
                    down);
}

static const char *
hash_text(struct ray_arena *arena, const char *text)
{
    char *hex = ray_arena_alloc(arena, RAY_HASH_HEX);

    ray_hash_bytes(text, strlen(text), hex);
    return hex;
}

/* Hashes are for texts that are final; a template is about to be edited, and a Drizzle project's journal
 * gets no keys that Drizzle Kit would not write. */
static void
set_hashes(struct ray_arena *arena, const struct ray_folder *folder,
           const struct ray_new_migration *migration, struct ray_journal_entry *entry)
{
    if (folder->adopted)
        return;
    if (migration->up != NULL)
        entry->sha256 = hash_text(arena, migration->up);
    if (!migration->lua && migration->down != NULL && migration->down[0] != '\0')
        entry->down_sha256 = hash_text(arena, migration->down);
}

bool
ray_journaled_create(struct ray_arena *arena, const struct ray_folder *folder,
                     const struct ray_new_migration *migration, ray_entries *files,
                     struct ray_err *err)
{
    const char *name = ray_new_name(arena, migration->name, err);
    struct ray_journal_entry entry = {.version = "7", .breakpoints = true};
    ray_new_files wanted = {0};
    struct top top;

    if (name == NULL || !find_top(arena, folder, migration->last_applied_when, &top, err))
        return false;
    if (folder->adopted && migration->lua) {
        (void)ray_err_set(err, RAY_USAGE,
                          "\"%s\" is a Drizzle project: its migrator cannot run Lua migrations",
                          folder->path);
        return ray_err_hint(err, "Write it in SQL, or convert the folder with `raymig import`.");
    }
    entry.when = next_when(&top);
    entry.tag = ray_arena_printf(arena, "%s_%s",
                                 next_prefix(arena, folder, &top, migration->first ? 0 : 1, &entry),
                                 name);
    set_hashes(arena, folder, migration, &entry);
    if (!folder->adopted && !migration->first)
        entry.parent = top.last;
    add_files(arena, folder, migration, entry.tag, &wanted);
    if (!ray_new_write(arena, &wanted, files, err))
        return false;
    if (ray_journal_append(arena, ray_journaled_path(arena, folder->path), !folder->adopted, &entry,
                           1, err))
        return true;
    ray_new_undo(arena, files);
    return false;
}

/* ---- repair ---- */

static int
compare_orphans(const void *a, const void *b)
{
    return ray_version_compare(*(const char *const *)a, *(const char *const *)b);
}

/* A number may stand in a journal only once: which of two merged migrations comes first is not for a
 * program to guess. */
static bool
check_numbers(struct ray_arena *arena, const struct ray_folder *folder, struct ray_err *err)
{
    struct ray_map numbers;

    ray_map_init(&numbers, arena);
    for (size_t i = 0; i < folder->migrations.len + folder->orphans.len; i++) {
        char *tag = ray_arena_strdup(arena,
                                     i < folder->migrations.len
                                         ? folder->migrations.items[i].tag
                                         : folder->orphans.items[i - folder->migrations.len]);
        const char *number = ray_tag_number(arena, tag);
        const char *same = number == NULL ? NULL : ray_map_put(&numbers, number, tag);

        if (same == NULL)
            continue;
        (void)ray_err_set(err, RAY_INTEGRITY, "\"%s\" and \"%s\" have the same number", same, tag);
        return ray_err_hint(err,
                            "raymig rebase gives the one that is to run later the next number.");
    }
    return true;
}

bool
ray_folder_journal_orphans(struct ray_arena *arena, const struct ray_folder *folder,
                           int64_t last_applied_when, struct ray_err *err)
{
    size_t count = folder->orphans.len;
    const char **tags = RAY_NEW_ARRAY(arena, const char *, count + 1);
    struct ray_journal_entry *entries = RAY_NEW_ARRAY(arena, struct ray_journal_entry, count + 1);
    struct top top;

    if (count == 0)
        return true;
    if (folder->adopted)
        return ray_err_set(err, RAY_REFUSED,
                           "\"%s\" is not added to the journal of a Drizzle project",
                           folder->orphans.items[0]);
    if (!find_top(arena, folder, last_applied_when, &top, err) ||
        !check_numbers(arena, folder, err))
        return false;
    for (size_t i = 0; i < count; i++)
        tags[i] = folder->orphans.items[i];
    qsort(tags, count, sizeof(*tags), compare_orphans);
    top.when = next_when(&top);
    for (size_t i = 0; i < count; i++) {
        long long number = strtoll(tags[i], NULL, 10);

        /* idx is the number where that fits, as in a new entry. */
        top.idx = number > top.idx && number < 1000000 ? (int)number : top.idx + 1;
        entries[i] = (struct ray_journal_entry){.idx = top.idx,
                                                .when = top.when + (int64_t)i,
                                                .tag = tags[i],
                                                .version = "7",
                                                .breakpoints = true};
    }
    return ray_journal_append(arena, ray_journaled_path(arena, folder->path), true, entries, count,
                              err);
}
