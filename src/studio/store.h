/*
 * What the studio keeps of a person in the project's .raymig/studio: JSON files, written by rename, each bounded by who
 * writes it. One writer at a time in this process; of two processes the later one's file stays whole.
 */
#ifndef RAY_STUDIO_STORE_H
#define RAY_STUDIO_STORE_H

#include "studio/request.h"

enum ray_store {
    RAY_STORE_LAYOUT,  /* {"schema public": {"public.users": [x, y]}} */
    RAY_STORE_QUERIES, /* {"history": [...], "saved": [...]} */
    RAY_STORE_COUNT,
};

struct ray_stores;

/* One a studio. */
struct ray_stores *ray_stores_new(struct ray_arena *arena);
void ray_stores_free(struct ray_stores *stores); /* NULL is allowed */

/* The file's object, an empty one where there is none or it is no JSON. The caller frees it. */
bool ray_store_read(struct ray_request *request, enum ray_store store, json_t **out,
                    struct ray_err *err) RAY_MUST_CHECK;

/* Likewise, to be changed: whoever begins also ends, which writes and frees it, or leaves. */
bool ray_store_begin(struct ray_request *request, enum ray_store store, json_t **out,
                     struct ray_err *err) RAY_MUST_CHECK;
bool ray_store_end(struct ray_request *request, enum ray_store store, json_t *value,
                   struct ray_err *err) RAY_MUST_CHECK;

/* Adds to the end of a log, which is moved to NAME.1, over an older one, before it grows beyond `most` bytes. */
bool ray_store_append(struct ray_request *request, const char *name, const struct ray_buf *text,
                      size_t most, struct ray_err *err) RAY_MUST_CHECK;

/* Ends without writing. */
void ray_store_leave(struct ray_request *request, json_t *value);

#endif
