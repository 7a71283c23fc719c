/* What is kept in .raymig/studio: see store.h. */
#include "studio/store.h"

#include "base/file.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct ray_stores {
    pthread_mutex_t lock; /* of whoever changes a file */
};

static const char *const names[RAY_STORE_COUNT] = {
    [RAY_STORE_LAYOUT] = "layout.json",
    [RAY_STORE_QUERIES] = "queries.json",
};

struct ray_stores *
ray_stores_new(struct ray_arena *arena)
{
    struct ray_stores *stores = RAY_NEW(arena, struct ray_stores);

    (void)pthread_mutex_init(&stores->lock, NULL);
    return stores;
}

void
ray_stores_free(struct ray_stores *stores)
{
    if (stores != NULL)
        (void)pthread_mutex_destroy(&stores->lock);
}

static const char *
folder_of(struct ray_request *request)
{
    return ray_path_join(request->arena, request->studio->options.config->root, ".raymig/studio");
}

static const char *
path_of(struct ray_request *request, enum ray_store store)
{
    return ray_path_join(request->arena, folder_of(request), names[store]);
}

bool
ray_store_read(struct ray_request *request, enum ray_store store, json_t **out, struct ray_err *err)
{
    const char *path = path_of(request, store);
    struct ray_err ignored;

    (void)err;
    ray_err_init(&ignored, request->arena);
    *out = ray_file_exists(path) ? ray_json_read(request->arena, path, &ignored) : NULL;
    if (*out != NULL && json_is_object(*out))
        return true;
    json_decref(*out);
    *out = json_object();
    return true;
}

bool
ray_store_begin(struct ray_request *request, enum ray_store store, json_t **out,
                struct ray_err *err)
{
    if (!ray_file_make_folder(folder_of(request), err))
        return false;
    (void)pthread_mutex_lock(&request->studio->stores->lock);
    return ray_store_read(request, store, out, err);
}

bool
ray_store_end(struct ray_request *request, enum ray_store store, json_t *value, struct ray_err *err)
{
    const char *text = ray_json_text(request->arena, value);
    bool ok = ray_file_write(path_of(request, store), text, strlen(text), err);

    json_decref(value);
    (void)pthread_mutex_unlock(&request->studio->stores->lock);
    return ok;
}

void
ray_store_leave(struct ray_request *request, json_t *value)
{
    json_decref(value);
    (void)pthread_mutex_unlock(&request->studio->stores->lock);
}

/* Two studios of one folder may both move it: then an older log is gone early, and no line is torn. */
static bool
append(const char *path, const char *old, const struct ray_buf *text, size_t most,
       struct ray_err *err)
{
    struct stat now;
    bool ok;
    int fd;

    if (stat(path, &now) == 0 && (size_t)now.st_size + text->len > most && rename(path, old) != 0)
        return ray_err_errno(err, RAY_FAILED, "cannot move \"%s\"", path);
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return ray_err_errno(err, RAY_FAILED, "cannot write \"%s\"", path);
    ok = ray_file_write_all(fd, text->data, text->len) ||
         ray_err_errno(err, RAY_FAILED, "cannot write \"%s\"", path);
    (void)close(fd);
    return ok;
}

bool
ray_store_append(struct ray_request *request, const char *name, const struct ray_buf *text,
                 size_t most, struct ray_err *err)
{
    const char *path = ray_path_join(request->arena, folder_of(request), name);
    const char *old = ray_arena_printf(request->arena, "%s.1", path);
    bool ok;

    if (!ray_file_make_folder(folder_of(request), err))
        return false;
    (void)pthread_mutex_lock(&request->studio->stores->lock);
    ok = append(path, old, text, most, err);
    (void)pthread_mutex_unlock(&request->studio->stores->lock);
    return ok;
}
