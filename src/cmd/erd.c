/* `raymig erd`: the tables of a source and their foreign keys as a diagram. */
#include "cmd/options.h"

#include "base/buf.h"
#include "base/file.h"
#include "diagram/layout.h"
#include "diagram/writers.h"
#include "project/source.h"

#include <string.h>

static const struct ray_option options[] = {
    {"format", '\0', "FORMAT", "svg (the default), html, dot or mermaid", false},
    {"from", '\0', "SOURCE",
     "db (the default), schema, migrations, a URL, a .json, .sql or .lua file", false},
    {"schema", '\0', "GLOB", "only tables of these schemas", true},
    {"hops", '\0', "N", "and what is up to N foreign keys away from the TABLES; default 0", false},
    {"keys", '\0', NULL, "of the columns only those of keys", false},
    {"output", 'o', "FILE", "write to FILE, all or nothing; its ending says the format", false},
    RAY_SOURCE_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

/* What --format says, else what the file's name ends in, else SVG. */
static const struct ray_diagram_format *
find_format(struct ray_app *app)
{
    const char *name = ray_app_option(app, "format");
    const char *path = ray_app_option(app, "output");
    const struct ray_diagram_format *format;

    for (format = ray_diagram_formats; name != NULL && format->name != NULL; format++)
        if (strcmp(format->name, name) == 0)
            return format;
    if (name != NULL) {
        (void)ray_err_set(&app->project.err, RAY_USAGE, "\"%s\" is no format of a diagram", name);
        (void)ray_err_hint(&app->project.err, "A format is svg, html, dot or mermaid.");
        return NULL;
    }
    for (format = ray_diagram_formats; path != NULL && format->name != NULL; format++)
        for (size_t i = 0; i < sizeof(format->suffixes) / sizeof(format->suffixes[0]); i++)
            if (format->suffixes[i] != NULL && ray_has_suffix(path, format->suffixes[i]))
                return format;
    return ray_diagram_formats;
}

static bool
make(struct ray_app *app, struct ray_diagram **out)
{
    const char *from = ray_app_option(app, "from");
    const char *hops = ray_app_option(app, "hops");
    ray_strings schemas = ray_app_options(app, "schema");
    struct ray_diagram_options choice = {
        .tables = app->args,
        .ntables = (size_t)app->nargs,
        .schemas = schemas.items,
        .nschemas = schemas.len,
        .keys_only = ray_app_flag(app, "keys"),
    };
    struct ray_catalog *catalog;
    int64_t number = 0;

    if (hops != NULL && !ray_app_number(app, hops, 0, &number))
        return false;
    choice.hops = number > 1000 ? 1000 : (int)number;
    return ray_source_load(&app->project, from == NULL ? "db" : from, &catalog) &&
           ray_source_is_whole(&app->project, catalog) &&
           ray_diagram_new(app->arena, catalog, &choice, out, &app->project.err);
}

static bool
write_out(struct ray_app *app, const struct ray_diagram *diagram, const struct ray_buf *out)
{
    const char *path = ray_app_option(app, "output");

    if (path == NULL || strcmp(path, "-") == 0) {
        ray_term_outn(app->term, out->data, out->len);
        return true;
    }
    if (!ray_file_write(path, out->data, out->len, &app->project.err))
        return false;
    ray_term_say(app->term, "wrote %s: %zu tables, %zu foreign keys", path, diagram->tables.len,
                 diagram->edges.len);
    return true;
}

static enum ray_code
erd(struct ray_app *app)
{
    const struct ray_diagram_format *format = find_format(app);
    bool json = ray_term_options(app->term)->json;
    struct ray_diagram *diagram;
    struct ray_buf out;

    if (format == NULL || !make(app, &diagram))
        return ray_app_fail(app);
    if (format->placed || json)
        ray_diagram_arrange(diagram);
    if (json && ray_app_option(app, "output") == NULL) {
        json_t *result = ray_diagram_json(diagram);

        ray_json_set_bool(result, "ok", true);
        ray_app_print_json(app, result);
        return RAY_OK;
    }
    ray_buf_init(&out, app->arena);
    format->write(diagram, &out);
    return write_out(app, diagram, &out) ? RAY_OK : ray_app_fail(app);
}

const struct ray_command ray_cmd_erd = {
    .name = "erd",
    .arguments = "[TABLES...]",
    .max_args = -1,
    .summary = "draw tables and their foreign keys, as SVG, HTML, Graphviz or Mermaid",
    .description =
        "Draws the tables of the source: columns with their types (? where a column may be\n"
        "NULL), primary keys, unique columns, and for each foreign key a line with crow's feet:\n"
        "how many rows may refer to one, and whether a row must refer at all.\n"
        "\n"
        "TABLES are names, users or auth.users, in which * stands for any text; with --hops\n"
        "also what refers to them, and what they refer to. Views and partitions are not drawn.\n"
        "\n"
        "SVG and HTML follow the light or dark of who looks at them. The same schema gives the\n"
        "same bytes. With --json it is tables and edges with their places.",
    .examples = "raymig erd -o schema.svg                     all tables as a picture\n"
                "raymig erd -o schema.html --schema public    a page that searches and zooms\n"
                "raymig erd --hops 1 users                    users and its neighbours\n"
                "raymig erd --format mermaid >> README.md     for a page that GitHub renders\n"
                "raymig erd --from schema --keys              the Lua schema, keys alone",
    .options = options,
    .run = erd,
};
