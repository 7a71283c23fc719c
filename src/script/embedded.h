/*
 * The Lua runtime that travels inside the binary.
 *
 * tools/embed.lua turns lua/raymig/ into one table at build time: lua/raymig/x.lua becomes the
 * module `raymig.x`, lua/raymig/x/init.lua too. The table is sorted by name, so that it can be
 * searched by halves, and it is never committed.
 */
#ifndef RAY_SCRIPT_EMBEDDED_H
#define RAY_SCRIPT_EMBEDDED_H

#include <stddef.h>

struct ray_embedded {
    const char *name; /* module name; NULL in the row that ends the table */
    const char
        *data; /* a compiled chunk; of a plugin its text. A NUL ends it that size does not count */
    size_t size;
};

extern const struct ray_embedded ray_embedded_lua[];

#endif
