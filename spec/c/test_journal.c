/*
 * meta/_journal.json: what is wrong with a damaged one is said exactly and all at once, what is right is
 * read the same by the quick scanner and by the JSON library, and a change keeps what it does not touch.
 */
#include "folder_spec.h"

#include "history/journal_internal.h"

#define HEAD     "{\"version\":\"7\",\"dialect\":\"postgresql\","
#define OWN_HEAD HEAD "\"raymig\":1,"
#define ENTRY(IDX, WHEN, TAG)                                               \
    "{\"idx\":" #IDX ",\"version\":\"7\",\"when\":" #WHEN ",\"tag\":\"" TAG \
    "\",\"breakpoints\":true}"

/* A folder with these files (each "select 1;") and this journal. */
static void
make(struct folder_spec *spec, const char *journal, const char *const *files)
{
    folder_spec_begin(spec);
    folder_spec_file(spec, "meta/_journal.json", journal);
    for (; *files != NULL; files++)
        folder_spec_file(spec, *files, "select 1;");
}

TEST(a_journal_that_cannot_be_read)
{
    static const struct {
        const char *text;
        const char *says;
        int line;
    } cases[] = {
        {"{\n  \"version\": \"7\",\n  oops\n}", "is not valid JSON", 3},
        {"", "is not valid JSON", 1},
        {"[]", "the journal's \"version\" is missing, not a string", 0},
        {"{\"version\":7,\"dialect\":\"postgresql\",\"entries\":[]}",
         "\"version\" is a whole number", 0},
        {"{\"version\":\"8\",\"dialect\":\"postgresql\",\"entries\":[]}",
         "unknown version \"8\" of the journal", 0},
        {"{\"version\":\"7\",\"dialect\":\"mysql\",\"entries\":[]}",
         "is \"mysql\", not \"postgresql\"", 0},
        {"{\"version\":\"7\",\"entries\":[]}", "\"dialect\" is missing", 0},
        {HEAD "\"entries\":{}}", "\"entries\" is an object, not an array", 0},
        {HEAD "\"raymig\":2,\"entries\":[]}", "was written by a newer raymig", 0},
        {HEAD "\"entries\":[7]}", "journal entry 1 is a whole number, not an object", 0},
        {HEAD "\"entries\":[{\"idx\":0,\"when\":1}]}", "journal entry 1: \"tag\" is missing", 0},
        {HEAD "\"entries\":[{\"tag\":\"a\",\"when\":1}]}",
         "journal entry 1 (\"a\"): \"idx\" is missing, not a whole number", 0},
        {HEAD "\"entries\":[{\"tag\":\"a\",\"idx\":0,\"when\":1.5}]}",
         "\"when\" is a number, not a whole", 0},
        {HEAD "\"entries\":[{\"tag\":\"a\",\"idx\":-1,\"when\":1}]}", "\"idx\" is -1, out of range",
         0},
        {HEAD "\"entries\":[{\"tag\":\"a\",\"idx\":0,\"when\":1,\"breakpoints\":1}]}",
         "\"breakpoints\" is a whole number, not true or false", 0},
        {HEAD "\"entries\":[{\"tag\":\"a\",\"idx\":0,\"when\":1,\"sha256\":[]}]}",
         "\"sha256\" is an array, not a string", 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        static const char *const none[] = {NULL};
        struct folder_spec spec;

        make(&spec, cases[i].text, none);
        CHECK(!folder_spec_load(&spec));
        CHECK_INT(spec.err.code, RAY_USAGE);
        if (!CHECK(folder_spec_says(&spec, cases[i].says)))
            CHECK_STR(spec.err.message, cases[i].says);
        CHECK_INT(spec.err.line, cases[i].line);
        CHECK_STR(spec.err.file, ray_path_join(spec.arena, spec.path, "meta/_journal.json"));
        folder_spec_end(&spec);
    }
}

/* A tag becomes a path: none of these may get as far as the disk. */
TEST(hostile_tags)
{
    static const char *const tags[] = {"../0000_x",   "/etc/passwd", "",       ".",         "..",
                                       ".hidden",     "a/b",         "a\\\\b", "a\\u0007b", "a\\nb",
                                       "meta/../../x"};

    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        static const char *const none[] = {NULL};
        struct folder_spec spec;
        char text[256];

        (void)snprintf(text, sizeof(text), HEAD "\"entries\":[" ENTRY(0, 1, "%s") "]}", tags[i]);
        make(&spec, text, none);
        CHECK(!folder_spec_load(&spec));
        CHECK_INT(spec.err.code, RAY_USAGE);
        if (!CHECK(folder_spec_says(&spec, "is not a plain name")))
            CHECK_STR(spec.err.message, tags[i]);
        folder_spec_end(&spec);
    }
}

