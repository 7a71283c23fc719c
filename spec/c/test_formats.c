/*
 * Every layout of a migrations folder: which tool it is, in which order its migrations run, what stands
 * in each direction and how it asks to be run, and what is said of a broken one. The folders are
 * spec/fixtures/formats/NAME and what the tests write.
 */
#include "folder_spec.h"

static const struct {
    const char *name;
    const char *tags;
} fixtures[] = {
    {"raymig", "0001_customers 0002_orders 0003_fill_regions 0004_orders_by_day"},
    {"drizzle", "0000_brave_otter 0001_add_published 0002_quiet_lynx"},
    {"drizzle-v1", "20250101090000_brave_otter 20250214183015_one_booking_a_day"},
    {"prisma", "0_init 20240315101112_add_posts 20240402080000_user_name"},
    {"diesel", "00000000000000_diesel_initial_setup 20190514205639_create_crates "
               "2019-11-15-182353_Add owners to crates 2024-03-05-120032_index-logins "
               "2025-11-19-091444-0000_add_downloads"},
    {"flyway", "V1__create_person V1.2__add_address V1.10__add_country V2__index_city "
               "R__country_name R__greeting"},
    {"goose", "00001_create_posts 00002_count_posts 20240115103000_index_titles"},
    {"dbmate", "20151127184807_create_users_table 20160403121500_add_cities "
               "20170101000000_index_emails"},
    {"sqlx", "20230101000000_posts 20230201000000_comments 20230301000000_comments_by_post"},
    {"golang-migrate", "000001_create_users 000002_create_sessions 000010_add_email"},
};

/* Every format of the table has a fixture, and each is told by itself. */
TEST(every_format_is_detected_and_in_order)
{
    size_t formats = 0;

    while (ray_formats[formats] != NULL)
        formats++;
    CHECK_COUNT(formats, sizeof(fixtures) / sizeof(fixtures[0]));
    for (size_t i = 0; i < sizeof(fixtures) / sizeof(fixtures[0]); i++) {
        struct folder_spec spec;

        folder_spec_begin(&spec);
        if (folder_spec_fixture(&spec, fixtures[i].name)) {
            CHECK_STR(spec.folder.format->name, fixtures[i].name);
            CHECK_STR(folder_spec_tags(&spec), fixtures[i].tags);
            CHECK_COUNT(spec.folder.warnings.len, 0);
            CHECK(spec.folder.adopted == ray_has_prefix(fixtures[i].name, "drizzle"));
        }
        folder_spec_end(&spec);
    }
}

/* What holds whatever the layout: unique versions, places, a `when` that rises, scripts that can be read. */
TEST(every_migration_is_whole)
{
    for (size_t i = 0; i < sizeof(fixtures) / sizeof(fixtures[0]); i++) {
        struct folder_spec spec;
        int64_t before = 0;

        folder_spec_begin(&spec);
        (void)folder_spec_fixture(&spec, fixtures[i].name);
        for (size_t j = 0; j < spec.folder.migrations.len; j++) {
            struct ray_migration *migration = &spec.folder.migrations.items[j];
            const char *hex = "";

            CHECK_INT(migration->idx, (int)j);
            CHECK(migration->when > before);
            before = migration->when;
            CHECK(migration->version[0] != '\0' && migration->name != NULL);
            CHECK(folder_spec_text(&spec, &migration->up)[0] != '\0');
            (void)folder_spec_text(&spec, &migration->down);
            CHECK(ray_migration_hash(spec.arena, migration, &hex, &spec.err));
            CHECK_COUNT(strlen(hex), 64);
            CHECK(ray_script_tokens(spec.arena, &migration->up, &hex, &spec.err));
            CHECK_COUNT(strlen(hex), 64);
            CHECK(ray_script_options_read(spec.arena, &migration->up, &migration->up_options,
                                          &spec.err));
        }
        folder_spec_end(&spec);
    }
}

