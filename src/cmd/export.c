/* `raymig export`: a database as DDL, or as a snapshot. */
#include "cmd/cmd.h"

#include "catalog/export.h"
#include "catalog/loader.h"

static const struct ray_option options[] = {
    {NULL, '\0', NULL, NULL, false},
};

static enum ray_code
export_(struct ray_app *app)
{
    struct ray_load_options load = {0};
    struct ray_catalog *catalog;
    struct ray_conn *conn;
    struct ray_buf out;
    bool ok;

    if (!ray_app_connect(app, &conn))
        return ray_app_fail(app);
    ray_buf_init(&out, app->arena);
    ok = ray_catalog_load(conn, app->arena, &load, &catalog, &app->err);
    ray_conn_close(conn);
    if (!ok || !ray_catalog_export(catalog, &out, &app->err))
        return ray_app_fail(app);
    ray_term_outn(app->term, out.data, out.len);
    for (size_t i = 0; i < catalog->unknown.len; i++)
        ray_term_warn(app->term, "not in the model: %s", catalog->unknown.items[i]);
    return catalog->unknown.len == 0 ? RAY_OK : RAY_FAILED;
}

const struct ray_command ray_cmd_export = {
    .name = "export",
    .arguments = "",
    .summary = "write the database as DDL",
    .description = "",
    .examples = "",
    .options = options,
    .run = export_,
};
