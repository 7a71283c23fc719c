/* Bundles: see bundle.h. .raymig/defect-1700000000000/ of the project, which `init` keeps out of git. */
#include "project/bundle.h"

#include "base/clock.h"
#include "base/file.h"
#include "catalog/snapshot.h"

static bool
write_text(struct ray_project *project, const char *folder, const char *name,
           const struct ray_buf *text, struct ray_err *err)
{
    return ray_file_write(ray_path_join(project->arena, folder, name), text->data, text->len, err);
}

static bool
write_catalog(struct ray_project *project, const char *folder, const char *name,
              const struct ray_catalog *catalog, struct ray_err *err)
{
    struct ray_buf text;

    ray_buf_init(&text, project->arena);
    ray_snapshot_write(catalog, &text);
    return write_text(project, folder, name, &text, err);
}

static bool
write_plan(struct ray_project *project, const char *folder, const char *name,
           const struct ray_plan *plan, struct ray_err *err)
{
    struct ray_buf text;

    ray_buf_init(&text, project->arena);
    ray_planned_script(plan, "\n\n", &text);
    return write_text(project, folder, name, &text, err);
}

static bool
write_error(struct ray_project *project, const char *folder, struct ray_err *err)
{
    const struct ray_err *failed = &project->err;
    struct ray_buf text;

    ray_buf_init(&text, project->arena);
    ray_buf_addf(&text, "raymig %s\n%s\n", RAY_VERSION " " RAY_COMMIT, failed->message);
    if (failed->sqlstate[0] != '\0')
        ray_buf_addf(&text, "SQLSTATE %s\n", failed->sqlstate);
    if (failed->detail != NULL)
        ray_buf_addf(&text, "%s\n", failed->detail);
    if (failed->statement != NULL)
        ray_buf_addf(&text, "\n%s\n", failed->statement);
    return write_text(project, folder, "error.txt", &text, err);
}

void
ray_bundle_write(struct ray_project *project, const struct ray_planned *planned)
{
    const char *root = project->config.root == NULL ? "." : project->config.root;
    const char *folder = ray_path_join(project->arena, root,
                                       ray_arena_printf(project->arena, ".raymig/defect-%lld",
                                                        (long long)ray_clock_now()));
    struct ray_err err;

    ray_err_init(&err, project->arena);
    if (ray_file_make_folder(folder, &err) && write_error(project, folder, &err) &&
        write_catalog(project, folder, "from.json", planned->up.from, &err) &&
        write_catalog(project, folder, "to.json", planned->up.to, &err) &&
        write_plan(project, folder, "up.sql", &planned->up, &err) &&
        write_plan(project, folder, "down.sql", &planned->down, &err))
        (void)ray_err_hint(&project->err,
                           "This is a defect of raymig's: nothing was written or applied. Please "
                           "report it with the folder %s (no rows and no passwords are in it).",
                           folder);
    else
        (void)ray_err_hint(&project->err,
                           "This is a defect of raymig's: nothing was written or applied. Please "
                           "report it with both catalogs (raymig export --json): they could not "
                           "be written to %s (%s).",
                           folder, err.message);
}
