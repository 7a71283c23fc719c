/* Foreign data wrappers, those that no extension made. */
#include "catalog/ddl.h"
#include "catalog/kinds.h"

enum { HANDLER, VALIDATOR, OPTIONS };

static const struct ray_attribute attributes[] = {
    [HANDLER] = {"handler", "NULLIF(w.fdwhandler, 0)::regproc", RAY_ATTRIBUTE_TEXT, false},
    [VALIDATOR] = {"validator", "NULLIF(w.fdwvalidator, 0)::regproc", RAY_ATTRIBUTE_TEXT, false},
    [OPTIONS] = {"options", RAY_SQL_SORTED("w.fdwoptions"), RAY_ATTRIBUTE_LIST, false},
};

static void
create(struct ray_ddl *ddl, const struct ray_object *wrapper)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "CREATE FOREIGN DATA WRAPPER ");
    ray_ddl_name(buf, wrapper->name);
    if (ray_object_is(wrapper, HANDLER))
        ray_buf_addf(buf, " HANDLER %s", ray_object_value(wrapper, HANDLER));
    if (ray_object_is(wrapper, VALIDATOR))
        ray_buf_addf(buf, " VALIDATOR %s", ray_object_value(wrapper, VALIDATOR));
    ray_ddl_foreign_clause(buf, ray_object_value(wrapper, OPTIONS));
    ray_ddl_end(ddl, wrapper);
}

const struct ray_kind ray_kind_foreign_data_wrapper = {
    .name = "foreign data wrapper",
    .keyword = "FOREIGN DATA WRAPPER",
    .catalog = "pg_foreign_data_wrapper",
    .select = {.probe = "pg_foreign_data_wrapper",
               .from = "pg_foreign_data_wrapper w",
               .oid = "w.oid",
               .name = "w.fdwname",
               .owner = "w.fdwowner",
               .acl = "w.fdwacl"},
    RAY_ATTRIBUTES(attributes),
    .acl_type = 'F',
    .has_owner = true,
    .create = create,
};
