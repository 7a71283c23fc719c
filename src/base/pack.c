/*
 * Packs: see pack.h.
 *
 *     entry...   the head below, the path (NUL-terminated), the data; each padded to 8 bytes
 *     trailer    an entry of kind END whose path is the label and whose size is the sum of all before it
 *
 * A folder of a thousand small files is read from a pack in a fraction of the time that opening each would
 * take. The pack is mapped, so it must be replaced by rename, never written to in place.
 */
#include "base/pack.h"

#include "base/buf.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KIND_FOLDER = 1, KIND_FILE, KIND_END };
enum { UNIT = 8 };

struct head {
    uint64_t kind;
    uint64_t path;   /* bytes, the NUL among them */
    uint64_t size;   /* of the file; of KIND_END the sum */
    uint64_t stored; /* bytes of data: the size without the zeros at the end */
};

/* Not against an enemy, who could write the sum too: against a disk, and against half a write. Four lanes,
 * as one would wait for its own multiplication at each step. */
static uint64_t
sum_of(const char *data, size_t length)
{
    static const uint64_t prime = 0x9e3779b97f4a7c15U;
    uint64_t lanes[4] = {1, 2, 3, 4};
    uint64_t word;
    size_t at = 0;

    for (; at + sizeof(lanes) <= length; at += sizeof(lanes))
        for (size_t i = 0; i < 4; i++) {
            memcpy(&word, data + at + i * sizeof(word), sizeof(word));
            lanes[i] = (lanes[i] ^ word) * prime;
            lanes[i] ^= lanes[i] >> 29;
        }
    for (; at < length; at++)
        lanes[0] = (lanes[0] ^ (unsigned char)data[at]) * prime;
    return ((lanes[0] * prime ^ lanes[1]) * prime ^ lanes[2]) * prime ^ lanes[3];
}

static size_t
padded(uint64_t length)
{
    return (size_t)(length + (UNIT - 1)) / UNIT * UNIT;
}

/* ---------------------------------------------------------------- writing */

static void
add_padded(struct ray_buf *buf, const char *data, size_t length)
{
    static const char zeros[UNIT];

    ray_buf_addn(buf, data, length);
    ray_buf_addn(buf, zeros, padded(length) - length);
}

static void
add_entry(struct ray_buf *buf, struct head head, const char *path, const char *data)
{
    head.path = strlen(path) + 1;
    add_padded(buf, (const char *)&head, sizeof(head));
    add_padded(buf, path, (size_t)head.path);
    add_padded(buf, data, (size_t)head.stored);
}

static void
add_trailer(struct ray_buf *buf, const char *label, uint64_t sum)
{
    add_entry(buf, (struct head){.kind = KIND_END, .size = sum}, label, "");
}

static bool
add_file(struct ray_buf *buf, const char *path, const char *name, struct ray_err *err)
{
    struct ray_arena *scratch = ray_arena_new();
    struct ray_text text;
    size_t stored;
    bool ok = ray_file_read(scratch, path, &text, err);

    if (ok) {
        for (stored = text.len; stored > 0 && text.data[stored - 1] == '\0';)
            stored--;
        add_entry(buf, (struct head){.kind = KIND_FILE, .size = text.len, .stored = stored}, name,
                  text.data);
    }
    ray_arena_free(scratch);
    return ok;
}

static bool
add_folder(struct ray_buf *buf, const char *folder, const char *name, struct ray_err *err)
{
    ray_entries entries = {0};

    add_entry(buf, (struct head){.kind = KIND_FOLDER}, name, "");
    if (!ray_file_list(err->arena, folder, &entries, err))
        return false;
    for (size_t i = 0; i < entries.len; i++) {
        const char *path = ray_path_join(err->arena, folder, entries.items[i].name);
        const char *inner = ray_path_join(err->arena, name, entries.items[i].name);

        if (!(entries.items[i].is_folder ? add_folder : add_file)(buf, path, inner, err))
            return false;
    }
    return true;
}

