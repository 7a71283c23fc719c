/*
 * Functions, procedures and window functions; aggregates have a kind of their own. The identity's types are those of
 * the arguments that go in: names may change.
 */
#include "catalog/clause.h"
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "catalog/list.h"
#include "kind/alter.h"
#include "pg/quote.h"

#include <string.h>

enum {
    TYPE,
    ARGUMENTS,
    RETURNS,
    LANGUAGE,
    TRANSFORMS,
    VOLATILITY,
    STRICT,
    SECURITY_DEFINER,
    LEAKPROOF,
    PARALLEL,
    COST,
    ROWS,
    SUPPORT,
    SETTINGS,
    LIBRARY,
    SOURCE,
    BODY,
};

static const struct ray_attribute attributes[] = {
    [TYPE] = {"type", "CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'w' THEN 'window' END",
              RAY_ATTRIBUTE_TEXT, false},
    [ARGUMENTS] = {"arguments", "NULLIF(pg_get_function_arguments(p.oid), '')", RAY_ATTRIBUTE_TEXT,
                   false},
    [RETURNS] = {"returns", "pg_get_function_result(p.oid)", RAY_ATTRIBUTE_TEXT, false},
    [LANGUAGE] = {"language", "l.lanname", RAY_ATTRIBUTE_TEXT, false},
    [TRANSFORMS] = {"transforms",
                    "CASE WHEN p.protrftypes IS NOT NULL THEN ARRAY(SELECT format_type(t, NULL)"
                    " FROM unnest(p.protrftypes) t) END",
                    RAY_ATTRIBUTE_LIST, false},
    [VOLATILITY] = {"volatility",
                    "CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' END",
                    RAY_ATTRIBUTE_TEXT, false},
    [STRICT] = {"strict", "p.proisstrict", RAY_ATTRIBUTE_FLAG, false},
    [SECURITY_DEFINER] = {"security_definer", "p.prosecdef", RAY_ATTRIBUTE_FLAG, false},
    [LEAKPROOF] = {"leakproof", "p.proleakproof", RAY_ATTRIBUTE_FLAG, false},
    [PARALLEL] = {"parallel",
                  "CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' END",
                  RAY_ATTRIBUTE_TEXT, false},
    [COST] = {"cost",
              "NULLIF(p.procost, CASE WHEN l.lanname IN ('internal', 'c') THEN 1 ELSE 100 END)",
              RAY_ATTRIBUTE_TEXT, false},
    [ROWS] = {"rows", "NULLIF(NULLIF(p.prorows, 0), 1000)", RAY_ATTRIBUTE_TEXT, false},
    [SUPPORT] = {"support", "NULLIF(p.prosupport, 0)::regproc", RAY_ATTRIBUTE_TEXT, false},
    [SETTINGS] = {"settings", "p.proconfig", RAY_ATTRIBUTE_LIST, false},
    [LIBRARY] = {"library", "p.probin", RAY_ATTRIBUTE_TEXT, false},
    [SOURCE] = {"source", "{14+ CASE WHEN p.prosqlbody IS NULL THEN p.prosrc END}{13- p.prosrc}",
                RAY_ATTRIBUTE_TEXT, false},
    [BODY] = {"body", "{14+ pg_get_function_sqlbody(p.oid)}", RAY_ATTRIBUTE_TEXT, false},
};

static bool
is_procedure(const struct ray_object *function)
{
    const char *type = ray_object_value(function, TYPE);

    return type != NULL && strcmp(type, "procedure") == 0;
}

static const char *
keyword_of(const struct ray_object *function)
{
    return is_procedure(function) ? "PROCEDURE" : "FUNCTION";
}

static void
target(struct ray_buf *buf, const struct ray_object *function)
{
    ray_ddl_qualified(buf, function);
    ray_buf_addf(buf, "(%s)", function->signature == NULL ? "" : function->signature);
}

