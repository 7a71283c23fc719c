/* Foreign servers. */
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "pg/quote.h"

enum { WRAPPER, TYPE, VERSION, OPTIONS };

static const struct ray_attribute attributes[] = {
    [WRAPPER] = {"wrapper", "w.fdwname", RAY_ATTRIBUTE_TEXT, false},
    [TYPE] = {"type", "s.srvtype", RAY_ATTRIBUTE_TEXT, false},
    [VERSION] = {"version", "s.srvversion", RAY_ATTRIBUTE_TEXT, false},
    [OPTIONS] = {"options", RAY_SQL_SORTED("s.srvoptions"), RAY_ATTRIBUTE_LIST, false},
};

static void
create(struct ray_ddl *ddl, const struct ray_object *server)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "CREATE SERVER ");
    ray_ddl_name(buf, server->name);
    if (ray_object_is(server, TYPE)) {
        ray_buf_add(buf, " TYPE ");
        ray_buf_literal(buf, ray_object_value(server, TYPE));
    }
    if (ray_object_is(server, VERSION)) {
        ray_buf_add(buf, " VERSION ");
        ray_buf_literal(buf, ray_object_value(server, VERSION));
    }
    ray_buf_add(buf, " FOREIGN DATA WRAPPER ");
    ray_ddl_name(buf, ray_object_value(server, WRAPPER));
    ray_ddl_foreign_clause(buf, ray_object_value(server, OPTIONS));
    ray_ddl_end(ddl, server);
}

const struct ray_kind ray_kind_server = {
    .name = "server",
    .keyword = "SERVER",
    .catalog = "pg_foreign_server",
    .select = {.probe = "pg_foreign_server",
               .from = "pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw",
               .oid = "s.oid",
               .name = "s.srvname",
               .owner = "s.srvowner",
               .acl = "s.srvacl"},
    RAY_ATTRIBUTES(attributes),
    .acl_type = 'S',
    .grant_keyword = "FOREIGN SERVER",
    .has_owner = true,
    .create = create,
};
