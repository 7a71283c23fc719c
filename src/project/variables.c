/*
 * Settings from options and environment: see variables.h. An option beats a variable, a variable beats the config
 * file. A variable that is set but empty counts as not set; an option whose value is empty is refused, since
 * a script's forgotten variable must not mean another database.
 */
#include "project/variables.h"

#include "base/term.h"
#include "history/folder.h"
#include "script/plugin_format.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct ray_variable ray_variables[] = {
    {"RAYMIG_URL", "the database, as --url"},
    {"DATABASE_URL", "the database, where RAYMIG_URL is not set"},
    {"PGHOST, PGDATABASE, ...",
     "libpq's variables; with one of PGHOST, PGHOSTADDR, PGPORT, PGDATABASE, "
     "PGSERVICE, PGUSER set, they beat the config's url"},
    {"PGPASSWORD, PGPASSFILE", "libpq's ways to give a password, as is ~/.pgpass"},
    {"RAYMIG_CONFIG", "the config file, as --config"},
    {"RAYMIG_OUT", "the migrations folder, as --out"},
    {"RAYMIG_FORMAT", "the layout of that folder, as --format"},
    {"RAYMIG_COLOR", "auto, always or never, as --color"},
    {"RAYMIG_PG_BINDIR", "folder of the PostgreSQL programs for the embedded server and backups"},
    {"RAYMIG_LUA_DIR", "folder of a Lua runtime to use in place of the one in the program"},
    {"NO_COLOR", "no colours, where RAYMIG_COLOR is not set"},
    {"CLICOLOR_FORCE", "colours even where the output is no terminal"},
    {NULL, NULL},
};

const char *
ray_variable(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0' ? value : NULL;
}

const char *
ray_libpq_variable(void)
{
    static const char *const names[] = {"PGHOST",     "PGHOSTADDR", "PGPORT",
                                        "PGDATABASE", "PGSERVICE",  "PGUSER"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (ray_variable(names[i]) != NULL)
            return names[i];
    return NULL;
}

/* ---------------------------------------------------------------- the config */

/* A path given by option or variable starts in the working folder, one of the config in the project's. */
static const char *
from_here(struct ray_project *project, const char *path)
{
    const char *root = project->config.root;
    char here[4096];

    if (path[0] == '/' || root == NULL || root[0] == '\0' || strcmp(root, ".") == 0 ||
        getcwd(here, sizeof(here)) == NULL)
        return path;
    return ray_path_join(project->arena, here, path);
}

static bool
check_format(struct ray_project *project, const char *name, const char *source)
{
    struct ray_err *err = &project->err;
    const struct ray_format *own = NULL;
    RAY_VEC(const char *) names = {0};
    const char *near;

    if (ray_format_find(name) != NULL)
        return true;
    if (project->config.plugins.len > 0 &&
        !ray_plugin_format(ray_project_lua(project), project->arena, name, &own, err))
        return false;
    if (own != NULL)
        return true;
    for (size_t i = 0; ray_formats[i] != NULL; i++)
        *ray_vec_add(err->arena, &names) = ray_formats[i]->name;
    near = ray_nearest(name, names.items, names.len);
    (void)ray_err_set(err, RAY_USAGE, "%s names an unknown folder format \"%s\"", source, name);
    if (near != NULL)
        return ray_err_hint(err, "Did you mean \"%s\"?", near);
    return ray_err_hint(err, "\"raymig help import\" lists the formats.");
}

/* Which keys of the config an option or a variable may set. */
static const struct overlay {
    const char *option;
    const char *variable;
    size_t given;  /* of a const char * in struct ray_project_options */
    size_t offset; /* of one in struct ray_config */
    bool is_path;
    bool (*check)(struct ray_project *project, const char *value, const char *source);
} overlays[] = {
    {"out", "RAYMIG_OUT", offsetof(struct ray_project_options, out),
     offsetof(struct ray_config, out), true, NULL},
    {"format", "RAYMIG_FORMAT", offsetof(struct ray_project_options, format),
     offsetof(struct ray_config, format), false, check_format},
};

static bool
apply(struct ray_project *project, const struct overlay *overlay)
{
    const char *given = *(const char *const *)(const void *)((const char *)&project->options +
                                                             overlay->given);
    const char *value = given != NULL ? given : ray_variable(overlay->variable);
    const char *source = given != NULL ? ray_project_word(project, overlay->option)
                                       : overlay->variable;
    const char **field = (const char **)(void *)((char *)&project->config + overlay->offset);

    if (value == NULL)
        return true;
    if (value[0] == '\0')
        return ray_err_set(&project->err, RAY_USAGE, "%s is empty", source);
    if (overlay->check != NULL && !overlay->check(project, value, source))
        return false;
    *field = overlay->is_path ? from_here(project, value) : value;
    return true;
}

bool
ray_settings_apply(struct ray_project *project)
{
    for (size_t i = 0; i < sizeof(overlays) / sizeof(overlays[0]); i++)
        if (!apply(project, &overlays[i]))
            return false;
    return true;
}

/* ---------------------------------------------------------------- variables nobody reads */

void
ray_settings_warn(struct ray_project *project)
{
    RAY_VEC(const char *) names = {0};

    for (const struct ray_variable *v = ray_variables; v->name != NULL; v++)
        if (ray_has_prefix(v->name, "RAYMIG_"))
            *ray_vec_add(project->arena, &names) = v->name;
    for (char **at = environ; *at != NULL; at++) {
        char *name = ray_arena_strndup(project->arena, *at, strcspn(*at, "="));
        const char *near;
        bool known = !ray_has_prefix(name, "RAYMIG_");

        for (size_t i = 0; !known && i < names.len; i++)
            known = strcmp(names.items[i], name) == 0;
        if (known)
            continue;
        near = ray_nearest(name, names.items, names.len);
        ray_project_warn(project, "unknown variable %s is ignored%s%s%s", name,
                         near != NULL ? "; did you mean " : "", near != NULL ? near : "",
                         near != NULL ? "?" : "");
    }
}