TEST(raymig_pairs_up_and_down)
{
    struct folder_spec spec;
    const struct ray_migration *migration;
    struct ray_script_options options = {0};

    folder_spec_begin(&spec);
    REQUIRE(folder_spec_fixture(&spec, "raymig"));
    migration = folder_spec_find(&spec, "0001");
    CHECK_INT(migration->up.kind, RAY_SCRIPT_SQL);
    CHECK(migration->up.source.breakpoints);
    CHECK_INT(migration->down.kind, RAY_SCRIPT_LUA);
    CHECK_STR(migration->down.source.path, "spec/fixtures/formats/raymig/0001_customers.down.lua");
    CHECK_INT(migration->when, 1767225600000);
    CHECK_STR(migration->name, "customers");
    migration = folder_spec_find(&spec, "2");
    CHECK_INT(migration->down.kind, RAY_SCRIPT_SQL);
    CHECK(ray_script_options_read(spec.arena, &migration->up, &options, &spec.err));
    CHECK_STR(options.lock_timeout, "2s");
    CHECK_STR(options.statement_timeout, "5min");
    CHECK(!options.no_transaction);
    migration = folder_spec_find(&spec, "0003_fill");
    CHECK_INT(migration->up.kind, RAY_SCRIPT_LUA);
    CHECK_INT(migration->down.kind, RAY_SCRIPT_LUA);
    CHECK_STR(migration->down.source.path, migration->up.source.path);
    migration = folder_spec_find(&spec, "0004_orders_by_day");
    CHECK(ray_script_options_read(spec.arena, &migration->down, &options, &spec.err));
    CHECK(options.no_transaction);
    folder_spec_end(&spec);
}

TEST(drizzle_downs_stand_beside)
{
    struct folder_spec spec;

    folder_spec_begin(&spec);
    REQUIRE(folder_spec_fixture(&spec, "drizzle"));
    CHECK_INT(folder_spec_find(&spec, "0")->down.kind, RAY_SCRIPT_SQL);
    CHECK_INT(folder_spec_find(&spec, "1")->down.kind, RAY_SCRIPT_LUA);
    CHECK_INT(folder_spec_find(&spec, "2")->down.kind, RAY_SCRIPT_NONE);
    CHECK_INT(folder_spec_find(&spec, "2")->when, 1735862400789);
    CHECK(folder_spec_find(&spec, "0")->up.source.breakpoints);
    CHECK(spec.folder.adopted);
    folder_spec_end(&spec);
}

TEST(drizzle_v1_takes_when_from_the_name)
{
    struct folder_spec spec;

    folder_spec_begin(&spec);
    REQUIRE(folder_spec_fixture(&spec, "drizzle-v1"));
    CHECK_INT(folder_spec_find(&spec, "20250101090000_brave_otter")->when, 1735722000000);
    CHECK_STR(folder_spec_find(&spec, "20250101090000")->version, "20250101090000_brave_otter");
    CHECK_INT(folder_spec_find(&spec, "20250214183015")->down.kind, RAY_SCRIPT_LUA);
    CHECK(folder_spec_find(&spec, "20250214183015")->up.source.breakpoints);
    folder_spec_end(&spec);
}

TEST(diesel_reads_metadata)
{
    struct folder_spec spec;
    const struct ray_migration *migration;

    folder_spec_begin(&spec);
    REQUIRE(folder_spec_fixture(&spec, "diesel"));
    migration = folder_spec_find(&spec, "20240305120032");
    CHECK_STR(migration->tag, "2024-03-05-120032_index-logins");
    CHECK(migration->up_options.no_transaction && migration->down_options.no_transaction);
    migration = folder_spec_find(&spec, "202511190914440000");
    CHECK_STR(migration->name, "add_downloads");
    CHECK(!migration->up_options.no_transaction);
    CHECK_INT(migration->when, 1763543684000);
    folder_spec_end(&spec);
}

TEST(diesel_metadata_is_checked)
{
    struct folder_spec spec;

    folder_spec_begin(&spec);
    folder_spec_file(&spec, "1_a/up.sql", "select 1;");
    folder_spec_file(&spec, "1_a/metadata.toml", "# says nothing, which diesel takes for false\n");
    folder_spec_file(&spec, "2_b/up.sql", "select 1;");
    folder_spec_file(&spec, "2_b/metadata.toml", "\n  run_in_transaction=true # yes\n");
    REQUIRE(folder_spec_load(&spec));
    CHECK(spec.folder.migrations.items[0].up_options.no_transaction);
    CHECK(!spec.folder.migrations.items[1].up_options.no_transaction);
    folder_spec_file(&spec, "2_b/metadata.toml", "\nrun_in_transaction = maybe\n");
    folder_spec_file(&spec, "3_c/down.sql", "select 1;");
    CHECK(!folder_spec_load(&spec));
    CHECK(folder_spec_says(&spec, "run_in_transaction is \"maybe\""));
    CHECK(folder_spec_says(&spec, "migration \"3_c\" has no up.sql"));
    CHECK_INT(spec.err.line, 2);
    folder_spec_end(&spec);
}

