/*
 * Front matter: `-- raymig: key=value` in the first comment block of a script, of SQL and of Lua, of a
 * whole file and of a section; and what a bad one is told.
 */
#include "folder_spec.h"

static struct ray_script
script_of(struct folder_spec *spec, const char *name, const char *text)
{
    folder_spec_file(spec, name, text);
    return (struct ray_script){.kind = RAY_SCRIPT_SQL,
                               .source = {.path = ray_path_join(spec->arena, spec->path, name)}};
}

static bool
read_text(struct folder_spec *spec, const char *text, struct ray_script_options *options)
{
    struct ray_script script = script_of(spec, "x.sql", text);

    ray_err_init(&spec->err, spec->arena);
    return ray_script_options_read(spec->arena, &script, options, &spec->err);
}

TEST(options_are_read)
{
    static const struct {
        const char *text;
        bool none;
        const char *lock;
        const char *statement;
    } cases[] = {
        {"-- raymig: transaction=none lock_timeout=2s\nselect 1;", true, "2s", NULL},
        {"\n\n  -- a comment\n--raymig:statement_timeout=5min\r\nselect 1;", false, NULL, "5min"},
        {"\xef\xbb\xbf-- raymig: transaction=none", true, NULL, NULL},
        {"-- raymig: lock_timeout=1s\n-- raymig: lock_timeout=500ms\n", false, "500ms", NULL},
        {"-- one\n\n-- raymig: transaction=none\n", false, NULL, NULL}, /* the second block */
        {"select 1; -- raymig: transaction=none\n", false, NULL, NULL},
        {"/* raymig: transaction=none */\n", false, NULL, NULL},
        {"-- see raymig: transaction=none\n", false, NULL, NULL}, /* a sentence */
        {"-- raymig:\n", false, NULL, NULL},
        {"", false, NULL, NULL},
    };
    struct folder_spec spec;

    folder_spec_begin(&spec);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ray_script_options options = {0};

        CHECK(read_text(&spec, cases[i].text, &options));
        CHECK(options.no_transaction == cases[i].none);
        CHECK_STR(options.lock_timeout, cases[i].lock);
        CHECK_STR(options.statement_timeout, cases[i].statement);
    }
    folder_spec_end(&spec);
}

TEST(they_override_the_layout)
{
    struct ray_script_options options = {.no_transaction = true};
    struct folder_spec spec;

    folder_spec_begin(&spec);
    CHECK(read_text(&spec, "-- raymig: transaction=yes\n", &options));
    CHECK(!options.no_transaction);
    folder_spec_end(&spec);
}

TEST(bad_ones_are_named_with_file_and_line)
{
    static const struct {
        const char *text;
        const char *message;
        const char *hint;
        int line;
    } cases[] = {
        {"-- a\n-- raymig: transacton=none\n", "unknown option \"transacton\" in the front matter",
         "Did you mean \"transaction\"?", 2},
        {"-- raymig: no-transaction\n", "unknown option \"no-transaction\" in the front matter",
         NULL, 1},
        {"-- raymig: transaction=off\n", "bad value \"off\" of \"transaction\" in the front matter",
         "It is \"none\" or \"yes\".", 1},
        {"\n\n-- raymig: lock_timeout=soon\n",
         "bad value \"soon\" of \"lock_timeout\" in the front matter", NULL, 3},
        {"-- raymig: lock_timeout\n", "bad value \"\" of \"lock_timeout\" in the front matter",
         NULL, 1},
        {"-- raymig: statement_timeout=-1s\n",
         "bad value \"-1s\" of \"statement_timeout\" in the front matter", NULL, 1},
    };
    struct folder_spec spec;

    folder_spec_begin(&spec);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ray_script_options options = {0};

        CHECK(!read_text(&spec, cases[i].text, &options));
        CHECK_INT(spec.err.code, RAY_USAGE);
        CHECK_STR(spec.err.message, cases[i].message);
        CHECK(spec.err.hint != NULL);
        if (cases[i].hint != NULL)
            CHECK_STR(spec.err.hint, cases[i].hint);
        CHECK_INT(spec.err.line, cases[i].line);
        CHECK_STR(ray_path_name(spec.err.file), "x.sql");
    }
    folder_spec_end(&spec);
}

/* What a large file costs does not depend on its size, and nothing behind the first 8 KiB is looked at. */
TEST(only_the_beginning_is_read)
{
    struct ray_script_options options = {0};
    struct folder_spec spec;
    struct ray_buf text;

    folder_spec_begin(&spec);
    ray_buf_init(&text, spec.arena);
    ray_buf_add(&text, "-- raymig: lock_timeout=1s\n");
    while (text.len < 8180)
        ray_buf_add(&text, "-- x\n");
    ray_buf_add(&text, "-- raymig: lock_timeout=2s and much that is cut in the middle\n");
    while (text.len < 20000)
        ray_buf_add(&text, "-- raymig: nonsense\n");
    CHECK(read_text(&spec, text.data, &options));
    CHECK_STR(options.lock_timeout, "1s");
    folder_spec_end(&spec);
}

TEST(sections_have_their_own)
{
    static const char text[] = "-- raymig: lock_timeout=1s\n"
                               "-- migrate:up\n"
                               "-- raymig: statement_timeout=9s\n"
                               "create table a ();\n"
                               "-- migrate:down\n"
                               "\n"
                               "-- raymig: transaction=none lock_timeout=3s\n"
                               "drop table a;\n";
    struct folder_spec spec;
    struct ray_migration *migration;

    folder_spec_begin(&spec);
    folder_spec_file(&spec, "1_a.sql", text);
    REQUIRE(folder_spec_load(&spec));
    CHECK_STR(spec.folder.format->name, "dbmate");
    migration = &spec.folder.migrations.items[0];
    CHECK(ray_script_options_read(spec.arena, &migration->up, &migration->up_options, &spec.err));
    CHECK(
        ray_script_options_read(spec.arena, &migration->down, &migration->down_options, &spec.err));
    CHECK_STR(migration->up_options.lock_timeout, "1s");
    CHECK_STR(migration->up_options.statement_timeout, "9s");
    CHECK(!migration->up_options.no_transaction);
    CHECK_STR(migration->down_options.lock_timeout, "3s");
    CHECK_STR(migration->down_options.statement_timeout, NULL);
    CHECK(migration->down_options.no_transaction);
    folder_spec_file(&spec, "1_a.sql", "-- +goose Up\n\n-- +goose Down\n\n-- raymig: lock=1\n");
    REQUIRE(folder_spec_load(&spec));
    migration = &spec.folder.migrations.items[0];
    CHECK(!ray_script_options_read(spec.arena, &migration->down, &migration->down_options,
                                   &spec.err));
    CHECK_INT(spec.err.line, 5);
    folder_spec_end(&spec);
}

/* A stored down is a text in memory. */
TEST(texts_in_memory_have_it_too)
{
    const struct ray_script script = {.kind = RAY_SCRIPT_LUA,
                                      .source = {.path = "0001_a.down.lua",
                                                 .text = "-- raymig: lock_timeout=4s\nreturn 1"}};
    struct ray_script_options options = {0};
    struct folder_spec spec;

    folder_spec_begin(&spec);
    CHECK(ray_script_options_read(spec.arena, &script, &options, &spec.err));
    CHECK_STR(options.lock_timeout, "4s");
    folder_spec_end(&spec);
}
