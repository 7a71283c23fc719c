/*
 * The terminal's parts: widths, visible text, wrapping, durations, "did you mean", blotted passwords,
 * excerpts with their caret, whole errors and tables. What is printed is read back from a file, so no colour
 * and no terminal is in play here; spec/cli looks at those.
 */
#include "harness.h"

#include "base/excerpt.h"
#include "base/scrub.h"
#include "base/term.h"
#include "base/text.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---------------------------------------------------------------- text */

TEST(width_counts_columns)
{
    REQUIRE(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
    CHECK_INT(ray_text_width(""), 0);
    CHECK_INT(ray_text_width("plain"), 5);
    CHECK_INT(ray_text_width("\u00e9t\u00e9"), 3);
    CHECK_INT(ray_text_width("e\u0301"), 1);
    CHECK_INT(ray_text_width("\u6f22\u5b57"), 4);
    CHECK_INT(ray_text_width("\U0001f600"), 2);
    CHECK_INT(ray_text_width("\xff\xfe"), 2);
    CHECK_INT(ray_text_width("\033[32mok\033[0m"), 2);
}

static const char *
visible(struct ray_arena *arena, const char *text, unsigned int keep)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_visible(&buf, text, strlen(text), keep);
    return buf.data;
}

TEST(visible_text_cannot_drive_a_terminal)
{
    struct ray_arena *arena = ray_arena_new();

    CHECK_STR(visible(arena, "caf\u00e9 \u6f22", 0), "caf\u00e9 \u6f22");
    CHECK_STR(visible(arena, "a\033[2Jb", RAY_KEEP_LINES | RAY_KEEP_STYLES), "a\\x1b[2Jb");
    CHECK_STR(visible(arena, "\033[32ma\033[0m", RAY_KEEP_STYLES), "\033[32ma\033[0m");
    CHECK_STR(visible(arena, "\033[32ma", RAY_KEEP_LINES), "\\x1b[32ma");
    CHECK_STR(visible(arena, "\033[7ma", RAY_KEEP_STYLES), "\\x1b[7ma");
    CHECK_STR(visible(arena, "a\r\n\tb", 0), "a\\r\\n\\tb");
    CHECK_STR(visible(arena, "a\r\n\tb", RAY_KEEP_LINES), "a\\r\n\tb");
    CHECK_STR(visible(arena,
                      "\xc2\x9b"
                      "2J",
                      0),
              "\\u009b2J");
    CHECK_STR(visible(arena, "x\u202ey", 0), "x\\u202ey");
    CHECK_STR(visible(arena, "\ufeffa\u200b", 0), "\\ufeffa\\u200b");
    CHECK_STR(visible(arena, "a\xe6\xbc", 0), "a\\xe6\\xbc");
    CHECK_STR(visible(arena, "\xed\xa0\x80", 0), "\\xed\\xa0\\x80");
    ray_arena_free(arena);
}

static const char *
cut(struct ray_arena *arena, const char *text, int columns)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_cut(&buf, text, columns);
    return buf.data;
}

TEST(cut_text_fits)
{
    struct ray_arena *arena = ray_arena_new();

    REQUIRE(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
    CHECK_STR(cut(arena, "0123456789", 10), "0123456789");
    CHECK_STR(cut(arena, "0123456789", 9), "012345...");
    CHECK_STR(cut(arena, "\u6f22\u6f22\u6f22\u6f22\u6f22", 9), "\u6f22\u6f22\u6f22...");
    CHECK_STR(cut(arena, "\u6f22\u6f22\u6f22\u6f22\u6f22", 8), "\u6f22\u6f22...");
    CHECK_STR(cut(arena, "0123456789", 2), "..");
    CHECK_STR(cut(arena, "\033[1m0123456789\033[0m", 6), "\033[1m012...\033[0m");
    ray_arena_free(arena);
}

static const char *
wrapped(struct ray_arena *arena, const char *text, int at, int indent, int columns)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_wrap(&buf, text, at, indent, columns);
    return buf.data;
}