TEST(flyway_versions_undos_and_conf)
{
    struct folder_spec spec;
    const struct ray_migration *migration;

    folder_spec_begin(&spec);
    REQUIRE(folder_spec_fixture(&spec, "flyway"));
    migration = folder_spec_find(&spec, "1.10");
    CHECK_STR(migration->tag, "V1.10__add_country");
    CHECK_STR(ray_path_name(migration->down.source.path), "U1.10__add_country.sql");
    migration = folder_spec_find(&spec, "V2__index_city");
    CHECK(migration->up_options.no_transaction && migration->down_options.no_transaction);
    CHECK(!migration->repeatable);
    CHECK(folder_spec_find(&spec, "R__greeting")->repeatable);
    CHECK_INT(folder_spec_find(&spec, "R__greeting")->down.kind, RAY_SCRIPT_NONE);
    folder_spec_end(&spec);
}

TEST(flyway_looks_below_and_at_baselines)
{
    struct folder_spec spec;

    folder_spec_begin(&spec);
    folder_spec_file(&spec, "b/V2_1__two.sql", "select 2;");
    folder_spec_file(&spec, "a/V3.SQL", "select 3;");
    folder_spec_file(&spec, "B2__squashed.sql", "select 0;");
    folder_spec_file(&spec, "U9__nothing.sql", "select 0;");
    folder_spec_file(&spec, "V4_one_underscore_too_few.sql", "select 0;");
    folder_spec_file(&spec, "afterMigrate.sql", "select 0;");
    REQUIRE(folder_spec_load(&spec));
    CHECK_STR(folder_spec_tags(&spec), "B2__squashed V2_1__two V3");
    CHECK_STR(spec.folder.migrations.items[1].version, "2.1");
    CHECK_COUNT(spec.folder.warnings.len, 3);
    folder_spec_file(&spec, "V1__one.sql", "select 1;");
    REQUIRE(folder_spec_load(&spec));
    CHECK_STR(folder_spec_tags(&spec), "V1__one V2_1__two V3");
    folder_spec_file(&spec, "V1.0__again.sql", "select 1;");
    folder_spec_file(&spec, "V5__code.java", "class V5__code {}");
    folder_spec_file(&spec, "V3.SQL.conf", "x=1");
    folder_spec_file(&spec, "V1__one.sql.conf", "# a comment\nexecuteInTransaction=perhaps\n");
    CHECK(!folder_spec_load(&spec));
    CHECK(folder_spec_says(&spec, "\"V1.0__again\" and \"V1__one\" have the same version"));
    CHECK(folder_spec_says(&spec, "\"V5__code.java\" is a migration that raymig cannot run"));
    CHECK(folder_spec_says(&spec, "V1__one.sql.conf:2: executeInTransaction is \"perhaps\""));
    folder_spec_end(&spec);
}

TEST(golang_numbers_not_names)
{
    struct folder_spec spec;

    folder_spec_begin(&spec);
    folder_spec_file(&spec, "10_c.up.sql", "select 3;");
    folder_spec_file(&spec, "9_b.up.sql", "select 2;");
    folder_spec_file(&spec, "9_b_undone.down.sql", "select -2;");
    folder_spec_file(&spec, "001_a.up.sql", "select 1;");
    folder_spec_file(&spec, "2_gone.down.sql", "select 0;");
    folder_spec_file(&spec, "notes.sql", "select 0;");
    REQUIRE(folder_spec_load(&spec));
    CHECK_STR(spec.folder.format->name, "golang-migrate");
    CHECK_STR(folder_spec_tags(&spec), "001_a 9_b 10_c");
    CHECK_STR(spec.folder.migrations.items[0].version, "1");
    CHECK_INT(spec.folder.migrations.items[1].down.kind, RAY_SCRIPT_SQL);
    CHECK_COUNT(spec.folder.warnings.len, 2);
    folder_spec_file(&spec, "1_double.up.sql", "select 1;");
    CHECK(!folder_spec_load(&spec));
    CHECK_INT(spec.err.code, RAY_USAGE);
    CHECK(
        folder_spec_says(&spec, "\"001_a.up.sql\" and \"1_double.up.sql\" have the same version"));
    folder_spec_end(&spec);
}

