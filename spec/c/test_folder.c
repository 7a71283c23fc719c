/*
 * Migrations folders in general: missing ones, forced formats, finding a migration by what a person
 * types, real projects (../shared/corpus, skipped where it is absent), and the cost of ten thousand.
 */
#include "folder_spec.h"

#include "base/clock.h"

#define CORPUS "../shared/corpus"

TEST(missing_and_empty_folders)
{
    struct folder_spec spec;
    const char *missing;

    folder_spec_begin(&spec);
    missing = ray_path_join(spec.arena, spec.path, "none");
    CHECK(!ray_folder_load(spec.arena, missing, NULL, false, &spec.folder, &spec.err));
    CHECK(folder_spec_says(&spec, "there is no migrations folder"));
    CHECK(ray_folder_load(spec.arena, missing, NULL, true, &spec.folder, &spec.err));
    CHECK_STR(spec.folder.format->name, "raymig");
    folder_spec_file(&spec, "README.md", "hello");
    CHECK(folder_spec_load(&spec));
    CHECK_STR(spec.folder.format->name, "raymig");
    CHECK_COUNT(spec.folder.migrations.len, 0);
    folder_spec_file(&spec, "schema.sql", "select 1;");
    CHECK(!folder_spec_load(&spec));
    CHECK(folder_spec_says(&spec, "cannot tell which tool laid out"));
    folder_spec_end(&spec);
}

TEST(a_format_can_be_forced)
{
    struct folder_spec spec;

    folder_spec_begin(&spec);
    folder_spec_file(&spec, "1_a.up.sql", "select 1;");
    CHECK(ray_folder_load(spec.arena, spec.path, "sqlx", false, &spec.folder, &spec.err));
    CHECK_STR(spec.folder.format->name, "sqlx");
    CHECK(!ray_folder_load(spec.arena, spec.path, "gose", false, &spec.folder, &spec.err));
    CHECK(folder_spec_says(&spec, "unknown format \"gose\""));
    CHECK_STR(spec.err.hint, "Did you mean \"goose\"?");
    folder_spec_end(&spec);
}

TEST(find_by_tag_number_version_and_prefix)
{
    struct folder_spec spec;

    folder_spec_begin(&spec);
    REQUIRE(folder_spec_fixture(&spec, "golang-migrate"));
    CHECK_STR(folder_spec_find(&spec, "000002_create_sessions")->tag, "000002_create_sessions");
    CHECK_STR(folder_spec_find(&spec, "2")->tag, "000002_create_sessions");
    CHECK_STR(folder_spec_find(&spec, "0010")->tag, "000010_add_email");
    CHECK_STR(folder_spec_find(&spec, "00001")->tag, "000001_create_users");
    CHECK_STR(folder_spec_find(&spec, "000010_a")->tag, "000010_add_email");
    CHECK(ray_folder_find(&spec.folder, "000001_create_user_", &spec.err) == NULL);
    CHECK_STR(spec.err.hint, "Did you mean \"000001_create_users\"?");
    CHECK(ray_folder_find(&spec.folder, "", &spec.err) == NULL);
    CHECK_INT(spec.err.code, RAY_USAGE);
    REQUIRE(folder_spec_fixture(&spec, "flyway"));
    CHECK(ray_folder_find(&spec.folder, "V1.", &spec.err) == NULL);
    CHECK(folder_spec_says(&spec, "more than one migration"));
    folder_spec_end(&spec);
}

TEST(versions_compare_as_numbers)
{
    CHECK(ray_version_compare("2", "10") < 0);
    CHECK(ray_version_compare("1.2", "1.10") < 0);
    CHECK(ray_version_compare("1.0", "1") == 0);
    CHECK(ray_version_compare("001", "1") == 0);
    CHECK(ray_version_compare("1.0.1", "1") > 0);
    CHECK(ray_version_compare("99999999999999999999999", "100000000000000000000000") < 0);
}

TEST(names_that_cannot_be_shown_are_defects)
{
    struct folder_spec spec;

    folder_spec_begin(&spec);
    folder_spec_file(&spec, "1_\xff.up.sql", "select 1;");
    folder_spec_file(&spec, "2_\x1b[2J.up.sql", "select 1;");
    CHECK(!folder_spec_load(&spec));
    CHECK(folder_spec_says(&spec, "its name is not UTF-8 (byte 3)"));
    CHECK(folder_spec_says(&spec, "its name has a control character"));
    folder_spec_end(&spec);
}

/* ---- real projects ---- */

