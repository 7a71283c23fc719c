/*
 * Folders with a journal, raymig's own and Drizzle 0.x's: one listing, one journal, no look at any script.
 *
 * The journal is the order and the list of what runs; the files are held against it both ways. In raymig's
 * own folder a script without an entry is a defect. In a Drizzle project it is a warning: Drizzle has
 * never run such a file, and real projects carry some. `when` must rise: Drizzle's migrator takes the
 * highest one applied for its water mark and skips what lies below it.
 */
#include "history/journaled.h"

#include "base/map.h"
#include "history/journal_internal.h"

#include <errno.h>
#include <string.h>

enum role { ROLE_SQL, ROLE_LUA, ROLE_DOWN_SQL, ROLE_DOWN_LUA, ROLE_COUNT };

/* The longer suffixes first: x.down.sql is no up script named x.down. */
static const struct {
    const char *suffix;
    enum role role;
} suffixes[] = {
    {".down.sql", ROLE_DOWN_SQL},
    {".down.lua", ROLE_DOWN_LUA},
    {".sql", ROLE_SQL},
    {".lua", ROLE_LUA},
};

/* The files that share a tag: their names, NULL where there is none. */
struct scripts {
    const char *tag;
    const char *files[ROLE_COUNT];
    bool claimed; /* by an entry of the journal */
    struct scripts *next;
};

struct shelf {
    struct ray_map by_tag;
    struct scripts *first; /* in the order of their names */
    struct scripts **end;
};

const char *
ray_journaled_path(struct ray_arena *arena, const char *folder)
{
    return ray_path_join(arena, folder, "meta/_journal.json");
}

bool
ray_journaled_is(struct ray_arena *arena, const char *path, const ray_entries *entries)
{
    for (size_t i = 0; i < entries->len; i++)
        if (entries->items[i].is_folder && strcmp(entries->items[i].name, "meta") == 0)
            /* One that may not be looked at is one: whoever opens it says why it cannot be read. */
            return ray_file_exists(ray_journaled_path(arena, path)) || errno == EACCES;
    return false;
}

/* What kind of script a file is, by its name; ROLE_COUNT: none. */
static enum role
role_of(struct ray_arena *arena, const char *name, const char **tag)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        size_t tail = strlen(suffixes[i].suffix);

        if (length <= tail || memcmp(name + length - tail, suffixes[i].suffix, tail) != 0)
            continue;
        *tag = ray_arena_strndup(arena, name, length - tail);
        return suffixes[i].role;
    }
    return ROLE_COUNT;
}

const char *
ray_journaled_tag(struct ray_arena *arena, const char *name, bool *down)
{
    const char *tag = NULL;
    enum role role = role_of(arena, name, &tag);

    *down = role == ROLE_DOWN_SQL || role == ROLE_DOWN_LUA;
    return tag;
}

static void
put_on_shelf(struct ray_arena *arena, struct shelf *shelf, const char *name)
{
    const char *tag = NULL;
    enum role role = role_of(arena, name, &tag);
    struct scripts *scripts;

    if (role == ROLE_COUNT)
        return;
    scripts = ray_map_get(&shelf->by_tag, tag);
    if (scripts == NULL) {
        scripts = RAY_NEW(arena, struct scripts);
        scripts->tag = tag;
        ray_map_put(&shelf->by_tag, tag, scripts);
        *shelf->end = scripts;
        shelf->end = &scripts->next;
    }
    scripts->files[role] = name;
}

static bool
has_up(const struct scripts *scripts)
{
    return scripts->files[ROLE_SQL] != NULL || scripts->files[ROLE_LUA] != NULL;
}

static void
integrity(struct ray_layout *layout, const char *what, const char *one, const char *other,
          const char *hint)
{
    ray_defects_add(&layout->defects, RAY_INTEGRITY, NULL, 0, "migration has %s, \"%s\" and \"%s\"",
                    what, one, other)
        ->hint = hint;
}

