/* Journals after a merge: both sides of git's conflicts, and what is left out of them. */
#include "folder_spec.h"

#include "history/merged.h"

#define HEAD "{\"version\":\"7\",\"dialect\":\"postgresql\",\"raymig\":1,\"entries\":[\n"
#define ENTRY(IDX, TAG)                                                    \
    "{\"idx\":" #IDX ",\"version\":\"7\",\"when\":" #IDX ",\"tag\":\"" TAG \
    "\",\"breakpoints\":true}"

static const char *
tags(struct folder_spec *spec, const struct ray_journal *journal)
{
    struct ray_buf buf;

    ray_buf_init(&buf, spec->arena);
    for (size_t i = 0; i < journal->entries.len; i++)
        ray_buf_addf(&buf, "%s%s", i == 0 ? "" : " ", journal->entries.items[i].tag);
    return buf.data;
}

static bool
read_merged(struct folder_spec *spec, const char *text, struct ray_journal *out, int *conflict)
{
    const char *path = ray_path_join(spec->arena, spec->path, "_journal.json");

    if (text != NULL)
        folder_spec_file(spec, "_journal.json", text);
    return ray_journal_read_merged(spec->arena, path, out, conflict, &spec->err);
}

TEST(the_line_of_a_conflict)
{
    CHECK_INT(ray_conflict_line(""), 0);
    CHECK_INT(ray_conflict_line("a\n<<<<<< six\n<<<<<<<<eight\n << <<<<< no\n"), 0);
    CHECK_INT(ray_conflict_line("a\nb\n<<<<<<< HEAD\n"), 3);
    CHECK_INT(ray_conflict_line("<<<<<<<\r\n"), 1);
}

TEST(both_sides_have_their_entries)
{
    struct folder_spec spec;
    struct ray_journal journal;
    int conflict;

    folder_spec_begin(&spec);
    REQUIRE(read_merged(
        &spec,
        HEAD ENTRY(0, "0000_a") ",\n<<<<<<< HEAD\n" ENTRY(1, "0001_b") "\n=======\n" ENTRY(
            1, "0001_c") ",\n" ENTRY(2, "0002_d") "\n>>>>>>> main\n]}",
        &journal, &conflict));
    CHECK_STR(tags(&spec, &journal), "0000_a 0001_b 0001_c 0002_d");
    CHECK_INT(conflict, 3);
    CHECK(journal.own);
    folder_spec_end(&spec);
}

TEST(what_both_began_with_is_left_out)
{
    struct folder_spec spec;
    struct ray_journal journal;
    int conflict;

    folder_spec_begin(&spec);
    REQUIRE(read_merged(&spec,
                        HEAD "<<<<<<< HEAD\n" ENTRY(0, "0000_ours") "\n||||||| base\n" ENTRY(
                            0, "0000_gone") "\n=======\n" ENTRY(0, "0000_theirs") "\n>>>>>>> x\n]}",
                        &journal, &conflict));
    CHECK_STR(tags(&spec, &journal), "0000_ours 0000_theirs");
    folder_spec_end(&spec);
}

TEST(a_side_that_is_no_journal_is_an_error_at_the_conflict)
{
    struct folder_spec spec;
    struct ray_journal journal;
    int conflict;

    folder_spec_begin(&spec);
    CHECK(!read_merged(&spec,
                       HEAD "\n<<<<<<< HEAD\n" ENTRY(0, "0000_a") "\n=======\n,\n>>>>>>> x\n]}",
                       &journal, &conflict));
    CHECK_INT(spec.err.code, RAY_USAGE);
    CHECK_INT(spec.err.line, 3);
    folder_spec_end(&spec);
}

TEST(a_missing_journal_has_no_entries)
{
    struct folder_spec spec;
    struct ray_journal journal;
    int conflict;

    folder_spec_begin(&spec);
    REQUIRE(read_merged(&spec, NULL, &journal, &conflict));
    CHECK_COUNT(journal.entries.len, 0);
    CHECK_INT(conflict, 0);
    folder_spec_end(&spec);
}

TEST(what_is_not_known_stays_when_it_is_written)
{
    struct folder_spec spec;
    struct ray_journal_change change = {.was = "0001_b"};
    const char *path;
    struct ray_text text;

    folder_spec_begin(&spec);
    path = ray_path_join(spec.arena, spec.path, "_journal.json");
    folder_spec_file(
        &spec, "_journal.json",
        "{\"version\":\"7\",\"dialect\":\"postgresql\",\"raymig\":1,\"later\":2,\"entries\":"
        "[{\"idx\":1,\"version\":\"7\",\"when\":1,\"tag\":\"0001_b\",\"breakpoints\":true,"
        "\"parent\":\"0000_a\",\"newer\":3}]}");
    change.entry = (struct ray_journal_entry){
        .idx = 2, .when = 5, .tag = "0002_b", .version = "7", .breakpoints = true};
    REQUIRE(ray_journal_rewrite(spec.arena, path, path, &change, 1, &spec.err));
    REQUIRE(ray_file_read(spec.arena, path, &text, &spec.err));
    CHECK(strstr(text.data, "\"later\": 2") != NULL);
    CHECK(strstr(text.data, "\"newer\": 3") != NULL);
    CHECK(strstr(text.data, "\"tag\": \"0002_b\"") != NULL);
    CHECK(strstr(text.data, "parent") == NULL);
    CHECK(strstr(text.data, "0001_b") == NULL);
    folder_spec_end(&spec);
}
