/*
 * Procedural languages that no extension made, and transforms of types for them. The server's own languages
 * stand here where somebody changed who may use them.
 */
#include "catalog/ddl.h"
#include "catalog/kinds.h"

enum { HANDLER, INLINE, VALIDATOR, TRUSTED };
enum { FIRST_USER_OID = 16384 };

#define ROUTINE(column) "NULLIF(" column "::oid, 0)::regproc"

static const struct ray_attribute attributes[] = {
    [HANDLER] = {"handler", ROUTINE("l.lanplcallfoid"), RAY_ATTRIBUTE_TEXT, false},
    [INLINE] = {"inline", ROUTINE("l.laninline"), RAY_ATTRIBUTE_TEXT, false},
    [VALIDATOR] = {"validator", ROUTINE("l.lanvalidator"), RAY_ATTRIBUTE_TEXT, false},
    [TRUSTED] = {"trusted", "l.lanpltrusted", RAY_ATTRIBUTE_FLAG, false},
};

static bool
take(struct ray_loader *loader, struct ray_object *language)
{
    (void)loader;
    if (language->oid >= FIRST_USER_OID)
        return true;
    for (size_t i = 0; i < language->kind->nattributes; i++)
        ray_object_set(language, i, NULL);
    language->values[RAY_OWNER] = NULL;
    language->built_in = true;
    return language->values[RAY_ACL] != NULL;
}

static void
create(struct ray_ddl *ddl, const struct ray_object *language)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_addf(buf, "CREATE %sLANGUAGE ", ray_object_is(language, TRUSTED) ? "TRUSTED " : "");
    ray_ddl_name(buf, language->name);
    if (ray_object_is(language, HANDLER))
        ray_buf_addf(buf, " HANDLER %s", ray_object_value(language, HANDLER));
    if (ray_object_is(language, INLINE))
        ray_buf_addf(buf, " INLINE %s", ray_object_value(language, INLINE));
    if (ray_object_is(language, VALIDATOR))
        ray_buf_addf(buf, " VALIDATOR %s", ray_object_value(language, VALIDATOR));
    ray_ddl_end(ddl, language);
}

const struct ray_kind ray_kind_language = {
    .name = "language",
    .keyword = "LANGUAGE",
    .catalog = "pg_language",
    .select = {.from = "pg_language l",
               .oid = "l.oid",
               .name = "l.lanname",
               .owner = "l.lanowner",
               .acl = "l.lanacl"},
    RAY_ATTRIBUTES(attributes),
    .acl_type = 'l',
    .has_owner = true,
    .take = take,
    .create = create,
};

/* ---------------------------------------------------------------- transforms */

enum { TYPE, LANGUAGE, FROM_SQL, TO_SQL };

static const struct ray_attribute transform_attributes[] = {
    [TYPE] = {"type", "format_type(t.trftype, NULL)", RAY_ATTRIBUTE_TEXT, false},
    [LANGUAGE] = {"language", "l.lanname", RAY_ATTRIBUTE_TEXT, false},
    [FROM_SQL] = {"from_sql", "NULLIF(t.trffromsql::oid, 0)::regprocedure", RAY_ATTRIBUTE_TEXT,
                  false},
    [TO_SQL] = {"to_sql", "NULLIF(t.trftosql::oid, 0)::regprocedure", RAY_ATTRIBUTE_TEXT, false},
};

static void
transform_target(struct ray_buf *buf, const struct ray_object *transform)
{
    ray_buf_addf(buf, "FOR %s LANGUAGE ", ray_object_value(transform, TYPE));
    ray_ddl_name(buf, ray_object_value(transform, LANGUAGE));
}

static void
create_transform(struct ray_ddl *ddl, const struct ray_object *transform)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);
    const char *from_sql = ray_object_value(transform, FROM_SQL);
    const char *to_sql = ray_object_value(transform, TO_SQL);

    ray_buf_add(buf, "CREATE TRANSFORM ");
    transform_target(buf, transform);
    ray_buf_add(buf, " (");
    if (from_sql != NULL)
        ray_buf_addf(buf, "\n    FROM SQL WITH FUNCTION %s", from_sql);
    if (to_sql != NULL)
        ray_buf_addf(buf, "%s\n    TO SQL WITH FUNCTION %s", from_sql != NULL ? "," : "", to_sql);
    ray_buf_add(buf, "\n)");
    ray_ddl_end(ddl, transform);
}

const struct ray_kind ray_kind_transform = {
    .name = "transform",
    .keyword = "TRANSFORM",
    .catalog = "pg_transform",
    .select = {.probe = "pg_transform WHERE oid >= 16384",
               .from = "pg_transform t JOIN pg_language l ON l.oid = t.trflang"
                       " WHERE t.oid >= 16384",
               .oid = "t.oid",
               .name = "format_type(t.trftype, NULL)",
               .signature = "l.lanname"},
    RAY_ATTRIBUTES(transform_attributes),
    .target = transform_target,
    .create = create_transform,
};
