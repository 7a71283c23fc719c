/*
 * A migrations folder, as raymig sees it whatever tool laid it out: migrations in order, each with an up
 * script and perhaps a down script. Loading reads names, the journal and what the layout needs to find
 * the scripts; the scripts themselves are read when they are run or hashed.
 */
#ifndef RAY_HISTORY_FOLDER_H
#define RAY_HISTORY_FOLDER_H

#include "base/err.h"
#include "base/file.h"
#include "base/vec.h"
#include "history/replaced.h"
#include "pg/split.h"

#include <stdint.h>

enum ray_script_kind { RAY_SCRIPT_NONE, RAY_SCRIPT_SQL, RAY_SCRIPT_LUA };

/* One direction of a migration. SQL: `source` says which bytes. Lua: source.path is the file (or
 * source.text the text of a stored down). */
struct ray_script {
    enum ray_script_kind kind;
    struct ray_source source;
};

/* What a file's front matter (`-- raymig: transaction=none lock_timeout=2s` in the first comment block)
 * or the layout's own annotations ask for. */
struct ray_script_options {
    bool no_transaction;
    const char *lock_timeout;      /* as PostgreSQL spells it, NULL: the run's default */
    const char *statement_timeout; /* likewise */
};

struct ray_migration {
    const char *tag;     /* its name: 0001_add_users; unique in the folder */
    const char *version; /* what identifies it in the old tool's table; unique too */
    const char *name;    /* what it does, without the version: add_users; may be "" */
    int64_t when;        /* ms; goes to created_at; rises along the folder, Drizzle's perhaps not */
    int idx;             /* place in the journal, or in the order */
    bool repeatable;     /* Flyway's R__: runs again when its text changes */
    struct ray_script up;
    struct ray_script down;
    struct ray_script_options up_options;   /* from the layout (annotations, metadata.toml) */
    struct ray_script_options down_options; /* front matter is added by ray_script_options_read */
    const char *journal_hash;               /* sha256 in raymig's journal, NULL where it has none */
    const char *journal_down_hash;
    const char *
        parent; /* tag of the one that it was written behind, as raymig's journal has it; or NULL */
    ray_replaced_list replaces; /* squashed: what it stands for; else empty */
};

struct ray_folder {
    const char *path;
    const struct ray_format *format;
    int64_t began; /* ms since 1970: before anything of it was looked at */
    bool adopted;  /* Drizzle's project: raymig writes nothing to meta/ but the journal */
    RAY_VEC(struct ray_migration) migrations; /* in the order of application */
    RAY_VEC(const char *) warnings;           /* what is odd and does no harm, for the talk */
    RAY_VEC(const char *) orphans; /* tags of scripts that the journal lacks; they do not run */
};

/* A new migration for ray_format.create. */
struct ray_new_migration {
    const char *name; /* what it does: "add_users"; letters, digits, '_', '-'; blanks become '_' */
    bool lua;         /* a .lua migration with up and down instead of .sql and .down.lua */
    bool change;      /* the template of a .lua migration is of reversible operations */
    bool sql_down;    /* .down.sql instead of .down.lua */
    const char *up;   /* text; NULL: a commented template */
    const char *down; /* text; NULL: a template; "": no down. Of a .lua migration: not looked at */
    int64_t last_applied_when; /* max(created_at) of the history, 0 where unknown */
    bool first;                /* stands before all others: in raymig's own layout, 0000 */
};

struct ray_layout;

/*
 * One layout of a folder: a row of the table in format.c, one file per format. detect looks at the names
 * (`entries`, sorted) and, where two tools name their files alike, into the first files; the first row
 * that says yes is it (order in the table: the most particular first).
 */
