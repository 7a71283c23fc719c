/*
 * Many migrations become one that makes the same schema: the plan from the catalog before them to the catalog behind them,
 * both replayed in the shadow, so it is no longer than what it makes; and it is proved, as a file, against both. What the
 * originals did to rows is not in any catalog: those that did something are refused.
 *
 * The journal says of the new one what it replaces (history/replaced.h), so a database that had the originals has it.
 */
#ifndef RAY_PROJECT_SQUASH_H
#define RAY_PROJECT_SQUASH_H

#include "catalog/object.h"
#include "project/project.h"

struct ray_squash_request {
    const char *name; /* what the new one does; NULL: "squashed" */
    const char *from; /* the first to be replaced; NULL: the folder's first */
    const char *to;   /* the last; NULL: the folder's last */
    bool schema_only; /* leave out what they do to rows and roles */
    bool archive;     /* keep the replaced files in the folder's archive/ */
    bool dry_run;     /* proved, and not written */
};

struct ray_squashed {
    const struct ray_squash_request *request;
    struct ray_folder folder; /* as it was */
    size_t from, to;          /* places in it */
    const char *tag;
    const char *up;
    const char *down;
    ray_strings replaced; /* files, relative to the folder */
    ray_strings written;  /* likewise */
};

bool ray_squash(struct ray_project *project, const struct ray_squash_request *request,
                struct ray_squashed *out) RAY_MUST_CHECK;

/* {"ok", "dry_run", "tag", "files": [{"path", "result"}], "up", "down"}. */
json_t *ray_squashed_json(struct ray_arena *arena, const struct ray_squashed *squashed);

/* squash_data.c: the first statement of a migration that may do something to rows or roles, which no schema tells; a Lua
 * migration that is no change has one. *text NULL: there is none. */
struct ray_squash_data {
    const char *file;
    int line;         /* 0: unknown */
    const char *text; /* on one line */
};
bool ray_squash_find_data(struct ray_project *project, const struct ray_migration *migration,
                          struct ray_squash_data *out) RAY_MUST_CHECK;

/* squash_rows.c: the rows that stand in the tables before the first are afterwards what the originals make of them, on
 * made-up ones. RAY_REFUSED with the columns where they are not. */
struct ray_squash_rows {
    const struct ray_folder *before;         /* with the originals */
    const struct ray_migration *last_before; /* the one before the first of them */
    const struct ray_migration *last;        /* of them */
    const struct ray_folder *after;
    const struct ray_migration *squashed;
    const struct ray_catalog *catalog_before;
    const struct ray_catalog *catalog_after;
};
bool ray_squash_prove_rows(struct ray_project *project,
                           const struct ray_squash_rows *what) RAY_MUST_CHECK;

#endif
