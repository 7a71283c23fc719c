/*
 * diesel: NAME/up.sql and NAME/down.sql. The version is what stands before the first '_' with its dashes
 * taken out, and versions are compared as text, so 2019-11-15-182353_x comes after 20190514205639_y, which
 * the names alone would not give. A subfolder that holds anything must hold an up.sql.
 *
 * metadata.toml may say `run_in_transaction = false`. A metadata.toml without that key means the same:
 * diesel deserialises a missing bool as false, whatever its manual says, and its users' files were tried
 * against the program.
 */
#include "history/layout.h"
#include "history/lines.h"

#include <string.h>

static const char metadata_name[] = "metadata.toml";

static bool
detect(struct ray_arena *arena, const char *path, const ray_entries *entries)
{
    for (size_t i = 0; i < entries->len; i++) {
        const char *folder;

        if (!entries->items[i].is_folder || entries->items[i].name[0] == '.')
            continue;
        folder = ray_path_join(arena, path, entries->items[i].name);
        if (ray_file_exists(ray_path_join(arena, folder, "up.sql")))
            return true;
    }
    return false;
}

/* The value of `key = value` in a line of TOML, NULL where it is another line; cuts its comment. */
static const char *
toml_value(char *line, const char *key)
{
    size_t length = strlen(key);
    char *text = line + strspn(line, " \t");

    if (strncmp(text, key, length) != 0)
        return NULL;
    text += length;
    text += strspn(text, " \t");
    if (*text != '=')
        return NULL;
    text += 1 + strspn(text + 1, " \t");
    text[strcspn(text, "#")] = '\0';
    ray_line_trim_right(text);
    return text;
}

static bool
read_metadata(struct ray_layout *layout, const char *path, bool *no_transaction,
              struct ray_err *err)
{
    struct ray_lines lines;
    struct ray_line line;
    int more;

    *no_transaction = true;
    if (!ray_lines_begin(&lines, path, err))
        return false;
    while ((more = ray_lines_next(&lines, &line, err)) > 0) {
        const char *value = toml_value(line.text, "run_in_transaction");

        if (value == NULL)
            continue;
        *no_transaction = strcmp(value, "true") != 0;
        if (*no_transaction && strcmp(value, "false") != 0)
            (void)ray_defects_add(&layout->defects, RAY_USAGE, path, line.number,
                                  "run_in_transaction is \"%s\", not true or false", value);
    }
    ray_lines_end(&lines);
    return more >= 0;
}

/* The text before the first '_', without dashes. */
static const char *
version_of(struct ray_arena *arena, const char *name)
{
    char *version = ray_arena_strndup(arena, name, strcspn(name, "_"));
    char *to = version;

    for (const char *from = version; *from != '\0'; from++)
        if (*from != '-')
            *to++ = *from;
    *to = '\0';
    return version;
}

static bool
add(struct ray_layout *layout, const struct ray_layout_sub *sub, struct ray_err *err)
{
    size_t named = strcspn(sub->name, "_");
    bool no_transaction = false;
    struct ray_migration *migration;

    if (sub->entries.len == 0)
        return true;
    if (!ray_entries_have(&sub->entries, "up.sql")) {
        ray_defects_add(&layout->defects, RAY_INTEGRITY, NULL, 0, "migration \"%s\" has no up.sql",
                        sub->name)
            ->hint = "Bring the file back, or remove the folder.";
        return true;
    }
    if (ray_entries_have(&sub->entries, metadata_name) &&
        !read_metadata(layout, ray_path_join(layout->arena, sub->path, metadata_name),
                       &no_transaction, err))
        return false;
    migration = ray_layout_add(layout, sub->name, version_of(layout->arena, sub->name),
                               sub->name + named + (sub->name[named] == '_'));
    migration->up = ray_script_sql(ray_path_join(layout->arena, sub->path, "up.sql"), false);
    migration->up_options.no_transaction = no_transaction;
    migration->down_options.no_transaction = no_transaction;
    ray_layout_sub_down(layout, sub, migration, false);
    return true;
}

static int
compare(const struct ray_migration *left, const struct ray_migration *right)
{
    return strcmp(left->version, right->version);
}

static bool
load(struct ray_layout *layout, struct ray_err *err)
{
    if (!ray_layout_each_sub(layout, add, err))
        return false;
    ray_layout_finish(layout, compare);
    return true;
}

/* 2024-03-05-120032_name, and since diesel 2.3 2024-03-05-120032-0000_name: as the last one is. */
static bool
create(struct ray_arena *arena, const struct ray_folder *folder,
       const struct ray_new_migration *migration, ray_entries *files, struct ray_err *err)
{
    const char *name = ray_new_name(arena, migration->name, err);
    const char *time = ray_timestamp_text(arena, ray_new_time(folder, 0));
    size_t count = folder->migrations.len;
    bool counted = count == 0 || ray_digits(folder->migrations.items[count - 1].version) == 18;
    struct ray_new_migration sql = *migration;
    const char *tag;

    if (name == NULL || !ray_new_sql_only(folder, migration, err))
        return false;
    sql.sql_down = true;
    tag = ray_arena_printf(arena, "%.4s-%.2s-%.2s-%s%s_%s", time, time + 4, time + 6, time + 8,
                           counted ? "-0000" : "", name);
    return ray_new_folder(arena, folder, tag, "up.sql", &sql, files, err);
}

const struct ray_format ray_format_diesel = {
    .name = "diesel",
    .help = "diesel: NAME/up.sql and NAME/down.sql, perhaps metadata.toml",
    .detect = detect,
    .load = load,
    .create = create,
    .tool_table = "__diesel_schema_migrations",
    .tool_query = "SELECT version::text AS version, run_on::timestamptz::text AS applied_at,\n"
                  "       NULL::text AS problem, false AS through\n"
                  "FROM __diesel_schema_migrations ORDER BY version COLLATE \"C\"",
};
