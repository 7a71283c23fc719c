/* The pull: see pull.h. */
#include "project/pull.h"

#include "base/buf.h"
#include "base/file.h"
#include "project/pull_files.h"
#include "project/source.h"

#include <string.h>

/* ---------------------------------------------------------------- where to */

/* The folder of the config's first path: what stands before a glob, or around a file. */
static const char *
configured_folder(struct ray_project *project)
{
    const char *path = project->config.schema.len == 0 ? "schema" : project->config.schema.items[0];
    const char *glob = strpbrk(path, "*?[");

    if (glob != NULL)
        return ray_path_folder(project->arena,
                               ray_arena_strndup(project->arena, path, (size_t)(glob - path) + 1));
    return ray_has_suffix(path, ".lua") ? ray_path_folder(project->arena, path) : path;
}

/* "db/schema" as "db.schema": how its files require each other. NULL where they cannot. */
static const char *
module_of(struct ray_project *project, const char *folder)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789-/";
    char *module = ray_arena_strdup(project->arena, folder);
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

void
ray_pull_tell(struct ray_pulling *pulling, const char *path, const char *result)
{
    const struct ray_pulled_file file = {.path = path, .result = result};

    *ray_vec_add(pulling->project->arena, &pulling->out->files) = file;
    if (pulling->request->on_file != NULL)
        pulling->request->on_file(pulling->request->arg, &file);
}

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
tell(struct ray_pulling *pulling, const ray_pull_plans *plans)
{
    for (size_t i = 0; i < plans->len; i++) {
        ray_pull_tell(pulling, plans->items[i].path,
                      fate_word(&plans->items[i], pulling->request->dry_run));
        if (plans->items[i].fate == RAY_PULL_LEAVE)
            ray_project_warn(pulling->project,
                             "\"%s\" is no longer needed, but was changed: it is left",
                             plans->items[i].path);
    }
}

/* ---------------------------------------------------------------- the operation */

static bool
confirm_foreign(struct ray_pulling *pulling, const ray_pull_plans *plans)
{
    struct ray_project *project = pulling->project;
    struct ray_buf names;
    size_t count = 0;

    ray_buf_init(&names, project->arena);
    for (size_t i = 0; i < plans->len; i++)
        if (plans->items[i].is_foreign && count++ < 5)
            ray_buf_addf(&names, "%s%s", count == 1 ? "" : ", ", plans->items[i].path);
    if (count == 0 || pulling->request->dry_run)
        return true;
    return ray_project_confirm(project,
                               ray_arena_printf(project->arena,
                                                "Replace %s%s, which pull did not write or "
                                                "somebody changed?",
                                                names.data, count > 5 ? ", ..." : ""));
}

static bool
load(struct ray_pulling *pulling, const char *folder, struct ray_catalog **catalog)
{
    struct ray_project *project = pulling->project;
    const struct ray_pull_request *request = pulling->request;
    struct ray_pull_options how = {.split = request->split};

    if (!ray_source_load(project, request->from == NULL ? "db" : request->from, catalog) ||
        !ray_source_is_whole(project, *catalog))
        return false;
    how.casing = project->config.casing;
    how.module = folder == NULL ? "schema" : module_of(project, folder);
    ray_catalog_pull(*catalog, &how, &pulling->out->texts);
    return true;
}

static bool
write_project(struct ray_pulling *pulling, const char *folder, const struct ray_catalog *catalog)
{
    struct ray_project *project = pulling->project;
    const struct ray_pull_request *request = pulling->request;
    bool of_database = request->from == NULL || strcmp(request->from, "db") == 0;
    ray_pull_plans plans = {0};

    if (!ray_pull_plan_files(project, ray_path_join(project->arena, project->config.root, folder),
                             &pulling->out->texts, &plans) ||
        !confirm_foreign(pulling, &plans) ||
        (!request->dry_run && !ray_pull_write_files(project, &plans)))
        return false;
    tell(pulling, &plans);
    return request->schema_only || !of_database || ray_pull_baseline(pulling, catalog);
}

bool
ray_pull(struct ray_project *project, const struct ray_pull_request *request,
         struct ray_pulled *out)
{
    struct ray_pulling pulling = {.project = project, .request = request, .out = out};
    struct ray_catalog *catalog;
    const char *folder;

    *out = (struct ray_pulled){.baselined = NULL};
    if (!ray_project_configure(project))
        return false;
    folder = request->texts            ? NULL
             : request->folder != NULL ? request->folder
                                       : configured_folder(project);
    return load(&pulling, folder, &catalog) &&
           (request->texts || write_project(&pulling, folder, catalog));
}

json_t *
ray_pulled_json(const struct ray_pulled *pulled)
{
    json_t *result = json_object();
    json_t *files = json_array();

    ray_json_set_bool(result, "ok", true);
    for (size_t i = 0; i < pulled->files.len; i++)
        ray_json_add_file(files, pulled->files.items[i].path, pulled->files.items[i].result);
    json_object_set_new(result, "files", files);
    if (pulled->baselined != NULL)
        ray_json_set_text(result, "baselined", pulled->baselined);
    return result;
}
