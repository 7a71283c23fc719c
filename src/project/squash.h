/* What the files of `raymig squash` share. */
#ifndef RAY_CMD_SQUASH_H
#define RAY_CMD_SQUASH_H

#include "catalog/object.h"
#include "cmd/cmd.h"

/* squash_data.c: the first statement of a migration that may do something to rows or roles, which no schema tells; a Lua
 * migration that is no change has one. *text NULL: there is none. */
struct ray_squash_data {
    const char *file;
    int line;         /* 0: unknown */
    const char *text; /* on one line */
};
bool ray_squash_find_data(struct ray_app *app, const struct ray_migration *migration,
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
bool ray_squash_prove_rows(struct ray_app *app, const struct ray_squash_rows *what) RAY_MUST_CHECK;

#endif
