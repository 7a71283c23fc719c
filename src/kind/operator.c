/*
 * Operators. A commutator or negator that is not there yet becomes a shell by being named, which its own
 * CREATE OPERATOR then fills; one that was never filled stands here so that it is known, and is never written.
 */
#include "catalog/definition.h"
#include "catalog/kinds.h"

enum { FUNCTION, LEFT, RIGHT, COMMUTATOR, NEGATOR, RESTRICT, JOIN, HASHES, MERGES };

#define OTHER(column)                                                                              \
    "(SELECT 'OPERATOR(' || quote_ident(xn.nspname) || '.' || x.oprname || ')' FROM pg_operator x" \
    " JOIN pg_namespace xn ON xn.oid = x.oprnamespace WHERE x.oid = " column ")"

static const struct ray_attribute attributes[] = {
    [FUNCTION] = {"function", "NULLIF(o.oprcode::oid, 0)::regproc", RAY_ATTRIBUTE_TEXT, false},
    [LEFT] = {"left", "CASE WHEN o.oprleft <> 0 THEN format_type(o.oprleft, NULL) END",
              RAY_ATTRIBUTE_TEXT, false},
    [RIGHT] = {"right", "CASE WHEN o.oprright <> 0 THEN format_type(o.oprright, NULL) END",
               RAY_ATTRIBUTE_TEXT, false},
    [COMMUTATOR] = {"commutator", OTHER("o.oprcom"), RAY_ATTRIBUTE_TEXT, false},
    [NEGATOR] = {"negator", OTHER("o.oprnegate"), RAY_ATTRIBUTE_TEXT, false},
    [RESTRICT] = {"restrict", "NULLIF(o.oprrest::oid, 0)::regproc", RAY_ATTRIBUTE_TEXT, false},
    [JOIN] = {"join", "NULLIF(o.oprjoin::oid, 0)::regproc", RAY_ATTRIBUTE_TEXT, false},
    [HASHES] = {"hashes", "o.oprcanhash", RAY_ATTRIBUTE_FLAG, false},
    [MERGES] = {"merges", "o.oprcanmerge", RAY_ATTRIBUTE_FLAG, false},
};

static const struct ray_definition words[] = {
    {FUNCTION, "FUNCTION", RAY_DEFINE_SQL}, {LEFT, "LEFTARG", RAY_DEFINE_SQL},
    {RIGHT, "RIGHTARG", RAY_DEFINE_SQL},    {COMMUTATOR, "COMMUTATOR", RAY_DEFINE_SQL},
    {NEGATOR, "NEGATOR", RAY_DEFINE_SQL},   {RESTRICT, "RESTRICT", RAY_DEFINE_SQL},
    {JOIN, "JOIN", RAY_DEFINE_SQL},         {HASHES, "HASHES", RAY_DEFINE_FLAG},
    {MERGES, "MERGES", RAY_DEFINE_FLAG},
};

static bool
take(struct ray_loader *loader, struct ray_object *object)
{
    (void)loader;
    object->implied = !ray_object_is(object, FUNCTION);
    if (object->implied)
        object->values[RAY_OWNER] = NULL;
    return true;
}

static void
add_name(struct ray_buf *buf, const struct ray_object *object)
{
    if (object->schema != NULL) {
        ray_ddl_name(buf, object->schema);
        ray_buf_addc(buf, '.');
    }
    ray_buf_add(buf, object->name);
}

static void
target(struct ray_buf *buf, const struct ray_object *object)
{
    add_name(buf, object);
    ray_buf_addf(buf, " (%s)", object->signature);
}

static void
create(struct ray_ddl *ddl, const struct ray_object *object)
{
    struct ray_buf *buf;

    if (object->implied)
        return;
    buf = ray_ddl_begin(ddl);
    ray_buf_add(buf, "CREATE OPERATOR ");
    add_name(buf, object);
    ray_ddl_definition(buf, object, words, sizeof(words) / sizeof(words[0]));
    ray_ddl_end(ddl, object);
}

const struct ray_kind ray_kind_operator = {
    .name = "operator",
    .keyword = "OPERATOR",
    .catalog = "pg_operator",
    .select = {.probe = "pg_operator WHERE oid >= 16384",
               .from = "pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace"
                       " WHERE o.oid >= 16384 AND " RAY_SQL_USER_SCHEMA,
               .oid = "o.oid",
               .schema = "n.nspname",
               .name = "o.oprname",
               .signature = "CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL)"
                            " END || ', ' || CASE WHEN o.oprright = 0 THEN 'NONE'"
                            " ELSE format_type(o.oprright, NULL) END",
               .owner = "o.oprowner"},
    RAY_ATTRIBUTES(attributes),
    .sealed = true,
    .has_owner = true,
    .take = take,
    .target = target,
    .create = create,
};