static void
check_corpus(const char *path, const char *format, size_t count, const char *first,
             const char *last)
{
    struct folder_spec spec;
    const struct ray_migration *items;

    folder_spec_begin(&spec);
    if (CHECK(ray_folder_load(spec.arena, path, NULL, false, &spec.folder, &spec.err)) &&
        CHECK_INT((long long)spec.folder.migrations.len, (long long)count)) {
        items = spec.folder.migrations.items;
        CHECK_STR(spec.folder.format->name, format);
        CHECK_STR(items[0].tag, first);
        CHECK_STR(items[count - 1].tag, last);
        for (size_t i = 1; i < count; i++)
            CHECK(items[i - 1].when < items[i].when);
    }
    folder_spec_end(&spec);
}

TEST(corpus_dokploy)
{
    struct folder_spec spec;

    if (!ray_file_exists(CORPUS "/drizzle/dokploy"))
        SKIP(CORPUS "/drizzle/dokploy is absent");
    check_corpus(CORPUS "/drizzle/dokploy", "drizzle", 186, "0000_reflective_puck",
                 "0185_needy_kingpin");
    /* It carries one file that its journal has never known; that must not stop anything. */
    folder_spec_begin(&spec);
    CHECK(ray_folder_load(spec.arena, CORPUS "/drizzle/dokploy", NULL, false, &spec.folder,
                          &spec.err));
    CHECK_COUNT(spec.folder.orphans.len, 1);
    CHECK_COUNT(spec.folder.warnings.len, 1);
    folder_spec_end(&spec);
}

TEST(corpus_homarr)
{
    if (!ray_file_exists(CORPUS "/drizzle/homarr"))
        SKIP(CORPUS "/drizzle/homarr is absent");
    check_corpus(CORPUS "/drizzle/homarr", "drizzle", 10, "0000_initial",
                 "0009_add_right_click_preference");
}

/* 285, some named 2019-11-15-182353_x: by their names alone those would come before the 2014 ones. */
TEST(corpus_crates_io)
{
    struct folder_spec spec;
    size_t without = 0;

    if (!ray_file_exists(CORPUS "/migrations/crates_io"))
        SKIP(CORPUS "/migrations/crates_io is absent");
    check_corpus(CORPUS "/migrations/crates_io", "diesel", 285,
                 "00000000000000_diesel_initial_setup",
                 "2026-07-30-140000-0000_add_users_username_index");
    folder_spec_begin(&spec);
    CHECK(ray_folder_load(spec.arena, CORPUS "/migrations/crates_io", NULL, false, &spec.folder,
                          &spec.err));
    for (size_t i = 0; i < spec.folder.migrations.len; i++) {
        const struct ray_migration *migration = &spec.folder.migrations.items[i];

        without += migration->up_options.no_transaction;
        CHECK_INT(migration->down.kind, RAY_SCRIPT_SQL);
        if (i > 0)
            CHECK(strcmp(migration[-1].version, migration->version) < 0);
    }
    CHECK_INT((long long)without, 7);
    folder_spec_end(&spec);
}

/* One listing and one journal for any number of migrations: measured, and far from a second. */
TEST(ten_thousand_migrations_load_at_once)
{
    enum { MANY = 10000 };
    struct folder_spec spec;
    struct ray_buf journal;
    int64_t began;

    folder_spec_begin(&spec);
    ray_buf_init(&journal, spec.arena);
    ray_buf_add(&journal,
                "{\"version\":\"7\",\"dialect\":\"postgresql\",\"raymig\":1,\"entries\":[");
    for (int i = 1; i <= MANY; i++) {
        const char *name = ray_arena_printf(spec.arena, "%s/%04d_step.sql", spec.path, i);
        FILE *file = fopen(name, "w");

        REQUIRE(file != NULL);
        fclose(file);
        ray_buf_addf(&journal,
                     "%s{\"idx\":%d,\"version\":\"7\",\"when\":%d,\"tag\":\"%04d_step\","
                     "\"breakpoints\":true,\"sha256\":\"%064d\"}",
                     i > 1 ? "," : "", i, i, i, i);
    }
    ray_buf_add(&journal, "]}");
    folder_spec_file(&spec, "meta/_journal.json", journal.data);
    began = ray_clock_us();
    CHECK(folder_spec_load(&spec));
    began = ray_clock_us() - began;
    printf("  10000 migrations load in %lld us\n", (long long)began);
    CHECK_COUNT(spec.folder.migrations.len, MANY);
    CHECK(began < 1000000);
    folder_spec_end(&spec);
}
