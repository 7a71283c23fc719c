/*
 * Which database a project works on: the first of a short list of sources that says something, and the
 * embedded server where none does. Whatever came from outside is checked before libpq sees it, and is only
 * ever shown without its password.
 */
#include "project/variables.h"

#include "pg/server.h"
#include "pg/url.h"
#include "pg/url_check.h"

#include <string.h>
#include <unistd.h>

enum { CONNECT_TIMEOUT_S = 10 };

/* Takes a connection string that one of the sources gave. */
static bool
use_url(struct ray_project *project, const char *url, const char *source)
{
    if (url[0] == '\0')
        return ray_err_set(&project->err, RAY_USAGE, "%s is empty", source);
    if (!ray_url_check(url, source, &project->err))
        return false;
    project->database.url = url;
    ray_project_detail(project, "using %s, from %s", ray_url_redacted(project->arena, url), source);
    return true;
}

static void
use_libpq(struct ray_project *project, const char *variable)
{
    const char *what = ray_url_redacted(project->arena, NULL);

    project->database.url = NULL;
    if (project->config.url != NULL)
        ray_project_say(project, "using %s: %s is set, and beats the url of %s", what, variable,
                        project->config.path);
    else
        ray_project_detail(project, "using %s, from %s and its like", what, variable);
}

/* A path below the working folder, as short as it can be named. */
static const char *
short_path(const char *path)
{
    char here[4096];
    size_t length;

    if (getcwd(here, sizeof(here)) == NULL)
        return path;
    length = strlen(here);

    return strncmp(path, here, length) == 0 && path[length] == '/' ? path + length + 1 : path;
}

void
ray_project_server(struct ray_project *project, struct ray_server_options *out)
{
    memset(out, 0, sizeof(*out));
    out->folder = ray_server_folder(project->arena, project->config.root,
                                    project->config.path != NULL);
    out->database = project->config.database;
    out->bindir = ray_variable("RAYMIG_PG_BINDIR");
}

static bool
use_embedded(struct ray_project *project)
{
    struct ray_server_options options;
    struct ray_server_status status;

    ray_project_server(project, &options);
    if (!ray_server_start(project->arena, &options, &status, &project->err))
        return false;
    project->database.url = status.url;
    ray_project_say(project, "using the embedded PostgreSQL %s in %s (raymig dev psql opens it)",
                    status.version, short_path(options.folder));
    return true;
}

/* *named: something says which database; where nothing does, it is the embedded server's. */
static bool
choose(struct ray_project *project, bool *named)
{
    const char *given = project->options.url;
    const char *own = ray_variable("RAYMIG_URL");
    const char *common = ray_variable("DATABASE_URL");
    const char *libpq = ray_libpq_variable();
    const char *configured;

    *named = true;
    if (given != NULL)
        return use_url(project, given, ray_project_word(project, "url"));
    if (own != NULL)
        return use_url(project, own, "RAYMIG_URL");
    if (common != NULL)
        return use_url(project, common, "DATABASE_URL");
    if (libpq != NULL) {
        use_libpq(project, libpq);
        return true;
    }
    if (!ray_config_url(&project->config, &configured, &project->err))
        return false;
    *named = configured != NULL;
    return !*named || use_url(project, configured,
                              project->config.path != NULL ? project->config.path : "the config");
}

bool
ray_project_named_database(struct ray_project *project, struct ray_conn_options *out, bool *named)
{
    *named = project->has_database;
    if (!project->has_database) {
        if (!ray_project_configure(project))
            return false;
        project->database.wait_ms = project->options.wait_ms;
        project->database.role = ray_arena_printf(project->arena, "raymig %s",
                                                  project->options.command == NULL
                                                      ? ""
                                                      : project->options.command);
        project->database.connect_timeout = CONNECT_TIMEOUT_S;
        if (!choose(project, named))
            return false;
        project->has_database = *named;
    }
    *out = project->database;
    return true;
}

bool
ray_project_database(struct ray_project *project, struct ray_conn_options *out)
{
    bool named;

    if (!ray_project_named_database(project, out, &named))
        return false;
    if (!named) {
        if (!use_embedded(project))
            return false;
        project->has_database = true;
        *out = project->database;
    }
    return true;
}

bool
ray_project_connect(struct ray_project *project, struct ray_conn **out)
{
    struct ray_conn_options options;

    return ray_project_database(project, &options) &&
           ray_conn_open(project->arena, &options, out, &project->err);
}
