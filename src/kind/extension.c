/*
 * Extensions. What one owns is its own business. The version is compared, but written only where it is not
 * the one that the server would install by itself.
 */
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "kind/alter.h"
#include "pg/quote.h"

#include <stdlib.h>
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

static const char rows[] = "pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
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

/* Below zero where version a is older than b: numbers count as numbers, "1.10" is newer than "1.9". */
static int
compare_versions(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        size_t m = strspn(a, "0123456789");
        size_t n = strspn(b, "0123456789");

        if (m > 0 && n > 0) {
            unsigned long left = strtoul(a, NULL, 10);
            unsigned long right = strtoul(b, NULL, 10);

            if (left != right)
                return left < right ? -1 : 1;
            a += m;
            b += n;
        } else if (*a++ != *b++) {
            return (unsigned char)a[-1] - (unsigned char)b[-1];
        }
    }
    return (unsigned char)*a - (unsigned char)*b;
}

/* Extensions have scripts from older versions to newer ones and hardly ever back: an older one is made anew. */
static bool
is_older(const struct ray_object *from, const struct ray_object *to)
{
    const char *before = ray_object_get(from, "version");
    const char *after = ray_object_get(to, "version");

    return before != NULL && after != NULL && compare_versions(after, before) < 0;
}

static bool
alter(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to,
      const bool *differs)
{
    struct ray_buf *buf;

    if (is_older(from, to))
        return false;
    if (ray_differs(to, differs, "in_schema")) {
        buf = ray_ddl_begin(ddl);
        ray_buf_add(buf, "ALTER ");
        ray_ddl_target(buf, to);
        ray_buf_add(buf, " SET SCHEMA ");
        ray_ddl_name(buf, ray_object_get(to, "in_schema"));
        ray_ddl_end(ddl, to);
    }
    if (ray_differs(to, differs, "version")) {
        buf = ray_ddl_begin(ddl);
        ray_buf_add(buf, "ALTER ");
        ray_ddl_target(buf, to);
        ray_buf_addf(buf, " UPDATE TO '%s'", ray_object_get(to, "version"));
        ray_ddl_end(ddl, to);
    }
    return true;
}

const struct ray_kind ray_kind_extension = {
    .name = "extension",
    .keyword = "EXTENSION",
    .catalog = "pg_extension",
    .select = {.from = rows, .oid = "e.oid", .name = "e.extname"},
    RAY_ATTRIBUTES(attributes),
    .take = take,
    .create = create,
    .alter = alter,
};
