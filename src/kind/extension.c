/*
 * Extensions. What one owns is its own business. The version is compared, but written only where it is not
 * the one that the server would install by itself.
 */
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "kind/alter.h"
#include "pg/quote.h"

#include <string.h>

enum { SCHEMA, VERSION, CHOSEN, OWN_COMMENT };

static const struct ray_attribute attributes[] = {
    [SCHEMA] = {"in_schema", "n.nspname", RAY_ATTRIBUTE_TEXT, false},
    [VERSION] = {"version", "e.extversion", RAY_ATTRIBUTE_TEXT, false},
    [CHOSEN] = {"version_chosen", "e.extversion IS DISTINCT FROM a.default_version",
                RAY_ATTRIBUTE_FLAG, true},
    /* The one that CREATE EXTENSION gives it. */
    [OWN_COMMENT] = {"own_comment", "a.comment", RAY_ATTRIBUTE_TEXT, true},
};

static const char from[] = "pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
                           " LEFT JOIN pg_available_extensions a ON a.name = e.extname"
                           " WHERE e.oid >= 16384 OR e.extname = 'plpgsql'";

/* Every new database has plpgsql. */
static bool
take(struct ray_loader *loader, struct ray_object *object)
{
    (void)loader;
    object->built_in = strcmp(object->name, "plpgsql") == 0;
    if (object->built_in)
        object->values[RAY_OWNER] = NULL;
    return true;
}

static void
create(struct ray_ddl *ddl, const struct ray_object *object)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);
    const char *schema = ray_object_value(object, SCHEMA);
    const char *version = ray_object_value(object, VERSION);

    ray_buf_add(buf, "CREATE EXTENSION IF NOT EXISTS ");
    ray_ddl_name(buf, object->name);
    if (schema != NULL && strcmp(schema, "pg_catalog") != 0) {
        ray_buf_add(buf, " WITH SCHEMA ");
        ray_ddl_name(buf, schema);
    }
    if (version != NULL && ray_object_is(object, CHOSEN)) {
        ray_buf_add(buf, " VERSION ");
        ray_buf_literal(buf, version);
    }
    ray_ddl_end(ddl, object);
}

const struct ray_kind ray_kind_extension = {
    .name = "extension",
    .keyword = "EXTENSION",
    .catalog = "pg_extension",
    .select = {.from = from, .oid = "e.oid", .name = "e.extname"},
    RAY_ATTRIBUTES(attributes),
    .take = take,
    .create = create,
    .alter = ray_extension_alter_to,
};
