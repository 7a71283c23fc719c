/*
 * Hashing ahead: see ahead.h. One thread, which has an arena to itself and writes nothing but the hashes; they are
 * read only after it was joined. It takes no signal: those belong to the main thread.
 */
#include "history/ahead.h"

#include "base/hash.h"
#include "history/stamps.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

enum { WORTH_IT = 64 }; /* migrations: fewer are hashed in the time that a thread takes to begin */

struct ray_ahead {
    const struct ray_folder *folder;
    char (*hashes)[RAY_HASH_HEX]; /* of each migration; "" where there is none */
    struct ray_arena *arena;      /* the thread's */
    struct ray_stamps *stamps;    /* NULL until all are hashed */
    pthread_t thread;
    atomic_bool stop;
    bool joined;
};

static void *
work(void *arg)
{
    struct ray_ahead *ahead = arg;
    struct ray_stamps *stamps = ray_stamps_load(ahead->arena, ahead->folder->path);
    struct ray_err ignored;

    ray_err_init(&ignored, ahead->arena);
    for (size_t i = 0; i < ahead->folder->migrations.len; i++) {
        const struct ray_source *source = &ahead->folder->migrations.items[i].up.source;

        if (atomic_load(&ahead->stop))
            return NULL;
        if (source->path != NULL && source->text == NULL &&
            !ray_stamps_hash(stamps, source->path, ahead->hashes[i], &ignored))
            ahead->hashes[i][0] = '\0';
    }
    ahead->stamps = stamps;
    return NULL;
}

struct ray_ahead *
ray_ahead_begin(struct ray_arena *arena, const struct ray_folder *folder)
{
    struct ray_ahead *ahead = RAY_NEW(arena, struct ray_ahead);
    sigset_t all;
    sigset_t before;
    int failed;

    if (folder->migrations.len < WORTH_IT)
        return NULL;
    ahead->folder = folder;
    ahead->arena = ray_arena_new();
    ahead->hashes = ray_arena_alloc(arena, folder->migrations.len * sizeof(*ahead->hashes));
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&ahead->thread, NULL, work, ahead);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed != 0) {
        ray_arena_free(ahead->arena);
        return NULL;
    }
    return ahead;
}

static void
join(struct ray_ahead *ahead)
{
    if (!ahead->joined)
        (void)pthread_join(ahead->thread, NULL);
    ahead->joined = true;
}

const char *
ray_ahead_hash(struct ray_ahead *ahead, const struct ray_migration *migration)
{
    size_t place;

    if (ahead == NULL)
        return NULL;
    join(ahead);
    place = (size_t)(migration - ahead->folder->migrations.items);
    return ahead->hashes[place][0] == '\0' ? NULL : ahead->hashes[place];
}

void
ray_ahead_end(struct ray_ahead *ahead)
{
    if (ahead == NULL)
        return;
    atomic_store(&ahead->stop, true);
    join(ahead);
    if (ahead->stamps != NULL)
        ray_stamps_save(ahead->stamps);
    ray_arena_free(ahead->arena);
}
