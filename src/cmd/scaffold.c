/*
 * The files of a new project: see scaffold.h. What is there is never replaced; .gitignore alone is added to,
 * because a project that keeps its embedded server's data in git would notice too late.
 */
#include "cmd/scaffold.h"

#include <string.h>

bool
ray_scaffold_begin(struct ray_app *app, const char *folder, struct ray_scaffold *out)
{
    const char *config = ray_path_join(app->arena, folder, "raymig.lua");

    *out = (struct ray_scaffold){.app = app, .root = folder, .files = json_array()};
    if (!ray_file_exists(config))
        return ray_file_make_folder(folder, &app->project.err);
    (void)ray_err_set(&app->project.err, RAY_REFUSED, "\"%s\" exists already", config);
    return ray_err_hint(&app->project.err,
                        "Nothing was written. Remove it first where it is to be made anew; "
                        "raymig status says where its database stands.");
}

void
ray_scaffold_tell(struct ray_scaffold *scaffold, const char *result, const char *path,
                  const char *why)
{
    struct ray_term *term = scaffold->app->term;
    bool wrote = strcmp(result, "kept") != 0;
    const char *word = ray_arena_printf(scaffold->app->arena, "%-8s", result);
    json_t *object = json_object();

    ray_json_set_text(object, "path", path);
    ray_json_set_text(object, "result", result);
    if (why != NULL)
        ray_json_set_text(object, "why", why);
    (void)json_array_append_new(scaffold->files, object);
    if (!ray_term_options(term)->json)
        ray_term_out(term, "%s  %s%s%s%s\n",
                     ray_term_styled(term, false, wrote ? RAY_GOOD : RAY_WARN, word), path,
                     why == NULL ? "" : " (", why == NULL ? "" : why, why == NULL ? "" : ")");
}

bool
ray_scaffold_write(struct ray_scaffold *scaffold, const char *path, const char *text)
{
    struct ray_app *app = scaffold->app;
    const char *full = ray_path_join(app->arena, scaffold->root, path);

    if (ray_file_exists(full)) {
        ray_scaffold_tell(scaffold, "kept", full, "it is there already");
        return true;
    }
    if (!ray_file_make_folder(ray_path_folder(app->arena, full), &app->project.err) ||
        !ray_file_write(full, text, strlen(text), &app->project.err))
        return false;
    ray_scaffold_tell(scaffold, "wrote", full, NULL);
    return true;
}

/* Is one of the lines a pattern for the folder? Any of the ways to write it will do. */
static bool
ignores(struct ray_arena *arena, const char *text)
{
    static const char *const patterns[] = {".raymig", ".raymig/", "/.raymig", "/.raymig/"};

    while (*text != '\0') {
        size_t length = strcspn(text, "\r\n");
        const char *line = ray_arena_strndup(arena, text, length);

        for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
            if (strcmp(line, patterns[i]) == 0)
                return true;
        text += length;
        text += strspn(text, "\r\n");
    }
    return false;
}

bool
ray_scaffold_ignore(struct ray_scaffold *scaffold)
{
    struct ray_app *app = scaffold->app;
    const char *path = ray_path_join(app->arena, scaffold->root, ".gitignore");
    struct ray_text before;
    struct ray_buf text;

    if (!ray_file_exists(path))
        return ray_scaffold_write(scaffold, ".gitignore", ".raymig/\n");
    if (!ray_file_read(app->arena, path, &before, &app->project.err))
        return false;
    if (ignores(app->arena, before.data)) {
        ray_scaffold_tell(scaffold, "kept", path, "it has .raymig/ already");
        return true;
    }
    ray_buf_init(&text, app->arena);
    ray_buf_addn(&text, before.data, before.len);
    if (before.len > 0 && before.data[before.len - 1] != '\n')
        ray_buf_addc(&text, '\n');
    ray_buf_add(&text, ".raymig/\n");
    if (!ray_file_write(path, text.data, text.len, &app->project.err))
        return false;
    ray_scaffold_tell(scaffold, "added to", path, ".raymig/");
    return true;
}
