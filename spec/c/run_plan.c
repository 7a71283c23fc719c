/*
 * The plan alone, for benchmarks: run_plan FROM-URL TO-URL
 *
 * Loads both catalogs, makes the plan that leads from one to the other and the one that leads back, and prints
 * milliseconds: of the first load, of the second, of both plans. Ends with the error's code.
 */
#include "base/clock.h"
#include "catalog/loader.h"
#include "diff/plan.h"

#include <stdio.h>

static bool
load(struct ray_arena *arena, const char *url, struct ray_catalog **out, struct ray_err *err)
{
    const struct ray_conn_options connect = {.url = url, .role = "run_plan"};
    const struct ray_load_options options = {.jobs = 1};
    int64_t began = ray_clock_us();
    struct ray_conn *conn = NULL;
    bool ok = ray_conn_open(arena, &connect, &conn, err) &&
              ray_catalog_load(conn, arena, &options, out, err);

    if (ok)
        printf("%.3f ", (double)(ray_clock_us() - began) / 1000);
    ray_conn_close(conn);
    return ok;
}

static bool
run(struct ray_arena *arena, const char *from_url, const char *to_url, struct ray_err *err)
{
    struct ray_plan up = {0};
    struct ray_plan down = {0};
    struct ray_catalog *from;
    struct ray_catalog *to;
    int64_t began;

    if (!load(arena, from_url, &from, err) || !load(arena, to_url, &to, err))
        return false;
    began = ray_clock_us();
    if (!ray_plan_make_both(arena, from, to, &up, &down, err))
        return false;
    printf("%.3f %zu\n", (double)(ray_clock_us() - began) / 1000, up.steps.len);
    return true;
}

int
main(int argc, char **argv)
{
    struct ray_arena *arena = ray_arena_new();
    struct ray_err err;
    enum ray_code code = RAY_USAGE;

    ray_err_init(&err, arena);
    if (argc != 3)
        (void)fputs("usage: run_plan FROM-URL TO-URL\n", stderr);
    else if (run(arena, argv[1], argv[2], &err))
        code = RAY_OK;
    else
        (void)fprintf(stderr, "%s\n", err.message);
    if (err.message != NULL)
        code = err.code;
    ray_arena_free(arena);
    return (int)code;
}
