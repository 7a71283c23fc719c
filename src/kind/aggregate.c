/* Aggregates: normal, ordered-set and hypothetical-set, with what moving windows use instead. */
#include "catalog/definition.h"
#include "catalog/kinds.h"

enum {
    ARGUMENTS,
    SFUNC,
    STYPE,
    SSPACE,
    FINALFUNC,
    FINALFUNC_EXTRA,
    FINALFUNC_MODIFY,
    COMBINEFUNC,
    SERIALFUNC,
    DESERIALFUNC,
    INITCOND,
    MSFUNC,
    MINVFUNC,
    MSTYPE,
    MSSPACE,
    MFINALFUNC,
    MFINALFUNC_EXTRA,
    MFINALFUNC_MODIFY,
    MINITCOND,
    SORTOP,
    PARALLEL,
    HYPOTHETICAL,
};

#define ROUTINE(column)   "NULLIF(" column "::oid, 0)::regproc"
#define TYPE_NAME(column) "CASE WHEN " column " <> 0 THEN format_type(" column ", NULL) END"

/* What is the default depends on the kind of aggregate. */
#define MODIFY(column)                                                           \
    "NULLIF(CASE " column " WHEN 'r' THEN 'read_only' WHEN 's' THEN 'shareable'" \
    " ELSE 'read_write' END, CASE a.aggkind WHEN 'n' THEN 'read_only' ELSE 'read_write' END)"

static const struct ray_attribute attributes[] = {
    [ARGUMENTS] = {"arguments", "NULLIF(pg_get_function_arguments(p.oid), '')", RAY_ATTRIBUTE_TEXT,
                   false},
    [SFUNC] = {"sfunc", ROUTINE("a.aggtransfn"), RAY_ATTRIBUTE_TEXT, false},
    [STYPE] = {"stype", TYPE_NAME("a.aggtranstype"), RAY_ATTRIBUTE_TEXT, false},
    [SSPACE] = {"sspace", "NULLIF(a.aggtransspace, 0)", RAY_ATTRIBUTE_TEXT, false},
    [FINALFUNC] = {"finalfunc", ROUTINE("a.aggfinalfn"), RAY_ATTRIBUTE_TEXT, false},
    [FINALFUNC_EXTRA] = {"finalfunc_extra", "a.aggfinalextra", RAY_ATTRIBUTE_FLAG, false},
    [FINALFUNC_MODIFY] = {"finalfunc_modify", MODIFY("a.aggfinalmodify"), RAY_ATTRIBUTE_TEXT,
                          false},
    [COMBINEFUNC] = {"combinefunc", ROUTINE("a.aggcombinefn"), RAY_ATTRIBUTE_TEXT, false},
    [SERIALFUNC] = {"serialfunc", ROUTINE("a.aggserialfn"), RAY_ATTRIBUTE_TEXT, false},
    [DESERIALFUNC] = {"deserialfunc", ROUTINE("a.aggdeserialfn"), RAY_ATTRIBUTE_TEXT, false},
    [INITCOND] = {"initcond", "a.agginitval", RAY_ATTRIBUTE_TEXT, false},
    [MSFUNC] = {"msfunc", ROUTINE("a.aggmtransfn"), RAY_ATTRIBUTE_TEXT, false},
    [MINVFUNC] = {"minvfunc", ROUTINE("a.aggminvtransfn"), RAY_ATTRIBUTE_TEXT, false},
    [MSTYPE] = {"mstype", TYPE_NAME("a.aggmtranstype"), RAY_ATTRIBUTE_TEXT, false},
    [MSSPACE] = {"msspace", "NULLIF(a.aggmtransspace, 0)", RAY_ATTRIBUTE_TEXT, false},
    [MFINALFUNC] = {"mfinalfunc", ROUTINE("a.aggmfinalfn"), RAY_ATTRIBUTE_TEXT, false},
    [MFINALFUNC_EXTRA] = {"mfinalfunc_extra", "a.aggmfinalextra", RAY_ATTRIBUTE_FLAG, false},
    [MFINALFUNC_MODIFY] = {"mfinalfunc_modify", MODIFY("a.aggmfinalmodify"), RAY_ATTRIBUTE_TEXT,
                           false},
    [MINITCOND] = {"minitcond", "a.aggminitval", RAY_ATTRIBUTE_TEXT, false},
    [SORTOP] = {"sortop",
                "(SELECT 'OPERATOR(' || quote_ident(xn.nspname) || '.' || x.oprname || ')'"
                " FROM pg_operator x JOIN pg_namespace xn ON xn.oid = x.oprnamespace"
                " WHERE x.oid = a.aggsortop)",
                RAY_ATTRIBUTE_TEXT, false},
    [PARALLEL] = {"parallel",
                  "CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' END",
                  RAY_ATTRIBUTE_TEXT, false},
    [HYPOTHETICAL] = {"hypothetical", "a.aggkind = 'h'", RAY_ATTRIBUTE_FLAG, false},
};

