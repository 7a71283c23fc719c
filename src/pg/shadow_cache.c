/*
 * The cached cluster: what initdb made, as one file (base/pack.h), in a folder that is the user's own.
 *
 *     <cache>/cluster-<major>-<hash of the bindir>.pack
 *
 * Its label names what it depends on: the version, the binaries (their size and time, as distributions
 * rebuild a version), the locale. With other binaries at the same place the label differs, and the file is
 * replaced. It is written beside itself and renamed; whoever reads the old one keeps it.
 *
 * A cache is a convenience: what goes wrong with it is no error, only slower. But it holds settings that a
 * server runs with, so a folder or a file that others could have written to is not used.
 */
#include "base/file.h"
#include "base/flock.h"
#include "base/user.h"
#include "pg/shadow_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FORMAT = 1, LOCK_MS = 60000 };

void
ray_shadow_cache_find(struct ray_arena *arena, const char *folder,
                      const struct ray_server_binaries *binaries, struct ray_shadow_cache *out)
{
    struct stat info;

    *out = (struct ray_shadow_cache){.lock = -1};
    if (folder == NULL)
        folder = ray_user_folder(arena, "XDG_CACHE_HOME", ".cache");
    if (stat(ray_path_join(arena, binaries->bindir, "postgres"), &info) != 0 ||
        !ray_user_make_folder(arena, folder))
        return;
    out->pack = ray_arena_printf(arena, "%s/cluster-%d-%s.pack", folder, binaries->major,
                                 ray_server_hash(arena, binaries->bindir, 8));
    out->label = ray_arena_printf(arena, "raymig %d, %s in %s (%lld bytes of %lld.%09ld), %s",
                                  FORMAT, binaries->version, binaries->bindir,
                                  (long long)info.st_size, (long long)info.st_mtim.tv_sec,
                                  (long)info.st_mtim.tv_nsec, ray_server_locale());
    out->temporary = ray_arena_printf(arena, "%s.tmp", out->pack);
}

int
ray_shadow_cache_open(const struct ray_shadow_cache *cache)
{
    return cache->pack != NULL ? ray_user_open(cache->pack) : -1;
}

void
ray_shadow_cache_drop(const struct ray_shadow_cache *cache)
{
    (void)unlink(cache->pack);
}

void
ray_shadow_cache_lock(struct ray_shadow_cache *cache)
{
    struct ray_arena *scratch = ray_arena_new();
    struct ray_err ignored;

    ray_err_init(&ignored, scratch);
    if (cache->pack == NULL || !ray_flock_take(ray_arena_printf(scratch, "%s.lock", cache->pack),
                                               LOCK_MS, &cache->lock, &ignored))
        cache->lock = -1;
    ray_arena_free(scratch);
}

void
ray_shadow_cache_unlock(struct ray_shadow_cache *cache)
{
    if (cache->lock >= 0)
        close(cache->lock);
    cache->lock = -1;
}

int
ray_shadow_cache_begin(const struct ray_shadow_cache *cache)
{
    if (cache->lock < 0)
        return -1;
    (void)unlink(cache->temporary);
    return open(cache->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

void
ray_shadow_cache_end(const struct ray_shadow_cache *cache, int fd, bool good)
{
    close(fd);
    if (!good || rename(cache->temporary, cache->pack) != 0)
        (void)unlink(cache->temporary);
}
