/*
 * Flyway: V1.2__name.sql, its undo U1.2__name.sql, and the repeatable R__name.sql, in the folder or any
 * folder below it, by Flyway's default prefixes, separator and suffix. Versions are dotted numbers ('_' is
 * a dot in a name); repeatables run after them all, by description. V1__x.sql.conf may say
 * executeInTransaction=false.
 *
 * B10__name.sql stands for all versions up to 10 on a new database. Where the folder still has those,
 * they run and the baseline does not; where it has none of them, the baseline is version 10.
 *
 * Flyway passes over files that it does not recognise. So does raymig, with a warning; but a migration in
 * Java or a shell script would leave a hole in the order, and is a defect.
 */
#include "history/lines.h"
#include "history/sniff.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct file {
    char prefix; /* V, U, R, B; 0: none of them */
    const char *path;
    const char *tag;     /* the name without its suffix */
    const char *version; /* with dots; "" for R */
    const char *name;    /* the description, as it is in the file's name */
    bool no_transaction;
    bool skip; /* shouldExecute=false */
};

struct found {
    struct ray_layout *layout;
    RAY_VEC(struct file) files;
};

/* 1, 1.2, 1_2: numbers with one dot or '_' between them. */
static char *
parse_version(struct ray_arena *arena, const char *text, size_t length)
{
    char *version = ray_arena_strndup(arena, text, length);
    bool digit = false;

    for (char *c = version; *c != '\0'; c++) {
        if (*c == '_')
            *c = '.';
        if (*c == '.' ? !digit : (*c < '0' || *c > '9'))
            return NULL;
        digit = *c != '.';
    }
    return digit ? version : NULL;
}

/* Takes a name apart: PREFIX VERSION __ NAME. False where it is not Flyway's. */
static bool
parse_name(struct ray_arena *arena, const char *file, size_t suffix, struct file *out)
{
    const char *text = ray_arena_strndup(arena, file, strlen(file) - suffix);
    const char *separator = strstr(text, "__");

    out->tag = text;
    out->prefix = text[0];
    out->version = "";
    if (text[0] == '\0' || strchr("VURB", text[0]) == NULL)
        return false;
    out->name = separator == NULL ? "" : separator + 2;
    if (out->prefix == 'R')
        return separator == text + 1;
    out->version = parse_version(arena, text + 1,
                                 separator == NULL ? strlen(text + 1)
                                                   : (size_t)(separator - text - 1));
    return out->version != NULL;
}

static bool
has_sql_suffix(const char *name)
{
    size_t length = strlen(name);

    return length > 4 && strcasecmp(name + length - 4, ".sql") == 0;
}

static bool
detect_in(struct ray_arena *arena, const char *path, const ray_entries *entries, int depth)
{
    struct ray_err ignored;

    ray_err_init(&ignored, arena);
    for (size_t i = 0; i < entries->len; i++) {
        const struct ray_entry *entry = &entries->items[i];
        const char *below = ray_path_join(arena, path, entry->name);
        ray_entries inside = {0};
        struct file file = {0};

        if (entry->is_folder) {
            if (depth > 0 && entry->name[0] != '.' &&
                ray_file_list(arena, below, &inside, &ignored) &&
                detect_in(arena, below, &inside, depth - 1))
                return true;
        } else if (has_sql_suffix(entry->name) && strstr(entry->name, "__") != NULL &&
                   parse_name(arena, entry->name, 4, &file)) {
            return true;
        }
    }
    return false;
}

static bool
detect(struct ray_arena *arena, const char *path, const ray_entries *entries)
{
    return detect_in(arena, path, entries, 2);
}

/* ---- the script's own configuration ---- */

static void
conf_defect(struct ray_layout *layout, const char *path, int line, const char *key,
            const char *value, const char *why)
{
    (void)ray_defects_add(&layout->defects, RAY_USAGE, path, line, "%s is \"%s\": %s", key, value,
                          why);
}

static void
read_setting(struct ray_layout *layout, const char *path, int line, const char *key,
             const char *value, struct file *file)
{
    bool yes = strcasecmp(value, "true") == 0;
    bool no = strcasecmp(value, "false") == 0;

    if (ray_has_prefix(key, "flyway."))
        key += strlen("flyway.");
    if (strcmp(key, "executeInTransaction") == 0) {
        file->no_transaction = no;
        if (!yes && !no)
            conf_defect(layout, path, line, key, value, "neither true nor false");
    } else if (strcmp(key, "shouldExecute") == 0) {
        file->skip = no;
        if (!yes && !no)
            conf_defect(layout, path, line, key, value, "raymig does not evaluate expressions");
    } else if (strcmp(key, "encoding") == 0) {
        if (strcasecmp(value, "UTF-8") != 0 && strcasecmp(value, "US-ASCII") != 0)
            conf_defect(layout, path, line, key, value, "raymig reads UTF-8");
    } else if (strcmp(key, "placeholderReplacement") != 0) {
        conf_defect(layout, path, line, key, value, "Flyway knows no such setting for a script");
    }
}

