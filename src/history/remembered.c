/* A settled folder, remembered: see remembered.h. The file: the magic, the sum, which ends with a NUL, and for each
 * witness a stamp and its name below the folder, which ends with one, too. */
#include "history/remembered.h"

#include "base/buf.h"
#include "base/user.h"
#include "history/layout.h"
#include "history/stamp.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char magic[16] = "raymig folder 1";

/* Whose stamps tell that nothing came, went or was renamed, and that the journal is what it was. */
static const char *const always[] = {".", "meta", "meta/_journal.json"};

static const char *
memory(struct ray_arena *arena, const char *folder)
{
    return ray_user_cache(arena, "settled", folder);
}

static int
open_folder(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Whether all witnesses are as they were. */
static bool
is_untouched(int folder, const char *at, const char *end)
{
    while (at < end) {
        const char *name = at + sizeof(struct ray_stamp);
        struct ray_stamp then;
        struct ray_stamp now;

        if (name >= end)
            return false;
        memcpy(&then, at, sizeof(then));
        if (!ray_stamp_take(folder, name, &now) || !ray_stamp_same(&then, &now))
            return false;
        at = name + strlen(name) + 1;
    }
    return at == end;
}

const char *
ray_remembered_sum(struct ray_arena *arena, const char *folder)
{
    const char *path = memory(arena, folder);
    struct ray_text text;
    const char *sum;
    bool untouched;
    int fd;

    if (path == NULL || !ray_user_read(arena, path, &text) || text.len <= sizeof(magic) ||
        memcmp(text.data, magic, sizeof(magic)) != 0)
        return NULL;
    fd = open_folder(folder);
    if (fd < 0)
        return NULL;
    sum = text.data + sizeof(magic);
    untouched = is_untouched(fd, sum + strlen(sum) + 1, text.data + text.len);
    close(fd);
    return untouched ? sum : NULL;
}

static bool
add_witness(int fd, const struct ray_folder *folder, const char *name, struct ray_buf *out)
{
    struct ray_stamp stamp;

    if (!ray_stamp_take(fd, name, &stamp) || !ray_stamp_is_old(&stamp, folder->began))
        return false;
    ray_buf_addn(out, (const char *)&stamp, sizeof(stamp));
    ray_buf_addn(out, name, strlen(name) + 1);
    return true;
}

/* The name below the folder of a file that lies in it; NULL where it does not. */
static const char *
name_below(const struct ray_folder *folder, const char *path)
{
    const char *name = path == NULL ? NULL : ray_path_name(path);

    return name != NULL && ray_has_prefix(path, folder->path) ? name : NULL;
}

static bool
add_witnesses(int fd, const struct ray_folder *folder, struct ray_buf *out)
{
    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
        if (!add_witness(fd, folder, always[i], out))
            return false;
    for (size_t i = 0; i < folder->migrations.len; i++) {
        const char *name = name_below(folder, folder->migrations.items[i].up.source.path);

        if (name == NULL || !add_witness(fd, folder, name, out))
            return false;
    }
    return true;
}

void
ray_remember_sum(struct ray_arena *arena, const struct ray_folder *folder, const char *sum)
{
    const char *path = memory(arena, folder->path);
    int fd = open_folder(folder->path);
    struct ray_err ignored;
    struct ray_buf out;

    ray_err_init(&ignored, arena);
    ray_buf_init(&out, arena);
    ray_buf_addn(&out, magic, sizeof(magic));
    ray_buf_addn(&out, sum, strlen(sum) + 1);
    if (path != NULL && fd >= 0 && folder->format == &ray_format_raymig &&
        folder->warnings.len == 0 && add_witnesses(fd, folder, &out) &&
        !ray_file_write(path, out.data, out.len, &ignored))
        ray_err_clear(&ignored);
    if (fd >= 0)
        close(fd);
}
