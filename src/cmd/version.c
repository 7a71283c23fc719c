/*
 * `raymig version`: which raymig this is, and with --verbose which libraries it was built of and with. The
 * version and the commit come from the Makefile; a build outside a checkout has no commit.
 */
#include "cmd/commands.h"

#include "base/user.h"
#include "pg/server.h"
#include "pg/version.h"
#include "project/variables.h"
#include "script/version.h"

#include <openssl/crypto.h>

enum { LIBRARIES = 5 };

struct library {
    const char *name;
    const char *version;
};

static void
fill_libraries(struct ray_app *app, struct library libraries[LIBRARIES])
{
    libraries[0] = (struct library){"libpq", ray_libpq_version(app->arena)};
    libraries[1] = (struct library){"libpg_query", ray_parser_version()};
    libraries[2] = (struct library){"Lua", ray_lua_version()};
    libraries[3] = (struct library){"jansson", jansson_version_str()};
    libraries[4] = (struct library){"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)};
}

struct surroundings {
    struct ray_server_status server; /* version NULL: there are no programs */
    const char *cache;
};

/* The programs of the embedded server and the shadow, and where the shadow's cluster is kept. */
static void
look_around(struct ray_app *app, struct surroundings *out)
{
    struct ray_server_options options = {.folder = ray_server_folder(app->arena, ".", false),
                                         .bindir = ray_variable("RAYMIG_PG_BINDIR")};
    struct ray_err err;

    ray_err_init(&err, app->arena);
    if (!ray_server_status(app->arena, &options, &out->server, &err))
        out->server = (struct ray_server_status){0};
    out->cache = ray_user_folder(app->arena, "XDG_CACHE_HOME", ".cache");
}

static enum ray_code
print_json(struct ray_app *app, const struct library libraries[LIBRARIES])
{
    json_t *object = json_object();
    json_t *versions = json_object();
    struct surroundings around;

    for (size_t i = 0; i < LIBRARIES; i++)
        ray_json_set_text(versions, libraries[i].name, libraries[i].version);
    ray_json_set_bool(object, "ok", true);
    ray_json_set_text(object, "version", RAY_VERSION);
    ray_json_set_text(object, "commit", RAY_COMMIT[0] != '\0' ? RAY_COMMIT : NULL);
    ray_json_set_text(object, "date", RAY_DATE);
    ray_json_set_text(object, "compiler", __VERSION__);
    (void)json_object_set_new(object, "libraries", versions);
    look_around(app, &around);
    ray_json_set_text(object, "server", around.server.version);
    ray_json_set_text(object, "server_folder", around.server.bindir);
    ray_json_set_text(object, "shadow_cache", around.cache);
    ray_app_print_json(app, object);
    return RAY_OK;
}

static void
print_line(struct ray_app *app, const char *version, const char *commit)
{
    bool known = commit[0] != '\0';

    ray_term_out(app->term, "raymig %s%s%s%s\n", version, known ? " (" : "", commit,
                 known ? ")" : "");
}

static void
print_verbose(struct ray_app *app, const struct library libraries[LIBRARIES])
{
    struct surroundings around;

    look_around(app, &around);
    for (size_t i = 0; i < LIBRARIES; i++)
        ray_term_out(app->term, "  %-12s  %s\n", libraries[i].name, libraries[i].version);
    ray_term_out(app->term, "  %-12s  %s\n", "compiler", __VERSION__);
    ray_term_out(app->term, "  %-12s  %s\n", "date", RAY_DATE);
    if (around.server.version != NULL)
        ray_term_out(app->term, "  %-12s  %s in %s\n", "PostgreSQL", around.server.version,
                     around.server.bindir);
    else
        ray_term_out(app->term, "  %-12s  no server programs were found\n", "PostgreSQL");
    ray_term_out(app->term, "  %-12s  %s\n", "shadow cache", around.cache);
}

static enum ray_code
run(struct ray_app *app)
{
    struct library libraries[LIBRARIES];

    fill_libraries(app, libraries);
    if (ray_app_flag(app, "json"))
        return print_json(app, libraries);

    print_line(app, RAY_VERSION, RAY_COMMIT);
    if (ray_app_flag(app, "verbose"))
        print_verbose(app, libraries);
    return RAY_OK;
}

const struct ray_command ray_cmd_version = {
    .name = "version",
    .arguments = "",
    .summary = "print the version; with --verbose the libraries' too",
    .description =
        "Prints the version of raymig and the commit it was built from. With --verbose also "
        "the versions of its libraries: libpq as it is loaded, libpg_query by the PostgreSQL "
        "that its parser was taken from, Lua, jansson and OpenSSL; the compiler, the date of the "
        "commit, the PostgreSQL programs that the embedded server and shadows would run, and the "
        "folder where the shadow's cluster is kept.",
    .examples = "raymig version            the version alone\n"
                "raymig version --verbose  the libraries too\n"
                "raymig --version          the same as raymig version\n",
    .run = run,
};
