/* What the files of the shadow share; nothing else includes it. */
#ifndef RAY_PG_SHADOW_INTERNAL_H
#define RAY_PG_SHADOW_INTERNAL_H

#include "base/vec.h"
#include "pg/process.h"
#include "pg/server_internal.h"
#include "pg/shadow.h"

#define RAY_SHADOW_PREFIX "raymig_shadow_"

struct ray_shadow {
    struct ray_arena *arena;
    const char *url;
    const char *version;
    int major;
    bool exact;
    bool throwaway;     /* the server is ours; below, "t:" is for such a one, "u:" for a url */
    const char *owner;  /* NULL: whoever connects */
    const char *create; /* SQL behind CREATE DATABASE x */
    const char *prefix; /* of the databases' names */
    struct ray_conn
        *admin; /* NULL: not connected. u: its backend's pid and start are in `prefix` */
    struct ray_keeper keeper;        /* t: */
    bool first_used;                 /* t: the database that came with the cluster was handed out */
    bool owner_made;                 /* t: */
    RAY_VEC(const char *) databases; /* made and not dropped; "" where dropped */
    int made;
};

/* shadow_server.c: a throwaway server. Fills in url, version, major, exact and keeper. */
bool ray_shadow_serve(struct ray_shadow *shadow, const struct ray_shadow_options *options,
                      struct ray_err *err) RAY_MUST_CHECK;

/* shadow_url.c: a server of others. Fills in admin, version, major, exact, create and prefix. */
bool ray_shadow_reach(struct ray_shadow *shadow, const struct ray_shadow_options *options,
                      struct ray_err *err) RAY_MUST_CHECK;

/* shadow_home.c: the private folder of a throwaway server. Fills in home, data, log and socket, and takes
 * the lock that says that it lives. */
bool ray_shadow_home_make(struct ray_server *server, int *lock, struct ray_err *err) RAY_MUST_CHECK;
void ray_shadow_home_remove(const struct ray_server *server);
/* Removes the homes of dead ones that are our account's, and ends what runs in them. */
void ray_shadow_home_clear(const struct ray_server *own);

/* shadow_cache.c: the cached cluster. */
struct ray_shadow_cache {
    const char *pack;  /* the file; NULL where there can be no cache */
    const char *label; /* what must be in it */
    const char *temporary;
    int lock; /* -1: not held */
};
void ray_shadow_cache_find(struct ray_arena *arena, const char *folder,
                           const struct ray_server_binaries *binaries,
                           struct ray_shadow_cache *out);
int ray_shadow_cache_open(const struct ray_shadow_cache *cache); /* to be read; -1: there is none */
void ray_shadow_cache_drop(const struct ray_shadow_cache *cache);
/* One maker at a time; not held where there can be no cache, or it would take too long. */
void ray_shadow_cache_lock(struct ray_shadow_cache *cache);
void ray_shadow_cache_unlock(struct ray_shadow_cache *cache);
/* Under the lock: a descriptor to be written to, -1 where there can be none; then it becomes the pack. */
int ray_shadow_cache_begin(const struct ray_shadow_cache *cache);
void ray_shadow_cache_end(const struct ray_shadow_cache *cache, int fd, bool good);

#endif