static void
check_pairs(struct ray_layout *layout, const struct scripts *scripts)
{
    const char *const *files = scripts->files;
    const char *down = files[ROLE_DOWN_SQL] != NULL ? files[ROLE_DOWN_SQL] : files[ROLE_DOWN_LUA];

    if (files[ROLE_SQL] != NULL && files[ROLE_LUA] != NULL)
        integrity(layout, "two ups", files[ROLE_SQL], files[ROLE_LUA], "Remove one of them.");
    if (files[ROLE_DOWN_SQL] != NULL && files[ROLE_DOWN_LUA] != NULL)
        integrity(layout, "two downs", files[ROLE_DOWN_SQL], files[ROLE_DOWN_LUA],
                  "Remove one of them.");
    if (files[ROLE_SQL] == NULL && files[ROLE_LUA] != NULL && down != NULL)
        integrity(layout, "two downs", files[ROLE_LUA], down,
                  "A migration in Lua holds its own `down`.");
}

static void
set_scripts(const struct ray_layout *layout, const struct scripts *scripts,
            struct ray_migration *migration)
{
    const char *const *files = scripts->files;

    if (files[ROLE_SQL] == NULL) {
        /* A .lua migration returns both; whether there is a down shows when it is loaded. */
        migration->up = ray_script_lua(ray_layout_path(layout, files[ROLE_LUA]));
        migration->down = migration->up;
        return;
    }
    migration->up = ray_script_sql(ray_layout_path(layout, files[ROLE_SQL]), true);
    if (files[ROLE_DOWN_LUA] != NULL)
        migration->down = ray_script_lua(ray_layout_path(layout, files[ROLE_DOWN_LUA]));
    else if (files[ROLE_DOWN_SQL] != NULL)
        migration->down = ray_script_sql(ray_layout_path(layout, files[ROLE_DOWN_SQL]), true);
}

static void
check_when(struct ray_layout *layout, const struct ray_journal *journal, size_t i)
{
    const struct ray_journal_entry *entry = &journal->entries.items[i];
    const struct ray_journal_entry *before = entry - 1;

    if (i == 0 || before->when < entry->when)
        return;
    if (layout->folder->adopted)
        ray_layout_warn(
            layout,
            "\"%s\" has a `when` that is not above that of \"%s\" before it: where that "
            "one is applied, Drizzle's own migrator skips it",
            entry->tag, before->tag);
    else
        ray_defects_add(&layout->defects, RAY_USAGE, journal->path, 0,
                        "journal entry %zu (\"%s\"): its \"when\" is not above that of \"%s\" "
                        "before it",
                        i + 1, entry->tag, before->tag)
            ->hint = "Migrations stand in the order of their `when`: raise it, or move the entry.";
}

static void
add_entry(struct ray_layout *layout, const struct ray_journal *journal, size_t i,
          struct shelf *shelf)
{
    const struct ray_journal_entry *entry = &journal->entries.items[i];
    struct scripts *scripts = ray_map_get(&shelf->by_tag, entry->tag);
    size_t digits = ray_digits(entry->tag);
    struct ray_migration *migration;

    check_when(layout, journal, i);
    if (scripts == NULL || !has_up(scripts)) {
        ray_defects_add(&layout->defects, RAY_INTEGRITY, journal->path, 0,
                        "journal entry %zu (\"%s\"): the folder has no \"%s.sql\"%s", i + 1,
                        entry->tag, entry->tag,
                        layout->folder->adopted ? "" : " and no such .lua file")
            ->hint = "Bring the file back, or take the entry out of the journal.";
        return;
    }
    scripts->claimed = true;
    check_pairs(layout, scripts);
    migration = ray_layout_add(layout, entry->tag,
                               digits > 0 ? ray_arena_strndup(layout->arena, entry->tag, digits)
                                          : entry->tag,
                               entry->tag + digits + (entry->tag[digits] == '_'));
    migration->when = entry->when;
    migration->idx = (int)i;
    migration->journal_hash = entry->sha256;
    migration->journal_down_hash = entry->down_sha256;
    migration->parent = entry->parent;
    migration->replaces = entry->replaces;
    set_scripts(layout, scripts, migration);
}