static bool
read_conf(struct ray_layout *layout, const char *path, struct file *file, struct ray_err *err)
{
    struct ray_lines lines;
    struct ray_line line;
    int more;

    if (!ray_lines_begin(&lines, path, err))
        return false;
    while ((more = ray_lines_next(&lines, &line, err)) > 0) {
        char *key = line.text + strspn(line.text, " \t");
        char *equals = strchr(key, '=');
        char *value;

        if (*key == '\0' || *key == '#' || *key == '!' || equals == NULL)
            continue;
        *equals = '\0';
        value = equals + 1 + strspn(equals + 1, " \t");
        ray_line_trim_right(key);
        ray_line_trim_right(value);
        read_setting(layout, path, line.number, key, value, file);
    }
    ray_lines_end(&lines);
    return more >= 0;
}

/* ---- finding the files ---- */

/* Migrations that Flyway would run and raymig cannot. */
static bool
is_foreign(struct ray_arena *arena, const char *name)
{
    static const char *const suffixes[] = {".java", ".class", ".kt",  ".sh", ".bash",
                                           ".ps1",  ".cmd",   ".bat", ".py"};
    struct file file = {0};

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
        if (ray_has_suffix(name, suffixes[i]) && strstr(name, "__") != NULL &&
            parse_name(arena, name, strlen(suffixes[i]), &file))
            return true;
    return false;
}

static bool
find_file(struct found *found, const char *folder, const char *name, const ray_entries *beside,
          struct ray_err *err)
{
    struct ray_layout *layout = found->layout;
    const char *conf = ray_arena_printf(layout->arena, "%s.conf", name);
    struct file file = {.path = ray_path_join(layout->arena, folder, name)};

    if (is_foreign(layout->arena, name)) {
        ray_defects_add(&layout->defects, RAY_USAGE, NULL, 0,
                        "\"%s\" is a migration that raymig cannot run: it is no SQL", name)
            ->hint = "Write it in SQL, or convert the folder with `raymig import`.";
        return true;
    }
    if (!has_sql_suffix(name))
        return true;
    if (!parse_name(layout->arena, name, 4, &file)) {
        ray_layout_warn(layout, "\"%s\" is not named as a migration of Flyway is: it does not run",
                        name);
        return true;
    }
    if (ray_entries_have(beside, conf) &&
        !read_conf(layout, ray_path_join(layout->arena, folder, conf), &file, err))
        return false;
    if (file.skip)
        ray_layout_warn(layout, "\"%s\" does not run: its .conf says shouldExecute=false", name);
    else
        *ray_vec_add(layout->arena, &found->files) = file;
    return true;
}

static bool
find_files(struct found *found, const char *folder, const ray_entries *entries, int depth,
           struct ray_err *err)
{
    struct ray_arena *arena = found->layout->arena;

    for (size_t i = 0; i < entries->len; i++) {
        const struct ray_entry *entry = &entries->items[i];
        ray_entries inside = {0};

        if (entry->name[0] == '.' || (entry->is_folder && depth == 0))
            continue;
        if (!entry->is_folder) {
            if (!find_file(found, folder, entry->name, entries, err))
                return false;
        } else if (!ray_file_list(arena, ray_path_join(arena, folder, entry->name), &inside, err) ||
                   !find_files(found, ray_path_join(arena, folder, entry->name), &inside, depth - 1,
                               err)) {
            return false;
        }
    }
    return true;
}

/* ---- what they mean ---- */

/* The baseline that takes the place of versions which the folder no longer has, NULL: none. */
static const struct file *
choose_baseline(const struct found *found)
{
    const struct file *chosen = NULL;

    for (size_t i = 0; i < found->files.len; i++) {
        const struct file *file = &found->files.items[i];
        bool bare = file->prefix == 'B';

        for (size_t j = 0; bare && j < found->files.len; j++)
            bare = found->files.items[j].prefix != 'V' ||
                   ray_version_compare(found->files.items[j].version, file->version) > 0;
        if (bare && (chosen == NULL || ray_version_compare(chosen->version, file->version) < 0))
            chosen = file;
    }
    return chosen;
}

static void
add_up(struct ray_layout *layout, const struct file *file)
{
    /* A repeatable has no version; Flyway knows it by its description, raymig by its whole name. */
    const char *version = file->prefix == 'R' ? file->tag : file->version;
    struct ray_migration *migration = ray_layout_add(layout, file->tag, version, file->name);

    migration->repeatable = file->prefix == 'R';
    migration->up = ray_script_sql(file->path, false);
    migration->up_options.no_transaction = file->no_transaction;
}

