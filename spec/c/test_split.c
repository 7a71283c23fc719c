/*
 * The splitter: where statements begin and end, their places, errors, ranges. What it makes of a
 * text must not depend on the window that it scans at once: every text here is also split with
 * windows of 1 to 64 bytes, and so is token soup made up at random (RAYMIG_SOUP=200000 for more).
 */
#include "harness.h"
#include "split_dump.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Splits a text with the usual window and with small ones; all agree, or it says which does not. */
static const char *
split(struct ray_arena *arena, const char *text, bool breakpoints, bool places)
{
    const char *whole = dump_text(arena, text, 0, breakpoints, true);

    for (size_t window = 1; window <= 64; window++) {
        const char *got = dump_text(arena, text, window, breakpoints, true);

        if (strcmp(got, whole) != 0)
            return ray_arena_printf(arena, "window %zu gives %s, the whole %s, of %s", window, got,
                                    whole, text);
    }
    return dump_text(arena, text, 0, breakpoints, places);
}

struct example {
    const char *text;
    const char *want;
};

static void
check_examples(const struct example *examples, bool breakpoints, bool places)
{
    for (; examples->text != NULL; examples++) {
        struct ray_arena *arena = ray_arena_new();

        CHECK_STR(split(arena, examples->text, breakpoints, places), examples->want);
        ray_arena_free(arena);
    }
}

TEST(statements_end_at_semicolons)
{
    static const struct example examples[] = {
        {"", ""},
        {" \n\t ", ""},
        {";", ""},
        {" ; ;; ", ""},
        {"-- nothing\n/* at all */", ""},
        {"-- nothing\n; /* at all */;", ""},
        {"select 1", "[select 1]"},
        {"select 1;", "[select 1]"},
        {"select 1;select 2", "[select 1][select 2]"},
        {"  select 1 ;; ;\n select 2 ; ", "[select 1][select 2]"},
        {"create rule r as on insert to t do also (select 1; select 2); select 3",
         "[create rule r as on insert to t do also (select 1; select 2)][select 3]"},
        {"select (1;2); select 3)", "[select (1;2)][select 3)]"},
        {"select 1); select 2", "[select 1)][select 2]"},
        {NULL, NULL},
    };

    check_examples(examples, false, false);
}

TEST(comments_belong_to_the_statement_behind)
{
    static const struct example examples[] = {
        {"-- one\nselect 1; -- two\n/* and */ select 2 -- end\n;\n-- rest",
         "[-- one\nselect 1][-- two\n/* and */ select 2]"},
        {"select /* ; */ 1 -- ; \n + 2; select 3", "[select /* ; */ 1 -- ; \n + 2][select 3]"},
        {"/* a /* b; */ c; */ select 1; /**/ select/***/2", "[/* a /* b; */ c; */ select 1]"
                                                            "[/**/ select/***/2]"},
        {"select 1 */**/ 2; select 3 +-- x;\n 4; select 5", "[select 1 */**/ 2]"
                                                            "[select 3 +-- x;\n 4][select 5]"},
        {"-- gone\n; select 1", "[select 1]"},
        {"--", ""},
        {"--\n--\n--;\nselect 1--", "[--\n--\n--;\nselect 1]"},
        {NULL, NULL},
    };

    check_examples(examples, false, false);
}

