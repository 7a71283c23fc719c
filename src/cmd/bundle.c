/* Bundles: see bundle.h. .raymig/defect-1700000000000/ of the project, which `init` keeps out of git. */
#include "cmd/bundle.h"

#include "base/clock.h"
#include "base/file.h"
#include "catalog/snapshot.h"

static bool
write_text(struct ray_app *app, const char *folder, const char *name, const struct ray_buf *text,
           struct ray_err *err)
{
    return ray_file_write(ray_path_join(app->arena, folder, name), text->data, text->len, err);
}

static bool
write_catalog(struct ray_app *app, const char *folder, const char *name,
              const struct ray_catalog *catalog, struct ray_err *err)
{
    struct ray_buf text;

    ray_buf_init(&text, app->arena);
    ray_snapshot_write(catalog, &text);
    return write_text(app, folder, name, &text, err);
}

static bool
write_plan(struct ray_app *app, const char *folder, const char *name, const struct ray_plan *plan,
           struct ray_err *err)
{
    struct ray_buf text;

    ray_buf_init(&text, app->arena);
    ray_planned_script(plan, "\n\n", &text);
    return write_text(app, folder, name, &text, err);
}

static bool
write_error(struct ray_app *app, const char *folder, struct ray_err *err)
{
    const struct ray_err *failed = &app->err;
    struct ray_buf text;

    ray_buf_init(&text, app->arena);
    ray_buf_addf(&text, "raymig %s\n%s\n", RAY_VERSION " " RAY_COMMIT, failed->message);
    if (failed->sqlstate[0] != '\0')
        ray_buf_addf(&text, "SQLSTATE %s\n", failed->sqlstate);
    if (failed->detail != NULL)
        ray_buf_addf(&text, "%s\n", failed->detail);
    if (failed->statement != NULL)
        ray_buf_addf(&text, "\n%s\n", failed->statement);
    return write_text(app, folder, "error.txt", &text, err);
}

void
ray_bundle_write(struct ray_app *app, const struct ray_planned *planned)
{
    const char *root = app->config.root == NULL ? "." : app->config.root;
    const char *folder = ray_path_join(app->arena, root,
                                       ray_arena_printf(app->arena, ".raymig/defect-%lld",
                                                        (long long)ray_clock_now()));
    struct ray_err err;

    ray_err_init(&err, app->arena);
    if (ray_file_make_folder(folder, &err) && write_error(app, folder, &err) &&
        write_catalog(app, folder, "from.json", planned->up.from, &err) &&
        write_catalog(app, folder, "to.json", planned->up.to, &err) &&
        write_plan(app, folder, "up.sql", &planned->up, &err) &&
        write_plan(app, folder, "down.sql", &planned->down, &err))
        (void)ray_err_hint(&app->err,
                           "This is a defect of raymig's: nothing was written or applied. Please "
                           "report it with the folder %s (no rows and no passwords are in it).",
                           folder);
    else
        (void)ray_err_hint(&app->err,
                           "This is a defect of raymig's: nothing was written or applied. Please "
                           "report it with both catalogs (raymig export --json): they could not "
                           "be written to %s (%s).",
                           folder, err.message);
}