static void
add_words(struct ray_buf *buf, const struct ray_object *function)
{
    static const struct {
        size_t attribute;
        const char *value; /* NULL: any */
        const char *words;
    } words[] = {
        {TYPE, "window", "WINDOW"},
        {VOLATILITY, "immutable", "IMMUTABLE"},
        {VOLATILITY, "stable", "STABLE"},
        {STRICT, NULL, "STRICT"},
        {SECURITY_DEFINER, NULL, "SECURITY DEFINER"},
        {LEAKPROOF, NULL, "LEAKPROOF"},
        {PARALLEL, "safe", "PARALLEL SAFE"},
        {PARALLEL, "restricted", "PARALLEL RESTRICTED"},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const char *value = ray_object_value(function, words[i].attribute);

        if (value != NULL && (words[i].value == NULL || strcmp(value, words[i].value) == 0))
            ray_buf_addf(buf, " %s", words[i].words);
    }
}

static void
add_settings(struct ray_buf *buf, const struct ray_object *function)
{
    ray_list settings = ray_list_read(buf->arena, ray_object_value(function, SETTINGS));

    for (size_t i = 0; i < settings.len; i++) {
        ray_buf_add(buf, "\n    ");
        ray_ddl_setting(buf, settings.items[i]);
    }
}

static void
add_body(struct ray_buf *buf, const struct ray_object *function)
{
    if (ray_object_is(function, BODY)) {
        ray_buf_addf(buf, "\n%s", ray_object_value(function, BODY));
        return;
    }
    ray_buf_add(buf, "\nAS ");
    if (ray_object_is(function, LIBRARY)) {
        ray_buf_literal(buf, ray_object_value(function, LIBRARY));
        ray_buf_add(buf, ", ");
        ray_buf_literal(buf, ray_object_value(function, SOURCE));
        return;
    }
    ray_ddl_dollar_quoted(buf, ray_object_value(function, SOURCE));
}

static void
add_head(struct ray_buf *buf, const struct ray_object *function, const char *arguments)
{
    ray_buf_addf(buf, "%s ", keyword_of(function));
    ray_ddl_qualified(buf, function);
    ray_buf_addf(buf, "(%s)", arguments);
    if (ray_object_is(function, RETURNS))
        ray_buf_addf(buf, "\nRETURNS %s", ray_object_value(function, RETURNS));
}

static void
create(struct ray_ddl *ddl, const struct ray_object *function)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);
    const char *arguments = ray_object_value(function, ARGUMENTS);

    ray_buf_add(buf, function->stubbed ? "CREATE OR REPLACE " : "CREATE ");
    add_head(buf, function, arguments == NULL ? "" : arguments);
    ray_buf_add(buf, "\nLANGUAGE ");
    ray_ddl_name(buf, ray_object_value(function, LANGUAGE));
    if (ray_object_is(function, TRANSFORMS)) {
        ray_list types = ray_list_read(ddl->arena, ray_object_value(function, TRANSFORMS));

        for (size_t i = 0; i < types.len; i++)
            ray_buf_addf(buf, "%s FOR TYPE %s", i == 0 ? " TRANSFORM" : ",", types.items[i]);
    }
    add_words(buf, function);
    if (ray_object_is(function, COST))
        ray_buf_addf(buf, " COST %s", ray_object_value(function, COST));
    if (ray_object_is(function, ROWS))
        ray_buf_addf(buf, " ROWS %s", ray_object_value(function, ROWS));
    if (ray_object_is(function, SUPPORT))
        ray_buf_addf(buf, " SUPPORT %s", ray_object_value(function, SUPPORT));
    add_settings(buf, function);
    add_body(buf, function);
    ray_ddl_end(ddl, function);
}

/* ---------------------------------------------------------------- in a circle */

/* A body that may even be run: the server folds what is immutable where it stands in an expression. */
static const char *
nothing_of(struct ray_arena *arena, const struct ray_object *function)
{
    const char *returns = ray_object_value(function, RETURNS);

    if (returns == NULL || strcmp(returns, "void") == 0 || strcmp(returns, "record") == 0 ||
        strncmp(returns, "SETOF ", 6) == 0 || strncmp(returns, "TABLE(", 6) == 0)
        return "";
    return ray_arena_printf(arena, "SELECT NULL::%s", returns);
}

