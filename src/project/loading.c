/* Two sources at once: see loading.h. The thread has an arena and an error to itself; it takes no signal, but what it
 * waits for is cancelled by one as everything else. */
#include "project/loading.h"

#include "base/interrupt.h"
#include "catalog/snapshot.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

struct loading {
    struct ray_apart apart;
    struct ray_load_options options;
    struct ray_interrupt *scope;
    struct ray_arena *arena;
    struct ray_err err;
    struct ray_catalog *catalog;
    pthread_t thread;
    bool ok;
};

static void *
work(void *arg)
{
    struct loading *loading = arg;

    (void)ray_interrupt_enter(loading->scope);
    loading->ok = loading->apart.conn != NULL
                      ? ray_catalog_load(loading->apart.conn, loading->arena, &loading->options,
                                         &loading->catalog, &loading->err)
                      : ray_snapshot_read(loading->arena, loading->apart.path, &loading->catalog,
                                          &loading->err);
    return NULL;
}

static bool
start(pthread_t *thread, struct loading *loading)
{
    sigset_t all;
    sigset_t before;
    int failed;

    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(thread, NULL, work, loading);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed == 0;
}

/* False where there is no thread to be had. */
static bool
begin(struct ray_project *project, const struct ray_apart *apart, struct loading *loading)
{
    loading->apart = *apart;
    loading->arena = ray_arena_new_in(project->arena);
    ray_err_init(&loading->err, loading->arena);
    ray_source_load_options(project, &loading->options);
    loading->options.connect = &loading->apart.connect;
    loading->scope = ray_interrupt_enter(NULL);
    (void)ray_interrupt_enter(loading->scope);
    return start(&loading->thread, loading);
}

static bool
end(struct ray_project *project, struct loading *loading, struct ray_catalog **out)
{
    (void)pthread_join(loading->thread, NULL);
    ray_conn_close(loading->apart.conn);
    *out = loading->catalog;
    if (!loading->ok) {
        loading->err.arena = project->err.arena;
        project->err = loading->err;
    }
    return loading->ok;
}

static bool
load_both(struct ray_project *project, const struct ray_apart *first,
          const struct ray_apart *second, struct ray_catalog **first_out,
          struct ray_catalog **second_out)
{
    struct loading loading = {0};
    bool begun = begin(project, first, &loading);
    bool ok = ray_source_load_apart(project, second, second_out);
    struct ray_err err = project->err;

    if (!begun)
        return ray_source_load_apart(project, first, first_out) && ok;
    ray_err_clear(&project->err);
    if (!end(project, &loading, first_out))
        return false;
    project->err = err;
    return ok;
}

bool
ray_sources_load(struct ray_project *project, const char *first, const char *second,
                 struct ray_catalog **first_out, struct ray_catalog **second_out)
{
    struct ray_apart one;
    struct ray_apart other;
    bool apart = false;

    if (!ray_source_stands_apart(project, first, &apart) ||
        (apart && !ray_source_stands_apart(project, second, &apart)))
        return false;
    if (!apart)
        return ray_source_load(project, first, first_out) &&
               ray_source_load(project, second, second_out);
    if (!ray_source_apart(project, first, &one))
        return false;
    if (ray_source_apart(project, second, &other)) /* which may start the embedded server */
        return load_both(project, &one, &other, first_out, second_out);
    ray_conn_close(one.conn);
    return false;
}