TEST(quoted_tokens_hide_semicolons)
{
    static const struct example examples[] = {
        {"select ';'; select 'it''s;'';'; select 3", "[select ';'][select 'it''s;'';'][select 3]"},
        {"select '\\'; select 2; --'", "[select '\\'][select 2]"},
        {"select E'\\';\\\\'; select e'\\''''; select 3",
         "[select E'\\';\\\\'][select e'\\''''][select 3]"},
        {"select U&'\\0041;'  uescape '!' ; select u&\"a;\"\"b\"; x",
         "[select U&'\\0041;'  uescape '!'][select u&\"a;\"\"b\"][x]"},
        {"select U& 'a'; select U&1; select b'01;'; select X'ff;' ; select N';'",
         "[select U& 'a'][select U&1][select b'01;'][select X'ff;'][select N';']"},
        {"select \"a;\"\"b;\" ; select 2", "[select \"a;\"\"b;\"][select 2]"},
        {"select 'a'\n';b'; select E'a'\n  '\\';b'; select 'a' ';'; x",
         "[select 'a'\n';b'][select E'a'\n  '\\';b'][select 'a' ';'][x]"},
        {"select E'a' -- c;'\n -- d \n '\\';b'; x", "[select E'a' -- c;'\n -- d \n '\\';b'][x]"},
        {"select E'a' -- c;'\n /* d */ ';b'; x", "[select E'a' -- c;'\n /* d */ ';b'][x]"},
        {"select 'a' -- c;'", "[select 'a']"},
        {"select 'a' - 1; select 'a'\r\n\r\n';b' - -1; x",
         "[select 'a' - 1][select 'a'\r\n\r\n';b' - -1][x]"},
        {"select b'0''1;'; x", "[select b'0''1;'][x]"},
        {"select $$;$$; select $a$;$$;$b$;$a;$a$; x", "[select $$;$$]"
                                                      "[select $a$;$$;$b$;$a;$a$][x]"},
        {"select $a$$aa$$a$;x; select $\xc3\xa9$;$\xc3\xa9$; select $1;$2 x$a$;b",
         "[select $a$$aa$$a$][x][select $\xc3\xa9$;$\xc3\xa9$][select $1][$2 x$a$][b]"},
        {"select a$b$;select $ta g$; select $;x", "[select a$b$][select $ta g$][select $][x]"},
        {"select 'a'';b'';'; select ''; select '''';x", "[select 'a'';b'';'][select '']"
                                                        "[select ''''][x]"},
        {NULL, NULL},
    };

    check_examples(examples, false, false);
}

TEST(routine_bodies_are_one_statement)
{
    static const struct example examples[] = {
        {"create function f() returns int begin atomic select 1; select 2; end; select 3",
         "[create function f() returns int begin atomic select 1; select 2; end][select 3]"},
        {"CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); END; x",
         "[CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); END][x]"},
        {"create function f() returns int begin atomic "
         "select case when 1 = 1 then 2 end; select (case 1 when 1 then 2 end); end; x",
         "[create function f() returns int begin atomic "
         "select case when 1 = 1 then 2 end; select (case 1 when 1 then 2 end); end][x]"},
        {"create function f(\"begin\" int default case 1 when 1 then 2 end) returns int "
         "return 1; x",
         "[create function f(\"begin\" int default case 1 when 1 then 2 end) returns int "
         "return 1][x]"},
        {"create /* or */ or -- x\n replace function f() begin atomic; end; x",
         "[create /* or */ or -- x\n replace function f() begin atomic; end][x]"},
        {"create function f() returns int return 1; select 2; end; x",
         "[create function f() returns int return 1][select 2][end][x]"},
        {"begin; create table t (a int); end; x", "[begin][create table t (a int)][end][x]"},
        {"create view \"function\" as select 1; begin; select 2; commit",
         "[create view \"function\" as select 1][begin][select 2][commit]"},
        {"create (function x) begin; y; create (x) function f() begin; z",
         "[create (function x) begin][y][create (x) function f() begin; z]"},
        {"create \"or\" function f() begin; x", "[create \"or\" function f() begin; x]"},
        {"create or replace view v as select 1; begin; select 1",
         "[create or replace view v as select 1][begin][select 1]"},
        {"create table function_ (); begin; x", "[create table function_ ()][begin][x]"},
        {NULL, NULL},
    };

    check_examples(examples, false, false);
}

