/*
 * dbmate: N_name.sql with the sections `-- migrate:up` and `-- migrate:down`, each perhaps with
 * `transaction:false` behind it. Files run in the order of their names; the version is the digits that
 * begin the name, as text.
 *
 * A file may hold several pairs of sections. Then a direction is no longer one range of the file: the ups
 * become a text of the file's shape with all else blanked, so that places in errors stay true, and the
 * downs a text of their own, last section first. (dbmate runs the downs first section first, which fails
 * as soon as a section builds on the one before it, its manual's own example among them.)
 */
#include "history/lines.h"
#include "history/sniff.h"

#include <string.h>

struct section {
    bool up;
    bool no_transaction;
    int line;
    size_t begin; /* behind the directive's line */
    size_t end;   /* where the next directive begins, or the file ends */
};
typedef RAY_VEC(struct section) sections;

static bool
detect(struct ray_arena *arena, const char *path, const ray_entries *entries)
{
    return ray_sniff(arena, path, entries, "migrate:up");
}

static bool
is_blank(const char *text)
{
    return *ray_line_trim_left(text) == '\0';
}

/* `transaction:false` among the options behind a directive; dbmate passes over what it does not know. */
static bool
asks_for_none(const char *options)
{
    static const char wanted[] = "transaction:false";
    const char *found = options;

    while ((found = strstr(found, wanted)) != NULL) {
        const char *behind = found + sizeof(wanted) - 1;

        if (strchr(" \t", found[-1]) != NULL && (*behind == '\0' || strchr(" \t\r", *behind)))
            return true;
        found = behind;
    }
    return false;
}

/* Is the line a directive? It begins at the line's first character. */
static bool
read_directive(const struct ray_line *line, struct section *out)
{
    const char *text = ray_comment_text(line->text);
    size_t length;

    if (text == NULL || !ray_has_prefix(text, "migrate:"))
        return false;
    text += strlen("migrate:");
    out->up = ray_has_prefix(text, "up");
    if (!out->up && !ray_has_prefix(text, "down"))
        return false;
    length = out->up ? 2 : 4;
    if (text[length] != '\0' && strchr(" \t\r\f\v", text[length]) == NULL)
        return false;
    out->no_transaction = asks_for_none(text + length);
    out->line = line->number;
    out->begin = line->next;
    return true;
}

static void
file_defect(struct ray_layout *layout, const char *path, int line, const char *text)
{
    (void)ray_defects_add(&layout->defects, RAY_USAGE, path, line, "%s", text);
}

/* Adds a section where it may stand. Before the first up there is only comment. */
static void
add_section(struct ray_layout *layout, const char *path, sections *all,
            const struct section *section)
{
    if (!section->up && (all->len == 0 || !all->items[all->len - 1].up))
        file_defect(layout, path, section->line,
                    all->len == 0 ? "\"-- migrate:down\" stands before \"-- migrate:up\""
                                  : "a second \"-- migrate:down\" without a \"-- migrate:up\"");
    *ray_vec_add(layout->arena, all) = *section;
}

static bool
read_sections(struct ray_layout *layout, const char *path, sections *out, struct ray_err *err)
{
    struct ray_lines lines;
    struct ray_line line;
    bool stray = false;
    int more;

    if (!ray_lines_begin(&lines, path, err))
        return false;
    while ((more = ray_lines_next(&lines, &line, err)) > 0) {
        struct section section = {0};

        if (read_directive(&line, &section)) {
            if (out->len > 0)
                out->items[out->len - 1].end = line.begin;
            add_section(layout, path, out, &section);
        } else if (out->len == 0 && !stray && !is_blank(line.text) &&
                   ray_comment_text(ray_line_trim_left(line.text)) == NULL) {
            stray = true;
            file_defect(layout, path, line.number, "a statement stands before \"-- migrate:up\"");
        }
    }
    if (out->len > 0)
        out->items[out->len - 1].end = lines.offset;
    ray_lines_end(&lines);
    if (out->len == 0 && !stray && more == 0)
        file_defect(layout, path, 0, "the file has no \"-- migrate:up\"");
    return more >= 0;
}

/* ---- several pairs in one file ---- */

/* The file with all but the ups made blank. */
static char *
ups_in_place(struct ray_arena *arena, const struct ray_text *file, const sections *all)
{
    char *text = ray_arena_strndup(arena, file->data, file->len);
    size_t at = 0;

    for (size_t i = 0; i <= all->len; i++) {
        size_t to = i == all->len ? file->len : all->items[i].begin;

        if (i < all->len && !all->items[i].up)
            continue;
        for (; at < to; at++)
            if (text[at] != '\n')
                text[at] = ' ';
        if (i < all->len)
            at = all->items[i].end;
    }
    return text;
}

