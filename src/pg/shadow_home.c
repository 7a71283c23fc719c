/*
 * The private folder of a throwaway server, raymig-shadow-XXXXXX: data, log, socket, and a lock that is held
 * for as long as its keeper lives. A folder whose lock is free belongs to a dead one, and whoever finds it
 * so removes it.
 *
 * It goes to $TMPDIR where that is set. Else to memory, where there is plenty: a shadow is a thousand small
 * files and more, made and removed, and a disk that others keep busy makes it several times slower. Else
 * to /tmp.
 */
#include "base/file.h"
#include "base/flock.h"
#include "base/interrupt.h"
#include "pg/shadow_internal.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PREFIX       "raymig-shadow-"
#define MEMORY       "/dev/shm"
#define ENOUGH_ROOM  (1ULL << 30)
#define ENOUGH_SPARE (2ULL << 30) /* memory that is free or soon would be */

enum { TRIES = 8 };

/* ---------------------------------------------------------------- where */

/* MemAvailable, in bytes; 0 where it cannot be told. */
static unsigned long long
memory_available(void)
{
    static const char key[] = "MemAvailable:";
    char text[4096];
    const char *at;
    ssize_t n;
    int fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return 0;
    n = read(fd, text, sizeof(text) - 1);
    close(fd);
    text[n < 0 ? 0 : n] = '\0';
    at = strstr(text, key);
    return at == NULL ? 0 : strtoull(at + sizeof(key) - 1, NULL, 10) * 1024;
}

static bool
memory_has_room(void)
{
    struct statfs info;

    return statfs(MEMORY, &info) == 0 && info.f_type == TMPFS_MAGIC &&
           (unsigned long long)info.f_bavail * (unsigned long long)info.f_bsize >= ENOUGH_ROOM &&
           memory_available() >= ENOUGH_SPARE;
}

/* Where homes may be, the best first. */
static size_t
find_bases(const char *bases[3])
{
    const char *named = getenv("TMPDIR");
    size_t n = 0;

    if (named != NULL && named[0] == '/')
        bases[n++] = named;
    else if (memory_has_room())
        bases[n++] = MEMORY;
    bases[n++] = "/tmp";
    return n;
}

static void
fill_in(struct ray_server *server, const char *home)
{
    server->home = home;
    server->data = ray_path_join(server->arena, home, "data");
    server->log = ray_path_join(server->arena, home, "log");
    server->socket = ray_server_socket_folder(server->arena, &server->account, home);
    server->exists = true;
}

/* ---------------------------------------------------------------- making and removing */

static bool
make_at(struct ray_server *server, const char *base, int *lock, struct ray_err *err)
{
    char *home = ray_arena_printf(server->arena, "%s/" PREFIX "XXXXXX", base);

    if (mkdtemp(home) == NULL)
        return ray_err_errno(err, RAY_UNAVAILABLE, "cannot create a folder in \"%s\"", base);
    fill_in(server, home);
    return ray_flock_take(ray_path_join(server->arena, home, "lock"), 0, lock, err);
}

bool
ray_shadow_home_make(struct ray_server *server, int *lock, struct ray_err *err)
{
    const char *bases[3];
    size_t n = find_bases(bases);

    /* Again and again: whoever clears up may take a new folder for a dead one's before it is locked. */
    for (size_t i = 0; i < n * TRIES; i++) {
        ray_err_clear(err);
        if (make_at(server, bases[i / TRIES], lock, err))
            return true;
    }
    return false;
}

void
ray_shadow_home_remove(const struct ray_server *server)
{
    struct ray_err ignored;

    ray_err_init(&ignored, server->arena);
    (void)!ray_file_remove(server->home, &ignored);
    if (strcmp(server->socket, server->home) != 0)
        (void)!ray_file_remove(server->socket, &ignored);
}

/* ---------------------------------------------------------------- those of the dead */

static void
clear_one(const struct ray_server *own, const char *home)
{
    struct ray_server dead = *own;
    struct ray_err ignored;
    struct stat info;
    int lock;

    if (lstat(home, &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != geteuid())
        return;
    ray_err_init(&ignored, own->arena);
    fill_in(&dead, home);
    if (!ray_flock_take(ray_path_join(own->arena, home, "lock"), 0, &lock, &ignored))
        return;
    (void)ray_server_end_orphans(&dead, false);
    ray_shadow_home_remove(&dead);
    close(lock);
}

void
ray_shadow_home_clear(const struct ray_server *own)
{
    const char *const bases[] = {getenv("TMPDIR"), MEMORY, "/tmp"};
    struct ray_err ignored;

    ray_err_init(&ignored, own->arena);
    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        ray_entries entries = {0};

        if (bases[i] == NULL || !ray_file_list(own->arena, bases[i], &entries, &ignored))
            continue;
        for (size_t j = 0; j < entries.len && !ray_interrupted(); j++) {
            const char *home = ray_path_join(own->arena, bases[i], entries.items[j].name);

            if (ray_has_prefix(entries.items[j].name, PREFIX) && strcmp(home, own->home) != 0)
                clear_one(own, home);
        }
    }
}
