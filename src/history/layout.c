/*
 * The pieces that layouts are built of: see layout.h.
 *
 * A layout only says which scripts there are and how their tool tells them apart. What holds for all is
 * decided here: the order, `when`, that no two migrations claim one version, that every name can be
 * printed and stored. Nothing here opens a script.
 */
#include "history/layout.h"

#include "base/map.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

void
ray_layout_warn(struct ray_layout *layout, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    *ray_vec_add(layout->arena, &layout->folder->warnings) = ray_arena_vprintf(layout->arena,
                                                                               format, args);
    va_end(args);
}

struct ray_migration *
ray_layout_add(struct ray_layout *layout, const char *tag, const char *version, const char *name)
{
    struct ray_migration *migration = ray_vec_add(layout->arena, &layout->folder->migrations);

    migration->tag = tag;
    migration->version = version;
    migration->name = name;
    migration->when = -1;
    return migration;
}

char *
ray_layout_path(const struct ray_layout *layout, const char *name)
{
    return ray_path_join(layout->arena, layout->folder->path, name);
}

struct ray_script
ray_script_sql(const char *path, bool breakpoints)
{
    return (struct ray_script){.kind = RAY_SCRIPT_SQL,
                               .source = {.path = path, .breakpoints = breakpoints}};
}

struct ray_script
ray_script_lua(const char *path)
{
    return (struct ray_script){.kind = RAY_SCRIPT_LUA, .source = {.path = path}};
}

/* ---- times and versions ---- */

size_t
ray_digits(const char *text)
{
    return strspn(text, "0123456789");
}

static int
two_digits(const char *text)
{
    return (text[0] - '0') * 10 + (text[1] - '0');
}

int64_t
ray_timestamp_parse(const char *text)
{
    struct tm parts = {0};
    struct tm again;
    time_t seconds;

    if (ray_digits(text) < 14)
        return -1;
    parts.tm_year = two_digits(text) * 100 + two_digits(text + 2) - 1900;
    parts.tm_mon = two_digits(text + 4) - 1;
    parts.tm_mday = two_digits(text + 6);
    parts.tm_hour = two_digits(text + 8);
    parts.tm_min = two_digits(text + 10);
    parts.tm_sec = two_digits(text + 12);
    again = parts;
    seconds = timegm(&again);
    /* timegm takes the 45th of January for the 14th of February: a date must come back as it was. */
    if (seconds < 0 || again.tm_mon != parts.tm_mon || again.tm_mday != parts.tm_mday ||
        again.tm_hour != parts.tm_hour || again.tm_min != parts.tm_min ||
        again.tm_sec != parts.tm_sec)
        return -1;
    return (int64_t)seconds * 1000;
}

char *
ray_timestamp_text(struct ray_arena *arena, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;

    gmtime_r(&seconds, &parts);
    return ray_arena_printf(arena, "%04d%02d%02d%02d%02d%02d", parts.tm_year + 1900,
                            parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                            parts.tm_sec);
}

/* One number of a dotted version: where its digits begin without leading zeros, and how many they are. */
static size_t
version_part(const char **text, const char **digits)
{
    size_t length;

    *text += strspn(*text, "0");
    *digits = *text;
    length = ray_digits(*text);
    *text += length;
    if (**text == '.')
        (*text)++;
    return length;
}

int
ray_version_compare(const char *left, const char *right)
{
    while (ray_digits(left) > 0 || ray_digits(right) > 0) {
        const char *a = "";
        const char *b = "";
        size_t alen = version_part(&left, &a);
        size_t blen = version_part(&right, &b);
        int order = alen != blen ? (alen < blen ? -1 : 1) : strncmp(a, b, alen);

        if (order != 0)
            return order;
    }
    return strcmp(left, right);
}

int
ray_compare_versions(const struct ray_migration *left, const struct ray_migration *right)
{
    return ray_version_compare(left->version, right->version);
}

int
ray_compare_tags(const struct ray_migration *left, const struct ray_migration *right)
{
    return strcmp(left->tag, right->tag);
}

/* ---- the end of loading ---- */

/* What created_at gets where the layout knows no better: the time that the version says it is (digits of
 * a date, seconds or milliseconds), else one more than the migration before it had. */