struct ray_format {
    const char
        *name; /* "raymig", "drizzle", "drizzle-v1", "diesel", "golang-migrate", "dbmate", ... */
    const char *help; /* one line */
    bool (*detect)(struct ray_arena *arena, const char *path, const ray_entries *entries);
    bool (*load)(struct ray_layout *layout, struct ray_err *err); /* see history/layout.h */
    /* Writes a new migration; all or nothing; *files gets the paths written. NULL: cannot. */
    bool (*create)(struct ray_arena *arena, const struct ray_folder *folder,
                   const struct ray_new_migration *migration, ray_entries *files,
                   struct ray_err *err);
    /* For import: the old tool's table ("schema_migrations", in whatever schema the search_path finds)
     * and a query of what it has applied. NULL: the tool's table is Drizzle's. Columns:
     *   version     text, equals ray_migration.version
     *   applied_at  text of a timestamptz, or NULL where the tool did not write it down
     *   problem     text, or NULL: why this row must not be taken over (dirty, failed half-way)
     *   through     boolean: stands for every version up to this one (by ray_version_compare) */
    const char *tool_table;
    const char *tool_query;
    bool
        nameless; /* its own history table has no name column, and must not get one (see table.h) */
};
extern const struct ray_format *const ray_formats[]; /* NULL at the end */

const struct ray_format *ray_format_find(const char *name); /* NULL where there is none */

/* Loads the folder; format NULL: detected. An empty folder, and with `may_be_missing` a missing one, is
 * an empty folder of raymig's own format. All that is broken is found here and reported together, the
 * first in the message, all in the detail: RAY_USAGE for a broken file or name, RAY_INTEGRITY where
 * journal and folder disagree. */
bool ray_folder_load(struct ray_arena *arena, const char *path, const char *format,
                     bool may_be_missing, struct ray_folder *out,
                     struct ray_err *err) RAY_MUST_CHECK;

/* The same, but for `repair` (`tolerate`): scripts that the journal lacks are warnings and orphans. */
struct ray_folder_options {
    const char *format;
    bool may_be_missing;
    bool tolerate;
    const struct ray_format *own; /* a layout that is not in the table, and is meant; NULL: none */
};
bool ray_folder_load_with(struct ray_arena *arena, const char *path,
                          const struct ray_folder_options *options, struct ray_folder *out,
                          struct ray_err *err) RAY_MUST_CHECK;

/* The layout alone, by its name (NULL: detected); NULL where nobody can tell. */
const struct ray_format *ray_folder_format(struct ray_arena *arena, const char *path,
                                           const char *name);

/* Adds the orphans of raymig's own folder to its journal, in the order of their numbers, each `when`
 * above the one before it and above last_applied_when. RAY_INTEGRITY where two have one number,
 * RAY_REFUSED in a Drizzle project. The folder in memory is as it was: load it again. */
bool ray_folder_journal_orphans(struct ray_arena *arena, const struct ray_folder *folder,
                                int64_t last_applied_when, struct ray_err *err) RAY_MUST_CHECK;

/* Versions as the tools compare them: dotted numbers of any length, missing parts are 0. <0, 0, >0. */
int ray_version_compare(const char *left, const char *right);

/* By tag, by the number that begins it (3 is 0003), by version, or by the beginning of just one tag; the
 * error names the nearest tag. NULL on error. */
const struct ray_migration *ray_folder_find(const struct ray_folder *folder, const char *name,
                                            struct ray_err *err) RAY_MUST_CHECK;

/* The path of the catalog's snapshot behind a migration, meta/0003_snapshot.json; NULL where there is no such file, or
 * it is Drizzle's. `may_be_missing`: where it would be. */
const char *ray_folder_snapshot(struct ray_arena *arena, const struct ray_folder *folder,
                                const struct ray_migration *migration, bool may_be_missing);

/* Reads the front matter of a script over the layout's options. Unknown keys and bad values: RAY_USAGE
 * with file and line. */
bool ray_script_options_read(struct ray_arena *arena, const struct ray_script *script,
                             struct ray_script_options *options,
                             struct ray_err *err) RAY_MUST_CHECK;

/* Hex sha256 of the up file as it lies on disk (Drizzle's hash), and the one over its tokens (for SQL)
 * or its text with line ends as LF (for Lua). */
bool ray_migration_hash(struct ray_arena *arena, const struct ray_migration *migration,
                        const char **hex, struct ray_err *err) RAY_MUST_CHECK;
bool ray_script_tokens(struct ray_arena *arena, const struct ray_script *script, const char **hex,
                       struct ray_err *err) RAY_MUST_CHECK;

/* The whole text of a script (its byte range alone). */
bool ray_script_text(struct ray_arena *arena, const struct ray_script *script, struct ray_text *out,
                     struct ray_err *err) RAY_MUST_CHECK;

#endif