TEST(breakpoints_end_statements)
{
    static const struct example examples[] = {
        {"select 1;\n--> statement-breakpoint\nselect 2", "[select 1][select 2]"},
        {"select 1 --> statement-breakpoint\r\nselect 2;--> statement-breakpoint\n",
         "[select 1][select 2]"},
        {"select (1 --> statement-breakpoint\n; select 2", "[select (1][select 2]"},
        {"create function f() begin atomic --> statement-breakpoint\n; select 2; x",
         "[create function f() begin atomic][select 2][x]"},
        {"-- a\n--> statement-breakpoint\n-- b\nselect 1", "[-- b\nselect 1]"},
        {"select '--> statement-breakpoint\n'; select 2",
         "[select '--> statement-breakpoint\n'][select 2]"},
        {"select 1 -- --> statement-breakpoint\n + 1; x",
         "[select 1 -- --> statement-breakpoint\n + 1][x]"},
        {NULL, NULL},
    };

    check_examples(examples, true, false);
}

TEST(breakpoints_are_comments_where_not_asked_for)
{
    static const struct example examples[] = {
        {"select 1 --> statement-breakpoint\n + 1; x",
         "[select 1 --> statement-breakpoint\n + 1][x]"},
        {NULL, NULL},
    };

    check_examples(examples, false, false);
}

TEST(numbers_of_newer_servers_pass)
{
    static const struct example examples[] = {
        {"select 1_000, 0x1F,0b1_0, 0o_7; select 1_0.0_1e1_0, .5_0, 1_0e-1; x",
         "[select 1_000, 0x1F,0b1_0, 0o_7][select 1_0.0_1e1_0, .5_0, 1_0e-1][x]"},
        {"select 1_0..2_0; select 1..2; x", "[select 1_0..2_0][select 1..2][x]"},
        {"select 'a' from t where b < 1_000;;", "[select 'a' from t where b < 1_000]"},
        {"select 1abc", "! 42601 x.sql:1:8 trailing junk after numeric literal at or near \"1a\""},
        {"select 1_", "! 42601 x.sql:1:8 trailing junk after numeric literal at or near \"1_\""},
        {"x;select 0x",
         "[x]! 42601 x.sql:1:10 trailing junk after numeric literal at or near \"0x\""},
        {"select 0xg1", "! 42601 x.sql:1:8 trailing junk after numeric literal at or near \"0x\""},
        {NULL, NULL},
    };

    check_examples(examples, false, false);
}

TEST(long_tokens_across_windows)
{
    static const struct {
        const char *head;
        const char *part;
        const char *tail;
    } tokens[] = {
        {"", "1_0", ""},       {"", "ab", ""},         {"'", "it''s;", "'"},   {"E'", "\\';", "'"},
        {"\"", ";\"\"", "\""}, {"$a$", ";$b$", "$a$"}, {"/*", "/*;*/", "*/1"}, {"--", ";'", "\n1"},
    };
    static const size_t windows[] = {0, 1, 4000, 4100, 5000, 8192, 32768};

    for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
        for (size_t size = 3000; size < 100000; size = size * 7 / 2) {
            struct ray_arena *arena = ray_arena_new();
            struct ray_buf text;
            const char *want;

            ray_buf_init(&text, arena);
            ray_buf_add(&text, "select ");
            ray_buf_add(&text, tokens[i].head);
            while (text.len < size)
                ray_buf_add(&text, tokens[i].part);
            ray_buf_add(&text, tokens[i].tail);
            want = ray_arena_printf(arena, "[x][%s][y]", text.data);
            text.data = ray_arena_printf(arena, "x;%s;y", text.data);
            for (size_t k = 0; k < sizeof(windows) / sizeof(windows[0]); k++)
                CHECK(strcmp(dump_text(arena, text.data, windows[k], false, false), want) == 0);
            ray_arena_free(arena);
        }
}

