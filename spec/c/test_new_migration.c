/*
 * New migrations: in every layout the next one gets a name that its tool would give, comes last, and can
 * be loaded again; in a folder with a journal files and entry appear together or not at all.
 */
#include "folder_spec.h"

#include "base/clock.h"
#include "history/journal.h"

#include <sys/stat.h>

static bool
create(struct folder_spec *spec, const struct ray_new_migration *migration, ray_entries *files)
{
    memset(files, 0, sizeof(*files));
    ray_err_init(&spec->err, spec->arena);
    return spec->folder.format->create(spec->arena, &spec->folder, migration, files, &spec->err);
}

/* Copies a fixture into the scratch folder and loads it. */
static bool
copy_fixture(struct folder_spec *spec, const char *name)
{
    const char *command = ray_arena_printf(spec->arena, "cp -r 'spec/fixtures/formats/%s/.' '%s/'",
                                           name, spec->path);

    return CHECK(system(command) == 0) && CHECK(folder_spec_load(spec));
}

/* What stands in place of the digits of a time does not matter here. */
static const char *
without_digits(struct folder_spec *spec, const char *text)
{
    char *copy = ray_arena_strdup(spec->arena, text);

    for (char *c = copy; *c != '\0'; c++)
        if (*c >= '0' && *c <= '9')
            *c = '9';
    return copy;
}

TEST(every_format_makes_the_next_one)
{
    static const struct {
        const char *format;
        const char *tag; /* digits of a time are 9 */
        int files;
        bool exact;
    } cases[] = {
        {"raymig", "0005_add_tags", 2, true},
        {"drizzle", "0003_add_tags", 2, true},
        {"drizzle-v1", "99999999999999_add_tags", 2, false},
        {"prisma", "99999999999999_add_tags", 2, false},
        {"diesel", "9999-99-99-999999-9999_add_tags", 2, false},
        {"flyway", "V3__add_tags", 2, true},
        {"goose", "99999999999999_add_tags", 1, false},
        {"dbmate", "99999999999999_add_tags", 1, false},
        {"sqlx", "99999999999999_add_tags", 2, false},
        {"golang-migrate", "000011_add_tags", 2, true},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct ray_new_migration migration = {.name = "add tags",
                                                    .up = "create table tags ();\n",
                                                    .sql_down = true,
                                                    .down = "drop table tags;\n"};
        struct folder_spec spec;
        const struct ray_migration *last;
        ray_entries files;

        folder_spec_begin(&spec);
        if (copy_fixture(&spec, cases[i].format) && CHECK(create(&spec, &migration, &files)) &&
            CHECK(folder_spec_load(&spec))) {
            size_t at = spec.folder.migrations.len - 1;

            while (spec.folder.migrations.items[at].repeatable)
                at--;
            last = &spec.folder.migrations.items[at];
            CHECK_STR(cases[i].exact ? last->tag : without_digits(&spec, last->tag), cases[i].tag);
            CHECK_STR(last->name, "add_tags");
            CHECK_STR(spec.folder.format->name, cases[i].format);
            CHECK_COUNT(files.len, cases[i].files);
            CHECK(strstr(folder_spec_text(&spec, &last->up), "create table tags ();") != NULL);
            CHECK(strstr(folder_spec_text(&spec, &last->down), "drop table tags;") != NULL);
            CHECK(last->when > last[-1].when);
            CHECK_COUNT(spec.folder.warnings.len, 0);
        }
        folder_spec_end(&spec);
    }
}

TEST(the_first_of_a_new_project)
{
    struct ray_new_migration migration = {.name = "users"};
    struct folder_spec spec;
    ray_entries files;

    folder_spec_begin(&spec);
    REQUIRE(folder_spec_load(&spec));
    REQUIRE(create(&spec, &migration, &files));
    CHECK_COUNT(files.len, 2);
    CHECK_STR(ray_path_name(files.items[0].name), "0001_users.sql");
    CHECK_STR(ray_path_name(files.items[1].name), "0001_users.down.lua");
    REQUIRE(folder_spec_load(&spec));
    CHECK(!spec.folder.adopted);
    migration = (struct ray_new_migration){.name = "fill", .lua = true};
    REQUIRE(create(&spec, &migration, &files));
    CHECK_COUNT(files.len, 1);
    REQUIRE(folder_spec_load(&spec));
    CHECK_STR(folder_spec_tags(&spec), "0001_users 0002_fill");
    CHECK_INT(spec.folder.migrations.items[1].up.kind, RAY_SCRIPT_LUA);
    migration = (struct ray_new_migration){.name = "no_way_back", .down = ""};
    REQUIRE(create(&spec, &migration, &files));
    REQUIRE(folder_spec_load(&spec));
    CHECK_INT(spec.folder.migrations.items[2].down.kind, RAY_SCRIPT_NONE);
    folder_spec_end(&spec);
}

/* A template that nobody filled in must not pass for a way back. */
TEST(templates_are_valid_and_their_downs_refuse)
{
    const struct ray_new_migration migration = {.name = "x"};
    struct ray_script_options options = {0};
    struct folder_spec spec;
    const struct ray_migration *made;
    ray_entries files;

    folder_spec_begin(&spec);
    REQUIRE(folder_spec_load(&spec));
    REQUIRE(create(&spec, &migration, &files));
    REQUIRE(folder_spec_load(&spec));
    made = &spec.folder.migrations.items[0];
    CHECK(ray_script_options_read(spec.arena, &made->up, &options, &spec.err));
    CHECK(!options.no_transaction);
    CHECK(strstr(folder_spec_text(&spec, &made->down), "  error \"0001_x: nobody") != NULL);
    CHECK(made->journal_hash == NULL);
    folder_spec_end(&spec);
}