/* Versions first; repeatables by description, in which '_' is a blank. */
static int
compare(const struct ray_migration *left, const struct ray_migration *right)
{
    const char *a = left->name;
    const char *b = right->name;

    if (left->repeatable != right->repeatable)
        return left->repeatable ? 1 : -1;
    if (!left->repeatable)
        return ray_version_compare(left->version, right->version);
    while (*a != '\0' && (*a == *b || (strchr("_ ", *a) != NULL && strchr("_ ", *b) != NULL))) {
        a++;
        b++;
    }
    return (*a == '_' ? ' ' : (unsigned char)*a) - (*b == '_' ? ' ' : (unsigned char)*b);
}

static int
compare_undo(const void *key, const void *item)
{
    const struct ray_migration *migration = item;

    return migration->repeatable
               ? -1
               : ray_version_compare(((const struct file *)key)->version, migration->version);
}

/* After the ups are in order. */
static void
add_undo(struct ray_layout *layout, const struct file *file)
{
    struct ray_migration *items = layout->folder->migrations.items;
    struct ray_migration *migration = NULL;

    if (layout->folder->migrations.len > 0)
        migration = bsearch(file, items, layout->folder->migrations.len, sizeof(*items),
                            compare_undo);
    if (migration == NULL) {
        ray_layout_warn(layout, "\"%s\" undoes no migration", ray_path_name(file->path));
        return;
    }
    if (migration->down.kind != RAY_SCRIPT_NONE)
        (void)ray_defects_add(&layout->defects, RAY_USAGE, NULL, 0,
                              "\"%s\" and \"%s\" undo the same version, \"%s\"",
                              ray_path_name(migration->down.source.path), ray_path_name(file->path),
                              file->version);
    migration->down = ray_script_sql(file->path, false);
    migration->down_options.no_transaction = file->no_transaction;
}

static bool
load(struct ray_layout *layout, struct ray_err *err)
{
    struct found found = {.layout = layout};
    const struct file *baseline;

    if (!find_files(&found, layout->folder->path, layout->entries, 16, err))
        return false;
    baseline = choose_baseline(&found);
    for (size_t i = 0; i < found.files.len; i++) {
        const struct file *file = &found.files.items[i];

        if (file->prefix == 'V' || file->prefix == 'R' || file == baseline)
            add_up(layout, file);
        else if (file->prefix == 'B')
            ray_layout_warn(layout, "baseline \"%s\" does not run: the folder has its versions",
                            ray_path_name(file->path));
    }
    ray_layout_finish(layout, compare);
    for (size_t i = 0; i < found.files.len; i++)
        if (found.files.items[i].prefix == 'U')
            add_undo(layout, &found.files.items[i]);
    return true;
}

static bool
create(struct ray_arena *arena, const struct ray_folder *folder,
       const struct ray_new_migration *migration, ray_entries *files, struct ray_err *err)
{
    const char *name = ray_new_name(arena, migration->name, err);
    const char *version = folder->migrations.len == 0 ? "1" : ray_new_version(arena, folder, 1);
    struct ray_new_migration sql = *migration;
    ray_new_files wanted = {0};
    const char *rest;
    const char *down;

    if (name == NULL || !ray_new_sql_only(folder, migration, err))
        return false;
    sql.sql_down = true;
    rest = ray_arena_printf(arena, "%s__%s", version, name);
    down = ray_new_down_text(arena, &sql, rest);
    ray_new_add(arena, &wanted,
                ray_path_join(arena, folder->path, ray_arena_printf(arena, "V%s.sql", rest)),
                ray_new_up_text(arena, &sql, rest));
    if (down[0] != '\0')
        ray_new_add(arena, &wanted,
                    ray_path_join(arena, folder->path, ray_arena_printf(arena, "U%s.sql", rest)),
                    down);
    return ray_new_write(arena, &wanted, files, err);
}

const struct ray_format ray_format_flyway = {
    .name = "flyway",
    .help = "Flyway: V1__name.sql, U1__name.sql, R__name.sql",
    .detect = detect,
    .load = load,
    .create = create,
    .tool_table = "flyway_schema_history",
    /* The last row of a version, or of a repeatable's description, says how it stands. `script` is a path
     * relative to the location. A baseline stands for all versions up to it. */
    .tool_query =
        "SELECT version, applied_at, problem, through FROM (\n"
        "  SELECT DISTINCT ON (version, CASE WHEN version IS NULL THEN description END)\n"
        "         coalesce(version, regexp_replace(script, '^.*/|\\.[^.]*$', '', 'g'))::text\n"
        "           AS version,\n"
        "         installed_on::timestamptz::text AS applied_at,\n"
        "         CASE WHEN NOT success THEN 'Flyway stopped in the middle of it' END AS problem,\n"
        "         type LIKE '%BASELINE' AS through, type, installed_rank\n"
        "  FROM flyway_schema_history WHERE type <> 'SCHEMA'\n"
        "  ORDER BY version, CASE WHEN version IS NULL THEN description END,\n"
        "           installed_rank DESC) AS last_rows\n"
        "WHERE type NOT LIKE 'UNDO%' AND type <> 'DELETE' ORDER BY installed_rank",
};