TEST(every_defect_of_a_damaged_drizzle_project)
{
    static const char *const files[] = {"0000_a.sql", "0001_b.sql", "0001_c.sql", "0004_orphan.sql",
                                        NULL};
    struct folder_spec spec;

    make(&spec,
         HEAD "\"entries\":[" ENTRY(0, 10, "0000_a") "," ENTRY(1, 20, "0001_b") "," ENTRY(
             1, 15, "0001_c") "," ENTRY(2, 30, "0002_gone") "," ENTRY(3, 40, "0000_a") "]}",
         files);
    CHECK(!folder_spec_load(&spec));
    CHECK_INT(spec.err.code, RAY_USAGE);
    CHECK(folder_spec_says(&spec, "(the first of 4 defects)"));
    CHECK(folder_spec_says(&spec, "journal entries 2 and 3 (\"0001_c\") have the same idx, 1"));
    CHECK(folder_spec_says(&spec,
                           "entries 2 and 3, \"0001_b\" and \"0001_c\", have the same number"));
    CHECK(folder_spec_says(&spec, "journal entries 1 and 5 have the same tag, \"0000_a\""));
    CHECK(folder_spec_says(&spec,
                           "journal entry 4 (\"0002_gone\"): the folder has no \"0002_gone.sql\""));
    CHECK_INT(spec.err.line, 0);
    CHECK_COUNT(spec.folder.warnings.len, 2); /* the orphan, and a `when` that falls */
    folder_spec_end(&spec);
}

TEST(an_entry_without_its_file)
{
    static const char *const files[] = {"0001_a.sql", "0001_a.down.sql", NULL};
    struct folder_spec spec;

    make(&spec, OWN_HEAD "\"entries\":[" ENTRY(1, 1, "0001_a") "," ENTRY(2, 2, "0002_b") "]}",
         files);
    CHECK(!folder_spec_load(&spec));
    CHECK_INT(spec.err.code, RAY_INTEGRITY);
    CHECK_STR(spec.err.message,
              "journal entry 2 (\"0002_b\"): the folder has no \"0002_b.sql\" and "
              "no such .lua file");
    folder_spec_end(&spec);
}

/* In raymig's own folder what the journal lacks is a defect; `repair` loads it all the same. */
TEST(a_file_without_its_entry)
{
    static const char *const files[] = {"0001_a.sql", "0003_late.lua",
                                        "0002_b.sql", "0002_b.down.lua",
                                        "helper.lua", "0009_lost.down.sql",
                                        NULL};
    const struct ray_folder_options tolerant = {.tolerate = true};
    struct folder_spec spec;

    make(&spec, OWN_HEAD "\"entries\":[" ENTRY(1, 1000, "0001_a") "]}", files);
    CHECK(!folder_spec_load(&spec));
    CHECK_INT(spec.err.code, RAY_INTEGRITY);
    CHECK(folder_spec_says(&spec, "the journal has no entry for \"0002_b.sql\""));
    CHECK(folder_spec_says(&spec, "the journal has no entry for \"0003_late.lua\""));
    CHECK_STR(spec.err.hint,
              "Run `raymig repair` to add it to the journal; or, where a merge lost it, raymig "
              "rebase.");
    REQUIRE(ray_folder_load_with(spec.arena, spec.path, &tolerant, &spec.folder, &spec.err));
    CHECK_STR(folder_spec_tags(&spec), "0001_a");
    CHECK_COUNT(spec.folder.orphans.len, 2);
    CHECK_COUNT(spec.folder.warnings.len, 4);
    CHECK(ray_folder_journal_orphans(spec.arena, &spec.folder, 5000, &spec.err));
    REQUIRE(folder_spec_load(&spec));
    CHECK_STR(folder_spec_tags(&spec), "0001_a 0002_b 0003_late");
    CHECK(spec.folder.migrations.items[1].when > 5000);
    CHECK(spec.folder.migrations.items[2].when > spec.folder.migrations.items[1].when);
    folder_spec_end(&spec);
}

