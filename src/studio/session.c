/* The session's routes: who and where we are, and the end of what runs. */
#include "studio/operation.h"
#include "studio/routes.h"

#include "base/file.h"
#include "studio/filter.h"

#include <stddef.h>

static json_t *
limits(void)
{
    json_t *object = json_object();

    ray_json_set_int(object, "cell_bytes", RAY_STUDIO_CELL_BYTES);
    ray_json_set_int(object, "cell_bytes_max", RAY_STUDIO_CELL_BYTES_MAX);
    ray_json_set_int(object, "rows", RAY_STUDIO_ROWS);
    ray_json_set_int(object, "body_bytes", RAY_STUDIO_BODY_BYTES);
    ray_json_set_int(object, "statement_timeout_ms", RAY_STUDIO_TIMEOUT_MS);
    return object;
}

static json_t *
database(const struct ray_conn *conn, const struct ray_rows *rows)
{
    json_t *object = json_object();

    ray_json_set_text(object, "name", ray_conn_database(conn));
    ray_json_set_text(object, "user", ray_conn_user(conn));
    ray_json_set_text(object, "host", ray_conn_host(conn));
    ray_json_set_text(object, "server_version", ray_rows_value(rows, 0, 0));
    ray_json_set_text(object, "timezone", ray_rows_value(rows, 0, 1));
    ray_json_set_text(object, "encoding", ray_rows_value(rows, 0, 2));
    ray_json_set_bool(object, "superuser", ray_conn_is_superuser(conn));
    ray_json_set_bool(object, "standby", ray_rows_value(rows, 0, 3)[0] == 't');
    return object;
}

/* What of the project there is: without a folder of migrations or a schema their views have nothing to show. */
static json_t *
features(struct ray_request *request)
{
    const struct ray_config *config = request->studio->options.config;
    const char *out = ray_path_join(request->arena, config->root, config->out);
    json_t *object = json_object();
    bool schema = false;

    for (size_t i = 0; i < config->schema.len; i++)
        schema = schema || ray_file_exists(ray_path_join(request->arena, config->root,
                                                         config->schema.items[i]));
    ray_json_set_bool(object, "migrations", ray_file_is_folder(out));
    ray_json_set_bool(object, "schema", schema);
    return object;
}

/*
 * What a read-only transaction does not hold back, and whoever runs SQL here may call: functions that write a file of the
 * server or speak to another one, and those of languages that may do anything. What a C function does nobody knows.
 */
static bool
find_beyond(struct ray_request *request, struct ray_lease *lease, struct ray_rows *out,
            struct ray_err *err)
{
    static const char sql[] =
        "SELECT DISTINCT p.proname FROM pg_catalog.pg_proc p "
        "JOIN pg_catalog.pg_language l ON l.oid = p.prolang "
        "WHERE pg_catalog.has_function_privilege($1, p.oid, 'EXECUTE') AND "
        "(p.proname IN ('lo_export', 'pg_file_write', 'pg_file_rename', 'pg_file_unlink', 'dblink', "
        "'dblink_exec', 'dblink_open', 'dblink_send_query') OR "
        "(NOT l.lanpltrusted AND l.lanname NOT IN ('internal', 'c'))) ORDER BY 1 LIMIT 100";
    const char *role = ray_lease_is_confined(lease) ? "pg_read_all_data"
                                                    : ray_conn_user(ray_lease_conn(lease));

    *out = (struct ray_rows){0};
    if (!request->studio->options.read_only ||
        (ray_lease_is_confined(lease) && !ray_lease_may_confine(lease)))
        return true;
    return ray_conn_query(ray_lease_conn(lease), request->arena, sql, 1, &role, out, err);
}

static json_t *
names_json(const struct ray_rows *rows)
{
    json_t *names = json_array();

    for (size_t i = 0; i < rows->nrows; i++)
        (void)json_array_append_new(names, json_string(ray_rows_value(rows, i, 0)));
    return names;
}

static void
reply(struct ray_request *request, const struct ray_conn *conn, const struct ray_rows *rows,
      const struct ray_rows *beyond)
{
    const struct ray_studio_options *options = &request->studio->options;
    json_t *object = json_object();
    json_t *project = json_object();

    ray_json_set_text(object, "version", options->version);
    ray_json_set_text(project, "name", options->project);
    ray_json_set_text(project, "root", options->config->root);
    (void)json_object_set_new(object, "project", project);
    (void)json_object_set_new(object, "database", database(conn, rows));
    ray_json_set_bool(object, "read_only", options->read_only);
    (void)json_object_set_new(object, "beyond_read_only", names_json(beyond));
    (void)json_object_set_new(object, "limits", limits());
    (void)json_object_set_new(object, "operators", ray_operators_json());
    (void)json_object_set_new(object, "features", features(request));
    ray_reply_json(request, object);
}

bool
ray_studio_session(struct ray_request *request, struct ray_err *err)
{
    static const char sql[] =
        "SELECT pg_catalog.current_setting('server_version'), "
        "pg_catalog.current_setting('TimeZone'), pg_catalog.current_setting('server_encoding'), "
        "pg_catalog.pg_is_in_recovery()";
    struct ray_lease *lease;
    struct ray_rows beyond;
    struct ray_rows rows;
    bool ok;

    if (!ray_lease_take(request, NULL, &lease, err))
        return false;
    ok = ray_lease_begin(lease, RAY_ACCESS_READ, RAY_STUDIO_TIMEOUT_MS, err) &&
         ray_conn_query(ray_lease_conn(lease), request->arena, sql, 0, NULL, &rows, err) &&
         find_beyond(request, lease, &beyond, err) && ray_lease_end(lease, true, err);
    if (ok)
        reply(request, ray_lease_conn(lease), &rows, &beyond);
    ray_lease_give(lease);
    return ok;
}

bool
ray_studio_cancel(struct ray_request *request, struct ray_err *err)
{
    struct {
        const char *request;
    } asked = {0};
    static const struct ray_field fields[] = {
        {"request", RAY_FIELD_NAME, true, 0},
        {NULL, RAY_FIELD_ANY, false, 0},
    };
    json_t *object;
    bool found;

    if (!ray_request_fields(request->body, fields, &asked, err))
        return false;
    object = json_object();
    found = ray_pool_cancel(request->studio->pool, asked.request);
    found = ray_operations_stop(request->studio->operations, asked.request) || found;
    ray_json_set_bool(object, "cancelled", found);
    ray_reply_json(request, object);
    return true;
}
