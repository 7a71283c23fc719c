/*
 * Whether `generate` would find what it found the last time: nothing. What it looks at is the schema as it is declared
 * and the last snapshot; where neither is another than when they were found to be equal, no shadow needs to be made
 * to say so again. The memory of it is a line in the user's cache.
 */
#ifndef RAY_PROJECT_UNCHANGED_H
#define RAY_PROJECT_UNCHANGED_H

#include "base/hash.h"
#include "history/folder.h"
#include "project/project.h"
#include "script/schema.h"

/* A digest of the schema, to be taken before it is made real, which adds to it. */
void ray_unchanged_schema(struct ray_project *project, const struct ray_schema *schema,
                          char hex[RAY_HASH_HEX]);

/* A digest of that and the last snapshot; "" where the last migration has none. */
void ray_unchanged_digest(struct ray_project *project, const struct ray_folder *folder,
                          const char *schema, char hex[RAY_HASH_HEX]);

/* Was this the digest when nothing was found? False for "". */
bool ray_unchanged_is(struct ray_project *project, const struct ray_folder *folder,
                      const char hex[RAY_HASH_HEX]);

/* Nothing was found. That it cannot be written down is no error. */
void ray_unchanged_keep(struct ray_project *project, const struct ray_folder *folder,
                        const char hex[RAY_HASH_HEX]);

#endif