TEST(wrapped_text_breaks_between_words)
{
    struct ray_arena *arena = ray_arena_new();

    CHECK_STR(wrapped(arena, "one two three four", 0, 2, 9), "one two\n  three\n  four");
    CHECK_STR(wrapped(arena, "one two", 5, 2, 12), "one two");
    CHECK_STR(wrapped(arena, "one two", 6, 2, 12), "one\n  two");
    CHECK_STR(wrapped(arena, "overlongword two", 0, 1, 5), "overlongword\n two");
    CHECK_STR(wrapped(arena, "a\nb\n\nc", 0, 2, 80), "a\n  b\n\n  c");
    CHECK_STR(wrapped(arena, "one two three", 0, 2, 0), "one two three");
    ray_arena_free(arena);
}

/* ---------------------------------------------------------------- small things */

TEST(durations)
{
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {
        {-5, "0ms"},       {0, "0ms"},          {87, "87ms"},       {999, "999ms"},
        {1000, "1.00s"},   {1240, "1.24s"},     {59999, "59.99s"},  {60000, "1m00s"},
        {125000, "2m05s"}, {3599999, "59m59s"}, {3600000, "1h00m"}, {93784000, "26h03m"},
    };
    struct ray_arena *arena = ray_arena_new();
    struct ray_term *term = ray_term_new(arena, &(struct ray_term_options){0});

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK_STR(ray_term_duration(term, rows[i].ms), rows[i].text);
    ray_arena_free(arena);
}

TEST(nearest_finds_what_was_meant)
{
    static const char *const names[] = {"up", "down", "status", "baseline", "rollback", "redo"};
    static const struct {
        const char *word;
        const char *found;
    } rows[] = {
        {"stauts", "status"},
        {"STATUS", "status"},
        {"stat", "status"},
        {"base", "baseline"},
        {"pu", "up"},
        {"u", "up"},
        {"donw", "down"},
        {"rolback", "rollback"},
        {"rollbakc", "rollback"},
        {"frobnicate", NULL},
        {"", NULL},
        {"xyz", NULL},
        {"re", "redo"},
        {"up", "up"},
    };
    char word[200];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK_STR(ray_nearest(rows[i].word, names, 6), rows[i].found);
    memset(word, 'x', sizeof(word));
    word[sizeof(word) - 1] = '\0';
    CHECK(ray_nearest(word, names, 6) == NULL);
}