TEST(sqlx_asks_for_no_transaction)
{
    struct folder_spec spec;

    folder_spec_begin(&spec);
    REQUIRE(folder_spec_fixture(&spec, "sqlx"));
    CHECK(!folder_spec_find(&spec, "20230101000000")->up_options.no_transaction);
    CHECK(folder_spec_find(&spec, "20230301000000")->up_options.no_transaction);
    CHECK(folder_spec_find(&spec, "20230301000000")->down_options.no_transaction);
    folder_spec_end(&spec);
}

/* The names that sqlx shares with others: what stands beside or among them decides. */
TEST(sqlx_is_told_from_golang)
{
    struct folder_spec spec;

    folder_spec_begin(&spec);
    folder_spec_file(&spec, "20240101000000_a.sql", "select 1;");
    REQUIRE(folder_spec_load(&spec));
    CHECK_STR(spec.folder.format->name, "sqlx");
    CHECK_INT(spec.folder.migrations.items[0].down.kind, RAY_SCRIPT_NONE);
    folder_spec_end(&spec);

    folder_spec_begin(&spec);
    folder_spec_file(&spec, "crate/migrations/1_a.up.sql", "select 1;");
    folder_spec_file(&spec, "crate/Cargo.toml", "[package]\n");
    REQUIRE(ray_folder_load(spec.arena, ray_path_join(spec.arena, spec.path, "crate/migrations"),
                            NULL, false, &spec.folder, &spec.err));
    CHECK_STR(spec.folder.format->name, "sqlx");
    /* Downs of raymig's own beside plain files: its folder, which has lost its journal. */
    folder_spec_file(&spec, "crate/other/0001_a.sql", "select 1;");
    folder_spec_file(&spec, "crate/other/0001_a.down.lua", "return function() end");
    CHECK(!ray_folder_load(spec.arena, ray_path_join(spec.arena, spec.path, "crate/other"), NULL,
                           false, &spec.folder, &spec.err));
    CHECK_STR(spec.folder.format->name, "raymig");
    folder_spec_end(&spec);
}

TEST(dbmate_sections)
{
    struct folder_spec spec;
    const struct ray_migration *migration;
    const char *up;

    folder_spec_begin(&spec);
    REQUIRE(folder_spec_fixture(&spec, "dbmate"));
    migration = folder_spec_find(&spec, "20151127184807");
    CHECK_STR(folder_spec_text(&spec, &migration->down), "drop table users;\n");
    CHECK(strstr(folder_spec_text(&spec, &migration->up), "migrate") == NULL);
    migration = folder_spec_find(&spec, "20170101000000");
    CHECK(migration->up_options.no_transaction && migration->down_options.no_transaction);
    /* Two pairs in one file: the ups keep their lines, the downs run last first. */
    migration = folder_spec_find(&spec, "20160403121500");
    up = folder_spec_text(&spec, &migration->up);
    CHECK(strstr(up, "create table cities") != NULL && strstr(up, "alter table users add") != NULL);
    CHECK(strstr(up, "drop") == NULL);
    CHECK_STR(folder_spec_text(&spec, &migration->down),
              "alter table users drop column city;\n\n;\ndrop table cities;\n\n\n;\n");
    folder_spec_end(&spec);
}