/* Does a script that no entry names look like a migration? Drizzle's are SQL whatever they are called. */
static bool
is_orphan(const struct ray_layout *layout, const struct scripts *scripts)
{
    if (ray_digits(scripts->tag) > 0)
        return true;
    return layout->folder->adopted && scripts->files[ROLE_SQL] != NULL;
}

static const char *
up_file(const struct scripts *scripts)
{
    return scripts->files[scripts->files[ROLE_SQL] != NULL ? ROLE_SQL : ROLE_LUA];
}

static void
report_orphans(struct ray_layout *layout, const struct shelf *shelf, bool has_journal)
{
    size_t orphans = 0;

    for (const struct scripts *scripts = shelf->first; scripts != NULL; scripts = scripts->next) {
        if (scripts->claimed)
            continue;
        if (!has_up(scripts)) {
            ray_layout_warn(layout, "\"%s\" is the down of no migration",
                            scripts->files[scripts->files[ROLE_DOWN_SQL] != NULL ? ROLE_DOWN_SQL
                                                                                 : ROLE_DOWN_LUA]);
        } else if (!is_orphan(layout, scripts)) {
            ray_layout_warn(layout, "\"%s\" does not begin with a number: it is no migration",
                            up_file(scripts));
        } else {
            *ray_vec_add(layout->arena, &layout->folder->orphans) = scripts->tag;
            orphans++;
            if (layout->tolerate || layout->folder->adopted)
                ray_layout_warn(layout, "the journal has no entry for \"%s\": it does not run",
                                up_file(scripts));
            else if (has_journal)
                ray_defects_add(&layout->defects, RAY_INTEGRITY, NULL, 0,
                                "the journal has no entry for \"%s\"", up_file(scripts))
                    ->hint =
                    "Run `raymig repair` to add it to the journal; or, where a merge lost it, raymig rebase.";
        }
    }
    if (orphans > 0 && !has_journal && !layout->tolerate)
        ray_defects_add(&layout->defects, RAY_INTEGRITY, NULL, 0,
                        "\"%s\" has %zu migration%s and no journal (meta/_journal.json)",
                        layout->folder->path, orphans, orphans == 1 ? "" : "s")
            ->hint = "Run `raymig repair` to write it in the order of their numbers.";
}

bool
ray_journaled_load(struct ray_layout *layout, struct ray_err *err)
{
    struct ray_folder *folder = layout->folder;
    bool has_journal = ray_journaled_is(layout->arena, folder->path, layout->entries);
    const char *path = ray_journaled_path(layout->arena, folder->path);
    struct ray_journal journal = {0};
    struct shelf shelf = {0};

    if (!has_journal && folder->format == &ray_format_drizzle) {
        (void)ray_err_set(err, RAY_USAGE, "\"%s\" has no journal (meta/_journal.json)",
                          folder->path);
        return ray_err_hint(err, "Drizzle 1.x has none either: its format is \"drizzle-v1\".");
    }
    if (has_journal) {
        if (!ray_journal_examine(layout->arena, path, &journal, &layout->defects, err))
            return false;
        folder->format = journal.own ? &ray_format_raymig : &ray_format_drizzle;
        folder->adopted = !journal.own;
    }
    shelf.end = &shelf.first;
    ray_map_init(&shelf.by_tag, layout->arena);
    for (size_t i = 0; i < layout->entries->len; i++)
        if (!layout->entries->items[i].is_folder && layout->entries->items[i].name[0] != '.')
            put_on_shelf(layout->arena, &shelf, layout->entries->items[i].name);
    for (size_t i = 0; i < journal.entries.len; i++)
        add_entry(layout, &journal, i, &shelf);
    report_orphans(layout, &shelf, has_journal);
    return true;
}
