/*
 * Which database a command works on: the first of a short list of sources that says something, and the
 * embedded server where none does. Whatever came from outside is checked before libpq sees it, and is only
 * ever shown without its password.
 */
#include "cmd/settings.h"

#include "pg/server.h"
#include "pg/url.h"
#include "pg/url_check.h"

#include <string.h>
#include <unistd.h>

enum { CONNECT_TIMEOUT_S = 10 };

/* Takes a connection string that one of the sources gave. */
static bool
use_url(struct ray_app *app, const char *url, const char *source)
{
    if (url[0] == '\0')
        return ray_err_set(&app->err, RAY_USAGE, "%s is empty", source);
    if (!ray_url_check(url, source, &app->err))
        return false;
    app->database.url = url;
    ray_term_detail(app->term, "using %s, from %s", ray_url_redacted(app->arena, url), source);
    return true;
}

static void
use_libpq(struct ray_app *app, const char *variable)
{
    const char *what = ray_url_redacted(app->arena, NULL);

    app->database.url = NULL;
    if (app->config.url != NULL)
        ray_term_say(app->term, "using %s: %s is set, and beats the url of %s", what, variable,
                     app->config.path);
    else
        ray_term_detail(app->term, "using %s, from %s and its like", what, variable);
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
ray_app_server(struct ray_app *app, struct ray_server_options *out)
{
    memset(out, 0, sizeof(*out));
    out->folder = ray_server_folder(app->arena, app->config.root, app->config.path != NULL);
    out->database = app->config.database;
    out->bindir = ray_variable("RAYMIG_PG_BINDIR");
}

static bool
use_embedded(struct ray_app *app)
{
    struct ray_server_options options;
    struct ray_server_status status;

    ray_app_server(app, &options);
    if (!ray_server_start(app->arena, &options, &status, &app->err))
        return false;
    app->database.url = status.url;
    ray_term_say(app->term, "using the embedded PostgreSQL %s in %s (raymig dev psql opens it)",
                 status.version, short_path(options.folder));
    return true;
}

static bool
choose(struct ray_app *app)
{
    const char *flag = ray_app_option(app, "url");
    const char *own = ray_variable("RAYMIG_URL");
    const char *common = ray_variable("DATABASE_URL");
    const char *libpq = ray_libpq_variable();
    const char *configured;

    if (flag != NULL)
        return use_url(app, flag, "--url");
    if (own != NULL)
        return use_url(app, own, "RAYMIG_URL");
    if (common != NULL)
        return use_url(app, common, "DATABASE_URL");
    if (libpq != NULL) {
        use_libpq(app, libpq);
        return true;
    }
    if (!ray_config_url(&app->config, &configured, &app->err))
        return false;
    if (configured != NULL)
        return use_url(app, configured, app->config.path != NULL ? app->config.path : "the config");
    return use_embedded(app);
}

bool
ray_app_database(struct ray_app *app, struct ray_conn_options *out)
{
    if (!app->has_database) {
        if (!ray_app_configure(app) || !ray_app_duration(app, "wait", 0, &app->database.wait_ms))
            return false;
        app->database.role = ray_arena_printf(app->arena, "raymig %s", app->command->name);
        app->database.connect_timeout = CONNECT_TIMEOUT_S;
        if (!choose(app))
            return false;
        app->has_database = true;
    }
    *out = app->database;
    return true;
}

bool
ray_app_connect(struct ray_app *app, struct ray_conn **out)
{
    struct ray_conn_options options;

    return ray_app_database(app, &options) && ray_conn_open(app->arena, &options, out, &app->err);
}
