/* Schemas. "public" stands in every new database: only what was done to it is written. */
#include "catalog/ddl.h"
#include "catalog/kinds.h"

#include <string.h>

enum { OWNER_NAME, RAW_ACL };
enum { PUBLIC_OID = 2200 };

static const struct ray_attribute attributes[] = {
    /* Who owns "public" of a new database: the bootstrap superuser, from 15 on a role made for that. */
    [OWNER_NAME] = {"owner_name",
                    "CASE WHEN n.oid = 2200 AND n.nspowner NOT IN (10{15+ , 6171})"
                    " THEN pg_get_userbyid(n.nspowner){15+ "
                    " WHEN n.oid = 2200 AND n.nspowner = 10 THEN pg_get_userbyid(n.nspowner)} END",
                    RAY_ATTRIBUTE_TEXT, true},
    /* What "public" may be used for is compared with what initdb gave, not with a new schema's. */
    [RAW_ACL] = {"raw_acl",
                 "CASE WHEN n.oid = 2200 THEN ARRAY(SELECT a::text FROM"
                 " unnest(coalesce(n.nspacl, acldefault('n', n.nspowner))) a"
                 " ORDER BY a::text COLLATE \"C\") END",
                 RAY_ATTRIBUTE_LIST, true},
};

static const char from[] =
    "pg_namespace n WHERE (n.oid >= 16384 OR n.oid = 2200) AND " RAY_SQL_USER_SCHEMA;

static bool
take(struct ray_loader *loader, struct ray_object *object)
{
    (void)loader;
    if (object->oid == PUBLIC_OID && strcmp(object->name, "public") == 0) {
        object->built_in = true;
        object->values[RAY_OWNER] = ray_object_value(object, OWNER_NAME);
        object->values[RAY_ACL] = ray_object_value(object, RAW_ACL);
    }
    ray_object_set(object, RAW_ACL, NULL);
    ray_object_set(object, OWNER_NAME, NULL);
    return true;
}

static void
create(struct ray_ddl *ddl, const struct ray_object *object)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "CREATE SCHEMA ");
    ray_ddl_name(buf, object->name);
    ray_ddl_end(ddl, object);
}

const struct ray_kind ray_kind_schema = {
    .name = "schema",
    .keyword = "SCHEMA",
    .catalog = "pg_namespace",
    .select = {.from = from,
               .oid = "n.oid",
               .name = "n.nspname",
               .owner = "n.nspowner",
               .acl = "n.nspacl"},
    RAY_ATTRIBUTES(attributes),
    .acl_type = 'n',
    .has_owner = true,
    .take = take,
    .create = create,
};
