/* `raymig pull`: a database as a Lua schema, and where there are no migrations yet, as the first one. */
#include "cmd/options.h"
#include "cmd/pull_baseline.h"
#include "cmd/pull_files.h"
#include "project/source.h"

#include "base/buf.h"
#include "base/file.h"

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

/* ---------------------------------------------------------------- where to */

/* The folder of the config's first path: what stands before a glob, or around a file. */
static const char *
configured_folder(struct ray_app *app)
{
    const char *path = app->project.config.schema.len == 0 ? "schema"
                                                           : app->project.config.schema.items[0];
    const char *glob = strpbrk(path, "*?[");

    if (glob != NULL)
        return ray_path_folder(app->arena,
                               ray_arena_strndup(app->arena, path, (size_t)(glob - path) + 1));
    return ray_has_suffix(path, ".lua") ? ray_path_folder(app->arena, path) : path;
}

/* "db/schema" as "db.schema": how its files require each other. NULL where they cannot. */
static const char *
module_of(struct ray_app *app, const char *folder)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789-/";
    char *module = ray_arena_strdup(app->arena, folder);
    size_t length = strlen(module);

    while (length > 0 && module[length - 1] == '/')
        module[--length] = '\0';
    if (length == 0 || module[0] == '/' || module[strspn(module, plain)] != '\0')
        return NULL;
    for (char *c = module; *c != '\0'; c++)
        if (*c == '/')
            *c = '.';
    return module;
}

/* ---------------------------------------------------------------- telling */

static const char *
fate_word(const struct ray_pull_file_plan *plan, bool dry_run)
{
    switch (plan->fate) {
    case RAY_PULL_WRITE:
        return dry_run ? "would write" : "wrote";
    case RAY_PULL_KEEP:
        return "unchanged";
    case RAY_PULL_REMOVE:
        return dry_run ? "would remove" : "removed";
    case RAY_PULL_LEAVE:
        break;
    }
    return "left";
}

static void
tell(struct ray_app *app, const ray_pull_plans *plans, json_t *files)
{
    bool dry_run = ray_app_flag(app, "dry-run");

    for (size_t i = 0; i < plans->len; i++) {
        const char *word = fate_word(&plans->items[i], dry_run);
        json_t *object = json_object();

        ray_json_set_text(object, "path", plans->items[i].path);
        ray_json_set_text(object, "result", word);
        (void)json_array_append_new(files, object);
        if (plans->items[i].fate == RAY_PULL_LEAVE)
            ray_term_warn(app->term, "\"%s\" is no longer needed, but was changed: it is left",
                          plans->items[i].path);
        else if (!ray_term_options(app->term)->json)
            ray_term_out(app->term, "%s  %s\n", word, plans->items[i].path);
    }
}

/* ---------------------------------------------------------------- the command */

static bool
confirm_foreign(struct ray_app *app, const ray_pull_plans *plans)
{
    struct ray_buf names;
    size_t count = 0;

    ray_buf_init(&names, app->arena);
    for (size_t i = 0; i < plans->len; i++)
        if (plans->items[i].is_foreign && count++ < 5)
            ray_buf_addf(&names, "%s%s", count == 1 ? "" : ", ", plans->items[i].path);
    if (count == 0 || ray_app_flag(app, "dry-run"))
        return true;
    return ray_project_confirm(&app->project,
                               ray_arena_printf(app->arena,
                                                "Replace %s%s, which pull did not write or "
                                                "somebody changed?",
                                                names.data, count > 5 ? ", ..." : ""));
}

static void
print_texts(struct ray_app *app, const ray_pull_texts *texts)
{
    for (size_t i = 0; i < texts->len; i++)
        ray_term_out(app->term, "%s-- %s\n%s", i == 0 ? "" : "\n", texts->items[i].path,
                     texts->items[i].text);
}

static bool
is_of_database(struct ray_app *app)
{
    const char *from = ray_app_option(app, "from");

    return from == NULL || strcmp(from, "db") == 0;
}

static bool
load(struct ray_app *app, const char *folder, struct ray_catalog **catalog, ray_pull_texts *texts)
{
    const char *from = ray_app_option(app, "from");
    struct ray_pull_options how = {.split = ray_app_flag(app, "split")};

    if (!ray_source_load(&app->project, from == NULL ? "db" : from, catalog) ||
        !ray_source_is_whole(&app->project, *catalog))
        return false;
    how.casing = app->project.config.casing;
    how.module = folder == NULL ? "schema" : module_of(app, folder);
    ray_catalog_pull(*catalog, &how, texts);
    return true;
}

static bool
write_project(struct ray_app *app, const char *folder, const struct ray_catalog *catalog,
              const ray_pull_texts *texts, json_t *result)
{
    ray_pull_plans plans = {0};
    const char *path = ray_path_join(app->arena, app->project.config.root, folder);

    if (!ray_pull_plan_files(app, path, texts, &plans) || !confirm_foreign(app, &plans) ||
        (!ray_app_flag(app, "dry-run") && !ray_pull_write_files(app, &plans)))
        return false;
    tell(app, &plans, json_object_get(result, "files"));
    return ray_app_flag(app, "schema-only") || !is_of_database(app) ||
           ray_pull_baseline(app, catalog, result);
}

static enum ray_code
pull(struct ray_app *app)
{
    const char *out = ray_app_option(app, "out");
    bool print = out != NULL && strcmp(out, "-") == 0;
    struct ray_catalog *catalog;
    ray_pull_texts texts = {0};
    const char *folder;
    json_t *result;

    if (!ray_project_configure(&app->project))
        return ray_app_fail(app);
    folder = print ? NULL : out != NULL ? out : configured_folder(app);
    if (!load(app, folder, &catalog, &texts))
        return ray_app_fail(app);
    if (print) {
        print_texts(app, &texts);
        return RAY_OK;
    }
    result = json_object();
    ray_json_set_bool(result, "ok", true);
    (void)json_object_set_new(result, "files", json_array());
    if (!write_project(app, folder, catalog, &texts, result)) {
        json_decref(result);
        return ray_app_fail(app);
    }
    if (ray_term_options(app->term)->json)
        ray_app_print_json(app, result);
    else
        json_decref(result);
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
