/* Enums: their values, in order. */
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "catalog/list.h"
#include "kind/alter.h"
#include "pg/quote.h"

enum { VALUES };

static const struct ray_attribute attributes[] = {
    [VALUES] = {"values",
                "ARRAY(SELECT e.enumlabel FROM pg_enum e WHERE e.enumtypid = t.oid"
                " ORDER BY e.enumsortorder)",
                RAY_ATTRIBUTE_LIST, false},
};

static void
create(struct ray_ddl *ddl, const struct ray_object *object)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);
    ray_list values = ray_list_read(ddl->arena, ray_object_value(object, VALUES));

    ray_buf_add(buf, "CREATE TYPE ");
    ray_ddl_qualified(buf, object);
    ray_buf_add(buf, " AS ENUM (");
    for (size_t i = 0; i < values.len; i++) {
        ray_buf_add(buf, i == 0 ? "\n    " : ",\n    ");
        ray_buf_literal(buf, values.items[i]);
    }
    ray_buf_add(buf, values.len == 0 ? ")" : "\n)");
    ray_ddl_end(ddl, object);
}

const struct ray_kind ray_kind_enum = {
    .name = "enum",
    .keyword = "TYPE",
    .catalog = "pg_type",
    .select = {.from = "pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
                       " WHERE t.typtype = 'e' AND t.oid >= 16384 AND " RAY_SQL_USER_SCHEMA,
               .oid = "t.oid",
               .schema = "n.nspname",
               .name = "t.typname",
               .owner = "t.typowner",
               .acl = "t.typacl"},
    RAY_ATTRIBUTES(attributes),
    .acl_type = 'T',
    .has_owner = true,
    .create = create,
    .alter = ray_enum_alter_to,
};