TEST(a_folder_without_its_journal)
{
    const struct ray_folder_options tolerant = {.tolerate = true};
    struct folder_spec spec;

    folder_spec_begin(&spec);
    folder_spec_file(&spec, "0001_a.sql", "select 1;");
    folder_spec_file(&spec, "0002_b.sql", "select 1;");
    CHECK(!folder_spec_load(&spec));
    CHECK_INT(spec.err.code, RAY_INTEGRITY);
    CHECK(folder_spec_says(&spec, "has 2 migrations and no journal"));
    REQUIRE(ray_folder_load_with(spec.arena, spec.path, &tolerant, &spec.folder, &spec.err));
    CHECK(ray_folder_journal_orphans(spec.arena, &spec.folder, 0, &spec.err));
    REQUIRE(folder_spec_load(&spec));
    CHECK_STR(folder_spec_tags(&spec), "0001_a 0002_b");
    CHECK(!spec.folder.adopted);
    folder_spec_end(&spec);
}

/* Two branches merged: which comes first is for a person to say. */
TEST(orphans_that_share_a_number_are_not_guessed_at)
{
    static const char *const files[] = {"0001_a.sql", "0001_b.sql", NULL};
    const struct ray_folder_options tolerant = {.tolerate = true};
    struct folder_spec spec;

    make(&spec, OWN_HEAD "\"entries\":[" ENTRY(1, 1, "0001_a") "]}", files);
    REQUIRE(ray_folder_load_with(spec.arena, spec.path, &tolerant, &spec.folder, &spec.err));
    CHECK(!ray_folder_journal_orphans(spec.arena, &spec.folder, 0, &spec.err));
    CHECK_STR(spec.err.message, "\"0001_a\" and \"0001_b\" have the same number");
    folder_spec_end(&spec);
}

TEST(scripts_that_contradict_each_other)
{
    static const char *const files[] = {"0001_a.sql",      "0001_a.lua",
                                        "0002_b.sql",      "0002_b.down.sql",
                                        "0002_b.down.lua", "0003_c.lua",
                                        "0003_c.down.sql", NULL};
    struct folder_spec spec;

    make(&spec,
         OWN_HEAD "\"entries\":[" ENTRY(1, 1, "0001_a") "," ENTRY(2, 2, "0002_b") "," ENTRY(
             3, 3, "0003_c") "," ENTRY(4, 3, "0004_d") "]}",
         files);
    folder_spec_file(&spec, "0004_d.sql", "select 1;");
    CHECK(!folder_spec_load(&spec));
    CHECK(folder_spec_says(&spec, "has two ups, \"0001_a.sql\" and \"0001_a.lua\""));
    CHECK(folder_spec_says(&spec, "has two downs, \"0002_b.down.sql\" and \"0002_b.down.lua\""));
    CHECK(folder_spec_says(&spec, "has two downs, \"0003_c.lua\" and \"0003_c.down.sql\""));
    CHECK(folder_spec_says(&spec, "(\"0004_d\"): its \"when\" is not above that of \"0003_c\""));
    folder_spec_end(&spec);
}

/* ---- the two readers ---- */

static void
write_plain(struct folder_spec *spec, const char *text)
{
    FILE *file = fopen(ray_path_join(spec->arena, spec->path, "j.json"), "w");

    if (!CHECK(file != NULL))
        return;
    (void)fputs(text, file);
    fclose(file);
}

