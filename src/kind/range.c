/* Range types, with the multirange type that each brings. A canonical function takes the type, which first is a shell. */
#include "catalog/definition.h"
#include "catalog/kinds.h"

enum { SUBTYPE, OPCLASS, COLLATION, CANONICAL, SUBTYPE_DIFF, MULTIRANGE };

/* The name that the server would choose: makeMultirangeTypeName(). */
#define MULTIRANGE_NAME                                                                 \
    "(CASE WHEN strpos(t.typname, 'range') > 0 THEN regexp_replace(t.typname, 'range'," \
    " 'multirange') ELSE left(t.typname, 52) || '_multirange' END)::name"

static const struct ray_attribute attributes[] = {
    [SUBTYPE] = {"subtype", "format_type(r.rngsubtype, NULL)", RAY_ATTRIBUTE_TEXT, false},
    [OPCLASS] = {"subtype_opclass",
                 "(SELECT quote_ident(opn.nspname) || '.' || quote_ident(o.opcname)"
                 " FROM pg_opclass o JOIN pg_namespace opn ON opn.oid = o.opcnamespace"
                 " WHERE o.oid = r.rngsubopc AND NOT o.opcdefault)",
                 RAY_ATTRIBUTE_TEXT, false},
    [COLLATION] = {"collation",
                   "CASE WHEN r.rngcollation <> s.typcollation"
                   " THEN r.rngcollation::regcollation::text END",
                   RAY_ATTRIBUTE_TEXT, false},
    [CANONICAL] = {"canonical", "NULLIF(r.rngcanonical::oid, 0)::regproc", RAY_ATTRIBUTE_TEXT,
                   false},
    [SUBTYPE_DIFF] = {"subtype_diff", "NULLIF(r.rngsubdiff::oid, 0)::regproc", RAY_ATTRIBUTE_TEXT,
                      false},
    [MULTIRANGE] = {"multirange_type_name",
                    "{14+ NULLIF(r.rngmultitypid::regtype::text,"
                    " quote_ident(n.nspname) || '.' || quote_ident(" MULTIRANGE_NAME "))}",
                    RAY_ATTRIBUTE_TEXT, false},
};

static const struct ray_definition words[] = {
    {SUBTYPE, "SUBTYPE", RAY_DEFINE_SQL},
    {OPCLASS, "SUBTYPE_OPCLASS", RAY_DEFINE_SQL},
    {COLLATION, "COLLATION", RAY_DEFINE_SQL},
    {CANONICAL, "CANONICAL", RAY_DEFINE_SQL},
    {SUBTYPE_DIFF, "SUBTYPE_DIFF", RAY_DEFINE_SQL},
    {MULTIRANGE, "MULTIRANGE_TYPE_NAME", RAY_DEFINE_SQL},
};

static void
create(struct ray_ddl *ddl, const struct ray_object *range)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "CREATE TYPE ");
    ray_ddl_qualified(buf, range);
    ray_buf_add(buf, " AS RANGE");
    ray_ddl_definition(buf, range, words, sizeof(words) / sizeof(words[0]));
    ray_ddl_end(ddl, range);
}

const struct ray_kind ray_kind_range = {
    .name = "range type",
    .keyword = "TYPE",
    .catalog = "pg_type",
    .select = {.probe = "pg_range WHERE rngtypid >= 16384",
               .from = "pg_range r JOIN pg_type t ON t.oid = r.rngtypid"
                       " JOIN pg_namespace n ON n.oid = t.typnamespace"
                       " JOIN pg_type s ON s.oid = r.rngsubtype"
                       " WHERE t.oid >= 16384 AND " RAY_SQL_USER_SCHEMA,
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
