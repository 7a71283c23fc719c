/*
 * What every operation stands on: see project.h. The project's config, the state for scripts, the migrations folder,
 * the shadow; and whom it speaks to. Which database it is stands in database.c.
 */
#include "project/project.h"

#include "base/file.h"
#include "base/scrub.h"
#include "pg/shadow.h"
#include "project/config_hook.h"
#include "project/variables.h"
#include "script/plugin_format.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEEPEST = 64 };

static const char config_name[] = "raymig.lua";

void
ray_project_init(struct ray_project *out, struct ray_arena *arena)
{
    memset(out, 0, sizeof(*out));
    out->arena = arena;
    ray_err_init(&out->err, arena);
}

void
ray_project_close(struct ray_project *project)
{
    ray_lua_free(project->lua);
    ray_shadow_close(project->shadow);
    project->lua = NULL;
    project->shadow = NULL;
}

/* ---------------------------------------------------------------- the listener */

static void __attribute__((format(printf, 3, 0)))
talk(struct ray_project *project, enum ray_talk kind, const char *format, va_list args)
{
    char *text;

    if (project->listener.talk == NULL)
        return;
    text = ray_arena_vprintf(project->arena, format, args);
    ray_scrub(text);
    project->listener.talk(project->listener.arg, kind, text);
}

void
ray_project_say(struct ray_project *project, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    talk(project, RAY_TALK_SAY, format, args);
    va_end(args);
}

void
ray_project_warn(struct ray_project *project, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    talk(project, RAY_TALK_WARN, format, args);
    va_end(args);
}

void
ray_project_detail(struct ray_project *project, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    talk(project, RAY_TALK_DETAIL, format, args);
    va_end(args);
}

void
ray_project_live(struct ray_project *project, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    talk(project, RAY_TALK_LIVE, format, args);
    va_end(args);
}

bool
ray_project_confirm(struct ray_project *project, const char *question)
{
    if (project->listener.confirm != NULL)
        return project->listener.confirm(project->listener.arg, question, &project->err);
    (void)ray_err_set(&project->err, RAY_REFUSED, "this needs a word that nobody gave: %s",
                      question);
    return ray_err_hint(&project->err, "Say yes to it beforehand, or give a way to ask.");
}

const char *
ray_project_word(const struct ray_project *project, const char *option)
{
    const char *dashes = project->options.dashes;

    return dashes == NULL ? option : ray_arena_printf(project->arena, "%s%s", dashes, option);
}

