/*
 * The loader alone, for benchmarks: run_load URL [JOBS]
 *
 * Reads the catalog over so many connections, and prints how many objects it has. Ends with the error's code.
 */
#include "catalog/loader.h"

#include <stdio.h>
#include <stdlib.h>

static bool
run(struct ray_arena *arena, const struct ray_conn_options *connect, int jobs, struct ray_err *err)
{
    const struct ray_load_options options = {.jobs = jobs, .connect = connect};
    struct ray_catalog *catalog = NULL;
    struct ray_conn *conn = NULL;
    bool ok = ray_conn_open(arena, connect, &conn, err) &&
              ray_catalog_load(conn, arena, &options, &catalog, err);

    if (ok)
        printf("%zu objects\n", catalog->objects.len);
    ray_conn_close(conn);
    return ok;
}

int
main(int argc, char **argv)
{
    const struct ray_conn_options connect = {.url = argc > 1 ? argv[1] : NULL, .role = "run_load"};
    struct ray_arena *arena = ray_arena_new();
    struct ray_err err;
    enum ray_code code = RAY_OK;

    ray_err_init(&err, arena);
    if (!run(arena, &connect, argc > 2 ? (int)strtol(argv[2], NULL, 10) : 1, &err)) {
        (void)fprintf(stderr, "%s\n", err.message);
        code = err.code;
    }
    ray_arena_free(arena);
    return (int)code;
}
