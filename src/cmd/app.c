/*
 * What every command stands on: see cmd.h. Options as they were given, the project's config, the state for
 * scripts, the migrations folder. Each is made at the first call and kept; which database it is stands in
 * database.c.
 */
#include "cmd/args.h"
#include "cmd/settings.h"

#include "base/clock.h"
#include "pg/shadow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEEPEST = 64 };

static const char config_name[] = "raymig.lua";

/* ---------------------------------------------------------------- options */

const char *
ray_app_option(const struct ray_app *app, const char *name)
{
    for (size_t i = app->ngiven; i > 0; i--)
        if (strcmp(app->given[i - 1].name, name) == 0)
            return app->given[i - 1].value;
    return NULL;
}

bool
ray_app_flag(const struct ray_app *app, const char *name)
{
    return ray_app_option(app, name) != NULL;
}

ray_strings
ray_app_options(const struct ray_app *app, const char *name)
{
    ray_strings values = {0};

    for (size_t i = 0; i < app->ngiven; i++)
        if (strcmp(app->given[i].name, name) == 0)
            *ray_vec_add(app->arena, &values) = app->given[i].value;
    return values;
}

bool
ray_app_number(struct ray_app *app, const char *text, int64_t least, int64_t *out)
{
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || text[digits] != '\0')
        return ray_err_set(&app->err, RAY_USAGE, "\"%s\" is not a whole number", text);
    errno = 0;
    *out = strtoll(text, NULL, 10);
    if (errno != 0)
        return ray_err_set(&app->err, RAY_USAGE, "\"%s\" is too large", text);
    if (*out < least)
        return ray_err_set(&app->err, RAY_USAGE, "\"%s\" is less than %lld", text,
                           (long long)least);
    return true;
}

bool
ray_app_duration(struct ray_app *app, const char *option, int64_t otherwise, int64_t *out)
{
    const char *text = ray_app_option(app, option);
    bool bare;

    *out = otherwise;
    if (text == NULL)
        return true;
    bare = text[strspn(text, "0123456789")] == '\0';
    *out = ray_clock_parse(text);
    if (*out >= 0 && (!bare || *out == 0))
        return true;
    if (bare && text[0] != '\0')
        (void)ray_err_set(&app->err, RAY_USAGE, "option --%s: \"%s\" has no unit", option, text);
    else
        (void)ray_err_set(&app->err, RAY_USAGE, "option --%s: \"%s\" is not a duration", option,
                          text);
    return ray_err_hint(&app->err, "Write it as 500ms, 30s, 5min or 1h.");
}

/* ---------------------------------------------------------------- the config */

static bool
same_folder(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* A config above the working folder is a program that somebody else may have put there. */
static bool
is_trusted(const char *path, const struct stat *here)
{
    struct stat file;

    return stat(path, &file) == 0 &&
           (file.st_uid == geteuid() || file.st_uid == 0 || file.st_uid == here->st_uid);
}

/* raymig.lua in this folder or above it, up to the top of a repository; *path is NULL where there is none. */
static bool
find_config(struct ray_app *app, const char **path)
{
    const char *folder = "";
    struct stat here;
    struct stat last;

    *path = NULL;
    if (stat(".", &here) != 0)
        return true;
    last = here;
    for (int depth = 0; depth < DEEPEST; depth++) {
        const char *file = ray_arena_printf(app->arena, "%s%s", folder, config_name);
        struct stat above;

        if (ray_file_exists(file)) {
            *path = file;
            break;
        }
        if (ray_file_exists(ray_arena_printf(app->arena, "%s.git", folder)))
            break;
        folder = ray_arena_printf(app->arena, "%s../", folder);
        if (stat(folder, &above) != 0 || same_folder(&above, &last))
            break;
        last = above;
    }
    if (*path == NULL || strcmp(*path, config_name) == 0 || is_trusted(*path, &here))
        return true;
    (void)ray_err_set(&app->err, RAY_USAGE, "\"%s\" belongs to another user", *path);
    return ray_err_hint(&app->err, "Name it with --config if you trust it: it is a program.");
}

/* The config's path: flag, variable, or what is found. */
static bool
choose_config(struct ray_app *app, const char **path)
{
    const char *flag = ray_app_option(app, "config");

    *path = flag != NULL ? flag : ray_variable("RAYMIG_CONFIG");
    if (*path == NULL)
        return find_config(app, path);
    if ((*path)[0] == '\0')
        return ray_err_set(&app->err, RAY_USAGE, "--config is empty");
    return true;
}

bool
ray_app_configure(struct ray_app *app)
{
    const char *path;

    if (app->configured)
        return true;
    if (!choose_config(app, &path))
        return false;
    if (path == NULL)
        ray_config_defaults(app->arena, ".", &app->config);
    else if (!ray_config_load(app->arena, path, &app->config, &app->err))
        return false;
    if (!ray_settings_apply(app))
        return false;
    ray_settings_warn(app);
    if (path != NULL)
        ray_term_detail(app->term, "config: %s", path);
    app->configured = true;
    return true;
}

/* ---------------------------------------------------------------- scripts, folder, the end */

struct ray_lua *
ray_app_lua(struct ray_app *app)
{
    if (app->lua == NULL)
        app->lua = ray_lua_new(app->arena, &app->config);
    return app->lua;
}

bool
ray_app_folder(struct ray_app *app, bool may_be_missing, struct ray_folder *out)
{
    const char *path;

    if (!ray_app_configure(app))
        return false;
    path = ray_path_join(app->arena, app->config.root, app->config.out);
    return ray_folder_load(app->arena, path, app->config.format, may_be_missing, out, &app->err);
}

bool
ray_app_confirm(struct ray_app *app, const char *question)
{
    return ray_app_flag(app, "yes") || ray_term_confirm(app->term, question, "--yes", &app->err);
}

void
ray_app_print_json(struct ray_app *app, json_t *object)
{
    const char *text;

    ray_json_scrub(app->arena, json_object_get(object, "error")); /* its statement may hold one */
    text = ray_json_text(app->arena, object);
    ray_term_outn(app->term, text, strlen(text));
    ray_term_outn(app->term, "\n", 1);
    json_decref(object);
}

enum ray_code
ray_app_fail(struct ray_app *app)
{
    ray_term_error(app->term, &app->err);
    return app->err.code;
}

bool
ray_app_shadow(struct ray_app *app, struct ray_shadow **out)
{
    const struct ray_shadow_options options = {.url = ray_app_option(app, "shadow-url"),
                                               .bindir = ray_variable("RAYMIG_PG_BINDIR"),
                                               .major = app->server_major};

    if (app->shadow == NULL && !ray_shadow_open(app->arena, &options, &app->shadow, &app->err))
        return false;
    if (!ray_shadow_is_exact(app->shadow) && !app->warned_of_shadow) {
        app->warned_of_shadow = true;
        ray_term_warn(app->term,
                      "the shadow is PostgreSQL %s, the database is %d: install its "
                      "server programs, or name a server with --shadow-url",
                      ray_shadow_version(app->shadow), app->server_major);
    }
    *out = app->shadow;
    return true;
}
