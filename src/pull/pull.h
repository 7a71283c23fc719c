/*
 * A catalog as a Lua schema: the files of a project that `require "raymig.schema"` and declare every object in
 * it (docs/schema.md). The same catalog gives the same bytes.
 */
#ifndef RAY_PULL_PULL_H
#define RAY_PULL_PULL_H

#include "base/err.h"
#include "catalog/object.h"

struct ray_pull_options {
    const char
        *module; /* of the folder, as require wants it: "schema"; NULL: it cannot be required */
    const char *casing; /* the config's; NULL: none */
    bool split;         /* a file per table instead of one per schema */
    bool alone;         /* single declarations (declaration.h): no handles, others by text */
};

struct ray_pull_text {
    const char *path; /* relative to the folder: "public.lua" */
    const char *text;
};
typedef RAY_VEC(struct ray_pull_text) ray_pull_texts;

/* In the order in which they may require each other. */
void ray_catalog_pull(const struct ray_catalog *catalog, const struct ray_pull_options *options,
                      ray_pull_texts *out);

#endif
