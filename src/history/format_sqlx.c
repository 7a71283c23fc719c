/*
 * sqlx: N_name.up.sql and N_name.down.sql, or N_name.sql without a down; N a number. A file whose first
 * bytes are `-- no-transaction` runs outside a transaction.
 *
 * golang-migrate has the same names. sqlx's are told by that first line, by plain N_name.sql files (not
 * with numbers of four digits alone, which are raymig's own style), or by the Cargo.toml or sqlx.toml
 * that stands beside the folder.
 */
#include "history/updown.h"

#include <string.h>

static const char no_transaction[] = "-- no-transaction";

static bool
asks_for_none(struct ray_arena *arena, const struct ray_script *script, bool *out,
              struct ray_err *err)
{
    struct ray_text text;

    *out = false;
    if (script->kind != RAY_SCRIPT_SQL)
        return true;
    if (!ray_file_read_part(arena, script->source.path, 0, sizeof(no_transaction) - 1, &text, err))
        return false;
    *out = strcmp(text.data, no_transaction) == 0;
    return true;
}

/* A Rust project's folder: its Cargo.toml or sqlx.toml stands beside it. */
static bool
is_rust(struct ray_arena *arena, const char *path)
{
    const char *parent = ray_path_join(arena, path, "..");

    return ray_file_exists(ray_path_join(arena, parent, "Cargo.toml")) ||
           ray_file_exists(ray_path_join(arena, parent, "sqlx.toml"));
}

static bool
any_asks_for_none(struct ray_arena *arena, const char *path, const ray_entries *entries)
{
    struct ray_err ignored;

    ray_err_init(&ignored, arena);
    for (size_t i = 0; i < entries->len; i++) {
        struct ray_script script = ray_script_sql(ray_path_join(arena, path,
                                                                entries->items[i].name),
                                                  false);
        bool none = false;

        if (!entries->items[i].is_folder && ray_has_suffix(entries->items[i].name, ".sql") &&
            asks_for_none(arena, &script, &none, &ignored) && none)
            return true;
    }
    return false;
}

static bool
detect(struct ray_arena *arena, const char *path, const ray_entries *entries)
{
    struct ray_updown_census census = ray_updown_count(entries);

    /* Downs without an .up.sql, and Lua beside plain files, are raymig's own without its journal. */
    if (census.up + census.simple == 0 || (census.up == 0 && census.down + census.lua > 0))
        return false;
    return (census.up > 0 && census.simple > 0) || census.simple > census.four ||
           is_rust(arena, path) || any_asks_for_none(arena, path, entries);
}

static bool
load(struct ray_layout *layout, struct ray_err *err)
{
    ray_updown_load(layout, true);
    for (size_t i = 0; i < layout->folder->migrations.len; i++) {
        struct ray_migration *migration = &layout->folder->migrations.items[i];

        if (!asks_for_none(layout->arena, &migration->up, &migration->up_options.no_transaction,
                           err) ||
            !asks_for_none(layout->arena, &migration->down, &migration->down_options.no_transaction,
                           err))
            return false;
    }
    ray_layout_finish(layout, ray_compare_versions);
    return true;
}

/* A single file where the last migration is one, else a pair. */
static bool
create(struct ray_arena *arena, const struct ray_folder *folder,
       const struct ray_new_migration *migration, ray_entries *files, struct ray_err *err)
{
    const char *version = ray_new_version(arena, folder, 4);
    size_t count = folder->migrations.len;
    bool simple = count > 0 &&
                  !ray_has_suffix(folder->migrations.items[count - 1].up.source.path, ".up.sql");
    ray_new_files wanted = {0};
    const char *name;
    const char *tag;

    if (!simple || (migration->down != NULL && migration->down[0] != '\0'))
        return ray_updown_create(arena, folder, version, migration, files, err);
    name = ray_new_name(arena, migration->name, err);
    if (name == NULL || !ray_new_sql_only(folder, migration, err))
        return false;
    tag = ray_arena_printf(arena, "%s_%s", version, name);
    ray_new_add(arena, &wanted,
                ray_path_join(arena, folder->path, ray_arena_printf(arena, "%s.sql", tag)),
                ray_new_up_text(arena, migration, tag));
    return ray_new_write(arena, &wanted, files, err);
}

const struct ray_format ray_format_sqlx = {
    .name = "sqlx",
    .help = "sqlx: N_name.up.sql and N_name.down.sql, or N_name.sql",
    .detect = detect,
    .load = load,
    .create = create,
    .tool_table = "_sqlx_migrations",
    .tool_query = "SELECT version::text AS version, installed_on::text AS applied_at,\n"
                  "       CASE WHEN NOT success THEN 'sqlx stopped in the middle of it' END AS "
                  "problem,\n"
                  "       false AS through\n"
                  "FROM _sqlx_migrations ORDER BY _sqlx_migrations.version",
};
