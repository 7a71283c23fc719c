/*
 * The front end's files, embedded in the program: a table made by the build from studio/, each file compressed
 * once. Without npm the table is empty, and there is no studio.
 */
#ifndef RAY_STUDIO_ASSETS_H
#define RAY_STUDIO_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

struct ray_asset {
    const char
        *path; /* "/index.html", as the browser asks for it; "/" is that one. NULL ends the table */
    const char *type;          /* "text/html; charset=utf-8" */
    const unsigned char *data; /* gzip */
    size_t size;               /* of data */
    const char *etag;          /* "\"4f0c...\"", with its quotes */
    bool immutable;            /* its name holds a hash of what it is: never asked for again */
};

extern const struct ray_asset ray_assets[];

/* NULL where there is none. Of "/" the index. */
const struct ray_asset *ray_asset_find(const struct ray_asset *assets, const char *path);

#endif