static void
show_replaces(struct ray_buf *buf, const ray_replaced_list *list)
{
    for (size_t i = 0; i < list->len; i++) {
        const struct ray_replaced *replaced = &list->items[i];

        ray_buf_addf(buf, " [%s %lld %s %s", replaced->tag, (long long)replaced->when,
                     replaced->sha256, replaced->tokens ? replaced->tokens : "-");
        show_replaces(buf, &replaced->replaces);
        ray_buf_addc(buf, ']');
    }
}

static const char *
show(struct folder_spec *spec, const char *text)
{
    const char *path = ray_path_join(spec->arena, spec->path, "j.json");
    struct ray_journal journal;
    struct ray_buf buf;

    write_plain(spec, text);
    ray_err_init(&spec->err, spec->arena);
    ray_buf_init(&buf, spec->arena);
    if (!ray_journal_read(spec->arena, path, &journal, &spec->err))
        return "error";
    ray_buf_addf(&buf, "own=%d", journal.own);
    for (size_t i = 0; i < journal.entries.len; i++) {
        const struct ray_journal_entry *entry = &journal.entries.items[i];

        ray_buf_addf(&buf, "|%d %lld %s %s %d %s %s", entry->idx, (long long)entry->when,
                     entry->tag, entry->version, entry->breakpoints,
                     entry->sha256 ? entry->sha256 : "-",
                     entry->down_sha256 ? entry->down_sha256 : "-");
        if (entry->parent != NULL)
            ray_buf_addf(&buf, "<%s", entry->parent);
        show_replaces(&buf, &entry->replaces);
    }
    return buf.data;
}

/* The scanner leaves an unusual journal to the library, and a key that it does not know makes any journal
 * unusual: so one text with and without such a key is read by both, and they must agree, also on
 * thousands of texts that are slightly wrong. */
TEST(the_scanner_agrees_with_the_library)
{
    static const char text[] =
        "{\n  \"version\": \"7\",\n  \"dialect\": \"postgresql\",\n"
        "  \"raymig\": 1, \"entries\": [" ENTRY(
            1, 1767225600000, "0001_a") ", {\"tag\":\"0002_b\",\"idx\":2,\"when\":1767225600001,"
                                        "\"version\":\"6\",\"breakpoints\":false,\"sha256\":\"ab\","
                                        "\"down_sha256\":\"cd\",\"parent\":\"0001_a\","
                                        "\"replaces\":[{\"tag\":\"0002_x\",\"when\":5,"
                                        "\"sha256\":\"e\",\"tokens\":\"f\",\"replaces\":[{"
                                        "\"tag\":\"0001_y\",\"when\":4,\"sha256\":\"g\"}]}]}"
                                        "]\n}\n";
    static const char letters[] = "{}[]\",:0123456789.eE+-\\ \n\ttfnabx\x01\x7f\xc3";
    unsigned int seed = 20261123;
    int read = 0;

    for (int i = 0; i < 6000; i++) {
        struct folder_spec spec;
        char wrong[sizeof(text)];
        const char *end;
        const char *quick;

        if (i % 500 == 0)
            folder_spec_begin(&spec);
        memcpy(wrong, text, sizeof(text));
        for (int changes = rand_r(&seed) % 3; i > 0 && changes >= 0; changes--)
            wrong[(size_t)rand_r(&seed) % (sizeof(text) - 1)] =
                letters[(size_t)rand_r(&seed) % (sizeof(letters) - 1)];
        quick = show(&spec, wrong);
        end = strrchr(wrong, '}');
        if (strcmp(quick, "error") != 0 && CHECK(end != NULL)) {
            read++;
            CHECK_STR(show(&spec, ray_arena_printf(spec.arena, "%.*s,\"key\":{}%s",
                                                   (int)(end - wrong), wrong, end)),
                      quick);
        }
        if (i == 0)
            CHECK_STR(quick,
                      "own=1|1 1767225600000 0001_a 7 1 - -"
                      "|2 1767225600001 0002_b 6 0 ab cd<0001_a [0002_x 5 e f [0001_y 4 g -]]");
        if (i % 500 == 499)
            folder_spec_end(&spec);
    }
    CHECK(read > 500);
}

