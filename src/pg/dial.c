/* Asking for a connection: see dial.h. */
#include "pg/dial.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/vec.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long what was begun is waited for: a server that is well has answered long before. */
enum { PATIENCE_MS = 1000 };

enum { MOST_PARAMETERS = 7 };

struct parameters {
    const char *names[MOST_PARAMETERS];
    const char *values[MOST_PARAMETERS];
};

struct ray_dial {
    PGconn *pg; /* NULL: taken */
    PostgresPollingStatusType next;
};

/* A connection string that says itself what the PG* variables would fill in: empty, or libpq's default. The environment is
 * left alone, since other threads may read it. */
static const char *
without_variables(struct ray_arena *arena, const char *url)
{
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    bool is_uri = strstr(url, "://") != NULL;
    struct ray_buf buf;

    if (options == NULL)
        return url; /* libpq says why when it connects */
    ray_buf_init(&buf, arena);
    ray_buf_add(&buf, url);
    for (const PQconninfoOption *option = options; option->keyword != NULL; option++) {
        const char *fallback = option->compiled;

        if (option->val != NULL || option->envvar == NULL || getenv(option->envvar) == NULL)
            continue;
        if (fallback == NULL)
            fallback = strcmp(option->keyword, "connect_timeout") == 0 ? "0" : "";
        if (is_uri)
            ray_buf_addf(&buf, "%c%s=%s", strchr(buf.data, '?') == NULL ? '?' : '&',
                         option->keyword, fallback);
        else
            ray_buf_addf(&buf, " %s='%s'", option->keyword, fallback);
    }
    PQconninfoFree(options);
    return buf.data;
}

/* A service fills in what nothing else says, and can only be hidden: PGSERVICE and its like leave the environment. */
static void
hide_variables(struct ray_arena *arena)
{
    RAY_VEC(char *) kept = {0};

    for (char **entry = environ; *entry != NULL; entry++)
        if (!ray_has_prefix(*entry, "PG"))
            *ray_vec_add(arena, &kept) = *entry;
    *ray_vec_add(arena, &kept) = NULL;
    environ = kept.items;
}

static bool
must_hide(const struct ray_conn_options *options)
{
    return options->bare && getenv("PGSERVICE") != NULL;
}

/* libpq skips what is NULL, expands the first dbname, and takes the last of what comes twice. */
static void
take_parameters(struct ray_arena *arena, const struct ray_conn_options *options,
                struct parameters *out)
{
    const char *url = options->url != NULL ? options->url : "";
    const char *timeout = options->connect_timeout > 0 && getenv("PGCONNECT_TIMEOUT") == NULL
                              ? ray_arena_printf(arena, "%d", options->connect_timeout)
                              : NULL;

    *out = (struct parameters){
        .names = {"dbname", "dbname", "user", "connect_timeout", "fallback_application_name",
                  "client_encoding", NULL},
        .values = {options->bare && !must_hide(options) ? without_variables(arena, url) : url,
                   options->database, options->user, timeout,
                   options->role != NULL ? options->role : "raymig", "UTF8", NULL},
    };
}

PGconn *
ray_dial(struct ray_arena *arena, const struct ray_conn_options *options)
{
    bool hides = must_hide(options);
    char **variables = environ;
    struct parameters parameters;
    PGconn *pg;

    take_parameters(arena, options, &parameters);
    if (options->threaded)
        return PQconnectdbParams(parameters.names, parameters.values, 1);
    if (hides)
        hide_variables(arena);
    ray_interrupt_immediate(true);
    pg = PQconnectdbParams(parameters.names, parameters.values, 1);
    ray_interrupt_immediate(false);
    if (hides)
        environ = variables;
    return pg;
}

/* ---------------------------------------------------------------- the head start */

static bool
is_ready(PGconn *pg, PostgresPollingStatusType next, int wait_ms)
{
    struct pollfd socket = {.fd = PQsocket(pg), .events = POLLOUT};

    if (next == PGRES_POLLING_READING)
        socket.events = POLLIN;
    return socket.fd >= 0 && poll(&socket, 1, wait_ms) > 0;
}

static bool
is_under_way(const struct ray_dial *dial)
{
    return dial->next == PGRES_POLLING_READING || dial->next == PGRES_POLLING_WRITING;
}

/* As far as it goes until the deadline: of the clock, 0 for what needs no waiting. */
static void
go_on(struct ray_dial *dial, int64_t deadline)
{
    ray_interrupt_immediate(true);
    while (is_under_way(dial)) {
        int64_t left = deadline == 0 ? 0 : deadline - ray_clock_ms();

        if (!is_ready(dial->pg, dial->next, left > 0 ? (int)left : 0))
            break;
        dial->next = PQconnectPoll(dial->pg);
    }
    ray_interrupt_immediate(false);
}

struct ray_dial *
ray_dial_begin(struct ray_arena *arena, const struct ray_conn_options *options)
{
    struct ray_dial *dial = RAY_NEW(arena, struct ray_dial);
    struct parameters parameters;

    if (options->threaded || must_hide(options))
        return NULL;
    take_parameters(arena, options, &parameters);
    ray_interrupt_immediate(true);
    dial->pg = PQconnectStartParams(parameters.names, parameters.values, 1);
    ray_interrupt_immediate(false);
    dial->next = PQstatus(dial->pg) == CONNECTION_BAD ? PGRES_POLLING_FAILED
                                                      : PGRES_POLLING_WRITING;
    go_on(dial, 0);
    return dial;
}

PGconn *
ray_dial_take(struct ray_dial *dial)
{
    PGconn *pg;

    if (dial == NULL || dial->pg == NULL)
        return NULL;
    go_on(dial, ray_clock_ms() + PATIENCE_MS);
    if (dial->next != PGRES_POLLING_OK)
        return NULL;
    pg = dial->pg;
    dial->pg = NULL;
    return pg;
}

void
ray_dial_end(struct ray_dial *dial)
{
    if (dial == NULL)
        return;
    PQfinish(dial->pg); /* NULL does nothing */
    dial->pg = NULL;
}