/* Beside Drizzle: above the journal's last `when` and above all that was ever applied, nothing in meta/
 * but the journal, and no keys in it that Drizzle Kit would not write. */
TEST(drizzle_projects_are_left_as_drizzle_wants_them)
{
    int64_t ahead = ray_clock_now() + 86400000;
    struct ray_new_migration migration = {.name = "x",
                                          .up = "select 1;",
                                          .sql_down = true,
                                          .down = "select 1;",
                                          .last_applied_when = ahead};
    struct folder_spec spec;
    struct ray_text text;
    ray_entries files;
    ray_entries meta = {0};

    folder_spec_begin(&spec);
    REQUIRE(copy_fixture(&spec, "drizzle"));
    REQUIRE(create(&spec, &migration, &files));
    REQUIRE(folder_spec_load(&spec));
    CHECK_INT(spec.folder.migrations.items[3].when, ahead + 1);
    CHECK(ray_file_read(spec.arena, ray_path_join(spec.arena, spec.path, "meta/_journal.json"),
                        &text, &spec.err));
    CHECK(strstr(text.data, "raymig") == NULL && strstr(text.data, "sha256") == NULL);
    CHECK(ray_has_suffix(text.data, "\"breakpoints\": true\n    }\n  ]\n}"));
    CHECK(
        ray_file_list(spec.arena, ray_path_join(spec.arena, spec.path, "meta"), &meta, &spec.err));
    CHECK_COUNT(meta.len, 4);
    migration.lua = true;
    CHECK(!create(&spec, &migration, &files));
    CHECK(folder_spec_says(&spec, "its migrator cannot run Lua migrations"));
    folder_spec_end(&spec);
}

TEST(drizzle_prefixes_are_followed)
{
    static const struct {
        const char *last;
        const char *next; /* digits are 9 */
    } cases[] = {
        {"20250101000000_a", "99999999999999_x"},
        {"1735689600_a", "9999999999_x"},
        {"_a", "_x"},
        {"0130_a", "9999_x"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct ray_new_migration migration = {.name = "x"};
        struct folder_spec spec;
        ray_entries files;

        folder_spec_begin(&spec);
        folder_spec_file(
            &spec, "meta/_journal.json",
            ray_arena_printf(spec.arena,
                             "{\"version\":\"7\",\"dialect\":\"postgresql\",\"entries\":"
                             "[{\"idx\":130,\"when\":1735689600000,\"tag\":\"%s\"}]}",
                             cases[i].last));
        folder_spec_file(&spec, ray_arena_printf(spec.arena, "%s.sql", cases[i].last), "select 1;");
        folder_spec_file(&spec, "0130_orphan.sql", "select 1;");
        if (CHECK(folder_spec_load(&spec)) && CHECK(create(&spec, &migration, &files)) &&
            CHECK(folder_spec_load(&spec)))
            CHECK_STR(without_digits(&spec, spec.folder.migrations.items[1].tag), cases[i].next);
        folder_spec_end(&spec);
    }
}

/* The journal cannot be written: the files must be gone again. */
TEST(all_or_nothing)
{
    const struct ray_new_migration migration = {.name = "x"};
    struct folder_spec spec;
    ray_entries files;
    ray_entries left = {0};

    folder_spec_begin(&spec);
    REQUIRE(folder_spec_load(&spec));
    folder_spec_file(&spec, "meta", "a file where the folder should be");
    CHECK(!create(&spec, &migration, &files));
    CHECK(ray_file_list(spec.arena, spec.path, &left, &spec.err));
    CHECK_COUNT(left.len, 1);
    CHECK_COUNT(files.len, 0);
    folder_spec_end(&spec);
}

TEST(nothing_is_overwritten)
{
    const struct ray_new_migration migration = {.name = "x"};
    struct folder_spec spec;
    ray_entries files;

    folder_spec_begin(&spec);
    REQUIRE(folder_spec_load(&spec));
    folder_spec_file(&spec, "0001_x.down.lua", "-- mine");
    CHECK(!create(&spec, &migration, &files));
    CHECK(folder_spec_says(&spec, "0001_x.down.lua\": File exists"));
    CHECK(!ray_file_exists(ray_path_join(spec.arena, spec.path, "0001_x.sql")));
    folder_spec_end(&spec);
}

TEST(names_are_checked)
{
    static const char *const bad[] = {"", "../x", "a/b", "a.down", "a\nb", "a\xff", "a'b", "a%b"};
    struct folder_spec spec;
    ray_entries files;

    folder_spec_begin(&spec);
    REQUIRE(folder_spec_load(&spec));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const struct ray_new_migration migration = {.name = bad[i]};

        CHECK(!create(&spec, &migration, &files));
        CHECK_INT(spec.err.code, RAY_USAGE);
    }
    folder_spec_end(&spec);
}

TEST(layouts_of_sql_refuse_lua)
{
    static const char *const formats[] = {"diesel", "flyway",         "goose",  "dbmate",
                                          "sqlx",   "golang-migrate", "prisma", "drizzle-v1"};

    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        const struct ray_new_migration migration = {.name = "x", .lua = true};
        struct folder_spec spec;
        ray_entries files;

        folder_spec_begin(&spec);
        if (copy_fixture(&spec, formats[i])) {
            CHECK(!create(&spec, &migration, &files));
            CHECK(folder_spec_says(&spec, "whose migrations are SQL"));
        }
        folder_spec_end(&spec);
    }
}
