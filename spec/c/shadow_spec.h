/*
 * For the tests of the shadow: one to open and to ask. All tests of a program share one cache, in a folder
 * that is gone when the program ends.
 */
#ifndef RAY_SPEC_SHADOW_SPEC_H
#define RAY_SPEC_SHADOW_SPEC_H

#include "harness.h"

#include "base/file.h"
#include "pg/shadow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct shadow_spec {
    struct ray_arena *arena;
    struct ray_err err;
    struct ray_shadow_options options;
    struct ray_shadow *shadow;
};

static char shadow_spec_cache[64];

static inline void
shadow_spec_begin(struct shadow_spec *spec)
{
    memset(spec, 0, sizeof(*spec));
    spec->arena = ray_arena_new();
    ray_err_init(&spec->err, spec->arena);
    if (shadow_spec_cache[0] == '\0') {
        strcpy(shadow_spec_cache, "/tmp/raymig_spec_XXXXXX");
        CHECK(mkdtemp(shadow_spec_cache) != NULL);
    }
    spec->options.cache = shadow_spec_cache;
}

static inline void
shadow_spec_end(struct shadow_spec *spec)
{
    ray_shadow_close(spec->shadow);
    ray_arena_free(spec->arena);
}

__attribute__((destructor)) static void
shadow_spec_remove_cache(void)
{
    struct ray_arena *arena = ray_arena_new();
    struct ray_err err;

    ray_err_init(&err, arena);
    if (shadow_spec_cache[0] != '\0')
        (void)!ray_file_remove(shadow_spec_cache, &err);
    ray_arena_free(arena);
}

/* Prints the error where it did not hold. */
static inline bool
shadow_spec_held(struct shadow_spec *spec, bool ok)
{
    if (!ok)
        printf("    %s\n    %s\n", spec->err.message, spec->err.detail ? spec->err.detail : "");
    return ok;
}

static inline bool
shadow_spec_open(struct shadow_spec *spec)
{
    return shadow_spec_held(spec, ray_shadow_open(spec->arena, &spec->options, &spec->shadow,
                                                  &spec->err));
}

/* NULL where there was none to have. */
static inline struct ray_conn *
shadow_spec_create(struct shadow_spec *spec)
{
    struct ray_conn *conn = NULL;

    return shadow_spec_held(spec, ray_shadow_create(spec->shadow, &conn, &spec->err)) ? conn : NULL;
}

static inline bool
shadow_spec_exec(struct shadow_spec *spec, struct ray_conn *conn, const char *sql)
{
    return shadow_spec_held(spec, ray_conn_exec(conn, sql, &spec->err));
}

/* The first value, with $1; NULL where the query failed. */
static inline const char *
shadow_spec_value(struct shadow_spec *spec, struct ray_conn *conn, const char *sql,
                  const char *param)
{
    struct ray_rows rows = {0};
    bool ok = ray_conn_query(conn, spec->arena, sql, param == NULL ? 0 : 1, &param, &rows,
                             &spec->err);

    return shadow_spec_held(spec, ok) && rows.nrows > 0 ? ray_rows_value(&rows, 0, 0) : NULL;
}

#endif