static char *
downs_last_first(struct ray_arena *arena, const struct ray_text *file, const sections *all)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (size_t i = all->len; i > 0; i--) {
        const struct section *section = &all->items[i - 1];

        if (section->up)
            continue;
        ray_buf_addn(&buf, file->data + section->begin, section->end - section->begin);
        ray_buf_add(&buf, "\n;\n"); /* the last statement of a section may lack its semicolon */
    }
    return buf.data;
}

static bool
set_several(struct ray_layout *layout, const char *path, const sections *all,
            struct ray_migration *migration, struct ray_err *err)
{
    struct ray_text file;

    if (!ray_file_read(layout->arena, path, &file, err))
        return false;
    migration->up = ray_script_sql(path, false);
    migration->up.source.text = ups_in_place(layout->arena, &file, all);
    if (migration->down.kind == RAY_SCRIPT_NONE)
        return true;
    migration->down = ray_script_sql(ray_arena_printf(layout->arena, "%s (its downs, last first)",
                                                      path),
                                     false);
    migration->down.source.text = downs_last_first(layout->arena, &file, all);
    return true;
}

/* ---- loading ---- */

static void
set_section(const struct section *section, const char *path, struct ray_migration *migration)
{
    struct ray_script *script = section->up ? &migration->up : &migration->down;

    *script = ray_script_sql(path, false);
    script->source.begin = section->begin;
    script->source.end = section->end;
}

static bool
add_file(struct ray_layout *layout, const char *name, struct ray_err *err)
{
    const char *path = ray_layout_path(layout, name);
    size_t digits = ray_digits(name);
    size_t found = layout->defects.list.len;
    sections all = {0};
    size_t ups = 0;
    struct ray_migration *migration;
    const char *tag;

    if (!read_sections(layout, path, &all, err))
        return false;
    if (layout->defects.list.len > found)
        return true;
    tag = ray_arena_strndup(layout->arena, name, strlen(name) - strlen(".sql"));
    migration = ray_layout_add(layout, tag, ray_arena_strndup(layout->arena, name, digits),
                               tag + digits + (tag[digits] == '_'));
    for (size_t i = 0; i < all.len; i++) {
        const struct section *section = &all.items[i];

        if (section->no_transaction && section->up)
            migration->up_options.no_transaction = true;
        if (section->no_transaction && !section->up)
            migration->down_options.no_transaction = true;
        set_section(section, path, migration);
        ups += section->up;
    }
    return ups == 1 || set_several(layout, path, &all, migration, err);
}

static bool
load(struct ray_layout *layout, struct ray_err *err)
{
    for (size_t i = 0; i < layout->entries->len; i++) {
        const struct ray_entry *entry = &layout->entries->items[i];

        if (entry->is_folder || !ray_has_suffix(entry->name, ".sql"))
            continue;
        if (ray_digits(entry->name) == 0)
            ray_layout_warn(layout, "\"%s\" does not begin with a number: it does not run",
                            entry->name);
        else if (!add_file(layout, entry->name, err))
            return false;
    }
    ray_layout_finish(layout, NULL);
    return true;
}

static bool
create(struct ray_arena *arena, const struct ray_folder *folder,
       const struct ray_new_migration *migration, ray_entries *files, struct ray_err *err)
{
    const char *name = ray_new_name(arena, migration->name, err);
    ray_new_files wanted = {0};
    const char *tag;

    if (name == NULL || !ray_new_sql_only(folder, migration, err))
        return false;
    tag = ray_arena_printf(arena, "%s_%s", ray_timestamp_text(arena, ray_new_time(folder, 0)),
                           name);
    ray_new_add(arena, &wanted,
                ray_path_join(arena, folder->path, ray_arena_printf(arena, "%s.sql", tag)),
                ray_new_sections(arena, migration, tag, "-- migrate:up", "-- migrate:down"));
    return ray_new_write(arena, &wanted, files, err);
}

const struct ray_format ray_format_dbmate = {
    .name = "dbmate",
    .help = "dbmate: N_name.sql with `-- migrate:up` and `-- migrate:down`",
    .detect = detect,
    .load = load,
    .create = create,
    .tool_table = "schema_migrations",
    .tool_query = "SELECT version::text AS version, NULL::text AS applied_at,\n"
                  "       NULL::text AS problem, false AS through\n"
                  "FROM schema_migrations ORDER BY 1",
};
