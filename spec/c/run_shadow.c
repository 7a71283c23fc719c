/*
 * A shadow for specs to kill: run_shadow CACHE [URL]
 *
 * Opens one, makes a database, prints "up <socket folder> <database>", and waits for the end of standard
 * input, or a signal. Then closes it and prints "closed". Ends with the error's code.
 */
#include "base/file.h"
#include "base/interrupt.h"
#include "pg/shadow.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

static void
wait_for_end(void)
{
    struct pollfd fds = {.fd = STDIN_FILENO, .events = POLLIN};
    char text[16];

    while (!ray_interrupted())
        if (poll(&fds, 1, 20) > 0 && read(STDIN_FILENO, text, sizeof(text)) <= 0)
            break;
}

static bool
run(struct ray_arena *arena, const struct ray_shadow_options *options, struct ray_err *err)
{
    struct ray_shadow *shadow = NULL;
    struct ray_conn *conn = NULL;
    bool ok = ray_shadow_open(arena, options, &shadow, err) &&
              ray_shadow_create(shadow, &conn, err);

    if (ok) {
        printf("up %s %s\n", ray_conn_host(conn), ray_conn_database(conn));
        wait_for_end();
    }
    ray_conn_close(conn);
    ray_shadow_close(shadow);
    return ok && (!ray_interrupted() || ray_err_set(err, RAY_INTERRUPTED, "interrupted"));
}

int
main(int argc, char **argv)
{
    const struct ray_shadow_options options = {
        .cache = argc > 1 ? argv[1] : NULL,
        .url = argc > 2 ? argv[2] : NULL,
    };
    struct ray_arena *arena = ray_arena_new();
    struct ray_err err;
    enum ray_code code;

    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    ray_err_init(&err, arena);
    ray_interrupt_install();
    if (run(arena, &options, &err))
        puts("closed");
    else
        (void)fprintf(stderr, "%s\n%s\n", err.message, err.detail != NULL ? err.detail : "");
    code = err.code;
    ray_arena_free(arena);
    return (int)code;
}
