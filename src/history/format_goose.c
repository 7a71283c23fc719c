/*
 * goose: N_name.sql with `-- +goose Up` and `-- +goose Down`, `-- +goose StatementBegin` and
 * `StatementEnd` around what goose cannot split (raymig splits with PostgreSQL's own scanner and takes
 * them for the comments that they are), and `-- +goose NO TRANSACTION` for both directions.
 *
 * Annotations are read as goose reads them: any case, from the line's first character, nothing behind
 * them. What raymig cannot do as goose does is a defect: ENVSUB (variables in SQL) and migrations in Go.
 */
#include "history/lines.h"
#include "history/sniff.h"

#include <string.h>
#include <strings.h>

enum state { STATE_START, STATE_UP, STATE_DOWN };
enum annotation {
    ANNOTATE_UP,
    ANNOTATE_DOWN,
    ANNOTATE_BEGIN,
    ANNOTATE_END,
    ANNOTATE_NONE,
    ANNOTATE_ENVSUB,
    ANNOTATE_ENVSUB_OFF,
    ANNOTATE_COUNT
};

static const char *const annotations[] = {
    [ANNOTATE_UP] = "Up",
    [ANNOTATE_DOWN] = "Down",
    [ANNOTATE_BEGIN] = "StatementBegin",
    [ANNOTATE_END] = "StatementEnd",
    [ANNOTATE_NONE] = "NO TRANSACTION",
    [ANNOTATE_ENVSUB] = "ENVSUB ON",
    [ANNOTATE_ENVSUB_OFF] = "ENVSUB OFF",
};

/* A file while it is read. */
struct reading {
    struct ray_layout *layout;
    const char *path;
    struct ray_migration *migration;
    enum state state;
    int statement; /* line of an open StatementBegin, 0 */
    bool stray;    /* a statement before Up was reported */
};

static bool
detect(struct ray_arena *arena, const char *path, const ray_entries *entries)
{
    return ray_sniff(arena, path, entries, "+goose");
}

static void
file_defect(const struct reading *reading, int line, const char *text)
{
    (void)ray_defects_add(&reading->layout->defects, RAY_USAGE, reading->path, line, "%s", text);
}

static void
begin_up(struct reading *reading, const struct ray_line *line)
{
    if (reading->state != STATE_START) {
        file_defect(reading, line->number, "a second \"-- +goose Up\"");
        return;
    }
    reading->state = STATE_UP;
    reading->migration->up = ray_script_sql(reading->path, false);
    reading->migration->up.source.begin = line->next;
}

static void
begin_down(struct reading *reading, const struct ray_line *line)
{
    if (reading->state != STATE_UP || reading->statement > 0) {
        file_defect(reading, line->number,
                    reading->state == STATE_START ? "\"-- +goose Down\" stands before the Up"
                    : reading->statement > 0 ? "\"-- +goose Down\" stands within a StatementBegin"
                                             : "a second \"-- +goose Down\"");
        return;
    }
    reading->state = STATE_DOWN;
    reading->migration->up.source.end = line->begin;
    reading->migration->down = ray_script_sql(reading->path, false);
    reading->migration->down.source.begin = line->next;
}

static void
mark_statement(struct reading *reading, const struct ray_line *line, bool begin)
{
    if (reading->state == STATE_START)
        file_defect(reading, line->number, "a statement stands before \"-- +goose Up\"");
    else if (begin && reading->statement > 0)
        file_defect(reading, line->number, "a StatementBegin within a StatementBegin");
    else if (!begin && reading->statement == 0)
        file_defect(reading, line->number, "a StatementEnd without its StatementBegin");
    reading->statement = begin ? line->number : 0;
}

static enum annotation
find_annotation(const char *text)
{
    size_t i = 0;

    while (i < ANNOTATE_COUNT && strcasecmp(annotations[i], text) != 0)
        i++;
    return (enum annotation)i;
}

static void
read_annotation(struct reading *reading, struct ray_line *line)
{
    char *text = strstr(line->text, "+goose") + strlen("+goose");

    text += strspn(text, " \t");
    ray_line_trim_right(text);
    switch (line->text[0] == '-' ? find_annotation(text) : ANNOTATE_COUNT) {
    case ANNOTATE_UP:
        begin_up(reading, line);
        break;
    case ANNOTATE_DOWN:
        begin_down(reading, line);
        break;
    case ANNOTATE_BEGIN:
        mark_statement(reading, line, true);
        break;
    case ANNOTATE_END:
        mark_statement(reading, line, false);
        break;
    case ANNOTATE_NONE:
        reading->migration->up_options.no_transaction = true;
        reading->migration->down_options.no_transaction = true;
        break;
    case ANNOTATE_ENVSUB:
        ray_defects_add(&reading->layout->defects, RAY_USAGE, reading->path, line->number,
                        "\"-- +goose ENVSUB ON\": raymig puts no variables into SQL")
            ->hint = "Write such a migration in Lua, or without the variables.";
        break;
    case ANNOTATE_ENVSUB_OFF:
        break;
    case ANNOTATE_COUNT:
        (void)ray_defects_add(&reading->layout->defects, RAY_USAGE, reading->path, line->number,
                              "goose knows no annotation \"%s\"", line->text);
        break;
    }
}

