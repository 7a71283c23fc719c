/*
 * raymig studio: an HTTP server on a loopback address for one browser, which shows and changes the database
 * and runs the project's migrations. What it answers is in docs/studio-http.md, who may ask in guard.h.
 *
 * libmicrohttpd runs one thread a connection; a request's memory is an arena of its own; what requests share
 * (the pool of server connections) has its own lock. Nothing here prints.
 */
#ifndef RAY_STUDIO_STUDIO_H
#define RAY_STUDIO_STUDIO_H

#include "pg/conn.h"
#include "project/project.h"
#include "script/config.h"
#include "studio/assets.h"
#include "studio/guard.h"
#include "studio/http_library.h"
#include "studio/pool.h"

struct MHD_Daemon;
struct ray_editors;
struct ray_operations;
struct ray_stores;
struct ray_tickets;

struct ray_studio_options {
    struct ray_conn_options database;
    const struct ray_config *config;
    struct ray_project_options opened; /* what the project was opened by, for its operations */
    const char *project;               /* the project's name */
    const char *version;               /* of raymig */
    const char *host;                  /* to listen on, an address; "127.0.0.1" */
    int port;                          /* 0: any that is free */
    ray_strings allow_hosts; /* names beside the loopback's that a request may call us by */
    bool read_only;
};

/* Limits, in one place. The session route tells the front end. */
enum {
    RAY_STUDIO_CONNECTIONS = 64,     /* of browsers */
    RAY_STUDIO_BODY_BYTES = 8 << 20, /* of a request that is no import */
    RAY_STUDIO_ROWS = 1000,          /* a page */
    RAY_STUDIO_CELL_BYTES = 4096,    /* a cell of a page, where the request does not say */
    RAY_STUDIO_CELL_BYTES_MAX = 1 << 20,
    RAY_STUDIO_TIMEOUT_MS = 60000, /* a statement, where the request does not say */
    RAY_STUDIO_IDLE_S = 60,        /* a connection of a browser that sends nothing */
};

struct ray_studio {
    struct ray_arena *arena;
    struct ray_studio_options options;
    struct ray_http_library http;
    struct MHD_Daemon *daemon;
    struct ray_guard guard;
    struct ray_pool *pool;
    struct ray_stores *stores;         /* store.h */
    struct ray_editors *editors;       /* editors.h */
    struct ray_operations *operations; /* operation.h */
    struct ray_tickets *tickets;       /* tickets.h */
    int listening;                     /* the socket; the daemon's, once it runs */
    int port;
    bool closing;
};

/* Listens and serves from other threads until ray_studio_close. RAY_UNAVAILABLE where the port is taken or the
 * database does not answer, RAY_USAGE where the host would not be loopback without a name that is allowed. */
bool ray_studio_open(struct ray_arena *arena, const struct ray_studio_options *options,
                     struct ray_studio **out, struct ray_err *err) RAY_MUST_CHECK;

/* "http://127.0.0.1:4983/#token=...": whoever has it may do what the database's role may. */
const char *ray_studio_url(struct ray_arena *arena, const struct ray_studio *studio);

/* Cancels what runs, waits for the threads. NULL is allowed. */
void ray_studio_close(struct ray_studio *studio);

#endif
