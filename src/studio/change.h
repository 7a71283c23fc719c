/* A change of one row as the statement that makes it, which is also what is shown: changes.c runs it. */
#ifndef RAY_STUDIO_CHANGE_H
#define RAY_STUDIO_CHANGE_H

#include "base/json.h"
#include "studio/page.h"
#include "studio/relation.h"

enum ray_change_op { RAY_CHANGE_INSERT, RAY_CHANGE_UPDATE, RAY_CHANGE_DELETE };

struct ray_change {
    const struct ray_relation *relation;
    enum ray_change_op op;
    const json_t *set;
    const json_t *old;
    const char *key[RAY_KEY_ITEMS];
    const char *sql; /* without a semicolon, and without RETURNING */
};

/* Reads a CHANGE of docs/studio-http.md, its relation known, and writes its statement. RAY_USAGE where it could not be what
 * somebody meant: no key, an old value missing, a generated column. */
bool ray_change_read(struct ray_arena *arena, const struct ray_relation *relation, const char *op,
                     const char *key, const json_t *set, const json_t *old, struct ray_change *out,
                     struct ray_err *err) RAY_MUST_CHECK;

/* Appends the select list that shows a row: the key, then every column, cut. */
void ray_buf_shown_row(struct ray_buf *buf, const struct ray_relation *relation,
                       int64_t cell_bytes);

#endif
