/*
 * Prisma: NAME/migration.sql, NAME mostly YYYYMMDDHHMMSS_name, and migration_lock.toml beside them, which
 * names the database. Ordered by name; the name is the identity in _prisma_migrations. A subfolder without
 * its migration.sql is an error there and here. Prisma has no downs; raymig takes down.sql or down.lua
 * from the same folder.
 */
#include "history/layout.h"
#include "history/lines.h"

#include <string.h>

static const char lock_name[] = "migration_lock.toml";

static bool
detect(struct ray_arena *arena, const char *path, const ray_entries *entries)
{
    (void)arena;
    (void)path;
    return ray_entries_have(entries, lock_name);
}

/* `provider = "postgresql"`, as Prisma reads it: the first line that begins so. */
static bool
check_provider(struct ray_layout *layout, struct ray_err *err)
{
    const char *path = ray_layout_path(layout, lock_name);
    struct ray_lines lines;
    struct ray_line line;
    int more;

    if (!ray_lines_begin(&lines, path, err))
        return false;
    while ((more = ray_lines_next(&lines, &line, err)) > 0) {
        char *value;

        if (!ray_has_prefix(line.text, "provider"))
            continue;
        value = line.text + strcspn(line.text, "=");
        value += strspn(value, "= \t\"'");
        value[strcspn(value, "\"'")] = '\0';
        if (strcmp(value, "postgresql") != 0 && strcmp(value, "postgres") != 0)
            (void)ray_defects_add(&layout->defects, RAY_USAGE, path, line.number,
                                  "these migrations are for \"%s\", not \"postgresql\"", value);
        break;
    }
    ray_lines_end(&lines);
    return more >= 0;
}

static bool
add(struct ray_layout *layout, const struct ray_layout_sub *sub, struct ray_err *err)
{
    size_t digits = ray_digits(sub->name);
    struct ray_migration *migration;

    (void)err;
    if (!ray_entries_have(&sub->entries, "migration.sql")) {
        ray_defects_add(&layout->defects, RAY_INTEGRITY, NULL, 0,
                        "migration \"%s\" has no migration.sql", sub->name)
            ->hint = "Bring the file back, or remove the folder.";
        return true;
    }
    migration = ray_layout_add(layout, sub->name, sub->name,
                               sub->name + digits + (digits > 0 && sub->name[digits] == '_'));
    migration->up = ray_script_sql(ray_path_join(layout->arena, sub->path, "migration.sql"), false);
    ray_layout_sub_down(layout, sub, migration, false);
    return true;
}

static bool
load(struct ray_layout *layout, struct ray_err *err)
{
    if (ray_entries_have(layout->entries, lock_name) && !check_provider(layout, err))
        return false;
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
    const char *time = ray_timestamp_text(arena, ray_new_time(folder, 0));

    return name != NULL &&
           ray_new_folder(arena, folder, ray_arena_printf(arena, "%s_%s", time, name),
                          "migration.sql", migration, files, err);
}

const struct ray_format ray_format_prisma = {
    .name = "prisma",
    .help = "Prisma: YYYYMMDDHHMMSS_name/migration.sql and migration_lock.toml",
    .detect = detect,
    .load = load,
    .create = create,
    .tool_table = "_prisma_migrations",
    /* A row that was rolled back counts for nothing; one without finished_at is a failure that nobody
     * has resolved, and there may be a finished one of the same name beside it. */
    .tool_query = "SELECT DISTINCT ON (migration_name) migration_name::text AS version,\n"
                  "       finished_at::text AS applied_at,\n"
                  "       CASE WHEN finished_at IS NULL THEN 'it failed, and nobody has said with "
                  "`prisma migrate resolve` what became of it' END AS problem,\n"
                  "       false AS through\n"
                  "FROM _prisma_migrations WHERE rolled_back_at IS NULL\n"
                  "ORDER BY migration_name, finished_at DESC NULLS FIRST",
};
