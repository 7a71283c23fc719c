/* `raymig export`: a catalog as a script of DDL, or with --json as a snapshot. */
#include "project/export.h"
#include "cmd/options.h"

#include "base/file.h"

#include <string.h>

static const struct ray_option options[] = {
    {"from", '\0', "SOURCE",
     "db (the default), schema, migrations, empty, a URL, a .json, .sql or .lua file", false},
    {"file", 'o', "FILE", "write to FILE, all or nothing; otherwise to standard output", false},
    RAY_SOURCE_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

static bool
write_out(struct ray_app *app, const struct ray_buf *out)
{
    const char *path = ray_app_option(app, "file");

    if (path == NULL || strcmp(path, "-") == 0) {
        ray_term_outn(app->term, out->data, out->len);
        return true;
    }
    if (!ray_file_write(path, out->data, out->len, &app->project.err))
        return false;
    ray_term_say(app->term, "wrote %s", path);
    return true;
}

static enum ray_code
run_export(struct ray_app *app)
{
    struct ray_buf out;

    ray_buf_init(&out, app->arena);
    if (!ray_export(&app->project, ray_app_option(app, "from"), ray_term_options(app->term)->json,
                    &out) ||
        !write_out(app, &out))
        return ray_app_fail(app);
    return RAY_OK;
}

const struct ray_command ray_cmd_export = {
    .name = "export",
    .arguments = "",
    .summary = "write a database, or a schema, as a script of DDL or as a snapshot",
    .description =
        "Reads the catalog of the source and writes what makes it in a new database: each\n"
        "object behind what it needs, comments and grants beside it, the same bytes for the\n"
        "same catalog. With --json it is a snapshot: one object a line.\n"
        "\n"
        "The config's schemas and tables say what is read. What raymig does not know, or the\n"
        "role may not see, is named, and nothing is written without --lossy.",
    .examples = "raymig export > schema.sql             the database as DDL\n"
                "raymig export --json -o schema.json    as a snapshot\n"
                "raymig export --from schema            what the Lua schema makes\n"
                "raymig export --from schema.json       the DDL of a snapshot",
    .options = options,
    .run = run_export,
};