const char *
ray_project_json(struct ray_project *project, json_t *object)
{
    const char *text;

    ray_json_scrub(project->arena,
                   json_object_get(object, "error")); /* its statement may hold one */
    text = ray_json_text(project->arena, object);
    json_decref(object);
    return text;
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

/* "" for the working folder, "some/where/" for another one. */
static const char *
first_folder(const struct ray_project *project)
{
    const char *folder = project->options.folder;

    if (folder == NULL || strcmp(folder, ".") == 0)
        return "";
    return ray_arena_printf(project->arena, "%s/", folder);
}

/* raymig.lua in the folder or above it, up to the top of a repository; *path is NULL where there is none. */
static bool
find_config(struct ray_project *project, const char **path)
{
    const char *first = first_folder(project);
    const char *folder = first;
    struct stat here;
    struct stat last;

    *path = NULL;
    if (stat(first[0] == '\0' ? "." : first, &here) != 0)
        return true;
    last = here;
    for (int depth = 0; depth < DEEPEST; depth++) {
        const char *file = ray_arena_printf(project->arena, "%s%s", folder, config_name);
        struct stat above;

        if (ray_file_exists(file)) {
            *path = file;
            break;
        }
        if (ray_file_exists(ray_arena_printf(project->arena, "%s.git", folder)))
            break;
        folder = ray_arena_printf(project->arena, "%s../", folder);
        if (stat(folder, &above) != 0 || same_folder(&above, &last))
            break;
        last = above;
    }
    if (*path == NULL || folder == first || is_trusted(*path, &here))
        return true;
    (void)ray_err_set(&project->err, RAY_USAGE, "\"%s\" belongs to another user", *path);
    return ray_err_hint(&project->err, "Name it with %s if you trust it: it is a program.",
                        ray_project_word(project, "config"));
}

/* The config's path: option, variable, or what is found. */
static bool
choose_config(struct ray_project *project, const char **path)
{
    *path = project->options.config != NULL ? project->options.config
                                            : ray_variable("RAYMIG_CONFIG");
    if (*path == NULL)
        return find_config(project, path);
    if ((*path)[0] == '\0')
        return ray_err_set(&project->err, RAY_USAGE, "%s is empty",
                           ray_project_word(project, "config"));
    return true;
}

bool
ray_project_configure(struct ray_project *project)
{
    const char *folder = project->options.folder;
    const char *path;

    if (project->configured)
        return true;
    if (!choose_config(project, &path))
        return false;
    if (path == NULL)
        ray_config_defaults(project->arena, folder == NULL ? "." : folder, &project->config);
    else if (!ray_config_load(project->arena, path, &project->config, &project->err))
        return false;
    if (project->options.without_plugins)
        project->config.plugins.len = 0;
    if (!ray_project_config_hook(project) || !ray_settings_apply(project))
        return false;
    ray_settings_warn(project);
    if (path != NULL)
        ray_project_detail(project, "config: %s", path);
    project->configured = true;
    return true;
}

/* ---------------------------------------------------------------- scripts, folder, shadow */

struct ray_lua *
ray_project_lua(struct ray_project *project)
{
    if (project->lua == NULL)
        project->lua = ray_lua_new(project->arena, &project->config);
    return project->lua;
}

const char *
ray_project_folder_path(const struct ray_project *project)
{
    return ray_path_join(project->arena, project->config.root, project->config.out);
}

bool
ray_project_folder(struct ray_project *project, bool may_be_missing, struct ray_folder *out)
{
    struct ray_folder_options options = {.may_be_missing = may_be_missing};
    const char *path;

    if (!ray_project_configure(project))
        return false;
    path = ray_project_folder_path(project);
    return ray_project_format(project, path, project->config.format, &options) &&
           ray_folder_load_with(project->arena, path, &options, out, &project->err);
}

bool
ray_project_format(struct ray_project *project, const char *path, const char *name,
                   struct ray_folder_options *out)
{
    const char *journal = ray_path_join(project->arena, path, "meta/_journal.json");

    out->format = name;
    if (project->config.plugins.len == 0)
        return true;
    if (name == NULL)
        return ray_file_exists(journal) || !ray_file_exists(path) ||
               ray_plugin_format_detect(ray_project_lua(project), project->arena, path, &out->own,
                                        &project->err);
    return ray_format_find(name) != NULL ||
           ray_plugin_format(ray_project_lua(project), project->arena, name, &out->own,
                             &project->err);
}

bool
ray_project_shadow(struct ray_project *project, struct ray_shadow **out)
{
    const struct ray_shadow_options options = {.url = project->options.shadow_url,
                                               .bindir = ray_variable("RAYMIG_PG_BINDIR"),
                                               .major = project->server_major};

    if (project->shadow == NULL &&
        !ray_shadow_open(project->arena, &options, &project->shadow, &project->err))
        return false;
    if (!ray_shadow_is_exact(project->shadow) && !project->warned_of_shadow) {
        project->warned_of_shadow = true;
        ray_project_warn(project,
                         "the shadow is PostgreSQL %s, the database is %d: install its "
                         "server programs, or name a server with %s",
                         ray_shadow_version(project->shadow), project->server_major,
                         ray_project_word(project, "shadow-url"));
    }
    *out = project->shadow;
    return true;
}
