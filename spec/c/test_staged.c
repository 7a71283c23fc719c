/* Folders rewritten as a whole: what is in the copy takes the place, and nothing else is left. */
#include "folder_spec.h"

#include "base/staged.h"

#include <sys/stat.h>
#include <unistd.h>

static const char *
names(struct folder_spec *spec, const char *folder)
{
    ray_entries entries = {0};
    struct ray_buf buf;

    ray_buf_init(&buf, spec->arena);
    CHECK(ray_file_list(spec->arena, ray_path_join(spec->arena, spec->path, folder), &entries,
                        &spec->err));
    for (size_t i = 0; i < entries.len; i++)
        ray_buf_addf(&buf, "%s%s", i == 0 ? "" : " ", entries.items[i].name);
    return buf.data;
}

static const char *
begin(struct folder_spec *spec, struct ray_staged **staged)
{
    const char *folder;

    folder_spec_begin(spec);
    folder_spec_file(spec, "m/one", "1");
    folder_spec_file(spec, "m/sub/two", "2");
    folder = ray_path_join(spec->arena, spec->path, "m");
    CHECK(symlink("one", ray_path_join(spec->arena, folder, "link")) == 0);
    CHECK(ray_staged_begin(spec->arena, folder, staged, &spec->err));
    return folder;
}

TEST(the_copy_takes_the_place)
{
    struct folder_spec spec;
    struct ray_staged *staged;
    struct ray_text text;
    struct stat info;
    const char *folder = begin(&spec, &staged);
    const char *copy = ray_staged_path(staged);

    CHECK(ray_file_write(ray_path_join(spec.arena, copy, "sub/two"), "two", 3, &spec.err));
    CHECK(ray_file_write(ray_path_join(spec.arena, copy, "three"), "3", 1, &spec.err));
    CHECK(ray_file_remove(ray_path_join(spec.arena, copy, "one"), &spec.err));
    CHECK_STR(names(&spec, "m"), "link one sub");
    REQUIRE(
        ray_file_read(spec.arena, ray_path_join(spec.arena, folder, "sub/two"), &text, &spec.err));
    CHECK_STR(text.data, "2");
    REQUIRE(ray_staged_publish(staged, "three", &spec.err));
    CHECK_STR(names(&spec, "."), "m");
    CHECK_STR(names(&spec, "m"), "link sub three");
    REQUIRE(
        ray_file_read(spec.arena, ray_path_join(spec.arena, folder, "sub/two"), &text, &spec.err));
    CHECK_STR(text.data, "two");
    CHECK(lstat(ray_path_join(spec.arena, folder, "link"), &info) == 0 && S_ISLNK(info.st_mode));
    ray_staged_abandon(staged);
    folder_spec_end(&spec);
}

TEST(abandoned_it_leaves_no_trace)
{
    struct folder_spec spec;
    struct ray_staged *staged;

    begin(&spec, &staged);
    CHECK(ray_file_remove(ray_path_join(spec.arena, ray_staged_path(staged), "one"), &spec.err));
    ray_staged_abandon(staged);
    CHECK_STR(names(&spec, "."), "m");
    CHECK_STR(names(&spec, "m"), "link one sub");
    ray_staged_abandon(NULL);
    folder_spec_end(&spec);
}

TEST(one_at_a_time_and_what_a_killed_one_left_is_removed)
{
    struct folder_spec spec;
    struct ray_staged *staged;
    struct ray_staged *other;
    const char *folder = begin(&spec, &staged);

    CHECK(!ray_staged_begin(spec.arena, folder, &other, &spec.err));
    CHECK_INT(spec.err.code, RAY_UNAVAILABLE);
    CHECK_STR(names(&spec, ".m.new"), "link one sub");
    ray_staged_abandon(staged);
    folder_spec_file(&spec, ".m.new/left", "by a killed one");
    REQUIRE(ray_staged_begin(spec.arena, folder, &staged, &spec.err));
    CHECK_STR(names(&spec, ".m.new"), "link one sub");
    ray_staged_abandon(staged);
    folder_spec_end(&spec);
}

TEST(a_folder_that_is_a_link_stays_one)
{
    struct folder_spec spec;
    struct ray_staged *staged;
    struct stat info;
    const char *folder = begin(&spec, &staged);
    const char *link = ray_path_join(spec.arena, spec.path, "l");

    ray_staged_abandon(staged);
    CHECK(symlink("m", link) == 0);
    REQUIRE(ray_staged_begin(spec.arena, link, &staged, &spec.err));
    CHECK(ray_file_remove(ray_path_join(spec.arena, ray_staged_path(staged), "one"), &spec.err));
    REQUIRE(ray_staged_publish(staged, "link", &spec.err));
    CHECK(lstat(link, &info) == 0 && S_ISLNK(info.st_mode));
    CHECK(!ray_file_exists(ray_path_join(spec.arena, folder, "one")));
    folder_spec_end(&spec);
}
