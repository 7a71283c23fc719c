/*
 * A throwaway server for shadows.
 *
 * Its keeper (process.h) does all of it as the server's account: makes the home, fills it from the cached
 * cluster or with initdb, starts the server, and in the end stops it and removes the home. The server gets
 * SIGQUIT when its keeper is killed; what is left then is the folder, which the next shadow's keeper
 * removes, while its own server is in use already.
 *
 * Nobody ever needs this server's data, so it is ended as if it had crashed.
 */
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/pack.h"
#include "pg/shadow_internal.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { END_MS = 10000, END_POLL_MS = 1 };

/* What RAY_KEPT_FD is to the keeper. */
enum cluster { FROM_PACK, TO_PACK, NO_PACK };

struct service {
    struct ray_server server;
    struct ray_server_binaries binaries;
    enum cluster cluster;
    const char *label;
    int lock;
    pid_t postmaster;
};

/* ---------------------------------------------------------------- in the keeper */

/* The reply is the socket's folder, behind a '+' where a pack was written. */
static bool
fill(const struct service *service, struct ray_buf *reply, struct ray_err *err)
{
    const struct ray_server *server = &service->server;
    struct ray_err ignored;

    if (service->cluster == FROM_PACK)
        return ray_pack_read(RAY_KEPT_FD, service->label, server->data, err);
    if (!ray_server_init(server, &service->binaries, err))
        return false;
    ray_err_init(&ignored, server->arena);
    if (service->cluster == TO_PACK &&
        ray_pack_write(server->data, service->label, RAY_KEPT_FD, &ignored))
        ray_buf_addc(reply, '+');
    return true;
}

static bool
begin(void *arg, struct ray_buf *reply, struct ray_err *err)
{
    struct service *service = arg;

    if (!ray_shadow_home_make(&service->server, &service->lock, err) ||
        !fill(service, reply, err) ||
        !ray_server_launch(&service->server, &service->binaries, &service->postmaster, err))
        return false;
    ray_buf_add(reply, service->server.socket);
    return true;
}

static void
settle(void *arg)
{
    const struct service *service = arg;

    ray_shadow_home_clear(&service->server);
}

static void
end(void *arg)
{
    const struct service *service = arg;
    int64_t deadline = ray_clock_ms() + END_MS;

    if (service->postmaster > 0) {
        (void)kill(service->postmaster, SIGQUIT);
        while (waitpid(service->postmaster, NULL, WNOHANG) == 0) {
            if (ray_clock_ms() > deadline)
                (void)kill(service->postmaster, SIGKILL);
            ray_clock_sleep(END_POLL_MS);
        }
    }
    if (service->server.home != NULL)
        ray_shadow_home_remove(&service->server);
}

/* ---------------------------------------------------------------- for the keeper */

/* *packed: a pack was written. */
static bool
start(struct ray_shadow *shadow, struct service *service, enum cluster cluster, int fd,
      bool *packed, struct ray_err *err)
{
    const struct ray_kept kept = {
        .begin = begin, .settle = settle, .end = end, .arg = service, .fd = fd};
    struct ray_buf reply;

    service->cluster = cluster;
    ray_buf_init(&reply, shadow->arena);
    if (!ray_process_keep(&service->server.account, &kept, &shadow->keeper, &reply, err))
        return false;
    *packed = reply.data[0] == '+';
    service->server.socket = reply.data + (*packed ? 1 : 0);
    shadow->url = ray_server_url(&service->server, RAY_SERVER_ROLE);
    return true;
}

/* False, and no error, where there is no cache. One that is damaged, or that no server starts from, is
 * dropped: then it is made anew. */
static bool
start_cached(struct ray_shadow *shadow, struct service *service,
             const struct ray_shadow_cache *cache, struct ray_err *err)
{
    int fd = ray_shadow_cache_open(cache);
    bool packed;
    bool ok;

    if (fd < 0)
        return false;
    ok = start(shadow, service, FROM_PACK, fd, &packed, err);
    close(fd);
    if (!ok && !ray_interrupted())
        ray_shadow_cache_drop(cache);
    return ok;
}

static bool
start_anew(struct ray_shadow *shadow, struct service *service, struct ray_shadow_cache *cache,
           struct ray_err *err)
{
    int fd = ray_shadow_cache_begin(cache);
    bool packed = false;
    bool ok;

    ray_err_clear(err);
    ok = start(shadow, service, fd >= 0 ? TO_PACK : NO_PACK, fd, &packed, err);
    if (fd >= 0)
        ray_shadow_cache_end(cache, fd, packed);
    return ok;
}

static bool
start_any(struct ray_shadow *shadow, struct service *service, struct ray_shadow_cache *cache,
          struct ray_err *err)
{
    bool ok;

    if (start_cached(shadow, service, cache, err))
        return true;
    ray_shadow_cache_lock(cache);
    /* Made by another while we waited? */
    ok = start_cached(shadow, service, cache, err) ||
         (!ray_interrupted() && start_anew(shadow, service, cache, err));
    ray_shadow_cache_unlock(cache);
    return ok || (ray_interrupted() ? ray_err_set(err, RAY_INTERRUPTED, "interrupted") : false);
}

bool
ray_shadow_serve(struct ray_shadow *shadow, const struct ray_shadow_options *options,
                 struct ray_err *err)
{
    const struct ray_server_options none = {.folder = NULL};
    struct service service = {
        .server = {.arena = shadow->arena, .options = &none, .throwaway = true}};
    struct ray_shadow_cache cache;

    if (!ray_server_binaries_near(shadow->arena, options->bindir, options->major, &service.binaries,
                                  err) ||
        !ray_server_account(shadow->arena, &service.server.account, err))
        return false;
    ray_shadow_cache_find(shadow->arena, options->cache, &service.binaries, &cache);
    service.label = cache.label;
    if (!start_any(shadow, &service, &cache, err))
        return ray_err_prepend(err, "no shadow server");
    shadow->version = service.binaries.version;
    shadow->major = service.binaries.major;
    return true;
}
