/* Packs: what comes out is what went in; whatever is damaged, anywhere, is refused. */
#include "harness.h"

#include "base/file.h"
#include "base/pack.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct pack_spec {
    struct ray_arena *arena;
    struct ray_err err;
    char root[64];
    const char *from;
    const char *pack;
    const char *to;
};

static void
begin(struct pack_spec *spec)
{
    memset(spec, 0, sizeof(*spec));
    spec->arena = ray_arena_new();
    ray_err_init(&spec->err, spec->arena);
    strcpy(spec->root, "/tmp/raymig_spec_XXXXXX");
    CHECK(mkdtemp(spec->root) != NULL);
    spec->from = ray_path_join(spec->arena, spec->root, "from");
    spec->pack = ray_path_join(spec->arena, spec->root, "pack");
    spec->to = ray_path_join(spec->arena, spec->root, "to");
    CHECK(ray_file_make_folder(spec->from, &spec->err));
}

static void
end(struct pack_spec *spec)
{
    CHECK(ray_file_remove(spec->root, &spec->err));
    ray_arena_free(spec->arena);
}

static void
file(struct pack_spec *spec, const char *name, const char *data, size_t length)
{
    const char *path = ray_path_join(spec->arena, spec->from, name);

    CHECK(ray_file_make_folder(ray_path_folder(spec->arena, path), &spec->err));
    CHECK(ray_file_write(path, data, length, &spec->err));
}

static bool
write_pack(struct pack_spec *spec)
{
    int fd = open(spec->pack, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    bool ok = ray_pack_write(spec->from, "label", fd, &spec->err);

    close(fd);
    return ok;
}

static bool
read_pack(struct pack_spec *spec, const char *label)
{
    int fd = open(spec->pack, O_RDONLY);
    bool ok;

    CHECK(ray_file_remove(spec->to, &spec->err));
    ray_err_clear(&spec->err);
    ok = ray_pack_read(fd, label, spec->to, &spec->err);
    close(fd);
    return ok;
}

static void
check_file(struct pack_spec *spec, const char *name, const char *data, size_t length)
{
    struct ray_text text = {.data = NULL};
    struct stat info;
    const char *path = ray_path_join(spec->arena, spec->to, name);

    REQUIRE(ray_file_read(spec->arena, path, &text, &spec->err));
    CHECK_INT((long long)text.len, (long long)length);
    CHECK(text.len == length && memcmp(text.data, data, length) == 0);
    CHECK(stat(path, &info) == 0 && (info.st_mode & 0777) == 0600);
}

TEST(files_and_folders_come_back)
{
    static const char zeros[100000];
    static const char tail[] = "x\0\0y\0\0\0";
    struct pack_spec spec;
    struct stat info;

    begin(&spec);
    file(&spec, "a", "hello", 5);
    file(&spec, "empty", "", 0);
    file(&spec, "deep/er/zeros", zeros, sizeof(zeros));
    file(&spec, "deep/tail", tail, sizeof(tail));
    CHECK(ray_file_make_folder(ray_path_join(spec.arena, spec.from, "hollow"), &spec.err));
    REQUIRE(write_pack(&spec));
    CHECK(ray_file_size(spec.pack) < 1000);
    REQUIRE(read_pack(&spec, "label"));
    check_file(&spec, "a", "hello", 5);
    check_file(&spec, "empty", "", 0);
    check_file(&spec, "deep/er/zeros", zeros, sizeof(zeros));
    check_file(&spec, "deep/tail", tail, sizeof(tail));
    CHECK(ray_file_is_folder(ray_path_join(spec.arena, spec.to, "hollow")));
    CHECK(stat(spec.to, &info) == 0 && (info.st_mode & 0777) == 0700);
    end(&spec);
}

TEST(another_label_is_refused)
{
    static const char *const labels[] = {"labe", "label2", "lebal", "", "a much longer label"};
    struct pack_spec spec;

    begin(&spec);
    file(&spec, "a", "hello", 5);
    REQUIRE(write_pack(&spec));
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        CHECK(!read_pack(&spec, labels[i]));
        CHECK_STR(spec.err.message, "the pack is damaged, or of something else");
        CHECK(!ray_file_exists(spec.to));
    }
    end(&spec);
}

TEST(a_folder_that_exists_is_refused)
{
    struct pack_spec spec;
    int fd;

    begin(&spec);
    REQUIRE(write_pack(&spec));
    fd = open(spec.pack, O_RDONLY);
    CHECK(!ray_pack_read(fd, "label", spec.from, &spec.err));
    close(fd);
    end(&spec);
}

/* Every byte, every length: none is let through. */
TEST(damage_is_refused)
{
    struct pack_spec spec;
    struct ray_text text;

    begin(&spec);
    file(&spec, "a", "hello", 5);
    file(&spec, "b/c", "the rest of it", 14);
    REQUIRE(write_pack(&spec));
    REQUIRE(ray_file_read(spec.arena, spec.pack, &text, &spec.err));
    for (size_t i = 0; i < text.len; i++) {
        CHECK(ray_file_write(spec.pack, text.data, i, &spec.err));
        CHECK(!read_pack(&spec, "label"));
        text.data[i] ^= 0x40;
        CHECK(ray_file_write(spec.pack, text.data, text.len, &spec.err));
        if (read_pack(&spec, "label"))
            CHECK_INT((long long)i, -1);
        text.data[i] ^= 0x40;
    }
    end(&spec);
}
