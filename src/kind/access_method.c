/* Access methods of tables and indexes. */
#include "catalog/ddl.h"
#include "catalog/kinds.h"

#include <string.h>

enum { TYPE, HANDLER };

static const struct ray_attribute attributes[] = {
    [TYPE] = {"type", "CASE a.amtype WHEN 't' THEN 'table' ELSE 'index' END", RAY_ATTRIBUTE_TEXT,
              false},
    [HANDLER] = {"handler", "a.amhandler", RAY_ATTRIBUTE_TEXT, false},
};

static void
create(struct ray_ddl *ddl, const struct ray_object *method)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "CREATE ACCESS METHOD ");
    ray_ddl_name(buf, method->name);
    ray_buf_addf(buf, " TYPE %s HANDLER %s",
                 strcmp(ray_object_value(method, TYPE), "table") == 0 ? "TABLE" : "INDEX",
                 ray_object_value(method, HANDLER));
    ray_ddl_end(ddl, method);
}

const struct ray_kind ray_kind_access_method = {
    .name = "access method",
    .keyword = "ACCESS METHOD",
    .catalog = "pg_am",
    .select = {.probe = "pg_am WHERE oid >= 16384",
               .from = "pg_am a WHERE a.oid >= 16384",
               .oid = "a.oid",
               .name = "a.amname"},
    RAY_ATTRIBUTES(attributes),
    .sealed = true,
    .create = create,
};
