/*
 * The embedded server: a private PostgreSQL run from the installed binaries. Unix socket only, no TCP, its
 * data in a folder of its own; as an unprivileged account when started by root. Two processes that start
 * it at once agree through a file lock; stale pid and socket files of a dead server are cleared away.
 *
 * The folder that holds its data and its socket is open to its account alone (and root), and that is the
 * whole of its authentication: whoever gets in is the superuser "postgres".
 */
#ifndef RAY_PG_SERVER_H
#define RAY_PG_SERVER_H

#include "base/arena.h"
#include "base/err.h"

struct ray_server_options {
    const char *folder;   /* data, socket and log go to pg/ in it; see ray_server_folder */
    const char *database; /* created where missing; cut at 63 bytes; NULL or "": "postgres" */
    const char *bindir;   /* NULL: $RAYMIG_PG_BINDIR, else a search */
    bool check;           /* start looks for the database itself, where else a note of it will do */
};

struct ray_server_status {
    bool initialised;
    bool running;
    bool relocated; /* home is outside of the folder: the account could not have entered it there */
    long pid;       /* 0 where it is not running */
    const char *account; /* whose it is */
    const char *version; /* "15.20", of the binaries; NULL where there are none */
    const char *bindir;  /* NULL likewise */
    const char *home;    /* holds data, log and, where its path is short enough, the socket */
    const char *data;    /* data folder */
    const char *socket;  /* socket folder */
    const char *log;
    const char *database;
    const char *url; /* connection string of the database */
};

/* Where the embedded server of a project belongs: its own .raymig, where there is a config and the folder
 * can be written to (or a server is there already); else $XDG_STATE_HOME/raymig/<hash of the path>. */
const char *ray_server_folder(struct ray_arena *arena, const char *project_root, bool has_config);

/* Finds the binaries (13 to 18): option, pg_config --bindir, the folders of the known packages (newest; the
 * data folder's own version where there is one), PATH. RAY_UNAVAILABLE with a hint where there are none.
 * Without a folder in the options: the newest. */
bool ray_server_find(struct ray_arena *arena, const struct ray_server_options *options,
                     const char **bindir, struct ray_err *err) RAY_MUST_CHECK;

/* Changes nothing. That there are no binaries, or no data yet, is no error. */
bool ray_server_status(struct ray_arena *arena, const struct ray_server_options *options,
                       struct ray_server_status *out, struct ray_err *err) RAY_MUST_CHECK;

/* Initialises where needed, starts where needed, waits until it answers, creates the database. Costs a few
 * system calls where it runs already. The server outlives us and holds none of our descriptors. */
bool ray_server_start(struct ray_arena *arena, const struct ray_server_options *options,
                      struct ray_server_status *out, struct ray_err *err) RAY_MUST_CHECK;

/* Fast shutdown; not running is no error. */
bool ray_server_stop(struct ray_arena *arena, const struct ray_server_options *options,
                     struct ray_err *err) RAY_MUST_CHECK;

/* The last lines of the server's log, "" where there is none; *end is where the file ended. */
bool ray_server_log(struct ray_arena *arena, const struct ray_server_options *options, int lines,
                    const char **text, size_t *end, struct ray_err *err) RAY_MUST_CHECK;

/* Stops the server and removes its data; the next start begins afresh. */
bool ray_server_reset(struct ray_arena *arena, const struct ray_server_options *options,
                      struct ray_err *err) RAY_MUST_CHECK;

#endif