TEST(places_are_of_the_first_token)
{
    static const struct example examples[] = {
        {"select 1; select 2", "1:1@0 [select 1]1:11@10 [select 2]"},
        {"select 1\n; select 2\n\n;select 3", "1:1@0 [select 1]2:3@11 [select 2]4:2@22 [select 3]"},
        {"-- a\n  /* b\n */ select 1;\n\nselect 2",
         "3:5@0 [-- a\n  /* b\n */ select 1]5:1@27 [select 2]"},
        {"select '\xc3\xa4\xe2\x82\xac'; select 2", "1:1@0 [select '\xc3\xa4\xe2\x82\xac']"
                                                    "1:14@16 [select 2]"},
        {"select 1;\r\n  select '\n';\r\n select 3",
         "1:1@0 [select 1]2:3@13 [select '\n']4:2@27 [select 3]"},
        {"\xef\xbb\xbfselect 1;\n-- x\nselect 2", "1:1@3 [select 1]3:1@13 [-- x\nselect 2]"},
        {NULL, NULL},
    };

    check_examples(examples, false, true);
}

TEST(errors_name_the_place)
{
    static const struct example examples[] = {
        {"select 1;\n\xc3\xa4 'abc; x", "[select 1]! 42601 x.sql:2:3 unterminated quoted string"},
        {"select 1; select E'a\\'", "[select 1]! 42601 x.sql:1:18 unterminated quoted string"},
        {"a \"b", "! 42601 x.sql:1:3 unterminated quoted identifier"},
        {"a;\n\n  /* /* */ b;", "[a]! 42601 x.sql:3:3 unterminated /* comment"},
        {"a; $a$ b $b$; $", "[a]! 42601 x.sql:1:4 unterminated dollar-quoted string"},
        {"select b'01", "! 42601 x.sql:1:8 unterminated bit string literal"},
        {"select x'0", "! 42601 x.sql:1:8 unterminated hexadecimal string literal"},
        {"select U&'a", "! 42601 x.sql:1:8 unterminated quoted string"},
        {"select U&\"a", "! 42601 x.sql:1:8 unterminated quoted identifier"},
        {"select 'a'\n'b", "! 42601 x.sql:1:8 unterminated quoted string"},
        {"select E'a' -- c\n'b\\'", "! 42601 x.sql:1:8 unterminated quoted string"},
        {"a; b \xff;", "! 22021 x.sql:1:6 invalid byte 0xff"},
        {"a;\n'\xc3\xa4\xed\xa0\x80", "! 22021 x.sql:2:3 invalid byte 0xed"},
        {"a; '\xc3", "! 22021 x.sql:1:5 invalid byte 0xc3"},
        {NULL, NULL},
    };

    for (const struct example *example = examples; example->text != NULL; example++) {
        struct ray_arena *arena = ray_arena_new();

        CHECK_STR(dump_text(arena, example->text, 0, false, false), example->want);
        if (strstr(example->want, "22021") == NULL)
            CHECK_STR(split(arena, example->text, false, false), example->want);
        ray_arena_free(arena);
    }
}

/* What is wrong inside a token is seen in tokens that fit a window: only the usual one is tried. */
TEST(errors_inside_tokens_name_the_place)
{
    struct ray_arena *arena = ray_arena_new();

    CHECK_STR(dump_text(arena, "a; b E'x\\u00'; c", 0, false, false),
              "[a]! 42601 x.sql:1:9 invalid Unicode escape");
    CHECK_STR(dump_text(arena, "a; b E'x\\xff' c; E'y'", 0, false, false),
              "[a]! 42601 x.sql:1:6 invalid byte sequence for encoding \"UTF8\": 0xff");
    CHECK_STR(dump_text(arena, "E'\\000'", 0, false, false),
              "! 42601 x.sql:1:1 invalid byte sequence for encoding \"UTF8\": 0x00");
    CHECK_STR(dump_text(arena, "E'\\uD83D\\uDE00';E'\\uD83Dx'", 0, false, false),
              "[E'\\uD83D\\uDE00']! 42601 x.sql:1:25 invalid Unicode surrogate pair at or near "
              "\"x\"");
    CHECK_STR(dump_text(arena, "a;select \"\"", 0, false, false),
              "[a]! 42601 x.sql:1:10 zero-length delimited identifier at or near \"\"\"\"");
    /* A string that is sound as a whole, where a window may end after its first part. */
    for (size_t window = 0; window < 30; window++)
        CHECK_STR(dump_text(arena, "a; b E'\\xc3'\n'\\xa9'; c", window, false, false),
                  "[a][b E'\\xc3'\n'\\xa9'][c]");
    ray_arena_free(arena);
}

