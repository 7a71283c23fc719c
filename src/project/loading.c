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

/* *out is NULL where the source is not one that can be read apart, or there is no thread to be had. */
static bool
begin(struct ray_project *project, const char *source, struct loading **out)
{
    struct loading *loading = RAY_NEW(project->arena, struct loading);

    *out = NULL;
    if (!ray_source_apart(project, source, &loading->apart))
        return false;
    if (loading->apart.conn == NULL && loading->apart.path == NULL)
        return true;
    loading->arena = ray_arena_new_in(project->arena);
    ray_err_init(&loading->err, loading->arena);
    ray_source_load_options(project, &loading->options);
    loading->options.connect = &loading->apart.connect;
    loading->scope = ray_interrupt_enter(NULL);
    (void)ray_interrupt_enter(loading->scope);
    if (start(&loading->thread, loading))
        *out = loading;
    else
        ray_conn_close(loading->apart.conn);
    return true;
}

static bool
end(struct ray_project *project, struct loading *loading, struct ray_catalog **out)
{
    (void)pthread_join(loading->thread, NULL);
    ray_conn_close(loading->apart.conn);
    *out = loading->catalog;
    if (!loading->ok && project->err.message == NULL) {
        loading->err.arena = project->err.arena;
        project->err = loading->err;
    }
    return loading->ok;
}

bool
ray_sources_load(struct ray_project *project, const char *first, const char *second,
                 struct ray_catalog **first_out, struct ray_catalog **second_out)
{
    struct loading *loading;
    struct ray_err err;
    bool ok;

    if (!begin(project, first, &loading))
        return false;
    if (loading != NULL) {
        ok = ray_source_load(project, second, second_out);
        err = project->err;
        ray_err_clear(&project->err);
        if (!end(project, loading, first_out))
            return false;
        project->err = err;
        return ok;
    }
    if (!begin(project, second, &loading))
        return false;
    ok = ray_source_load(project, first, first_out);
    if (loading == NULL)
        return ok && ray_source_load(project, second, second_out);
    return end(project, loading, second_out) && ok;
}
