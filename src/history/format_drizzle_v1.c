/*
 * Drizzle Kit 1.x: YYYYMMDDHHMMSS_name/migration.sql with a snapshot.json, no journal. The time in the
 * name is `when` (its migrator writes it to created_at), the folder's name the identity. raymig's downs
 * are down.sql or down.lua in the same folder, which Drizzle ignores.
 *
 * Its migrator runs every subfolder that holds a migration.sql, in the order of the names, and passes over
 * the others; a name that begins with no time would give it a created_at of NaN, so that is a defect.
 */
#include "history/layout.h"

#include <string.h>

static bool
detect(struct ray_arena *arena, const char *path, const ray_entries *entries)
{
    for (size_t i = 0; i < entries->len; i++) {
        const char *folder;

        if (!entries->items[i].is_folder || entries->items[i].name[0] == '.')
            continue;
        folder = ray_path_join(arena, path, entries->items[i].name);
        if (ray_file_exists(ray_path_join(arena, folder, "snapshot.json")) &&
            ray_file_exists(ray_path_join(arena, folder, "migration.sql")))
            return true;
    }
    return false;
}

static bool
add(struct ray_layout *layout, const struct ray_layout_sub *sub, struct ray_err *err)
{
    size_t digits = ray_digits(sub->name);
    int64_t when = ray_timestamp_parse(sub->name);
    struct ray_migration *migration;

    (void)err;
    if (!ray_entries_have(&sub->entries, "migration.sql")) {
        ray_layout_warn(layout, "\"%s\" holds no migration.sql: it is no migration", sub->name);
        return true;
    }
    if (when < 0)
        ray_defects_add(&layout->defects, RAY_USAGE, NULL, 0,
                        "migration \"%s\": its name does not begin with a time "
                        "(YYYYMMDDHHMMSS)",
                        sub->name)
            ->hint = "Drizzle orders its migrations by that time and writes it to created_at.";
    migration = ray_layout_add(layout, sub->name, sub->name,
                               sub->name + digits + (sub->name[digits] == '_'));
    migration->when = when;
    migration->up = ray_script_sql(ray_path_join(layout->arena, sub->path, "migration.sql"), true);
    ray_layout_sub_down(layout, sub, migration, true);
    return true;
}

static bool
load(struct ray_layout *layout, struct ray_err *err)
{
    layout->folder->adopted = true;
    if (!ray_layout_each_sub(layout, add, err))
        return false;
    ray_layout_finish(layout, NULL);
    return true;
}

static bool
create(struct ray_arena *arena, const struct ray_folder *folder,
       const struct ray_new_migration *migration, ray_entries *files, struct ray_err *err)
{
    const char *name = ray_new_name(arena, migration->name, err);
    int64_t when = ray_new_time(folder, migration->last_applied_when);
    const char *time = ray_timestamp_text(arena, when);

    return name != NULL &&
           ray_new_folder(arena, folder, ray_arena_printf(arena, "%s_%s", time, name),
                          "migration.sql", migration, files, err);
}

const struct ray_format ray_format_drizzle_v1 = {
    .name = "drizzle-v1",
    .help = "Drizzle Kit 1.x: YYYYMMDDHHMMSS_name/migration.sql and snapshot.json",
    .detect = detect,
    .load = load,
    .create = create,
};
