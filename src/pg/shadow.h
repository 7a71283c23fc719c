/*
 * The shadow: disposable empty databases, in which a desired schema is made real and read back.
 *
 * Without a url they live in a throwaway server, a copy of a cached cluster: Unix socket only, fsync off,
 * its files in a private temporary folder. It ends when ray_shadow_close is called or when this process
 * does, however it ends (a keeper process sees to it; pg/process.h), and its folder goes with it. What
 * a killed keeper leaves, the next shadow clears away.
 *
 * With a url they are databases on that server, named raymig_shadow_<backend pid>_<its start>_<n>; the
 * name says whose they are, so that those of dead sessions are found and dropped by the next shadow.
 */
#ifndef RAY_PG_SHADOW_H
#define RAY_PG_SHADOW_H

#include "base/arena.h"
#include "base/err.h"
#include "pg/conn.h"

struct ray_shadow;

struct ray_shadow_options {
    const char *url;    /* a server where databases may be made; NULL or "": a throwaway server */
    const char *bindir; /* of the throwaway server; NULL: $RAYMIG_PG_BINDIR, else a search */
    int major;          /* wanted: the target's; 0: any. Not installed: the nearest there is */
    const char *cache;  /* folder; NULL: $XDG_CACHE_HOME/raymig, else ~/.cache/raymig */
    const char *owner;  /* role that owns what is made; NULL: "postgres", or the url's user. On a
                         * throwaway server it is made, a superuser, and connected as; on a url it
                         * must exist and is taken with SET ROLE */
};

/* Starts the server, or connects to the url. The caller closes it; the arena must outlive it. No server is
 * RAY_UNAVAILABLE; a role on a url that may not do what is needed is RAY_FAILED. */
bool ray_shadow_open(struct ray_arena *arena, const struct ray_shadow_options *options,
                     struct ray_shadow **out, struct ray_err *err) RAY_MUST_CHECK;

int ray_shadow_major(const struct ray_shadow *shadow);
const char *ray_shadow_version(const struct ray_shadow *shadow); /* "15.20" */
bool ray_shadow_is_exact(
    const struct ray_shadow *shadow); /* its major is the one that was wanted */

/* One more empty database (UTF8, like template0), connected as the owner. The caller closes the
 * connection, or hands it to ray_shadow_drop; ray_conn_database names the database. */
bool ray_shadow_create(struct ray_shadow *shadow, struct ray_conn **out,
                       struct ray_err *err) RAY_MUST_CHECK;

/* One more database, a copy of another of the shadow's, to which nobody may be connected. What ALTER DATABASE
 * ... SET said of that one is not copied. */
bool ray_shadow_copy(struct ray_shadow *shadow, const char *source, struct ray_conn **out,
                     struct ray_err *err) RAY_MUST_CHECK;

/* How to connect to a database of the shadow, as the owner, for whoever opens connections of its own. */
void ray_shadow_address(const struct ray_shadow *shadow, const char *database,
                        struct ray_conn_options *out);

/* One more connection to a database of the shadow, as the owner. */
bool ray_shadow_connect(struct ray_shadow *shadow, const char *database, struct ray_conn **out,
                        struct ray_err *err) RAY_MUST_CHECK;

/* Closes the connection and drops its database, with whoever else is connected. Needed only to give back
 * the room: ray_shadow_close drops all. */
bool ray_shadow_drop(struct ray_shadow *shadow, struct ray_conn *conn,
                     struct ray_err *err) RAY_MUST_CHECK;

/* Makes sure that a role exists (NOLOGIN), so that owners and grants can be reproduced. On a url a role
 * is never made: one that is missing is an error with a hint. */
bool ray_shadow_role(struct ray_shadow *shadow, const char *name,
                     struct ray_err *err) RAY_MUST_CHECK;

/* Ends the server and removes its files; on a url drops the databases that were made. Also after an
 * interruption. Connections still open are cut off. NULL is allowed. */
void ray_shadow_close(struct ray_shadow *shadow);

#endif