TEST(scrub_blots_passwords)
{
    static const struct {
        const char *text;
        const char *blotted;
    } rows[] = {
        {"postgres://u:geheim@h/db", "postgres://u:******@h/db"},
        {"postgres://u:ge@h:e@h/db x", "postgres://u:******@h/db x"},
        {"see postgres://u@h:5432/db", "see postgres://u@h:5432/db"},
        {"host=h password=geheim user=u", "host=h password=****** user=u"},
        {"password = 'ge heim' user=u", "password = '*******' user=u"},
        {"?password=geheim&x=y", "?password=******&x=y"},
        {"CREATE ROLE a PASSWORD 'ge''h'", "CREATE ROLE a PASSWORD '*****'"},
        {"alter role a password E'a\\'b' valid", "alter role a password E'****' valid"},
        {"password = \"geheim\",", "password = \"******\","},
        {"[\"password\"] = \"geheim\"", "[\"password\"] = \"******\""},
        {"{\"password\": \"geheim\"}", "{\"password\": \"******\"}"},
        {"PGPASSWORD=geheim raymig", "PGPASSWORD=****** raymig"},
        {"password='\u00fcber'", "password='****'"},
        {"password 'unclosed", "password '********"},
        {"execute 'alter role a password ''geheim'' x'",
         "execute 'alter role a password ''******'' x'"},
        {"db:exec 'alter role a password \\'geheim\\''",
         "db:exec 'alter role a password \\'******\\''"},
        {"password $p$geheim$p$;", "password $p$******$p$;"},
        {"password '' valid until 'x'", "password '' valid until 'x'"},
        {"add column password text default 'x'", "add column password text default 'x'"},
        {"column \"password\" does not exist", "column \"password\" does not exist"},
        {"password authentication failed for user \"u\"",
         "password authentication failed for user \"u\""},
        {"insert into t (password, b) values ('a')", "insert into t (password, b) values ('a')"},
        {"", ""},
        {"password", "password"},
        {"password=", "password="},
        {"://", "://"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[100];

        snprintf(text, sizeof(text), "%s", rows[i].text);
        ray_scrub(text);
        CHECK_STR(text, rows[i].blotted);
    }
}

/* ---------------------------------------------------------------- excerpts */

static const char *
excerpt(struct ray_arena *arena, const char *text, size_t at, int line, int columns)
{
    const struct ray_excerpt place = {.text = text,
                                      .at = at,
                                      .caret = true,
                                      .line = line,
                                      .before = 2,
                                      .after = 2,
                                      .columns = columns,
                                      .dim = "",
                                      .mark = "",
                                      .end = ""};
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_excerpt(&buf, &place);
    return buf.data;
}

TEST(excerpts_point_at_the_place)
{
    struct ray_arena *arena = ray_arena_new();

    REQUIRE(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
    CHECK_STR(excerpt(arena, "select x", 7, 0, 80), "   | select x\n   |        ^\n");
    CHECK_STR(excerpt(arena, "a\nb\nc\nd\ne\nf\ng", 6, 10, 80),
              "  8 | b\n  9 | c\n 10 | d\n    | ^\n 11 | e\n 12 | f\n");
    CHECK_STR(excerpt(arena, "\n\nx\n\n", 2, 3, 80), " 3 | x\n   | ^\n");
    CHECK_STR(excerpt(arena, "a\r\nb\r\n", 3, 2, 80), " 1 | a\n 2 | b\n   | ^\n");
    CHECK_STR(excerpt(arena, "\tx\ty", 3, 1, 80), " 1 |     x   y\n   |         ^\n");
    CHECK_STR(excerpt(arena, "'\u6f22\u6f22' e\u0301 x", 13, 0, 80),
              "   | '\u6f22\u6f22' e\u0301 x\n   |          ^\n");
    CHECK_STR(excerpt(arena, "\033x", 1, 0, 80), "   | \\x1bx\n   |     ^\n");
    CHECK_STR(excerpt(arena, "", 0, 0, 80), "   |\n   | ^\n");
    ray_arena_free(arena);
}

/* The character above the caret of a one-line excerpt. */
static char
pointed(const char *shown)
{
    const char *second = strchr(shown, '\n') + 1;

    return shown[strchr(second, '^') - second];
}

TEST(long_lines_are_cut_around_the_place)
{
    struct ray_arena *arena = ray_arena_new();
    char text[401];

    memset(text, '.', 400);
    text[400] = '\0';
    for (size_t at = 0; at < 400; at++) {
        const char *shown;

        text[at] = '#';
        shown = excerpt(arena, text, at, 7, 40);
        text[at] = '.';
        CHECK(pointed(shown) == '#');
        CHECK(strchr(shown, '\n') - shown <= 40);
    }
    ray_arena_free(arena);
}

/* ---------------------------------------------------------------- what is printed */

struct capture {
    int fd;    /* the stream that is caught */
    int saved; /* where it went */
    FILE *file;
};

static void
capture_begin(struct capture *capture, int fd)
{
    fflush(stdout);
    capture->fd = fd;
    capture->file = tmpfile();
    capture->saved = dup(fd);
    if (capture->file == NULL || dup2(fileno(capture->file), fd) < 0)
        abort();
}

static void
capture_end(struct capture *capture, char *text, size_t size)
{
    size_t length;

    fflush(stdout);
    dup2(capture->saved, capture->fd);
    close(capture->saved);
    rewind(capture->file);
    length = fread(text, 1, size - 1, capture->file);
    text[length] = '\0';
    fclose(capture->file);
}

static void
print_error(const struct ray_err *err, bool json, char *text, size_t size)
{
    struct ray_arena *arena = ray_arena_new();
    const struct ray_term_options options = {.color = RAY_COLOR_NEVER, .json = json};
    struct capture capture;

    capture_begin(&capture, json ? STDOUT_FILENO : STDERR_FILENO);
    ray_term_error(ray_term_new(arena, &options), err);
    capture_end(&capture, text, size);
    ray_arena_free(arena);
}

TEST(errors_say_all_that_is_known)
{
    const struct ray_err err = {
        .code = RAY_FAILED,
        .sqlstate = "42P01",
        .message = "relation \"nothing\" does not exist",
        .detail = "one\n\ttwo",
        .hint = "Make it.",
        .context = "SQL function \"f\"",
        .state = "nothing was applied",
        .file = "migrations/0001_x.sql",
        .line = 12,
        .column = 6,
        .statement = "-- why\nselect *\nfrom nothing\nwhere true",
        .position = 22,
    };
    char text[1000];

    print_error(&err, false, text, sizeof(text));
    CHECK_STR(text, "migrations/0001_x.sql:12:6: error: relation \"nothing\" does not exist\n"
                    " 10 | -- why\n"
                    " 11 | select *\n"
                    " 12 | from nothing\n"
                    "    |      ^\n"
                    " 13 | where true\n"
                    "  SQLSTATE 42P01\n"
                    "  detail: one\n"
                    "            two\n"
                    "  hint: Make it.\n"
                    "  context: SQL function \"f\"\n"
                    "  state: nothing was applied\n");
}

TEST(errors_without_a_position_show_the_statement)
{
    const struct ray_err err = {
        .code = RAY_FAILED,
        .message = "deadlock detected",
        .file = "a.sql",
        .line = 3,
        .column = 1,
        .statement = "-- first\n/* second\n /* nested */ */\nupdate t\nset a = 1\nwhere b\nand c",
    };
    char text[1000];

    print_error(&err, false, text, sizeof(text));
    CHECK_STR(text, "a.sql:3:1: error: deadlock detected\n"
                    " 3 | update t\n"
                    " 4 | set a = 1\n"
                    " 5 | where b\n");
}

TEST(errors_at_the_end_of_a_statement_point_behind_it)
{
    const struct ray_err err = {
        .code = RAY_FAILED,
        .message = "syntax error at end of input",
        .statement = "select (1  \n\n",
        .position = 14,
    };
    char text[1000];

    print_error(&err, false, text, sizeof(text));
    CHECK_STR(text, "error: syntax error at end of input\n 1 | select (1\n   |          ^\n");
}

TEST(errors_hide_passwords_and_control_characters)
{
    const struct ray_err err = {
        .code = RAY_FAILED,
        .message = "no postgres://u:geheim@h \033[2J",
        .statement = "create role r password 'geheim' frob",
        .position = 33,
    };
    char text[1000];

    print_error(&err, false, text, sizeof(text));
    CHECK_STR(text, "error: no postgres://u:******@h \\x1b[2J\n"
                    "   | create role r password '******' frob\n"
                    "   |                                 ^\n");
    print_error(&err, true, text, sizeof(text));
    CHECK(strstr(text, "\"ok\": false") != NULL);
    CHECK(strstr(text, "geheim") == NULL);
}

TEST(tables_have_no_borders_and_no_trailing_spaces)
{
    static const char *const heads[] = {"name", "size", "note"};
    static const bool right[] = {false, true, false};
    struct ray_arena *arena = ray_arena_new();
    const struct ray_term_options options = {.color = RAY_COLOR_NEVER};
    struct ray_term *term = ray_term_new(arena, &options);
    struct ray_table table = {.ncols = 3, .heads = heads, .right = right};
    static const char *const cells[] = {"\u6f22\u5b57", "7",         NULL, "a\nb", "1234567",
                                        "e\u0301x",     "long name", NULL, "z"};
    struct capture capture;
    char text[1000];

    REQUIRE(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
        ray_vec_add(arena, &table.cells)->text = cells[i];
    capture_begin(&capture, STDOUT_FILENO);
    ray_term_table(term, &table);
    CHECK_INT(ray_term_flush(term), 0);
    capture_end(&capture, text, sizeof(text));
    CHECK_STR(text, "name          size  note\n"
                    "\u6f22\u5b57             7\n"
                    "a\\nb       1234567  e\u0301x\n"
                    "long name           z\n");
    ray_arena_free(arena);
}