static int64_t
derive_when(const char *version, int64_t before)
{
    size_t digits = ray_digits(version);
    int64_t when = ray_timestamp_parse(version);

    if (when < 0 && version[digits] == '\0' && (digits == 10 || digits == 13)) {
        long long number = strtoll(version, NULL, 10);

        when = digits == 10 ? (int64_t)number * 1000 : (int64_t)number;
    }
    return when > before ? when : before + 1;
}

static void
check_name(struct ray_layout *layout, const struct ray_migration *migration)
{
    size_t bad = 0;

    if (!ray_utf8_valid(migration->tag, strlen(migration->tag), &bad))
        (void)ray_defects_add(&layout->defects, RAY_USAGE, NULL, 0,
                              "migration \"%s\": its name is not UTF-8 (byte %zu)", migration->tag,
                              bad + 1);
    else if (!ray_path_is_plain(migration->tag))
        (void)ray_defects_add(&layout->defects, RAY_USAGE, NULL, 0,
                              "migration \"%s\": its name has a control character or a backslash",
                              migration->tag);
}

static void
report_double(struct ray_layout *layout, const struct ray_migration *first,
              const struct ray_migration *second)
{
    struct ray_defect *defect =
        ray_defects_add(&layout->defects, RAY_USAGE, NULL, 0,
                        "migrations \"%s\" and \"%s\" have the same version, \"%s\"", first->tag,
                        second->tag, second->version);

    defect->hint = "Give one of them a version of its own.";
}

static int
sort_by(const void *a, const void *b, void *compare)
{
    int order = (*(ray_migration_compare **)compare)(a, b);

    return order != 0 ? order : ray_compare_tags(a, b);
}

void
ray_layout_finish(struct ray_layout *layout, ray_migration_compare *compare)
{
    struct ray_migration *items = layout->folder->migrations.items;
    size_t count = layout->folder->migrations.len;
    int64_t before = 0;
    struct ray_map versions;

    if (compare != NULL && count > 1)
        qsort_r(items, count, sizeof(*items), sort_by, &compare);
    ray_map_init(&versions, layout->arena);
    for (size_t i = 0; i < count; i++) {
        const struct ray_migration *same = ray_map_put(&versions, items[i].version, &items[i]);

        if (same == NULL && compare != NULL && i > 0 && compare(&items[i - 1], &items[i]) == 0)
            same = &items[i - 1];
        if (same != NULL)
            report_double(layout, same, &items[i]);
        check_name(layout, &items[i]);
        items[i].idx = (int)i;
        if (items[i].when < 0)
            items[i].when = derive_when(items[i].version, before);
        before = items[i].when;
    }
}

/* ---- a folder for each migration ---- */

bool
ray_layout_each_sub(struct ray_layout *layout, ray_layout_each *each, struct ray_err *err)
{
    for (size_t i = 0; i < layout->entries->len; i++) {
        const struct ray_entry *entry = &layout->entries->items[i];
        struct ray_layout_sub sub = {.name = entry->name};

        if (!entry->is_folder || entry->name[0] == '.')
            continue;
        sub.path = ray_layout_path(layout, entry->name);
        if (!ray_file_list(layout->arena, sub.path, &sub.entries, err) || !each(layout, &sub, err))
            return false;
    }
    return true;
}

static int
compare_entry(const void *name, const void *entry)
{
    return strcmp(name, ((const struct ray_entry *)entry)->name);
}

bool
ray_entries_have(const ray_entries *entries, const char *name)
{
    const struct ray_entry *found = NULL;

    if (entries->len > 0)
        found = bsearch(name, entries->items, entries->len, sizeof(*entries->items), compare_entry);
    return found != NULL && !found->is_folder;
}

void
ray_layout_sub_down(struct ray_layout *layout, const struct ray_layout_sub *sub,
                    struct ray_migration *migration, bool breakpoints)
{
    bool sql = ray_entries_have(&sub->entries, "down.sql");
    bool lua = ray_entries_have(&sub->entries, "down.lua");

    if (sql && lua)
        (void)ray_defects_add(&layout->defects, RAY_USAGE, NULL, 0,
                              "migration \"%s\" has two downs, \"down.lua\" and \"down.sql\"",
                              migration->tag);
    if (sql)
        migration->down = ray_script_sql(ray_path_join(layout->arena, sub->path, "down.sql"),
                                         breakpoints);
    else if (lua)
        migration->down = ray_script_lua(ray_path_join(layout->arena, sub->path, "down.lua"));
}
