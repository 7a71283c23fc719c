/*
 * raymig's own layout: 0001_name.sql with 0001_name.down.lua (or .down.sql), 0002_name.lua, and
 * meta/_journal.json with the key "raymig". Loading and creating are shared with Drizzle 0.x, whose
 * layout it extends: see journaled.c.
 *
 * Without a journal the folder is told by names that no other tool uses, and by numbers of four digits;
 * loading it then reports the missing journal rather than guess an order.
 */
#include "history/journaled.h"

#include <string.h>

/* 0001_name.sql: four digits. The other tools' default widths are 14, 6 and 5. */
static bool
is_ours(const char *name)
{
    return ray_digits(name) == 4 && name[4] == '_' &&
           (ray_has_suffix(name, ".sql") || ray_has_suffix(name, ".lua"));
}

static bool
detect(struct ray_arena *arena, const char *path, const ray_entries *entries)
{
    (void)arena;
    (void)path;
    for (size_t i = 0; i < entries->len; i++)
        if (!entries->items[i].is_folder && is_ours(entries->items[i].name))
            return true;
    return false;
}

const struct ray_format ray_format_raymig = {
    .name = "raymig",
    .help = "0001_name.sql with 0001_name.down.lua, or 0001_name.lua; order in meta/_journal.json",
    .detect = detect,
    .load = ray_journaled_load,
    .create = ray_journaled_create,
};
