/*
 * New migrations: what the layouts' create functions share. Files are written first and taken back when
 * a later step fails; a file that is there already is never touched. A template says what to write, and a
 * down that nobody wrote raises an error rather than undoing nothing.
 */
#include "history/layout.h"

#include "base/clock.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST_NAME = 150 }; /* with a version and a suffix it must stay below 255 bytes */

const char *
ray_new_name(struct ray_arena *arena, const char *name, struct ray_err *err)
{
    char *clean = ray_arena_strdup(arena, name);
    size_t bad = 0;

    if (name[0] == '\0' || strlen(name) > LONGEST_NAME) {
        (void)ray_err_set(err, RAY_USAGE,
                          name[0] == '\0'
                              ? "the name of the new migration is empty"
                              : "the name of the new migration is longer than 150 bytes");
        return NULL;
    }
    if (!ray_utf8_valid(name, strlen(name), &bad)) {
        (void)ray_err_set(err, RAY_USAGE, "the name of the new migration is not UTF-8");
        return NULL;
    }
    for (char *c = clean; *c != '\0'; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c & 0x80) != 0;

        if (*c == ' ')
            *c = '_';
        if (letter || (*c >= '0' && *c <= '9') || *c == '_' || *c == '-')
            continue;
        (void)ray_err_set(err, RAY_USAGE, "name \"%s\" of the new migration has a \"%c\" in it",
                          name, *c);
        (void)ray_err_hint(err,
                           "Use letters, digits, '_' and '-'; it becomes part of a file name.");
        return NULL;
    }
    return clean;
}

void
ray_new_add(struct ray_arena *arena, ray_new_files *files, const char *path, const char *text)
{
    *ray_vec_add(arena, files) = (struct ray_new_file){.path = path, .text = text};
}

void
ray_new_undo(struct ray_arena *arena, ray_entries *written)
{
    while (written->len > 0) {
        const char *path = written->items[--written->len].name;

        (void)unlink(path);
        (void)rmdir(ray_path_folder(arena, path)); /* stays where something else is in it */
    }
}

bool
ray_new_write(struct ray_arena *arena, const ray_new_files *files, ray_entries *written,
              struct ray_err *err)
{
    for (size_t i = 0; i < files->len; i++) {
        errno = EEXIST;
        if (ray_file_exists(files->items[i].path))
            return ray_err_errno(err, RAY_USAGE, "cannot create \"%s\"", files->items[i].path);
    }
    for (size_t i = 0; i < files->len; i++) {
        const struct ray_new_file *file = &files->items[i];

        if (!ray_file_make_folder(ray_path_folder(arena, file->path), err) ||
            !ray_file_write(file->path, file->text, strlen(file->text), err)) {
            ray_new_undo(arena, written);
            return false;
        }
        ray_vec_add(arena, written)->name = file->path;
    }
    return true;
}

int64_t
ray_new_time(const struct ray_folder *folder, int64_t last_applied_when)
{
    int64_t least = last_applied_when;
    int64_t now = ray_clock_now() / 1000 * 1000;

    for (size_t i = 0; i < folder->migrations.len; i++)
        if (folder->migrations.items[i].when > least)
            least = folder->migrations.items[i].when;
    return now > least ? now : (least / 1000 + 1) * 1000;
}

/* The number behind the digits, written as wide, at least `width`. */
static const char *
next_number(struct ray_arena *arena, const char *digits, size_t length, int width)
{
    int zeros = width > (int)length ? width - (int)length : 0;
    char *text = ray_arena_printf(arena, "%0*d%.*s", zeros + 1, 0, (int)length, digits);
    char *c = text + strlen(text);

    while (*--c == '9')
        *c = '0';
    (*c)++;
    return text[0] == '0' ? text + 1 : text;
}

const char *
ray_new_version(struct ray_arena *arena, const struct ray_folder *folder, int width)
{
    const char *last = NULL;
    const char *digits;

    for (size_t i = folder->migrations.len; i > 0 && last == NULL; i--)
        if (!folder->migrations.items[i - 1].repeatable)
            last = folder->migrations.items[i - 1].version;
    if (last == NULL || ray_timestamp_parse(last) >= 0)
        return ray_timestamp_text(arena, ray_new_time(folder, 0));
    digits = last + strlen(last);
    while (digits > last && digits[-1] >= '0' && digits[-1] <= '9')
        digits--;
    return ray_arena_printf(arena, "%.*s%s", (int)(digits - last), last,
                            next_number(arena, digits, strlen(digits), width));
}

