/*
 * What the layouts of format_*.c have in common: a folder being loaded, and the pieces they build it of.
 * A layout's load adds migrations, defects and warnings; ray_folder_load does the rest (ray_layout_finish
 * puts them in order, gives each its idx and `when` and finds doubles).
 */
#ifndef RAY_HISTORY_LAYOUT_H
#define RAY_HISTORY_LAYOUT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "history/defects.h"
#include "history/folder.h"

struct ray_layout {
    struct ray_arena *arena;
    struct ray_folder *folder;  /* being filled */
    const ray_entries *entries; /* of the folder, sorted by name */
    bool tolerate;              /* see ray_folder_options */
    struct ray_defects defects;
};

/* A sentence for folder->warnings. */
void ray_layout_warn(struct ray_layout *layout, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds a migration; all three texts must live in the arena. */
struct ray_migration *ray_layout_add(struct ray_layout *layout, const char *tag,
                                     const char *version, const char *name);

/* "folder/name" and "folder/sub/name" in the layout's folder. */
char *ray_layout_path(const struct ray_layout *layout, const char *name);

struct ray_script ray_script_sql(const char *path, bool breakpoints);
struct ray_script ray_script_lua(const char *path);

/* Sorts (compare NULL: they are in order), sets idx and `when`; defects: two of one version, one tag, or
 * a name that is not plain UTF-8. */
typedef int ray_migration_compare(const struct ray_migration *left,
                                  const struct ray_migration *right);
void ray_layout_finish(struct ray_layout *layout, ray_migration_compare *compare);
int ray_compare_versions(const struct ray_migration *left, const struct ray_migration *right);
int ray_compare_tags(const struct ray_migration *left, const struct ray_migration *right);

/* Layouts with a folder for each migration: calls `each` with every subfolder that is not hidden, and
 * what stands in it. false: err is set. */
struct ray_layout_sub {
    const char *name;
    const char *path;
    ray_entries entries;
};
typedef bool ray_layout_each(struct ray_layout *layout, const struct ray_layout_sub *sub,
                             struct ray_err *err);
bool ray_layout_each_sub(struct ray_layout *layout, ray_layout_each *each,
                         struct ray_err *err) RAY_MUST_CHECK;

/* True where the sorted entries have a file of that name. */
bool ray_entries_have(const ray_entries *entries, const char *name);

/* Sets migration->down to down.sql or down.lua of the subfolder; both: a defect. */
void ray_layout_sub_down(struct ray_layout *layout, const struct ray_layout_sub *sub,
                         struct ray_migration *migration, bool breakpoints);

/* How many of the text's leading characters are digits. */
size_t ray_digits(const char *text);

/* Milliseconds of the 14 digits YYYYMMDDHHMMSS (UTC) that begin the text; -1 where it does not begin so. */
int64_t ray_timestamp_parse(const char *text);

/* The 14 digits of a time in ms. */
char *ray_timestamp_text(struct ray_arena *arena, int64_t ms);

/* ---- new migrations ---- */

struct ray_new_file {
    const char *path;
    const char *text;
};
typedef RAY_VEC(struct ray_new_file) ray_new_files;

/* Checks and cleans the name of a new migration. NULL on error. */
const char *ray_new_name(struct ray_arena *arena, const char *name,
                         struct ray_err *err) RAY_MUST_CHECK;

/* Writes the files, making their folders; none may be there already. All or nothing. *written gets the
 * paths; ray_new_undo takes them back, with the folders that became empty. */
bool ray_new_write(struct ray_arena *arena, const ray_new_files *files, ray_entries *written,
                   struct ray_err *err) RAY_MUST_CHECK;
void ray_new_undo(struct ray_arena *arena, ray_entries *written);

void ray_new_add(struct ray_arena *arena, ray_new_files *files, const char *path, const char *text);

/* The version behind the folder's last one, in its style: a timestamp where that is one (or there is
 * none), else its last number plus 1, as wide as it was, at least `width`. */
const char *ray_new_version(struct ray_arena *arena, const struct ray_folder *folder, int width);

/* A time in whole seconds, as ms, above the `when` of the folder's last migration and last_applied_when. */
int64_t ray_new_time(const struct ray_folder *folder, int64_t last_applied_when);

/* Writes folder/TAG/UP and folder/TAG/down.sql or down.lua. */
bool ray_new_folder(struct ray_arena *arena, const struct ray_folder *folder, const char *tag,
                    const char *up, const struct ray_new_migration *migration, ray_entries *files,
                    struct ray_err *err) RAY_MUST_CHECK;

/* False, RAY_USAGE: this layout holds SQL alone, and the migration asks for Lua. */
bool ray_new_sql_only(const struct ray_folder *folder, const struct ray_new_migration *migration,
                      struct ray_err *err) RAY_MUST_CHECK;

/* Texts of new files: the given text, or a template that says what to write. */
const char *ray_new_up_text(struct ray_arena *arena, const struct ray_new_migration *migration,
                            const char *tag);
const char *ray_new_down_text(struct ray_arena *arena, const struct ray_new_migration *migration,
                              const char *tag);

/* The text of a file that holds both directions, each below its directive. */
const char *ray_new_sections(struct ray_arena *arena, const struct ray_new_migration *migration,
                             const char *tag, const char *up, const char *down);

/* The rows of the table in format.c. */
extern const struct ray_format ray_format_raymig;
extern const struct ray_format ray_format_drizzle;
extern const struct ray_format ray_format_drizzle_v1;
extern const struct ray_format ray_format_prisma;
extern const struct ray_format ray_format_diesel;
extern const struct ray_format ray_format_flyway;
extern const struct ray_format ray_format_goose;
extern const struct ray_format ray_format_dbmate;
extern const struct ray_format ray_format_sqlx;
extern const struct ray_format ray_format_golang;

#endif