static void
read_line(struct reading *reading, struct ray_line *line)
{
    const char *text = ray_line_trim_left(line->text);

    if (ray_has_prefix(text, "--")) {
        if (strstr(text, "+goose") != NULL)
            read_annotation(reading, line);
    } else if (*text != '\0' && reading->state == STATE_START && !reading->stray) {
        reading->stray = true;
        file_defect(reading, line->number, "a statement stands before \"-- +goose Up\"");
    }
}

static void
end_file(struct reading *reading, size_t length)
{
    if (reading->statement > 0)
        file_defect(reading, reading->statement, "a StatementBegin without its StatementEnd");
    if (reading->state == STATE_START && !reading->stray)
        file_defect(reading, 0, "the file has no \"-- +goose Up\"");
    if (reading->state == STATE_UP)
        reading->migration->up.source.end = length;
    if (reading->state == STATE_DOWN)
        reading->migration->down.source.end = length;
}

static bool
add_file(struct ray_layout *layout, const char *name, struct ray_err *err)
{
    struct ray_arena *arena = layout->arena;
    size_t zeros = strspn(name, "0");
    size_t digits = ray_digits(name);
    const char *tag = ray_arena_strndup(arena, name, strlen(name) - strlen(".sql"));
    struct reading reading = {.layout = layout, .path = ray_layout_path(layout, name)};
    struct ray_lines lines;
    struct ray_line line;
    int more;

    reading.migration = ray_layout_add(layout, tag,
                                       ray_arena_strndup(arena, name + zeros, digits - zeros),
                                       tag + digits + 1);
    if (!ray_lines_begin(&lines, reading.path, err))
        return false;
    while ((more = ray_lines_next(&lines, &line, err)) > 0)
        read_line(&reading, &line);
    ray_lines_end(&lines);
    end_file(&reading, lines.offset);
    return more >= 0;
}

/* A number above 0, '_', and the suffix. */
static bool
is_migration(const char *name, const char *suffix)
{
    size_t digits = ray_digits(name);

    return digits > strspn(name, "0") && name[digits] == '_' && ray_has_suffix(name, suffix);
}

static bool
add_entry(struct ray_layout *layout, const char *name, struct ray_err *err)
{
    if (is_migration(name, ".sql"))
        return add_file(layout, name, err);
    if (is_migration(name, ".go") && !ray_has_suffix(name, "_test.go"))
        ray_defects_add(&layout->defects, RAY_USAGE, NULL, 0,
                        "\"%s\" is a migration in Go, which raymig cannot run", name)
            ->hint = "Write it in SQL or Lua.";
    if (ray_has_suffix(name, ".sql"))
        ray_layout_warn(layout, "\"%s\" is not named as a migration is: it does not run", name);
    return true;
}

static bool
load(struct ray_layout *layout, struct ray_err *err)
{
    for (size_t i = 0; i < layout->entries->len; i++)
        if (!layout->entries->items[i].is_folder &&
            !add_entry(layout, layout->entries->items[i].name, err))
            return false;
    ray_layout_finish(layout, ray_compare_versions);
    return true;
}

static bool
create(struct ray_arena *arena, const struct ray_folder *folder,
       const struct ray_new_migration *migration, ray_entries *files, struct ray_err *err)
{
    const char *name = ray_new_name(arena, migration->name, err);
    size_t count = folder->migrations.len;
    int width = count == 0 ? 5 : (int)ray_digits(folder->migrations.items[count - 1].tag);
    ray_new_files wanted = {0};
    const char *tag;

    if (name == NULL || !ray_new_sql_only(folder, migration, err))
        return false;
    tag = ray_arena_printf(arena, "%s_%s", ray_new_version(arena, folder, width), name);
    ray_new_add(arena, &wanted,
                ray_path_join(arena, folder->path, ray_arena_printf(arena, "%s.sql", tag)),
                ray_new_sections(arena, migration, tag, "-- +goose Up", "-- +goose Down"));
    return ray_new_write(arena, &wanted, files, err);
}

const struct ray_format ray_format_goose = {
    .name = "goose",
    .help = "goose: N_name.sql with `-- +goose Up` and `-- +goose Down`",
    .detect = detect,
    .load = load,
    .create = create,
    .tool_table = "goose_db_version",
    /* Old versions of goose wrote a row with is_applied false on the way down: the last row of a version
     * says how it stands. Version 0 is goose's own first row. */
    .tool_query = "SELECT version, applied_at, NULL::text AS problem, false AS through FROM (\n"
                  "  SELECT DISTINCT ON (version_id) version_id, version_id::text AS version,\n"
                  "         tstamp::timestamptz::text AS applied_at, is_applied\n"
                  "  FROM goose_db_version WHERE version_id > 0\n"
                  "  ORDER BY version_id, id DESC) AS last_rows\n"
                  "WHERE is_applied ORDER BY version_id",
};