TEST(dbmate_defects)
{
    static const struct {
        const char *text;
        const char *says;
        int line;
    } cases[] = {
        {"create table a();\n-- migrate:up\n", "a statement stands before \"-- migrate:up\"", 1},
        {"-- x\n\n-- migrate:down\n", "\"-- migrate:down\" stands before \"-- migrate:up\"", 3},
        {"-- migrate:up\n-- migrate:down\n-- migrate:down\n", "a second \"-- migrate:down\"", 3},
        {"-- nothing\n-- migrate:upwards\n", "the file has no \"-- migrate:up\"", 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct folder_spec spec;

        folder_spec_begin(&spec);
        folder_spec_file(&spec, "1_good.sql", "-- migrate:up\r\nselect 1;\r\n");
        folder_spec_file(&spec, "2_bad.sql", cases[i].text);
        CHECK(!folder_spec_load(&spec));
        CHECK_INT(spec.err.code, RAY_USAGE);
        CHECK(folder_spec_says(&spec, cases[i].says));
        CHECK_INT(spec.err.line, cases[i].line);
        CHECK_STR(ray_path_name(spec.err.file), "2_bad.sql");
        folder_spec_end(&spec);
    }
}

TEST(goose_sections)
{
    struct folder_spec spec;
    const struct ray_migration *migration;

    folder_spec_begin(&spec);
    REQUIRE(folder_spec_fixture(&spec, "goose"));
    migration = folder_spec_find(&spec, "1");
    CHECK_STR(migration->version, "1");
    CHECK_STR(folder_spec_text(&spec, &migration->down), "DROP TABLE post;\n");
    migration = folder_spec_find(&spec, "20240115103000");
    CHECK(migration->up_options.no_transaction && migration->down_options.no_transaction);
    CHECK(!folder_spec_find(&spec, "2")->up_options.no_transaction);
    folder_spec_end(&spec);
}

TEST(goose_defects)
{
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"select 1;\n-- +goose Up\n", ":1: a statement stands before"},
        {"-- +goose up\n-- +goose UP\n", ":2: a second \"-- +goose Up\""},
        {"-- +goose Down\n", ":1: \"-- +goose Down\" stands before the Up"},
        {"-- +goose Up\n-- +goose Down\n-- +goose Down\n", ":3: a second \"-- +goose Down\""},
        {"-- +goose Up\n-- +goose StatementBegin\nselect 1;\n",
         ":2: a StatementBegin without its StatementEnd"},
        {"-- +goose Up\n-- +goose StatementEnd\n", ":2: a StatementEnd without"},
        {"-- +goose Up\n-- +goose Sideways\n", ":2: goose knows no annotation"},
        {"-- +goose Up\n  -- +goose Down\n", ":2: goose knows no annotation"},
        {"-- +goose Up\n-- +goose ENVSUB ON\n", "raymig puts no variables into SQL"},
        {"-- nothing\n", "the file has no \"-- +goose Up\""},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct folder_spec spec;

        folder_spec_begin(&spec);
        folder_spec_file(&spec, "1_good.sql", "--+goose Up\nselect 1;\n");
        folder_spec_file(&spec, "2_bad.sql", cases[i].text);
        folder_spec_file(&spec, "3_code.go", "package migrations\n");
        CHECK(!folder_spec_load(&spec));
        if (!CHECK(folder_spec_says(&spec, cases[i].says)))
            CHECK_STR(spec.err.detail, cases[i].says);
        CHECK(folder_spec_says(&spec, "\"3_code.go\" is a migration in Go"));
        folder_spec_end(&spec);
    }
}

TEST(prisma_defects)
{
    struct folder_spec spec;

    folder_spec_begin(&spec);
    folder_spec_file(&spec, "migration_lock.toml", "# locked\nprovider = \"mysql\"\n");
    folder_spec_file(&spec, "20240101000000_a/readme.md", "gone");
    CHECK(!folder_spec_load(&spec));
    CHECK(folder_spec_says(&spec, "migration_lock.toml:2: these migrations are for \"mysql\""));
    CHECK(folder_spec_says(&spec, "migration \"20240101000000_a\" has no migration.sql"));
    folder_spec_end(&spec);
}

TEST(drizzle_v1_defects)
{
    struct folder_spec spec;

    folder_spec_begin(&spec);
    folder_spec_file(&spec, "20240101000000_a/migration.sql", "select 1;");
    folder_spec_file(&spec, "20240101000000_a/snapshot.json", "{}");
    folder_spec_file(&spec, "20240101000000_a/down.sql", "select 1;");
    folder_spec_file(&spec, "20240101000000_a/down.lua", "return function() end");
    folder_spec_file(&spec, "20240199000000_b/migration.sql", "select 1;");
    folder_spec_file(&spec, "notes/readme.md", "no migration");
    CHECK(!folder_spec_load(&spec));
    CHECK(folder_spec_says(&spec, "has two downs, \"down.lua\" and \"down.sql\""));
    CHECK(folder_spec_says(&spec, "\"20240199000000_b\": its name does not begin with a time"));
    CHECK_COUNT(spec.folder.warnings.len, 1);
    folder_spec_end(&spec);
}
