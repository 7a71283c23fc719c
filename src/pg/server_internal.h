/* What the files of the embedded server share; nothing else includes it. */
#ifndef RAY_PG_SERVER_INTERNAL_H
#define RAY_PG_SERVER_INTERNAL_H

#include "pg/account.h"
#include "pg/server.h"

#include <stdint.h>

#define RAY_SERVER_ROLE   "postgres"
#define RAY_SERVER_PORT   "5432"
#define RAY_SERVER_SOCKET ".s.PGSQL.5432"

/* A server's place: what follows from its options alone, running or not. All paths are absolute. */
struct ray_server {
    struct ray_arena *arena;
    const struct ray_server_options *options;
    const char *database;
    const char *entry; /* folder/pg: the home itself, or a link to it */
    const char *home;  /* holds all below; mode 0700, the account's */
    const char *data;
    const char *log;
    const char *socket; /* folder of the socket: the home, or one in /tmp where that is too long */
    struct ray_account account;
    bool exists;    /* the home does */
    bool throwaway; /* a shadow's: fsync off, and it ends with the process that launched it */
};

enum ray_server_phase {
    RAY_SERVER_STOPPED,
    RAY_SERVER_STARTING,
    RAY_SERVER_READY,
    RAY_SERVER_STOPPING
};

struct ray_server_state {
    enum ray_server_phase phase;
    long pid; /* 0 where stopped, or where it runs but cannot be seen (another pid namespace) */
};

/* server_place.c: finds the place; with `create`, makes what is missing of it. */
bool ray_server_place(struct ray_arena *arena, const struct ray_server_options *options,
                      bool create, struct ray_server *out, struct ray_err *err) RAY_MUST_CHECK;
const char *ray_server_hash(struct ray_arena *arena, const char *text, int digits);
/* The account for servers that we start: ours, or root's stand-in. */
bool ray_server_account(struct ray_arena *arena, struct ray_account *out,
                        struct ray_err *err) RAY_MUST_CHECK;
/* Where the socket of a server at `home` is: there, or in /tmp where that is too long. */
const char *ray_server_socket_folder(struct ray_arena *arena, const struct ray_account *account,
                                     const char *home);
bool ray_server_initialised(const struct ray_server *server);
int ray_server_data_major(const struct ray_server *server); /* 0 where there is no data */
const char *ray_server_url(const struct ray_server *server, const char *database);
char *ray_percent_encode(struct ray_arena *arena, const char *text, const char *also_plain);

/* server_find.c */
struct ray_server_binaries {
    const char *bindir;
    const char *version;
    int major;
};
/* major 0: the best there is; else exactly that one, for the data folder named in errors. */
bool ray_server_binaries(struct ray_arena *arena, const char *bindir, int major, const char *data,
                         struct ray_server_binaries *out, struct ray_err *err) RAY_MUST_CHECK;

/* Those whose major version is nearest to that one (the newer of two), unless a bindir is named; 0: any. */
bool ray_server_binaries_near(struct ray_arena *arena, const char *bindir, int major,
                              struct ray_server_binaries *out, struct ray_err *err) RAY_MUST_CHECK;

/* server_state.c: what the pid file and /proc say. */
void ray_server_look(const struct ray_server *server, struct ray_server_state *out);
bool ray_server_answers(const struct ray_server *server); /* something listens on the socket */

bool ray_server_is_postgres(long pid); /* false of a zombie */

/* Sends SIGQUIT to processes of a server whose data folder is ours, or was ours and is deleted, and
 * waits until they are gone; gives how many there were. Only where no server of ours runs. */
int ray_server_end_orphans(const struct ray_server *server, bool deleted);

/* server_init.c: makes the data folder; all or nothing. Runs as the account, under the lock. */
bool ray_server_init(const struct ray_server *server, const struct ray_server_binaries *binaries,
                     struct ray_err *err) RAY_MUST_CHECK;
void ray_server_clear_leftovers(const struct ray_server *server);
const char *ray_server_last_lines(struct ray_arena *arena, const char *text, int lines);

const char *ray_server_locale(void); /* initdb's option */

/* server_run.c: run as the account, under the lock. *pid is the server's, our child; also where it did
 * not become ready, and 0 where it has ended. */
bool ray_server_launch(const struct ray_server *server, const struct ray_server_binaries *binaries,
                       pid_t *pid, struct ray_err *err) RAY_MUST_CHECK;
void ray_server_clear_stale_files(const struct ray_server *server); /* pid file, socket */
bool ray_server_wait(const struct ray_server *server, enum ray_server_phase phase,
                     int64_t timeout_ms);
bool ray_server_end(const struct ray_server *server, struct ray_err *err) RAY_MUST_CHECK;

/* server_note.c: small notes in the home that save work at the next start. */
void ray_server_note_binaries(const struct ray_server *server,
                              const struct ray_server_binaries *binaries);
bool ray_server_noted_binaries(const struct ray_server *server, struct ray_server_binaries *out);
void ray_server_note_database(const struct ray_server *server, const char *oid);
bool ray_server_noted_database(const struct ray_server *server);

#endif
