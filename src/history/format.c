/*
 * The table of layouts, and how it is searched. The first row whose detect says yes is the folder's
 * format, so the particular ones stand before the general: a journal decides at once, then files that no
 * other tool has (migration_lock.toml, snapshot.json, up.sql, V1__x.sql), then what the first script
 * says of itself (goose, dbmate), and last the names that several tools share.
 */
#include "history/layout.h"

#include <string.h>

const struct ray_format *const ray_formats[] = {
    &ray_format_drizzle, /* meta/_journal.json; turns into raymig's own where the journal says so */
    &ray_format_prisma,
    &ray_format_drizzle_v1,
    &ray_format_diesel,
    &ray_format_flyway,
    &ray_format_goose,
    &ray_format_dbmate,
    &ray_format_sqlx, /* 1_x.up.sql of a Rust project; 20240101120000_x.sql */
    &ray_format_golang,
    &ray_format_raymig, /* 0001_x.sql without a journal */
    NULL,
};

const struct ray_format *
ray_format_find(const char *name)
{
    for (const struct ray_format *const *row = ray_formats; *row != NULL; row++)
        if (strcmp((*row)->name, name) == 0)
            return *row;
    return NULL;
}
