/*
 * Loading a catalog: opens the snapshot, on more connections where that is wanted, has the queries sent and taken
 * (loader_fetch.c), then links and filters. See loader.h.
 */
#include "catalog/loader_internal.h"

#include "pg/quote.h"

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
    const uint32_t *oid = ray_map_get(&loader->class_of, catalog);

    return oid == NULL ? 0 : *oid;
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

/* ---------------------------------------------------------------- more connections */

/* What makes another connection see what this one does, as the same role. */
static bool
export_snapshot(struct ray_loader *loader, struct ray_err *err)
{
    struct ray_rows rows;
    struct ray_buf sql;

    if (!ray_conn_query(loader->conn, loader->scratch,
                        "SELECT pg_export_snapshot(), current_setting('role')", 0, NULL, &rows,
                        err))
        return false;
    ray_buf_init(&sql, loader->scratch);
    ray_buf_add(&sql, "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                      "SET TRANSACTION SNAPSHOT ");
    ray_buf_literal(&sql, ray_rows_value(&rows, 0, 0));
    if (strcmp(ray_rows_value(&rows, 0, 1), "none") != 0) {
        ray_buf_add(&sql, "; SET LOCAL ROLE ");
        ray_buf_ident(&sql, ray_rows_value(&rows, 0, 1));
    }
    ray_buf_addf(&sql, "; %s", settings);
    loader->share = sql.data;
    return true;
}

struct ray_conn *
ray_loader_open_line(struct ray_loader *loader)
{
    struct ray_conn *conn = NULL;
    struct ray_err ignored;

    ray_err_init(&ignored, loader->scratch);
    if (!ray_conn_open(loader->scratch, loader->options->connect, &conn, &ignored))
        return NULL;
    if (ray_conn_exec(conn, loader->share, &ignored))
        return conn;
    ray_conn_close(conn);
    return NULL;
}

static bool
fetch(struct ray_loader *loader, bool began, struct ray_err *err)
{
    size_t lines = loader->options->jobs > 1 ? (size_t)loader->options->jobs : 1;

    /* What a transaction of the caller's did, no other can see. */
    if (!began || loader->options->connect == NULL || lines > RAY_LOAD_MOST_JOBS)
        lines = !began || loader->options->connect == NULL ? 1 : RAY_LOAD_MOST_JOBS;
    if (lines > 1 && !export_snapshot(loader, err))
        return false;
    return ray_loader_fetch(loader, lines, err);
}

/* ---------------------------------------------------------------- all of it */

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
    loader.keys = ray_arena_new();
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

    ok = begin(conn, &began, err) && fetch(&loader, began, err) && finish(&loader, err);
    if (ok) {
        ray_loader_filter(&loader);
        ray_catalog_finish(loader.catalog);
        *out = loader.catalog;
    }
    ray_err_init(&ignored, loader.scratch);
    if (began && !ray_conn_exec(conn, "ROLLBACK", ok ? err : &ignored))
        ok = false;
    ray_arena_free(loader.keys);
    ray_arena_free(loader.scratch);
    return ok;
}
