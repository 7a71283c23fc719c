/*
 * Files named N_name.up.sql, N_name.down.sql, N_name.sql: see updown.h. Both tools read N as a number
 * (01 and 1 are one version) and pair the two directions by it, whatever the names behind it are.
 */
#include "history/updown.h"

#include "base/map.h"

#include <string.h>

enum direction {
    DIRECTION_UP,
    DIRECTION_DOWN,
    DIRECTION_DOWN_LUA,
    DIRECTION_SIMPLE,
    DIRECTION_NONE
};

static const struct {
    const char *suffix;
    enum direction direction;
} suffixes[] = {
    {".up.sql", DIRECTION_UP},
    {".down.sql", DIRECTION_DOWN},
    {".down.lua", DIRECTION_DOWN_LUA},
    {".sql", DIRECTION_SIMPLE},
};

/* The files of one version; NULL where there is none. */
struct pair {
    const char *version;
    const char *tag; /* of the up file */
    const char *up;
    const char *down;
    struct pair *next; /* in the order of their first files' names */
};

static enum direction
direction_of(const char *name, size_t *tail)
{
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        if (!ray_has_suffix(name, suffixes[i].suffix))
            continue;
        *tail = strlen(suffixes[i].suffix);
        return suffixes[i].direction;
    }
    return DIRECTION_NONE;
}

static bool
is_numbered(const char *name)
{
    size_t digits = ray_digits(name);

    return digits > 0 && name[digits] == '_';
}

struct ray_updown_census
ray_updown_count(const ray_entries *entries)
{
    struct ray_updown_census census = {0};

    for (size_t i = 0; i < entries->len; i++) {
        const char *name = entries->items[i].name;
        size_t tail;
        enum direction direction = direction_of(name, &tail);

        if (entries->items[i].is_folder || !is_numbered(name))
            continue;
        census.up += direction == DIRECTION_UP;
        census.down += direction == DIRECTION_DOWN;
        census.lua += ray_has_suffix(name, ".lua");
        census.simple += direction == DIRECTION_SIMPLE;
        census.four += direction == DIRECTION_SIMPLE && ray_digits(name) == 4;
    }
    return census;
}

/* The pair of a file's version, made at its first file. */
static struct pair *
pair_of(struct ray_arena *arena, struct ray_map *pairs, const char *name)
{
    size_t zeros = strspn(name, "0");
    size_t digits = ray_digits(name);
    const char *version;
    struct pair *pair;

    zeros -= zeros == digits; /* 000 is 0 */
    version = ray_arena_strndup(arena, name + zeros, digits - zeros);
    pair = ray_map_get(pairs, version);
    if (pair == NULL) {
        pair = RAY_NEW(arena, struct pair);
        pair->version = version;
        ray_map_put(pairs, version, pair);
    }
    return pair;
}

static void
set_file(struct ray_layout *layout, const struct pair *pair, const char **slot, const char *name)
{
    if (*slot != NULL)
        ray_defects_add(&layout->defects, RAY_USAGE, NULL, 0,
                        "\"%s\" and \"%s\" have the same version, %s", *slot, name, pair->version)
            ->hint = "Give one of them a version of its own.";
    *slot = name;
}

/* A file that is SQL and no migration by its name. */
static void
report_stray(struct ray_layout *layout, const char *name, bool simple)
{
    if (!ray_has_suffix(name, ".sql"))
        return;
    if (simple && !is_numbered(name) && strchr(name, '_') != NULL)
        (void)ray_defects_add(&layout->defects, RAY_USAGE, NULL, 0,
                              "\"%s\" does not begin with a number and '_'", name);
    else
        ray_layout_warn(layout, "\"%s\" is not named as a migration is: it does not run", name);
}

static void
add_pair(struct ray_layout *layout, const struct pair *pair)
{
    struct ray_migration *migration;

    if (pair->up == NULL) {
        ray_layout_warn(layout, "\"%s\" is the down of no migration", pair->down);
        return;
    }
    migration = ray_layout_add(layout, pair->tag, pair->version, strchr(pair->tag, '_') + 1);
    migration->up = ray_script_sql(ray_layout_path(layout, pair->up), false);
    if (pair->down == NULL)
        return;
    if (ray_has_suffix(pair->down, ".lua"))
        migration->down = ray_script_lua(ray_layout_path(layout, pair->down));
    else
        migration->down = ray_script_sql(ray_layout_path(layout, pair->down), false);
}

void
ray_updown_load(struct ray_layout *layout, bool simple)
{
    struct pair *first = NULL;
    struct pair **end = &first;
    struct ray_map pairs;

    ray_map_init(&pairs, layout->arena);
    for (size_t i = 0; i < layout->entries->len; i++) {
        const struct ray_entry *entry = &layout->entries->items[i];
        size_t tail = 0;
        enum direction direction = direction_of(entry->name, &tail);
        size_t known = pairs.len;
        struct pair *pair;

        if (entry->is_folder || entry->name[0] == '.' || direction == DIRECTION_NONE)
            continue;
        if (!is_numbered(entry->name) || (direction == DIRECTION_SIMPLE && !simple)) {
            report_stray(layout, entry->name, simple);
            continue;
        }
        pair = pair_of(layout->arena, &pairs, entry->name);
        if (pairs.len > known) {
            *end = pair;
            end = &pair->next;
        }
        if (direction == DIRECTION_DOWN || direction == DIRECTION_DOWN_LUA) {
            set_file(layout, pair, &pair->down, entry->name);
            continue;
        }
        set_file(layout, pair, &pair->up, entry->name);
        pair->tag = ray_arena_strndup(layout->arena, entry->name, strlen(entry->name) - tail);
    }
    for (const struct pair *pair = first; pair != NULL; pair = pair->next)
        add_pair(layout, pair);
}

bool
ray_updown_create(struct ray_arena *arena, const struct ray_folder *folder, const char *version,
                  const struct ray_new_migration *migration, ray_entries *files,
                  struct ray_err *err)
{
    const char *name = ray_new_name(arena, migration->name, err);
    struct ray_new_migration sql = *migration;
    ray_new_files wanted = {0};
    const char *tag;
    const char *base;
    const char *down;

    if (name == NULL || !ray_new_sql_only(folder, migration, err))
        return false;
    sql.sql_down = true;
    tag = ray_arena_printf(arena, "%s_%s", version, name);
    base = ray_path_join(arena, folder->path, tag);
    down = ray_new_down_text(arena, &sql, tag);
    ray_new_add(arena, &wanted, ray_arena_printf(arena, "%s.up.sql", base),
                ray_new_up_text(arena, &sql, tag));
    if (down[0] != '\0')
        ray_new_add(arena, &wanted, ray_arena_printf(arena, "%s.down.sql", base), down);
    return ray_new_write(arena, &wanted, files, err);
}
