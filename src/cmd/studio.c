/*
 * `raymig studio`: starts the studio's server, says where it is, and waits for Ctrl-C. The URL is the result, on
 * standard output, since it is what a person needs; its fragment, which no server and no proxy ever sees, is the token.
 */
#include "cmd/commands.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "pg/url.h"
#include "studio/studio.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PORT = 4983, PORT_MAX = 65535 };

static const struct ray_option options[] = {
    {"port", 'p', "N", "the port to listen on; 0: any that is free (default 4983)", false},
    {"host", '\0', "HOST", "the address to listen on, ::1 or another (default 127.0.0.1)", false},
    {"allow-host", '\0', "NAME",
     "a name or NAME:PORT that browsers may call it by; needed with a --host that others reach",
     true},
    {"read-only", '\0', NULL, "nothing can be changed: the server sees to it", false},
    {"no-open", '\0', NULL, "do not open a browser", false},
    {NULL, '\0', NULL, NULL, false},
};

static const char *
project_name(struct ray_app *app)
{
    char root[PATH_MAX];
    const char *name = realpath(app->project.config.root, root) != NULL ? ray_path_name(root)
                                                                        : app->project.config.root;

    return ray_arena_strdup(app->arena, name);
}

static bool
read_options(struct ray_app *app, struct ray_studio_options *out)
{
    const char *port = ray_app_option(app, "port");
    const char *host = ray_app_option(app, "host");
    int64_t number = PORT;

    if (ray_assets[0].path == NULL) {
        (void)ray_err_set(&app->project.err, RAY_FAILED,
                          "this raymig was built without the studio");
        return ray_err_hint(&app->project.err,
                            "Build it with npm and node installed: \"make demo\" brings "
                            "both and builds it whole.");
    }
    if (port != NULL && !ray_app_number(app, port, 0, &number))
        return false;
    if (number > PORT_MAX)
        return ray_err_set(&app->project.err, RAY_USAGE, "\"%s\" is no port", port);
    if (!ray_project_database(&app->project, &out->database))
        return false;
    out->config = &app->project.config;
    out->opened = app->project.options;
    out->project = project_name(app);
    out->version = RAY_VERSION;
    out->host = host != NULL ? host : "127.0.0.1";
    out->port = (int)number;
    out->allow_hosts = ray_app_options(app, "allow-host");
    out->read_only = ray_app_flag(app, "read-only");
    return true;
}

/* xdg-open, where there is one and somebody sits there: what it says goes nowhere, and nobody waits for it. */
static void
open_browser(struct ray_app *app, const char *url)
{
    pid_t child;

    if (ray_app_flag(app, "no-open") || !ray_term_is_interactive(app->term) ||
        (getenv("DISPLAY") == NULL && getenv("WAYLAND_DISPLAY") == NULL))
        return;
    child = fork();
    if (child == 0) {
        if (fork() == 0) {
            (void)setsid();
            (void)execlp("xdg-open", "xdg-open", url, (char *)NULL);
        }
        _exit(0);
    }
    if (child > 0)
        (void)waitpid(child, NULL, 0);
}

static enum ray_code
run(struct ray_app *app)
{
    struct ray_studio_options asked = {0};
    struct ray_studio *studio;
    const char *url;
    int64_t began = ray_clock_ms();

    if (!read_options(app, &asked) ||
        !ray_studio_open(app->arena, &asked, &studio, &app->project.err))
        return ray_app_fail(app);
    url = ray_studio_url(app->arena, studio);
    if (ray_app_flag(app, "json")) {
        json_t *object = json_object();

        ray_json_set_bool(object, "ok", true);
        ray_json_set_text(object, "url", url);
        ray_json_set_int(object, "port", studio->port);
        ray_json_set_int(object, "duration_ms", ray_clock_ms() - began);
        ray_app_print_json(app, object);
    } else {
        ray_term_say(app->term, "raymig studio: %s%s; Ctrl-C ends it",
                     ray_url_redacted(app->arena, asked.database.url),
                     asked.read_only ? ", read-only" : "");
        ray_term_out(app->term, "%s\n", url);
    }
    (void)ray_term_flush(app->term);
    open_browser(app, url);
    ray_interrupt_wait();
    ray_studio_close(studio);
    return RAY_OK;
}

const struct ray_command ray_cmd_studio = {
    .name = "studio",
    .arguments = "",
    .summary = "browse, edit, query and migrate the database in a browser",
    .description =
        "Serves a web page from this program, on this machine's own address alone, and opens it. "
        "It shows the database's objects and their rows, changes rows, runs SQL, draws how tables "
        "refer to each other, and runs the project's migrations with the same locks and history as "
        "the command line. It loads nothing from anywhere else.\n"
        "\n"
        "The URL that is printed ends in a token, made anew at every start. Whoever has it may do "
        "what the database's role may; without it nothing is answered, so that other pages in the "
        "same browser cannot use it. With --host other machines reach it, too: it speaks plain "
        "HTTP, so let it stand behind a tunnel or a proxy with TLS, and name with --allow-host "
        "what browsers will call it by.\n"
        "\n"
        "With --read-only every statement runs in a read-only transaction that is never "
        "committed; where the role is a superuser, SQL of one's own gets no more than the rights "
        "to read. What such a transaction does not hold back and the role may call (dblink, "
        "lo_export) is named in the page.\n"
        "\n"
        "What is written is noted in .raymig/studio/audit.log: when, by which role, which rows and "
        "columns or which SQL, and none of the rows' values. Ctrl-C ends it.\n",
    .examples = "raymig studio                     the project's database, in a browser\n"
                "raymig studio --read-only         look, and change nothing\n"
                "raymig studio --port 0 --no-open  any free port; only print the URL\n"
                "raymig studio --host 0.0.0.0 --allow-host db.example.org  behind a proxy\n",
    .options = options,
    .run = run,
};
