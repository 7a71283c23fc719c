/* Schemas. "public" stands in every new database: only what was done to it is written. */
#include "catalog/ddl.h"
#include "catalog/kinds.h"

#include <string.h>

enum { STANDARD_OWNER, RAW_ACL };

/* What initdb grants, if the owner had been today's. */
#define STANDARD_ACL                                                             \
    "(acldefault('n', n.nspowner) || makeaclitem(0, n.nspowner, 'USAGE', false)" \
    "{14- || makeaclitem(0, n.nspowner, 'CREATE', false)})"

static const struct ray_attribute attributes[] = {
    /* Who owns "public" of a new database: the bootstrap superuser, from 15 on a role made for that. */
    [STANDARD_OWNER] = {"standard_owner",
                        "n.nspname = 'public' AND n.nspowner = {15+ 6171}{14- 10}",
                        RAY_ATTRIBUTE_FLAG, true},
    /* What "public" may be used for is compared with what initdb gave, not with a new schema's; also where it was
     * dropped and made once more. */
    [RAW_ACL] = {"raw_acl",
                 "CASE WHEN n.nspname = 'public' AND (n.oid = 2200 OR n.nspacl IS NULL"
                 " OR NOT (n.nspacl @> " STANDARD_ACL " AND n.nspacl <@ " STANDARD_ACL "))"
                 " THEN ARRAY(SELECT a::text FROM"
                 " unnest(coalesce(n.nspacl, acldefault('n', n.nspowner))) a"
                 " ORDER BY a::text COLLATE \"C\") END",
                 RAY_ATTRIBUTE_LIST, true},
};

static const char from[] =
    "pg_namespace n WHERE (n.oid >= 16384 OR n.oid = 2200) AND " RAY_SQL_USER_SCHEMA;

/* What differs from the "public" of a new database is a fact: also that nobody describes it, and that the role that
 * reads owns it. */
static bool
take(struct ray_loader *loader, struct ray_object *object)
{
    if (strcmp(object->name, "public") == 0) {
        object->built_in = true;
        object->values[RAY_COMMENT] = "";
        object->values[RAY_ACL] = ray_object_value(object, RAW_ACL);
        if (ray_object_is(object, STANDARD_OWNER))
            object->values[RAY_OWNER] = NULL;
        else if (object->values[RAY_OWNER] == NULL)
            object->values[RAY_OWNER] = ray_loader_role(loader);
    }
    ray_object_set(object, STANDARD_OWNER, NULL);
    ray_object_set(object, RAW_ACL, NULL);
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
