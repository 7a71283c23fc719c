/* The catalog's frame: what must hold of the kinds' tables, of lists, deparsed text and versioned SQL. */
#include "harness.h"

#include "catalog/clause.h"
#include "catalog/kind.h"
#include "catalog/list.h"
#include "catalog/loader_internal.h"
#include "pg/keyword.h"

#include <string.h>

/* What a snapshot's line has beside the attributes. */
static const char *const frame[] = {"kind",  "schema", "parent",  "name",    "signature",
                                    "owner", "acl",    "comment", "labels",  "needs",
                                    "later", "member", "implied", "built_in"};

TEST(kinds_have_names_that_tell_them_apart)
{
    for (size_t i = 0; i < ray_kind_count; i++) {
        const struct ray_kind *kind = ray_kinds[i];

        CHECK(ray_kind_named(kind->name) == kind);
        CHECK_INT((long long)ray_kind_rank(kind), (long long)i);
        CHECK(kind->catalog != NULL && kind->select.name != NULL);
    }
}

TEST(attributes_do_not_clash_with_the_frame_or_each_other)
{
    for (size_t k = 0; k < ray_kind_count; k++)
        for (size_t i = 0; i < ray_kinds[k]->nattributes; i++) {
            const char *name = ray_kinds[k]->attributes[i].name;

            REQUIRE(CHECK(name != NULL));
            for (size_t f = 0; f < sizeof(frame) / sizeof(frame[0]); f++)
                CHECK(strcmp(name, frame[f]) != 0);
            CHECK_INT(ray_kind_value_index(ray_kinds[k], name), RAY_COMMON_COUNT + (int)i);
        }
}

TEST(parts_stand_behind_their_wholes)
{
    for (size_t k = 0; k < ray_kind_count; k++) {
        bool found = ray_kinds[k]->owner_catalog == NULL;

        for (size_t i = 0; i < k; i++)
            if (!found && ray_kinds[i]->owner_catalog == NULL)
                found = strcmp(ray_kinds[i]->catalog, ray_kinds[k]->owner_catalog) == 0 ||
                        (ray_kinds[i]->alias_catalog != NULL &&
                         strcmp(ray_kinds[i]->alias_catalog, ray_kinds[k]->owner_catalog) == 0);
        CHECK(found);
    }
}

TEST(lists_are_json_as_postgresql_writes_it)
{
    struct ray_arena *arena = ray_arena_new();
    ray_list list = ray_list_read(arena, "[\"a\",\"b \\\"c\\\"\",\"\\u0001\\n\",\"\xc3\xa4\"]");

    CHECK_INT((long long)list.len, 4);
    CHECK_STR(list.items[1], "b \"c\"");
    CHECK_STR(ray_list_write(arena, &list), "[\"a\",\"b \\\"c\\\"\",\"\\u0001\\n\",\"\xc3\xa4\"]");
    CHECK_INT((long long)ray_list_read(arena, NULL).len, 0);
    list.len = 0;
    CHECK_STR(ray_list_write(arena, &list), NULL);
    ray_arena_free(arena);
}

TEST(sql_is_chosen_by_version)
{
    struct ray_arena *arena = ray_arena_new();
    const char *sql = "a{15+ , b}{14- , c} FROM d";
    struct ray_loader loader = {.scratch = arena, .major = 15};

    CHECK_STR(ray_loader_expand(&loader, sql), "a , b FROM d");
    loader.major = 18;
    CHECK_STR(ray_loader_expand(&loader, sql), "a , b FROM d");
    loader.major = 14;
    CHECK_STR(ray_loader_expand(&loader, sql), "a , c FROM d");
    CHECK_STR(ray_loader_expand(&loader, "{15+ x}"), NULL);
    ray_arena_free(arena);
}

TEST(deparsed_text_is_taken_apart_at_the_right_places)
{
    struct ray_arena *arena = ray_arena_new();
    const char *text = "lower(a), \"b,(\", ('x,)' || c), d DESC";
    ray_list items = ray_clause_items(arena, text, text + strlen(text));

    CHECK_INT((long long)items.len, 4);
    CHECK_STR(items.items[1], "\"b,(\"");
    CHECK_STR(items.items[2], "('x,)' || c)");
    CHECK_STR(ray_clause_bare(arena, "(a AND b)"), "a AND b");
    CHECK_STR(ray_clause_bare(arena, "(a) AND (b)"), "(a) AND (b)");
    CHECK_STR(ray_clause_bare(arena, "(a = ')'::text)"), "a = ')'::text");
    CHECK_STR(ray_clause_find("f(' WHERE ') WHERE x", " WHERE "), " WHERE x");
    CHECK(ray_clause_find("f( WHERE )", " WHERE ") == NULL);
    items = ray_clause_name(arena, "public.\"My \"\"T\"\".x\"");
    CHECK_INT((long long)items.len, 2);
    CHECK_STR(items.items[1], "My \"T\".x");
    ray_arena_free(arena);
}

TEST(names_are_quoted_only_where_they_must_be)
{
    static const char *const plain[] = {"users", "_a1", "name", "type", "value"};
    static const char *const odd[] = {"Users",      "1a",       "a b",    "",
                                      "select",     "user",     "a$b",    "system_user",
                                      "json_table", "\xc3\xa4", "between"};

    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        CHECK(!ray_name_needs_quotes(plain[i]));
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
        CHECK(ray_name_needs_quotes(odd[i]));
}