static const struct ray_definition words[] = {
    {SFUNC, "SFUNC", RAY_DEFINE_SQL},
    {STYPE, "STYPE", RAY_DEFINE_SQL},
    {SSPACE, "SSPACE", RAY_DEFINE_SQL},
    {FINALFUNC, "FINALFUNC", RAY_DEFINE_SQL},
    {FINALFUNC_EXTRA, "FINALFUNC_EXTRA", RAY_DEFINE_FLAG},
    {FINALFUNC_MODIFY, "FINALFUNC_MODIFY", RAY_DEFINE_SQL},
    {COMBINEFUNC, "COMBINEFUNC", RAY_DEFINE_SQL},
    {SERIALFUNC, "SERIALFUNC", RAY_DEFINE_SQL},
    {DESERIALFUNC, "DESERIALFUNC", RAY_DEFINE_SQL},
    {INITCOND, "INITCOND", RAY_DEFINE_LITERAL},
    {MSFUNC, "MSFUNC", RAY_DEFINE_SQL},
    {MINVFUNC, "MINVFUNC", RAY_DEFINE_SQL},
    {MSTYPE, "MSTYPE", RAY_DEFINE_SQL},
    {MSSPACE, "MSSPACE", RAY_DEFINE_SQL},
    {MFINALFUNC, "MFINALFUNC", RAY_DEFINE_SQL},
    {MFINALFUNC_EXTRA, "MFINALFUNC_EXTRA", RAY_DEFINE_FLAG},
    {MFINALFUNC_MODIFY, "MFINALFUNC_MODIFY", RAY_DEFINE_SQL},
    {MINITCOND, "MINITCOND", RAY_DEFINE_LITERAL},
    {SORTOP, "SORTOP", RAY_DEFINE_SQL},
    {PARALLEL, "PARALLEL", RAY_DEFINE_SQL},
    {HYPOTHETICAL, "HYPOTHETICAL", RAY_DEFINE_FLAG},
};

/* As CREATE, COMMENT ON and ALTER want it: with ORDER BY, or a star. */
static void
target(struct ray_buf *buf, const struct ray_object *aggregate)
{
    const char *arguments = ray_object_value(aggregate, ARGUMENTS);

    ray_ddl_qualified(buf, aggregate);
    ray_buf_addf(buf, "(%s)", arguments == NULL ? "*" : arguments);
}

static void
grant_target(struct ray_buf *buf, const struct ray_object *aggregate)
{
    ray_ddl_qualified(buf, aggregate);
    ray_buf_addf(buf, "(%s)", aggregate->signature == NULL ? "" : aggregate->signature);
}

static void
create(struct ray_ddl *ddl, const struct ray_object *aggregate)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "CREATE AGGREGATE ");
    target(buf, aggregate);
    ray_ddl_definition(buf, aggregate, words, sizeof(words) / sizeof(words[0]));
    ray_ddl_end(ddl, aggregate);
}

const struct ray_kind ray_kind_aggregate = {
    .name = "aggregate",
    .keyword = "AGGREGATE",
    .catalog = "pg_proc",
    .select = {.probe = "pg_aggregate WHERE aggfnoid >= 16384",
               .from = "pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid"
                       " JOIN pg_namespace n ON n.oid = p.pronamespace"
                       " WHERE p.oid >= 16384 AND " RAY_SQL_USER_SCHEMA,
               .oid = "p.oid",
               .schema = "n.nspname",
               .name = "p.proname",
               .signature = "oidvectortypes(p.proargtypes)",
               .owner = "p.proowner",
               .acl = "p.proacl"},
    RAY_ATTRIBUTES(attributes),
    .acl_type = 'f',
    .grant_keyword = "FUNCTION",
    .has_owner = true,
    .target = target,
    .grant_target = grant_target,
    .create = create,
};
