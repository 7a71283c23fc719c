/* Conversions between encodings. */
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "pg/quote.h"

enum { SOURCE, DESTINATION, FUNCTION, DEFAULT };

static const struct ray_attribute attributes[] = {
    [SOURCE] = {"source", "pg_encoding_to_char(c.conforencoding)", RAY_ATTRIBUTE_TEXT, false},
    [DESTINATION] = {"destination", "pg_encoding_to_char(c.contoencoding)", RAY_ATTRIBUTE_TEXT,
                     false},
    [FUNCTION] = {"function", "c.conproc", RAY_ATTRIBUTE_TEXT, false},
    [DEFAULT] = {"default", "c.condefault", RAY_ATTRIBUTE_FLAG, false},
};

static void
create(struct ray_ddl *ddl, const struct ray_object *conversion)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_addf(buf, "CREATE %sCONVERSION ", ray_object_is(conversion, DEFAULT) ? "DEFAULT " : "");
    ray_ddl_qualified(buf, conversion);
    ray_buf_add(buf, " FOR ");
    ray_buf_literal(buf, ray_object_value(conversion, SOURCE));
    ray_buf_add(buf, " TO ");
    ray_buf_literal(buf, ray_object_value(conversion, DESTINATION));
    ray_buf_addf(buf, " FROM %s", ray_object_value(conversion, FUNCTION));
    ray_ddl_end(ddl, conversion);
}

const struct ray_kind ray_kind_conversion = {
    .name = "conversion",
    .keyword = "CONVERSION",
    .catalog = "pg_conversion",
    .select = {.probe = "pg_conversion WHERE oid >= 16384",
               .from = "pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace"
                       " WHERE c.oid >= 16384 AND " RAY_SQL_USER_SCHEMA,
               .oid = "c.oid",
               .schema = "n.nspname",
               .name = "c.conname",
               .owner = "c.conowner"},
    RAY_ATTRIBUTES(attributes),
    .sealed = true,
    .has_owner = true,
    .create = create,
};
