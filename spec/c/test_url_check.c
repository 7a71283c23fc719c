/*
 * Connection strings: faults are told, and never with a word of what may be a password. Every string here has
 * "geheim" where a password, or a piece of one, stands.
 */
#include "harness.h"

#include "pg/url_check.h"

#include <string.h>

static bool
check(struct ray_arena *arena, const char *url, struct ray_err *err)
{
    ray_err_init(err, arena);
    return ray_url_check(url, "--url", err);
}

TEST(good_strings_pass)
{
    static const char *const urls[] = {
        "postgresql://u:geheim@localhost:5432/db",
        "postgres://u:ge%2Fheim@localhost/db?sslmode=require&application_name=x",
        "postgresql://",
        "postgresql:///db?host=/run/postgresql",
        "postgres://u:geheim@a:1,b:2/db",
        "postgres://u:geheim@[::1]:5432/db",
        "host=localhost port=5432 password='geheim/@:?'",
        "service=x",
        "postgres://u@h/db?options=-c%20search_path%3Da@b",
    };
    struct ray_arena *arena = ray_arena_new();
    struct ray_err err;

    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        CHECK(check(arena, urls[i], &err));
        CHECK_STR(err.message, NULL);
    }
    ray_arena_free(arena);
}

TEST(bad_strings_are_refused_without_their_password)
{
    static const struct {
        const char *url;
        const char *says;
    } rows[] = {
        {"mysql://u:geheim@h/db", "is for \"mysql\""},
        {"postgresql+psycopg2://u:geheim@h/db", "is for \"postgresql+psycopg2\""},
        {"postgres://u:ge/geheim@h/db", "a / before the @"},
        {"postgres://u:12/geheim@h/db", "a / before the @"},
        {"postgres://u:x@geheim@h/db", "more than one @"},
        {"postgres://u:x%geheim@h/db", "a % without"},
        {"postgres://u:x%00geheim@h/db", "a %00"},
        {"postgres://u:x@h/db?geheim=1", "an unknown parameter"},
        {"postgres://u:geheim@h/db?schema=public", "no parameter \"schema\""},
        {"postgres://u:x@h/db?geheim", "a parameter without ="},
        {"postgres://u:x@h/db?sslmode=a=geheim", "two ="},
        {"postgres://u:x@[::1/geheim", "that no ] closes"},
        {"postgres://u:x@[::1]geheim", "something other than : or /"},
        {"postgres://h:geheim/db", "its port is not a number"},
        {"u:geheim@h/db", "neither a URL nor key=value"},
        {"password=a geheim host=h", "neither a URL nor key=value"},
        {"u:ge=geheim@h", "an unknown key"},
        {"host=h password='geheim", "a quote that is not closed"},
        {"host=h port=geheim", "its port is not a number"},
        {"gehe im://geheim=", "does not begin with postgresql://"},
        {"u:geheim@h://x", "does not begin with postgresql://"},
    };
    struct ray_arena *arena = ray_arena_new();
    struct ray_err err;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        REQUIRE(!check(arena, rows[i].url, &err));
        CHECK_INT(err.code, RAY_USAGE);
        CHECK(strstr(err.message, "--url") != NULL);
        if (!CHECK(strstr(err.message, rows[i].says) != NULL))
            CHECK_STR(err.message, rows[i].says);
        CHECK(strstr(err.message, "geheim") == NULL);
        CHECK(err.hint == NULL || strstr(err.hint, "geheim") == NULL);
    }
    ray_arena_free(arena);
}
