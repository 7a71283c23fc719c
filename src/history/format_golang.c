/*
 * golang-migrate: N_name.up.sql and N_name.down.sql, N a number. The names are sqlx's too; whatever does
 * not look like sqlx's is taken for this one. Its table holds the current version alone and a flag that
 * says whether the last run broke half-way: the version stands for all up to it.
 */
#include "history/updown.h"

static bool
detect(struct ray_arena *arena, const char *path, const ray_entries *entries)
{
    (void)arena;
    (void)path;
    return ray_updown_count(entries).up > 0;
}

static bool
load(struct ray_layout *layout, struct ray_err *err)
{
    (void)err;
    ray_updown_load(layout, false);
    ray_layout_finish(layout, ray_compare_versions);
    return true;
}

static bool
create(struct ray_arena *arena, const struct ray_folder *folder,
       const struct ray_new_migration *migration, ray_entries *files, struct ray_err *err)
{
    size_t count = folder->migrations.len;
    int width = count == 0 ? 6 : (int)ray_digits(folder->migrations.items[count - 1].tag);

    return ray_updown_create(arena, folder, ray_new_version(arena, folder, width), migration, files,
                             err);
}

const struct ray_format ray_format_golang = {
    .name = "golang-migrate",
    .help = "golang-migrate: N_name.up.sql and N_name.down.sql",
    .detect = detect,
    .load = load,
    .create = create,
    .tool_table = "schema_migrations",
    .tool_query =
        "SELECT version::text AS version, NULL::text AS applied_at,\n"
        "       CASE WHEN dirty THEN 'it is dirty: golang-migrate stopped in the middle of "
        "it' END AS problem,\n"
        "       true AS through\n"
        "FROM schema_migrations",
};