bool
ray_new_sql_only(const struct ray_folder *folder, const struct ray_new_migration *migration,
                 struct ray_err *err)
{
    bool lua_down = migration->down != NULL && migration->down[0] != '\0' && !migration->sql_down;

    if (!migration->lua && !lua_down)
        return true;
    (void)ray_err_set(err, RAY_USAGE, "\"%s\" is a folder of %s, whose migrations are SQL",
                      folder->path, folder->format->name);
    return ray_err_hint(err, "Write the %s in SQL, or convert the folder with `raymig import`.",
                        migration->lua ? "migration" : "down");
}

bool
ray_new_folder(struct ray_arena *arena, const struct ray_folder *folder, const char *tag,
               const char *up, const struct ray_new_migration *migration, ray_entries *files,
               struct ray_err *err)
{
    const char *base = ray_path_join(arena, ray_path_join(arena, folder->path, tag), "");
    const char *down = ray_new_down_text(arena, migration, tag);
    ray_new_files wanted = {0};

    if (migration->lua)
        return ray_new_sql_only(folder, migration, err);
    ray_new_add(arena, &wanted, ray_arena_printf(arena, "%s%s", base, up),
                ray_new_up_text(arena, migration, tag));
    if (down[0] != '\0')
        ray_new_add(arena, &wanted,
                    ray_arena_printf(arena, "%sdown.%s", base, migration->sql_down ? "sql" : "lua"),
                    down);
    return ray_new_write(arena, &wanted, files, err);
}

const char *
ray_new_up_text(struct ray_arena *arena, const struct ray_new_migration *migration, const char *tag)
{
    if (migration->up != NULL)
        return migration->up;
    if (!migration->lua)
        return ray_arena_printf(
            arena,
            "-- %s: statements end with a semicolon and run in one transaction.\n"
            "-- What cannot run in one (create index concurrently) says so in this comment, on a line\n"
            "-- of its own: \"raymig: transaction=none\". lock_timeout and statement_timeout go there too.\n",
            tag);
    if (migration->change)
        return ray_arena_printf(
            arena,
            "-- %s: each operation knows its way back; see docs/change.md.\n"
            "return {\n"
            "  change = function(m)\n"
            "    -- m:execute { up = [[ update users set email = lower(email) ]], down = \"\" }\n"
            "  end,\n"
            "}\n",
            tag);
    return ray_arena_printf(arena,
                            "-- %s: each function runs in one transaction.\n"
                            "return {\n"
                            "  up = function(db)\n"
                            "    -- db:exec [[ update users set email = lower(email) ]]\n"
                            "  end,\n"
                            "\n"
                            "  down = function(db)\n"
                            "    error \"%s: nobody has written how to undo this\"\n"
                            "  end,\n"
                            "}\n",
                            tag, tag);
}

const char *
ray_new_down_text(struct ray_arena *arena, const struct ray_new_migration *migration,
                  const char *tag)
{
    if (migration->down != NULL)
        return migration->down;
    if (migration->sql_down)
        return ray_arena_printf(arena,
                                "-- undoes %s\n"
                                "do $$ begin\n"
                                "  raise exception '%s: nobody has written how to undo this';\n"
                                "end $$;\n",
                                tag, tag);
    return ray_arena_printf(arena,
                            "-- undoes %s\n"
                            "return function(db)\n"
                            "  -- db:exec [[ drop table users ]]\n"
                            "  error \"%s: nobody has written how to undo this\"\n"
                            "end\n",
                            tag, tag);
}

const char *
ray_new_sections(struct ray_arena *arena, const struct ray_new_migration *migration,
                 const char *tag, const char *up, const char *down)
{
    struct ray_new_migration sql = *migration;
    const char *up_text;
    const char *down_text;

    sql.sql_down = true;
    up_text = ray_new_up_text(arena, &sql, tag);
    down_text = ray_new_down_text(arena, &sql, tag);
    /* A directive begins its line, whatever the text above it ends in. */
    return ray_arena_printf(arena, "%s\n%s%s\n%s\n%s", up, up_text,
                            ray_has_suffix(up_text, "\n") ? "" : "\n", down, down_text);
}
