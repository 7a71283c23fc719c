/*
 * Base types: made of functions that take and give the type itself, so that the type first is a shell. A type
 * of which only the shell is there is one, too.
 */
#include "catalog/definition.h"
#include "catalog/kinds.h"

enum {
    INPUT,
    OUTPUT,
    RECEIVE,
    SEND,
    TYPMOD_IN,
    TYPMOD_OUT,
    ANALYZE,
    SUBSCRIPT,
    LENGTH,
    BY_VALUE,
    ALIGNMENT,
    STORAGE,
    CATEGORY,
    PREFERRED,
    DEFAULT,
    ELEMENT,
    DELIMITER,
    COLLATABLE,
    SHELL,
};

#define ROUTINE(column) "NULLIF(" column "::oid, 0)::regproc"

static const struct ray_attribute attributes[] = {
    [INPUT] = {"input", ROUTINE("t.typinput"), RAY_ATTRIBUTE_TEXT, false},
    [OUTPUT] = {"output", ROUTINE("t.typoutput"), RAY_ATTRIBUTE_TEXT, false},
    [RECEIVE] = {"receive", ROUTINE("t.typreceive"), RAY_ATTRIBUTE_TEXT, false},
    [SEND] = {"send", ROUTINE("t.typsend"), RAY_ATTRIBUTE_TEXT, false},
    [TYPMOD_IN] = {"typmod_in", ROUTINE("t.typmodin"), RAY_ATTRIBUTE_TEXT, false},
    [TYPMOD_OUT] = {"typmod_out", ROUTINE("t.typmodout"), RAY_ATTRIBUTE_TEXT, false},
    [ANALYZE] = {"analyze", ROUTINE("t.typanalyze"), RAY_ATTRIBUTE_TEXT, false},
    [SUBSCRIPT] = {"subscript", "{14+ " ROUTINE("t.typsubscript") "}", RAY_ATTRIBUTE_TEXT, false},
    [LENGTH] = {"length", "CASE WHEN t.typisdefined THEN NULLIF(t.typlen, -1) END",
                RAY_ATTRIBUTE_TEXT, false},
    [BY_VALUE] = {"passed_by_value", "t.typbyval AND t.typisdefined", RAY_ATTRIBUTE_FLAG, false},
    [ALIGNMENT] = {"alignment",
                   "CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2'"
                   " WHEN 'd' THEN 'double' END",
                   RAY_ATTRIBUTE_TEXT, false},
    [STORAGE] = {"storage",
                 "CASE t.typstorage WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended'"
                 " WHEN 'm' THEN 'main' END",
                 RAY_ATTRIBUTE_TEXT, false},
    [CATEGORY] = {"category", "CASE WHEN t.typisdefined THEN NULLIF(t.typcategory, 'U') END",
                  RAY_ATTRIBUTE_TEXT, false},
    [PREFERRED] = {"preferred", "t.typispreferred", RAY_ATTRIBUTE_FLAG, false},
    [DEFAULT] = {"default", "t.typdefault", RAY_ATTRIBUTE_TEXT, false},
    [ELEMENT] = {"element", "CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END",
                 RAY_ATTRIBUTE_TEXT, false},
    [DELIMITER] = {"delimiter", "NULLIF(t.typdelim, ',')", RAY_ATTRIBUTE_TEXT, false},
    [COLLATABLE] = {"collatable", "t.typcollation <> 0", RAY_ATTRIBUTE_FLAG, false},
    [SHELL] = {"shell", "NOT t.typisdefined", RAY_ATTRIBUTE_FLAG, false},
};

static const struct ray_definition words[] = {
    {INPUT, "INPUT", RAY_DEFINE_SQL},
    {OUTPUT, "OUTPUT", RAY_DEFINE_SQL},
    {RECEIVE, "RECEIVE", RAY_DEFINE_SQL},
    {SEND, "SEND", RAY_DEFINE_SQL},
    {TYPMOD_IN, "TYPMOD_IN", RAY_DEFINE_SQL},
    {TYPMOD_OUT, "TYPMOD_OUT", RAY_DEFINE_SQL},
    {ANALYZE, "ANALYZE", RAY_DEFINE_SQL},
    {SUBSCRIPT, "SUBSCRIPT", RAY_DEFINE_SQL},
    {LENGTH, "INTERNALLENGTH", RAY_DEFINE_SQL},
    {BY_VALUE, "PASSEDBYVALUE", RAY_DEFINE_FLAG},
    {ALIGNMENT, "ALIGNMENT", RAY_DEFINE_SQL},
    {STORAGE, "STORAGE", RAY_DEFINE_SQL},
    {CATEGORY, "CATEGORY", RAY_DEFINE_LITERAL},
    {PREFERRED, "PREFERRED", RAY_DEFINE_SQL},
    {DEFAULT, "DEFAULT", RAY_DEFINE_LITERAL},
    {ELEMENT, "ELEMENT", RAY_DEFINE_SQL},
    {DELIMITER, "DELIMITER", RAY_DEFINE_LITERAL},
    {COLLATABLE, "COLLATABLE", RAY_DEFINE_SQL},
};

void
ray_type_stub(struct ray_ddl *ddl, const struct ray_object *type)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "CREATE TYPE ");
    ray_ddl_qualified(buf, type);
    ray_ddl_end(ddl, type);
}

static void
create(struct ray_ddl *ddl, const struct ray_object *type)
{
    struct ray_buf *buf;

    if (ray_object_is(type, SHELL)) {
        if (!type->stubbed)
            ray_type_stub(ddl, type);
        return;
    }
    buf = ray_ddl_begin(ddl);
    ray_buf_add(buf, "CREATE TYPE ");
    ray_ddl_qualified(buf, type);
    ray_ddl_definition(buf, type, words, sizeof(words) / sizeof(words[0]));
    ray_ddl_end(ddl, type);
}

const struct ray_kind ray_kind_base_type = {
    .name = "base type",
    .keyword = "TYPE",
    .catalog = "pg_type",
    .select = {.from = "pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
                       " WHERE (t.typtype = 'b' OR NOT t.typisdefined) AND t.oid >= 16384"
                       " AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)"
                       " AND " RAY_SQL_USER_SCHEMA,
               .oid = "t.oid",
               .schema = "n.nspname",
               .name = "t.typname",
               .owner = "t.typowner",
               .acl = "t.typacl"},
    RAY_ATTRIBUTES(attributes),
    .acl_type = 'T',
    .has_owner = true,
    .create = create,
    .stub = ray_type_stub,
};
