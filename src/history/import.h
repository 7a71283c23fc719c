/*
 * Another tool's migrations as raymig's own: which becomes which, the new folder's files, and what the tool
 * says the database has had. Nothing of the tool's, neither folder nor table, is written to.
 */
#ifndef RAY_HISTORY_IMPORT_H
#define RAY_HISTORY_IMPORT_H

#include "history/table.h"

struct ray_import_item {
    const struct ray_migration *old;
    const char *tag; /* the new one */
    int idx;
    int64_t when;
    bool applied;           /* the tool says so */
    const char *applied_at; /* NULL: it does not say when */
    const char *problem;    /* why it must not be taken over as it stands; NULL: nothing */
};

/* A version that the tool's table has and the folder has not. */
struct ray_import_stray {
    const char *version;
    const char *problem;
};

struct ray_import {
    const struct ray_folder *from;
    RAY_VEC(struct ray_import_item) items;
    RAY_VEC(const char *) warnings;
    const char *table; /* the tool's, as SQL names it; NULL until it was asked for */
    bool table_exists;
    RAY_VEC(struct ray_import_stray) strays;
};

/* What becomes of each migration. RAY_USAGE where there is none to import. */
bool ray_import_plan(struct ray_arena *arena, const struct ray_folder *from, struct ray_import *out,
                     struct ray_err *err) RAY_MUST_CHECK;

/* The text of a new file: the script's, its bytes kept, with front matter above it for the options that
 * the old layout kept elsewhere. */
bool ray_import_text(struct ray_arena *arena, const struct ray_script *script,
                     const struct ray_script_options *layout, struct ray_text *out,
                     struct ray_err *err) RAY_MUST_CHECK;

/* Writes the new folder, all or nothing: beside it, then renamed. It must be missing or empty. */
bool ray_import_write(struct ray_arena *arena, const struct ray_import *import, const char *path,
                      struct ray_err *err) RAY_MUST_CHECK;

/* Holds a folder that is there already against what would be written: *difference is NULL where it has
 * all of it (and perhaps more), else a few words. */
bool ray_import_compare(struct ray_arena *arena, const struct ray_import *import, const char *path,
                        const char **difference, struct ray_err *err) RAY_MUST_CHECK;

/* The old folder as the journal of the new one remembers it, for a database to which only the new folder
 * came: tags, versions and times are the old ones, the scripts the new. *from is the old layout's name,
 * NULL where the folder was never imported; out->format is NULL where it is none of the table's. */
bool ray_import_remember(struct ray_arena *arena, const struct ray_folder *folder,
                         struct ray_folder *out, const char **from,
                         struct ray_err *err) RAY_MUST_CHECK;

/* The plan of such a folder: every migration becomes the one that it is. */
void ray_import_plan_remembered(struct ray_arena *arena, const struct ray_folder *old,
                                const struct ray_folder *folder, struct ray_import *out);

/* Asks the tool's table what the database has had. `table` is its name, perhaps with a schema, NULL for
 * the tool's default. Where it is missing nothing is applied, and table_exists says so. `exact`: the
 * old files are at hand, so that one that was edited can be told. */
bool ray_import_read_applied(struct ray_conn *conn, struct ray_arena *arena, const char *table,
                             bool exact, struct ray_import *import,
                             struct ray_err *err) RAY_MUST_CHECK;

/* How many of the folder's migrations the tool that has this layout says the database has had, and the name
 * of its table; 0 where there is no such table, or where `own`, raymig's history, is that table. Fails no
 * transaction that is open. */
bool ray_import_count_applied(struct ray_conn *conn, struct ray_arena *arena,
                              const struct ray_folder *folder, const struct ray_history_place *own,
                              size_t *count, const char **table,
                              struct ray_err *err) RAY_MUST_CHECK;

/* Where Drizzle's history is: `table`, or its default. False where the format is none of Drizzle's. */
bool ray_import_drizzle_place(struct ray_arena *arena, const struct ray_format *format,
                              const char *table, struct ray_history_place *out);

#endif