/* A function that does nothing, without defaults: both may need what needs the function. */
static void
stub(struct ray_ddl *ddl, const struct ray_object *function)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);
    const char *text = ray_object_value(function, ARGUMENTS);
    ray_list arguments = {0};
    struct ray_buf bare;

    if (text != NULL)
        arguments = ray_clause_items(ddl->arena, text, text + strlen(text));

    ray_buf_init(&bare, ddl->arena);
    for (size_t i = 0; i < arguments.len; i++) {
        const char *standard = ray_clause_find(arguments.items[i], " DEFAULT ");

        ray_buf_add(&bare, i == 0 ? "" : ", ");
        ray_buf_addn(&bare, arguments.items[i],
                     standard == NULL ? strlen(arguments.items[i])
                                      : (size_t)(standard - arguments.items[i]));
    }
    ray_buf_add(buf, "CREATE ");
    add_head(buf, function, bare.data);
    ray_buf_add(buf, "\nLANGUAGE sql");
    add_words(buf, function);
    ray_buf_add(buf, "\nAS ");
    ray_ddl_dollar_quoted(buf, nothing_of(ddl->arena, function));
    ray_ddl_end(ddl, function);
}

/* Of tables and their like the stub needs those whose rows it takes or gives. */
static bool
stub_needs(const struct ray_object *function, const struct ray_object *need)
{
    const char *arguments = ray_object_value(function, ARGUMENTS);
    const char *returns = ray_object_value(function, RETURNS);
    struct ray_arena *scratch;
    struct ray_buf name;
    bool found;

    if (strcmp(need->kind->catalog, "pg_type") == 0)
        return true;
    if (strcmp(need->kind->catalog, "pg_class") != 0)
        return strcmp(need->kind->name, "schema") == 0;
    scratch = ray_arena_new();
    ray_buf_init(&name, scratch);
    ray_ddl_qualified(&name, need->owner == NULL ? need : need->owner);
    found = (arguments != NULL && strstr(arguments, name.data) != NULL) ||
            (returns != NULL && strstr(returns, name.data) != NULL);
    ray_arena_free(scratch);
    return found;
}

const struct ray_kind ray_kind_function = {
    .name = "function",
    .keyword = "FUNCTION",
    .catalog = "pg_proc",
    .select =
        {.from =
             "pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
             " JOIN pg_language l ON l.oid = p.prolang"
             " WHERE p.prokind IN ('f', 'p', 'w') AND p.oid >= 16384 AND " RAY_SQL_USER_SCHEMA
             " AND NOT EXISTS (SELECT FROM pg_depend d" /* a range's own */
             " WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid"
             " AND d.deptype = 'i')"
             /* Of an extension's only those to which something may have been added: they are many, and dear. */
             " AND (p.proacl IS NOT NULL OR p.oid NOT IN (SELECT e.objid FROM pg_depend e"
             " WHERE e.classid = 'pg_proc'::regclass"
             " AND e.refclassid = 'pg_extension'::regclass AND e.deptype = 'e')"
             " OR p.oid IN (SELECT l.objoid FROM pg_seclabel l"
             " WHERE l.classoid = 'pg_proc'::regclass))",
         .oid = "p.oid",
         .schema = "n.nspname",
         .name = "p.proname",
         .signature = "oidvectortypes(p.proargtypes)",
         .owner = "p.proowner",
         .acl = "p.proacl"},
    RAY_ATTRIBUTES(attributes),
    .acl_type = 'f',
    .has_owner = true,
    .weight = 30,
    .keyword_of = keyword_of,
    .target = target,
    .create = create,
    .stub = stub,
    .stub_needs = stub_needs,
    .alter = ray_function_alter_to,
};