/* Writes a file of its own for one test. */
static const char *
write_file(struct ray_arena *arena, const char *data, size_t length)
{
    const char *path = ray_arena_printf(arena, "/tmp/raymig-split-%ld.sql", (long)getpid());
    struct ray_err err;

    ray_err_init(&err, arena);
    CHECK(ray_file_write(path, data, length, &err));
    return path;
}

TEST(files_and_ranges)
{
    static const char text[] = "\xef\xbb\xbf-- up\ncreate table t ();\n\xc3\xa4 ; -- down\ndrop "
                               "table t;\n";
    struct ray_arena *arena = ray_arena_new();
    const char *path = write_file(arena, text, sizeof(text) - 1);
    struct ray_source source = {.path = path};

    for (size_t window = 0; window < 9; window++) {
        source.begin = 0;
        source.end = 0;
        CHECK_STR(dump_source(arena, &source, window, true),
                  "2:1@3 [-- up\ncreate table t ()]3:1@28 [\xc3\xa4]"
                  "4:1@33 [-- down\ndrop table t]");
        source.begin = 9;
        source.end = 28;
        CHECK_STR(dump_source(arena, &source, window, true), "2:1@9 [create table t ()]");
        source.begin = 31;
        source.end = 1000;
        CHECK_STR(dump_source(arena, &source, window, true), "4:1@33 [-- down\ndrop table t]");
        source.begin = 0;
        source.end = 16;
        CHECK_STR(dump_source(arena, &source, window, true), "2:1@3 [-- up\ncreate]");
        source.begin = 2000;
        source.end = 0;
        CHECK_STR(dump_source(arena, &source, window, true), "");
    }
    unlink(path);
    ray_arena_free(arena);
}

TEST(a_range_reads_the_lines_before_it)
{
    struct ray_arena *arena = ray_arena_new();
    struct ray_buf text;
    struct ray_source source = {.path = "x.sql"};

    ray_buf_init(&text, arena);
    for (int i = 0; i < 30000; i++)
        ray_buf_add(&text, "-- \xc3\xa4;\n");
    ray_buf_add(&text, " \xc3\xa4  ");
    source.begin = text.len;
    ray_buf_add(&text, "select 1");
    source.text = text.data;
    CHECK_STR(dump_source(arena, &source, 0, true), "30001:5@210005 [select 1]");
    CHECK_STR(dump_source(arena, &source, 3, true), "30001:5@210005 [select 1]");
    ray_arena_free(arena);
}

TEST(a_file_that_cannot_be_read_is_an_error)
{
    struct ray_arena *arena = ray_arena_new();
    struct ray_source missing = {.path = "/nowhere/x.sql"};
    struct ray_source folder = {.path = "/tmp"};
    const char *path;
    struct ray_source nul;

    CHECK_STR(dump_source(arena, &missing, 0, false),
              "!  :0:0 cannot open \"/nowhere/x.sql\": No such file or directory");
    CHECK_STR(dump_source(arena, &folder, 0, false), "!  :0:0 \"/tmp\" is a folder, not a file");
    path = write_file(arena, "a;\nb\0c", 6);
    nul = (struct ray_source){.path = path};
    CHECK_STR(dump_source(arena, &nul, 0, false),
              ray_arena_printf(arena, "! 22021 %s:2:2 invalid byte 0x00", path));
    unlink(path);
    ray_arena_free(arena);
}

