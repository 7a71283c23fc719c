/* `raymig pull`: a database as a Lua schema, and where there are no migrations yet, as the first one. */
#include "project/pull.h"
#include "cmd/options.h"

#include <string.h>

static const struct ray_option options[] = {
    {"from", '\0', "SOURCE", "db (the default), schema, a URL, a .json, .sql or .lua file", false},
    {"out", 'o', "FOLDER", "write there instead of the config's schema folder; - prints it all",
     false},
    {"split", '\0', NULL, "a file per table instead of one per schema", false},
    {"schema-only", '\0', NULL, "write no first migration and no history", false},
    {"dry-run", '\0', NULL, "only name the files", false},
    RAY_SOURCE_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

static void
print_texts(struct ray_app *app, const ray_pull_texts *texts)
{
    for (size_t i = 0; i < texts->len; i++)
        ray_term_out(app->term, "%s-- %s\n%s", i == 0 ? "" : "\n", texts->items[i].path,
                     texts->items[i].text);
}

static void
on_file(void *arg, const struct ray_pulled_file *file)
{
    struct ray_app *app = arg;

    if (!ray_term_options(app->term)->json && strcmp(file->result, "left") != 0)
        ray_term_out(app->term, "%s  %s\n", file->result, file->path);
}

static enum ray_code
pull(struct ray_app *app)
{
    struct ray_pull_request request = {.from = ray_app_option(app, "from"),
                                       .folder = ray_app_option(app, "out"),
                                       .split = ray_app_flag(app, "split"),
                                       .schema_only = ray_app_flag(app, "schema-only"),
                                       .dry_run = ray_app_flag(app, "dry-run"),
                                       .on_file = on_file,
                                       .arg = app};
    struct ray_pulled pulled;

    request.texts = request.folder != NULL && strcmp(request.folder, "-") == 0;
    if (!ray_pull(&app->project, &request, &pulled))
        return ray_app_fail(app);
    if (request.texts)
        print_texts(app, &pulled.texts);
    else if (ray_term_options(app->term)->json)
        ray_app_print_json(app, ray_pulled_json(&pulled));
    else if (pulled.baselined != NULL)
        ray_term_out(app->term, "marked  %s as applied\n", pulled.baselined);
    return RAY_OK;
}

const struct ray_command ray_cmd_pull = {
    .name = "pull",
    .arguments = "",
    .summary = "write a database as a Lua schema",
    .description =
        "Reads the catalog of the source and writes the schema that makes it: one Lua file per\n"
        "schema of the database, or with --split one per table. The same database gives the\n"
        "same bytes. A file that pull wrote and nobody changed is replaced, and removed when it\n"
        "is no longer needed; for any other a word is asked for (--yes).\n"
        "\n"
        "Where the project has no migrations yet, what the database holds becomes the first one,\n"
        "0000_baseline, with its snapshot, from which raymig generate goes on, and is marked as\n"
        "applied there: from then on changes are migrations. All schemas are read unless the\n"
        "config's schemas says which.\n"
        "A Drizzle project keeps its own.",
    .examples = "raymig pull                  the schema, a first migration and its history\n"
                "raymig pull --split -o db    a file per table, in db/\n"
                "raymig pull -o -             look at it first",
    .options = options,
    .run = pull,
};