bool
ray_pack_write(const char *folder, const char *label, int fd, struct ray_err *err)
{
    struct ray_arena *scratch = ray_arena_new();
    struct ray_buf buf;
    bool ok;

    ray_buf_init(&buf, scratch);
    ok = add_folder(&buf, folder, "", err);
    if (ok) {
        add_trailer(&buf, label, sum_of(buf.data, buf.len));
        ok = ray_file_write_all(fd, buf.data, buf.len) ||
             ray_err_errno(err, RAY_UNAVAILABLE, "cannot write a pack of \"%s\"", folder);
    }
    ray_arena_free(scratch);
    return ok;
}

/* ---------------------------------------------------------------- reading */

struct pack {
    const char *data;
    size_t length;
    size_t at;
};

struct entry {
    struct head head;
    const char *path;
    const char *data;
};

/* Gives the next `length` bytes; NULL where there are not as many. */
static const char *
take(struct pack *pack, uint64_t length)
{
    const char *data = pack->data + pack->at;

    if (length > pack->length - pack->at || padded(length) > pack->length - pack->at)
        return NULL;
    pack->at += padded(length);
    return data;
}

static bool
next_entry(struct pack *pack, struct entry *out)
{
    const char *head = take(pack, sizeof(out->head));

    if (head == NULL)
        return false;
    memcpy(&out->head, head, sizeof(out->head));
    out->path = out->head.path > 0 ? take(pack, out->head.path) : NULL;
    if (out->path == NULL || out->path[out->head.path - 1] != '\0')
        return false;
    out->data = take(pack, out->head.stored);
    return out->data != NULL;
}

/* Cuts the trailer off where it is the right one. */
static bool
is_whole(struct pack *pack, const char *label)
{
    struct ray_arena *scratch = ray_arena_new();
    struct ray_buf trailer;
    bool ok;

    ray_buf_init(&trailer, scratch);
    add_trailer(&trailer, label, 0);
    ok = pack->length >= trailer.len;
    if (ok) {
        pack->length -= trailer.len;
        ray_buf_truncate(&trailer, 0);
        add_trailer(&trailer, label, sum_of(pack->data, pack->length));
        ok = memcmp(pack->data + pack->length, trailer.data, trailer.len) == 0;
    }
    ray_arena_free(scratch);
    return ok;
}

static bool
make_file(const char *path, const struct entry *entry)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok;

    if (fd < 0)
        return false;
    ok = ray_file_write_all(fd, entry->data, (size_t)entry->head.stored) &&
         (entry->head.size == entry->head.stored || ftruncate(fd, (off_t)entry->head.size) == 0);
    close(fd);
    return ok;
}

static bool
unpack(struct pack *pack, const char *folder, struct ray_err *err)
{
    struct ray_buf path;
    struct entry entry;
    size_t root;

    ray_buf_init(&path, err->arena);
    ray_buf_add(&path, folder);
    root = path.len;
    while (pack->at < pack->length) {
        if (!next_entry(pack, &entry))
            return ray_err_set(err, RAY_UNAVAILABLE, "the pack is damaged");
        ray_buf_truncate(&path, root);
        if (entry.path[0] != '\0')
            ray_buf_addf(&path, "/%s", entry.path);
        if (!(entry.head.kind == KIND_FOLDER ? mkdir(path.data, 0700) == 0
                                             : make_file(path.data, &entry)))
            return ray_err_errno(err, RAY_UNAVAILABLE, "cannot create \"%s\"", path.data);
    }
    return true;
}

bool
ray_pack_read(int fd, const char *label, const char *folder, struct ray_err *err)
{
    struct stat info;
    struct pack pack;
    void *map = MAP_FAILED;
    bool ok;

    if (fstat(fd, &info) == 0 && info.st_size > 0)
        map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (map == MAP_FAILED)
        return ray_err_set(err, RAY_UNAVAILABLE, "the pack cannot be read");
    pack = (struct pack){.data = map, .length = (size_t)info.st_size};
    ok = is_whole(&pack, label)
             ? unpack(&pack, folder, err)
             : ray_err_set(err, RAY_UNAVAILABLE, "the pack is damaged, or of something else");
    (void)munmap(map, (size_t)info.st_size);
    return ok;
}
