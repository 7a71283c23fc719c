/* Collations. The version of the library that made one is no fact of the schema: it differs from machine to machine. */
#include "catalog/definition.h"
#include "catalog/kinds.h"

enum { PROVIDER, LOCALE, LC_COLLATE, LC_CTYPE, DETERMINISTIC, RULES };

static const struct ray_attribute attributes[] = {
    [PROVIDER] = {"provider",
                  "CASE c.collprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu'"
                  " WHEN 'b' THEN 'builtin' ELSE 'default' END",
                  RAY_ATTRIBUTE_TEXT, false},
    /* Where it stands moved twice; before 15 in collcollate. */
    [LOCALE] = {"locale",
                "CASE WHEN c.collprovider <> 'c' THEN {17+ c.colllocale}"
                "{16- COALESCE(to_jsonb(c) ->> 'colliculocale', c.collcollate)}"
                " WHEN c.collcollate = c.collctype THEN c.collcollate END",
                RAY_ATTRIBUTE_TEXT, false},
    [LC_COLLATE] = {"lc_collate",
                    "CASE WHEN c.collprovider = 'c' AND c.collcollate <> c.collctype"
                    " THEN c.collcollate END",
                    RAY_ATTRIBUTE_TEXT, false},
    [LC_CTYPE] = {"lc_ctype",
                  "CASE WHEN c.collprovider = 'c' AND c.collcollate <> c.collctype"
                  " THEN c.collctype END",
                  RAY_ATTRIBUTE_TEXT, false},
    [DETERMINISTIC] = {"deterministic", "CASE WHEN NOT c.collisdeterministic THEN 'false' END",
                       RAY_ATTRIBUTE_TEXT, false},
    [RULES] = {"rules", "{16+ c.collicurules}", RAY_ATTRIBUTE_TEXT, false},
};

static const struct ray_definition words[] = {
    {PROVIDER, "PROVIDER", RAY_DEFINE_SQL},           {LOCALE, "LOCALE", RAY_DEFINE_LITERAL},
    {LC_COLLATE, "LC_COLLATE", RAY_DEFINE_LITERAL},   {LC_CTYPE, "LC_CTYPE", RAY_DEFINE_LITERAL},
    {DETERMINISTIC, "DETERMINISTIC", RAY_DEFINE_SQL}, {RULES, "RULES", RAY_DEFINE_LITERAL},
};

static void
create(struct ray_ddl *ddl, const struct ray_object *collation)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "CREATE COLLATION ");
    ray_ddl_qualified(buf, collation);
    ray_ddl_definition(buf, collation, words, sizeof(words) / sizeof(words[0]));
    ray_ddl_end(ddl, collation);
}

const struct ray_kind ray_kind_collation = {
    .name = "collation",
    .keyword = "COLLATION",
    .catalog = "pg_collation",
    .select = {.probe = "pg_collation WHERE oid >= 16384",
               .from = "pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace"
                       " WHERE c.oid >= 16384 AND " RAY_SQL_USER_SCHEMA,
               .oid = "c.oid",
               .schema = "n.nspname",
               .name = "c.collname",
               .owner = "c.collowner"},
    RAY_ATTRIBUTES(attributes),
    .sealed = true,
    .has_owner = true,
    .create = create,
};
