/*
 * Drizzle Kit 0.x: 0000_name.sql, statements separated by `--> statement-breakpoint`, order in
 * meta/_journal.json. raymig adds <tag>.down.sql or <tag>.down.lua beside a migration, which Drizzle
 * ignores, and nothing to meta/, where Drizzle Kit takes every file for a snapshot.
 *
 * This row stands for every folder with a journal: only the journal itself says whether the folder is
 * raymig's own, and journaled.c then sets the format to that.
 */
#include "history/journaled.h"

const struct ray_format ray_format_drizzle = {
    .name = "drizzle",
    .help = "Drizzle Kit 0.x: 0000_name.sql and meta/_journal.json",
    .detect = ray_journaled_is,
    .load = ray_journaled_load,
    .create = ray_journaled_create,
    .nameless = true,
};
