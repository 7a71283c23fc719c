/* The hash over tokens: what changes it and what does not; the same in every window. */
#include "harness.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "pg/scan.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *
hash_of(struct ray_arena *arena, const char *text, size_t window)
{
    struct ray_source source = {.path = "x.sql", .text = text};
    char *hex = ray_arena_alloc(arena, RAY_HASH_HEX);
    struct ray_err err;

    ray_err_init(&err, arena);
    CHECK(ray_tokens_hash_window(&source, window, hex, &err));
    return hex;
}

/* The digest of a string constant's bytes, NULs in it included. */
static const char *
plain(struct ray_arena *arena, const char *bytes, size_t size)
{
    char *hex = ray_arena_alloc(arena, RAY_HASH_HEX);

    ray_hash_bytes(bytes, size, hex);
    return hex;
}

#define PLAIN(arena, bytes) plain((arena), (bytes), sizeof(bytes) - 1)

TEST(tokens_each_with_a_nul)
{
    struct ray_arena *arena = ray_arena_new();

    CHECK_STR(hash_of(arena, "", 0),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK_STR(hash_of(arena, " -- no token\n/* at all */ ", 0), PLAIN(arena, ""));
    CHECK_STR(hash_of(arena, "Select 1 ;--\r\n'a\r\nb'", 0),
              PLAIN(arena, "Select\0001\0;\0'a\nb'\0"));
    CHECK_STR(hash_of(arena, "\xef\xbb\xbf$$\r\r\n\n\r$$", 0), PLAIN(arena, "$$\r\n\n\r$$\0"));
    ray_arena_free(arena);
}

TEST(white_space_comments_and_line_ends_do_not_matter)
{
    static const char *const same[] = {
        "create table t (a int); --> statement-breakpoint\nselect 'x\ny', $$\n$$;",
        "create  table\tt(a int );select 'x\ny',$$\n$$ ;",
        "create table t (a int);\r\nselect /* new */ 'x\r\ny', $$\r\n$$;\r\n",
        "-- a\ncreate table t (\n  a int\n); -- b\n\nselect 'x\ny', $$\n$$;",
        "\xef\xbb\xbf"
        "create table t (a int); select 'x\ny', $$\n$$;",
    };
    struct ray_arena *arena = ray_arena_new();

    for (size_t i = 1; i < sizeof(same) / sizeof(same[0]); i++)
        CHECK_STR(hash_of(arena, same[i], 0), hash_of(arena, same[0], 0));
    ray_arena_free(arena);
}

TEST(everything_else_does)
{
    static const char *const different[] = {
        "select 'a b', x from t",   "select 'a  b', x from t", "select 'a b', X from t",
        "select 'a b', x from t;",  "select 'a b' , xfrom t",  "select 'a b', \"x\" from t",
        "select 'a\nb', x from t",  "select 'a\rb', x from t", "select 'a b'', x from t",
        "select $$a b$$, x from t", "x select 'a b', from t",  "-- select 'a b', x from t",
    };
    const size_t count = sizeof(different) / sizeof(different[0]);
    struct ray_arena *arena = ray_arena_new();

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            CHECK(strcmp(hash_of(arena, different[i], 0), hash_of(arena, different[k], 0)) != 0);
    ray_arena_free(arena);
}

TEST(what_cannot_be_scanned_is_hashed_as_text)
{
    struct ray_arena *arena = ray_arena_new();

    CHECK_STR(hash_of(arena, "select 'a\r\n", 0), PLAIN(arena, "select 'a\n"));
    CHECK_STR(hash_of(arena, "select \xff -- c\r\n\r", 0), PLAIN(arena, "select \xff -- c\n\r"));
    CHECK_STR(hash_of(arena, "select \"\"", 0), PLAIN(arena, "select \"\""));
    ray_arena_free(arena);
}

/* Longer than what is read at once, with line ends on every boundary. */
TEST(long_texts)
{
    struct ray_arena *arena = ray_arena_new();

    for (size_t shift = 0; shift < 2; shift++) {
        struct ray_buf crlf;
        struct ray_buf lf;

        ray_buf_init(&crlf, arena);
        ray_buf_init(&lf, arena);
        for (size_t i = 0; i < shift; i++) {
            ray_buf_add(&crlf, "x");
            ray_buf_add(&lf, "x");
        }
        for (size_t i = 0; i < 100000; i++) {
            ray_buf_add(&crlf, "\r\n");
            ray_buf_add(&lf, "\n");
        }
        ray_buf_add(&crlf, "'");
        ray_buf_add(&lf, "'");
        CHECK_STR(hash_of(arena, crlf.data, 0), plain(arena, lf.data, lf.len));
        ray_buf_add(&crlf, "'");
        ray_buf_add(&lf, "'");
        CHECK_STR(hash_of(arena, crlf.data, 0),
                  shift == 0 ? PLAIN(arena, "''\0") : PLAIN(arena, "x\0''\0"));
        ray_buf_add(&crlf, "y $$\r\n");
        ray_buf_add(&lf, "y $$\n");
        for (size_t i = 0; i < 50000; i++) {
            ray_buf_add(&crlf, "\r\n a");
            ray_buf_add(&lf, "\n a");
        }
        ray_buf_add(&crlf, "$$");
        ray_buf_add(&lf, "$$");
        CHECK_STR(hash_of(arena, crlf.data, 0), hash_of(arena, lf.data, 0));
    }
    ray_arena_free(arena);
}

TEST(the_window_does_not_matter)
{
    static const char *const texts[] = {
        "create function f() returns int as $a$ begin return 1; end $a$ language plpgsql; --x\n",
        "select 'a' -- c\n 'b', E'x\\'y', U&\"a\"\"b\", 1_000, "
        "\"\xc3\xa4\", $1::int[], a<-1 /*c*/;",
        "select 'open",
    };
    struct ray_arena *arena = ray_arena_new();

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        for (size_t window = 1; window <= 64; window++)
            CHECK_STR(hash_of(arena, texts[i], window), hash_of(arena, texts[i], 0));
    ray_arena_free(arena);
}

TEST(files_and_ranges)
{
    static const char text[] = "-- up\nselect 1;\n-- down\nselect 2;\n";
    struct ray_arena *arena = ray_arena_new();
    const char *path = ray_arena_printf(arena, "/tmp/raymig-tokens-%ld.sql", (long)getpid());
    struct ray_source source = {.path = path, .begin = 24};
    struct ray_err err;
    char hex[RAY_HASH_HEX];

    ray_err_init(&err, arena);
    REQUIRE(ray_file_write(path, text, sizeof(text) - 1, &err));
    CHECK(ray_tokens_hash(&source, hex, &err));
    CHECK_STR(hex, PLAIN(arena, "select\0002\0;\0"));
    source = (struct ray_source){.path = path, .end = 14};
    CHECK(ray_tokens_hash(&source, hex, &err));
    CHECK_STR(hex, PLAIN(arena, "select\0001\0"));
    unlink(path);
    CHECK(!ray_tokens_hash(&source, hex, &err));
    CHECK_STR(err.message,
              ray_arena_printf(arena, "cannot open \"%s\": No such file or directory", path));
    ray_arena_free(arena);
}