/* What the tools write must take the quick way: a journal that does not is read ten times slower, and
 * nobody would notice. */
TEST(the_scanner_reads_what_is_written)
{
    static const char *const written[] = {"spec/fixtures/formats/raymig/meta/_journal.json",
                                          "spec/fixtures/formats/drizzle/meta/_journal.json"};
    struct ray_replaced replaced = {.tag = "0000_a", .when = 1, .sha256 = "cd", .tokens = "ef"};
    const struct ray_journal_entry entry = {
        .idx = 1,
        .when = 2,
        .tag = "0001_b",
        .breakpoints = true,
        .sha256 = "ab",
        .parent = "0000_0",
        .replaces = {.items = &replaced, .len = 1},
    };
    struct ray_journal journal;
    struct folder_spec spec;
    const char *path;

    folder_spec_begin(&spec);
    for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++)
        CHECK(ray_journal_scan(spec.arena, written[i], &journal));
    path = ray_path_join(spec.arena, spec.path, "meta/_journal.json");
    CHECK(ray_journal_append(spec.arena, path, true, &entry, 1, &spec.err));
    CHECK(ray_journal_scan(spec.arena, path, &journal));
    CHECK(journal.own && journal.entries.len == 1);
    CHECK_STR(journal.entries.items[0].version, "7");
    CHECK_COUNT(journal.entries.items[0].replaces.len, 1);
    CHECK_STR(journal.entries.items[0].replaces.items[0].tokens, "ef");
    folder_spec_end(&spec);
}

/* ---- writing ---- */

TEST(a_change_keeps_the_rest)
{
    struct folder_spec spec;
    struct ray_text text;
    const char *path;
    const struct ray_journal_entry entry = {
        .idx = 1, .when = 2, .tag = "0001_b", .version = "7", .breakpoints = true};

    folder_spec_begin(&spec);
    folder_spec_file(
        &spec, "meta/_journal.json",
        "{\n  \"version\": \"6\",\n  \"dialect\": \"postgresql\",\n  \"note\": \"\u00e9\",\n"
        "  \"entries\": [\n    {\n      \"tag\": \"0000_a\",\n      \"idx\": 0,\n"
        "      \"when\": 1,\n      \"version\": \"6\",\n      \"breakpoints\": false,\n"
        "      \"extra\": []\n    }\n  ]\n}");
    path = ray_path_join(spec.arena, spec.path, "meta/_journal.json");
    REQUIRE(ray_journal_append(spec.arena, path, false, &entry, 1, &spec.err));
    REQUIRE(ray_journal_set_hashes(spec.arena, path, "0000_a", "ab", NULL, &spec.err));
    CHECK(ray_file_read(spec.arena, path, &text, &spec.err));
    CHECK_STR(text.data,
              "{\n  \"version\": \"6\",\n  \"dialect\": \"postgresql\",\n  \"note\": \"\u00e9\",\n"
              "  \"entries\": [\n    {\n      \"tag\": \"0000_a\",\n      \"idx\": 0,\n"
              "      \"when\": 1,\n      \"version\": \"6\",\n      \"breakpoints\": false,\n"
              "      \"extra\": [],\n      \"sha256\": \"ab\"\n    },\n    {\n      \"idx\": 1,\n"
              "      \"version\": \"7\",\n      \"when\": 2,\n      \"tag\": \"0001_b\",\n"
              "      \"breakpoints\": true\n    }\n  ]\n}");
    CHECK(!ray_journal_append(spec.arena, path, false, &entry, 1, &spec.err));
    CHECK(folder_spec_says(&spec, "the journal has an entry \"0001_b\" already"));
    CHECK(!ray_journal_set_hashes(spec.arena, path, "0002_c", "ab", NULL, &spec.err));
    CHECK(folder_spec_says(&spec, "the journal has no entry \"0002_c\""));
    folder_spec_end(&spec);
}
