/*
 * The details of one object, and the DDL that makes it and its parts, by the writer that `raymig export` has. For that
 * the whole catalog is read: the model knows no part of a database.
 */
#include "studio/object_sql.h"
#include "studio/routes.h"

#include "base/file.h"
#include "catalog/export.h"
#include "catalog/kind.h"
#include "catalog/loader.h"
#include "catalog/part.h"

#include <string.h>

/* ---------------------------------------------------------------- DDL */

/* A name as a glob that matches it alone. */
static const char *
escape_glob(struct ray_arena *arena, const char *name)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    if (name[0] == '!')
        ray_buf_addc(&buf, '\\');
    for (; *name != '\0'; name++) {
        if (strchr("*?[]\\", *name) != NULL)
            ray_buf_addc(&buf, '\\');
        ray_buf_addc(&buf, *name);
    }
    return buf.data;
}

static bool
is_asked(const struct ray_object *object, uint32_t oid)
{
    return object->oid == oid && object->sub == 0 && object->owner == NULL &&
           (strcmp(object->kind->catalog, "pg_class") == 0 ||
            strcmp(object->kind->catalog, "pg_proc") == 0 ||
            strcmp(object->kind->catalog, "pg_type") == 0);
}

/* The object, its parts, and the sequences that belong to its columns. */
static bool
mark(const struct ray_catalog *catalog, uint32_t oid, bool *keep)
{
    bool found = false;

    for (size_t i = 0; i < catalog->objects.len; i++) {
        const struct ray_object *object = catalog->objects.items[i];
        const struct ray_object *whole = object->owner == NULL ? object : object->owner;

        keep[i] = is_asked(whole, oid);
        found = found || keep[i];
    }
    for (size_t i = 0; i < catalog->objects.len; i++) {
        const struct ray_object *object = catalog->objects.items[i];

        for (size_t n = 0; n < object->later.len; n++)
            if (keep[object->later.items[n]->index] && strcmp(object->kind->name, "sequence") == 0)
                keep[i] = true;
    }
    return found;
}

/* NULL where the model has no such object: what is an extension's, or of a kind that it does not know. */
static bool
write_ddl(struct ray_request *request, struct ray_conn *conn, const char *schema, uint32_t oid,
          const char **out, struct ray_err *err)
{
    static const char head[] = "SET check_function_bodies = off;\n\n";
    const char *only = escape_glob(request->arena, schema);
    struct ray_load_options options = {.schemas = &only, .nschemas = 1};
    struct ray_catalog *catalog;
    struct ray_buf script;
    bool *keep;

    *out = NULL;
    if (!ray_catalog_load(conn, request->arena, &options, &catalog, err))
        return false;
    keep = RAY_NEW_ARRAY(request->arena, bool, catalog->objects.len + 1);
    if (!mark(catalog, oid, keep))
        return true;
    ray_buf_init(&script, request->arena);
    if (!ray_catalog_export(ray_catalog_part(request->arena, catalog, keep), &script, err))
        return false;
    *out = ray_has_prefix(script.data, head) ? script.data + strlen(head) : script.data;
    return true;
}

/* ---------------------------------------------------------------- sections */

static json_t *
parse(const char *text, struct ray_err *err)
{
    return ray_json_parse(text, strlen(text), "what the server answered", err);
}

static bool
add_section(struct ray_request *request, struct ray_conn *conn,
            const struct ray_object_section *section, const char *oid, json_t *result,
            struct ray_err *err)
{
    struct ray_rows rows;
    json_t *value;

    if (!ray_conn_query(conn, request->arena, section->sql, 1, &oid, &rows, err))
        return false;
    if (rows.nrows == 0)
        return ray_request_refuse(request, 404, err, "there is no object %s", oid);
    value = parse(ray_rows_value(&rows, 0, 0), err);
    if (value == NULL)
        return false;
    if (section->name != NULL)
        return json_object_set_new(result, section->name, value) == 0;
    (void)json_object_update(result, value);
    json_decref(value);
    return true;
}

static bool
add_all(struct ray_request *request, struct ray_conn *conn, uint32_t oid, json_t *result,
        struct ray_err *err)
{
    const char *text = ray_arena_printf(request->arena, "%u", oid);
    const char *with_ddl = json_string_value(json_object_get(request->query, "ddl"));
    const char *ddl = NULL;

    if (!ray_conn_exec(conn, "SET LOCAL search_path = ''", err))
        return false;
    for (const struct ray_object_section *s = ray_object_sections; s->sql != NULL; s++)
        if (!add_section(request, conn, s, text, result, err))
            return false;
    if (request->studio->options.read_only)
        ray_json_set_bool(result, "insertable", false);
    if (with_ddl != NULL && strcmp(with_ddl, "0") == 0)
        return true;
    if (!write_ddl(request, conn, json_string_value(json_object_get(result, "schema")), oid, &ddl,
                   err))
        return false;
    ray_json_set_text(result, "ddl", ddl);
    return true;
}

bool
ray_studio_object(struct ray_request *request, struct ray_err *err)
{
    json_t *result = json_object();
    struct ray_lease *lease;
    uint32_t oid;
    bool ok;

    if (!ray_request_oid(request, &oid, err) || !ray_lease_take(request, NULL, &lease, err)) {
        json_decref(result);
        return false;
    }
    ok = ray_lease_begin(lease, RAY_ACCESS_READ, RAY_STUDIO_TIMEOUT_MS, err) &&
         add_all(request, ray_lease_conn(lease), oid, result, err) &&
         ray_lease_end(lease, true, err);
    ray_lease_give(lease);
    if (ok)
        ray_reply_json(request, result);
    else
        json_decref(result);
    return ok;
}