/* Errors at some distance from each other and from the window's end, with the usual window. */
TEST(errors_far_into_a_file)
{
    struct ray_arena *arena = ray_arena_new();

    for (size_t lines = 100; lines <= 102400; lines *= 4) {
        struct ray_buf text;
        const char *dump;

        ray_buf_init(&text, arena);
        for (size_t i = 0; i < lines; i++)
            ray_buf_add(&text, "select 'text \xc3\xa4', \"x\", 1;\n");
        ray_buf_add(&text, "  b E'x\\xff' c; select 2;");
        dump = strstr(dump_text(arena, text.data, 0, false, false), "!");
        CHECK_STR(dump, ray_arena_printf(arena,
                                         "! 42601 x.sql:%zu:5 invalid byte sequence for encoding "
                                         "\"UTF8\": 0xff",
                                         lines + 1));
    }
    ray_arena_free(arena);
}

/* ---- soup ---- */

static unsigned int
next_random(unsigned int *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

static const char *
make_soup(struct ray_arena *arena, unsigned int seed)
{
    static const char *const bits[] = {
        ";",           ";\n",     " ",
        "\n",          "\r\n",    "(",
        ")",           ",",       "create ",
        "or ",         "replace", " function ",
        " procedure ", " begin ", " end ",
        " case ",      "select ", "a",
        "\xc3\xa4",    "1",       "1.",
        ".5",          "1e5",     "1_000",
        "0x1F",        "..",      "'",
        "''",          "'a;'",    "'\n'",
        "' -- x\n'",   "E'",      "E'\\''",
        "\\",          "\\'",     "U&'a'",
        "u&\"a\"",     "U&",      "b'01'",
        "x'f",         "N'",      "\"",
        "\"a;\"",      "$",       "$$",
        "$a$",         "$a",      "$1",
        "--",          "-- c;\n", "-",
        "/",           "*",       "/*",
        "*/",          "/* ; */", "--> statement-breakpoint\n",
        "+",           "<>",      "::",
        ":=",          "[",       "]",
        "@",           "|",       "U",
        "&",           "e",       "E",
        "\t",
    };
    unsigned int count = 1 + next_random(&seed) % 40;
    struct ray_buf out;

    ray_buf_init(&out, arena);
    while (count-- > 0)
        ray_buf_add(&out, bits[next_random(&seed) % (sizeof(bits) / sizeof(bits[0]))]);
    return out.data;
}

/* All tokens, comments too, or the error. */
static const char *
dump_tokens(struct ray_arena *arena, const char *text, size_t window)
{
    struct ray_source source = {.path = "x.sql", .text = text};
    struct ray_scan *scan = NULL;
    struct ray_buf out;
    struct ray_err err;
    bool end = false;
    bool ok;

    ray_err_init(&err, arena);
    ray_buf_init(&out, arena);
    ok = ray_scan_open(arena, &source, window, &scan, &err);
    while (ok && !end) {
        struct ray_token token;

        ok = ray_scan_next(scan, &token, &end, &err);
        if (ok && !end)
            ray_buf_addf(&out, "%zu[%.*s]", token.begin, (int)(token.end - token.begin),
                         token.text);
    }
    if (!ok)
        ray_buf_addf(&out, "! %d:%d %s", err.line, err.column, err.message);
    ray_scan_close(scan);
    return out.data;
}

TEST(soup_is_the_same_in_every_window)
{
    const char *rounds = getenv("RAYMIG_SOUP");
    unsigned int count = rounds == NULL ? 3000 : (unsigned int)strtoul(rounds, NULL, 10);

    for (unsigned int seed = 1; seed <= count; seed++) {
        struct ray_arena *arena = ray_arena_new();
        const char *text = make_soup(arena, seed);
        const char *tokens = dump_tokens(arena, text, 0);
        const char *statements = dump_text(arena, text, 0, true, true);
        /* What is wrong inside a token is seen where it fits the window, see above. */
        bool skipped = strstr(text, "\"\"") != NULL || strstr(tokens, "invalid") != NULL;
        bool held = true;

        for (size_t window = 1; held && !skipped && window <= 64; window += 1 + window / 8)
            held = CHECK_STR(dump_tokens(arena, text, window), tokens) &&
                   CHECK_STR(dump_text(arena, text, window, true, true), statements);
        if (!held)
            printf("    seed %u: %s\n", seed, text);
        ray_arena_free(arena);
        REQUIRE(held);
    }
}
