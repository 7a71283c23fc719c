/*
 * Loading a catalog: opens the snapshot, sends every query down one pipeline, takes the results in the
 * order of the kinds, then links and filters. See loader.h.
 */
#include "catalog/loader_internal.h"

#include <stdlib.h>
#include <string.h>

/* Deparsed text must not depend on who reads it. */
static const char settings[] =
    "SET LOCAL search_path = ''; SET LOCAL DateStyle = ISO; SET LOCAL IntervalStyle = postgres;"
    "SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = hex;"
    "SET LOCAL quote_all_identifiers = off; SET LOCAL jit = off;"
    "SET LOCAL standard_conforming_strings = on; SET LOCAL row_security = off";

uint32_t
ray_loader_class(const struct ray_loader *loader, const char *catalog)
{
    return (uint32_t)(uintptr_t)ray_map_get(&loader->class_of, catalog);
}

static bool
begin(struct ray_conn *conn, bool *began, struct ray_err *err)
{
    *began = ray_conn_tx(conn) == RAY_TX_IDLE;
    if (*began &&
        !ray_conn_exec(conn, "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", err))
        return false;
    return ray_conn_exec(conn, settings, err);
}

static bool
send_all(struct ray_loader *loader, struct ray_err *err)
{
    for (size_t i = 0; i < ray_common_query_count; i++)
        if (!ray_pipe_send(loader->conn, ray_loader_expand(loader, ray_common_queries[i].sql), 0,
                           NULL, err))
            return false;
    for (size_t i = 0; i < ray_kind_count; i++)
        if (!ray_pipe_send(loader->conn, ray_loader_query(loader, ray_kinds[i]), 0, NULL, err))
            return false;
    return ray_pipe_flush(loader->conn, err);
}

static bool
take_all(struct ray_loader *loader, struct ray_err *err)
{
    struct ray_rows *common = RAY_NEW_ARRAY(loader->scratch, struct ray_rows,
                                            ray_common_query_count);
    struct ray_rows rows;

    for (size_t i = 0; i < ray_common_query_count; i++) {
        if (!ray_pipe_next(loader->conn, loader->scratch, &common[i], err))
            return ray_err_prepend(err, "cannot read the catalog");
        if (!ray_common_queries[i].late)
            ray_common_queries[i].take(loader, &common[i]);
    }
    for (size_t i = 0; i < ray_kind_count; i++) {
        if (!ray_pipe_next(loader->conn, loader->arena, &rows, err))
            return ray_err_prepend(err, "cannot read the catalog's %s rows", ray_kinds[i]->name);
        if (!ray_loader_take(loader, ray_kinds[i], &rows))
            return false;
    }
    for (size_t i = 0; i < ray_common_query_count; i++)
        if (ray_common_queries[i].late)
            ray_common_queries[i].take(loader, &common[i]);
    return true;
}

static bool
fetch(struct ray_loader *loader, struct ray_err *err)
{
    struct ray_err ignored;
    bool ok;

    if (!ray_pipe_begin(loader->conn, err))
        return false;
    ok = send_all(loader, err) && take_all(loader, err);
    if (ok)
        return ray_pipe_end(loader->conn, err);
    ray_err_init(&ignored, loader->scratch);
    (void)!ray_pipe_end(loader->conn, &ignored);
    return false;
}

static bool
finish(struct ray_loader *loader, struct ray_err *err)
{
    ray_loader_link(loader);
    return ray_loader_report_unknown(loader, err);
}

bool
ray_catalog_load(struct ray_conn *conn, struct ray_arena *arena,
                 const struct ray_load_options *options, struct ray_catalog **out,
                 struct ray_err *err)
{
    struct ray_loader loader = {.conn = conn, .arena = arena, .options = options};
    struct ray_err ignored;
    bool began = false;
    bool ok;

    loader.scratch = ray_arena_new();
    loader.catalog = ray_catalog_new(arena);
    loader.catalog->version = ray_conn_server_version(conn);
    loader.catalog->role = ray_arena_strdup(arena, ray_conn_user(conn));
    loader.major = loader.catalog->version / 10000;
    loader.superuser = ray_conn_is_superuser(conn);
    ray_map_init(&loader.class_of, loader.scratch);
    ray_oids_init(&loader.names, loader.scratch);
    ray_oids_init(&loader.objects, loader.scratch);
    ray_oids_init(&loader.members, loader.scratch);
    ray_oids_init(&loader.opclasses, loader.scratch);
    ray_oids_init(&loader.types, loader.scratch);

    ok = begin(conn, &began, err) && fetch(&loader, err) && finish(&loader, err);
    if (ok) {
        ray_loader_filter(&loader);
        ray_catalog_finish(loader.catalog);
        *out = loader.catalog;
    }
    ray_err_init(&ignored, loader.scratch);
    if (began && !ray_conn_exec(conn, "ROLLBACK", ok ? err : &ignored))
        ok = false;
    ray_arena_free(loader.scratch);
    return ok;
}
