/* Casts, named by their types: "bigint AS public.money2". Those that ranges bring to their multiranges are the ranges'. */
#include "catalog/ddl.h"
#include "catalog/kinds.h"

#include <string.h>

enum { FUNCTION, METHOD, CONTEXT };

static const struct ray_attribute attributes[] = {
    [FUNCTION] = {"function", "NULLIF(c.castfunc, 0)::regprocedure", RAY_ATTRIBUTE_TEXT, false},
    [METHOD] = {"method", "CASE c.castmethod WHEN 'i' THEN 'inout' WHEN 'b' THEN 'binary' END",
                RAY_ATTRIBUTE_TEXT, false},
    [CONTEXT] = {"context",
                 "CASE c.castcontext WHEN 'a' THEN 'assignment' WHEN 'i' THEN 'implicit' END",
                 RAY_ATTRIBUTE_TEXT, false},
};

static void
target(struct ray_buf *buf, const struct ray_object *object)
{
    ray_buf_addf(buf, "(%s)", object->name);
}

static void
create(struct ray_ddl *ddl, const struct ray_object *object)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);
    const char *method = ray_object_value(object, METHOD);
    const char *context = ray_object_value(object, CONTEXT);

    ray_buf_add(buf, "CREATE CAST ");
    target(buf, object);
    if (method == NULL)
        ray_buf_addf(buf, " WITH FUNCTION %s", ray_object_value(object, FUNCTION));
    else
        ray_buf_add(buf, strcmp(method, "inout") == 0 ? " WITH INOUT" : " WITHOUT FUNCTION");
    if (context != NULL)
        ray_buf_add(buf, strcmp(context, "implicit") == 0 ? " AS IMPLICIT" : " AS ASSIGNMENT");
    ray_ddl_end(ddl, object);
}

const struct ray_kind ray_kind_cast = {
    .name = "cast",
    .keyword = "CAST",
    .catalog = "pg_cast",
    .select = {.probe = "pg_cast WHERE oid >= 16384",
               .from = "pg_cast c WHERE c.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d"
                       " WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid"
                       " AND d.deptype = 'i')",
               .oid = "c.oid",
               .name = "format_type(c.castsource, NULL) || ' AS ' || format_type(c.casttarget, "
                       "NULL)"},
    RAY_ATTRIBUTES(attributes),
    .sealed = true,
    .target = target,
    .create = create,
};
