/*
 * `raymig dev`: the embedded server by hand. Each action is a row of one table, which says which options
 * belong to it.
 *
 * Starting is what the other commands do by themselves; here it also looks at what they take on trust, the
 * database, so that `raymig dev start` puts right what was dropped or renamed behind raymig's back. The
 * actions that hand out a connection (url, psql) start the server first: the URL of a server that is down
 * is of no use. Only reset destroys anything, and asks.
 */
#include "cmd/commands.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "pg/server.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOG_LINES = 50, LOG_LINES_MAX = 100000, FOLLOW_MS = 200, FOLLOW_BYTES = 1 << 16 };

static const struct ray_option options[] = {
    {"lines", 'n', "N", "logs: how many of the last lines (50)", false},
    {"follow", 'f', NULL, "logs: then go on with what is added, until Ctrl-C", false},
    {NULL, '\0', NULL, NULL, false},
};

/* ---------------------------------------------------------------- what the actions share */

/* Says where the data is when it is not where one would look for it. */
static void
tell_relocated(struct ray_app *app, const struct ray_server_status *status)
{
    struct ray_server_options server;

    if (!status->relocated)
        return;
    ray_project_server(&app->project, &server);
    ray_term_warn(app->term, "account \"%s\" cannot enter \"%s\": the data is in \"%s\"",
                  status->account, server.folder, status->home);
}

static bool
start_server(struct ray_app *app, struct ray_server_status *status)
{
    struct ray_server_options server;

    if (!ray_project_configure(&app->project))
        return false;
    ray_project_server(&app->project, &server);
    server.check = true;
    return ray_server_start(app->arena, &server, status, &app->project.err);
}

static bool
look_at_server(struct ray_app *app, struct ray_server_options *server,
               struct ray_server_status *status)
{
    if (!ray_project_configure(&app->project))
        return false;
    ray_project_server(&app->project, server);
    return ray_server_status(app->arena, server, status, &app->project.err);
}

static void
print_status_json(struct ray_app *app, const struct ray_server_status *status)
{
    json_t *object = json_object();

    ray_json_set_bool(object, "ok", true);
    ray_json_set_bool(object, "running", status->running);
    ray_json_set_bool(object, "initialised", status->initialised);
    if (status->pid > 0)
        ray_json_set_int(object, "pid", status->pid);
    else
        ray_json_set_text(object, "pid", NULL);
    ray_json_set_text(object, "version", status->version);
    ray_json_set_text(object, "bindir", status->bindir);
    ray_json_set_text(object, "account", status->account);
    ray_json_set_text(object, "database", status->database);
    ray_json_set_text(object, "url", status->url);
    ray_json_set_text(object, "data", status->data);
    ray_json_set_text(object, "socket", status->socket);
    ray_json_set_text(object, "log", status->log);
    ray_json_set_bool(object, "relocated", status->relocated);
    ray_app_print_json(app, object);
}

/* {"ok": true, KEY: value} */
static void
print_flag_json(struct ray_app *app, const char *key, bool value)
{
    json_t *object = json_object();

    ray_json_set_bool(object, "ok", true);
    ray_json_set_bool(object, key, value);
    ray_app_print_json(app, object);
}

/* ---------------------------------------------------------------- start, stop, status, url */

static enum ray_code
run_start(struct ray_app *app)
{
    struct ray_server_options server;
    struct ray_server_status before;
    struct ray_server_status status;
    int64_t began = ray_clock_ms();

    if (!look_at_server(app, &server, &before) || !start_server(app, &status))
        return ray_app_fail(app);
    tell_relocated(app, &status);
    if (before.running && before.pid == status.pid)
        ray_term_say(app->term, "PostgreSQL %s is running already, pid %ld", status.version,
                     status.pid);
    else
        ray_term_say(app->term, "PostgreSQL %s started in %s, pid %ld", status.version,
                     ray_term_duration(app->term, ray_clock_ms() - began), status.pid);
    if (ray_app_flag(app, "json"))
        print_status_json(app, &status);
    else
        ray_term_out(app->term, "%s\n", status.url);
    return RAY_OK;
}

static enum ray_code
run_stop(struct ray_app *app)
{
    struct ray_server_options server;
    struct ray_server_status before;

    if (!look_at_server(app, &server, &before) ||
        !ray_server_stop(app->arena, &server, &app->project.err))
        return ray_app_fail(app);
    ray_term_say(app->term, before.running ? "PostgreSQL stopped" : "PostgreSQL was not running");
    if (ray_app_flag(app, "json"))
        print_flag_json(app, "stopped", before.running);
    return RAY_OK;
}

static void
print_status(struct ray_app *app, const struct ray_server_status *status)
{
    const char *const rows[][2] = {
        {"version",
         status->version == NULL ? "no PostgreSQL server is installed" : status->version},
        {"programs", status->bindir},
        {"account", status->account},
        {"database", status->database},
        {"url", status->url},
        {"data", status->data},
        {"socket", status->socket},
        {"log", status->log},
    };
    const char *state = !status->initialised ? "not made yet; raymig dev start makes it"
                        : !status->running   ? "stopped"
                        : status->pid == 0
                            ? "running, out of sight"
                            : ray_arena_printf(app->arena, "running, pid %ld", status->pid);

    ray_term_out(app->term, "%-9s %s\n", "state",
                 ray_term_styled(app->term, false, status->running ? RAY_GOOD : RAY_WARN, state));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i][1] != NULL)
            ray_term_out(app->term, "%-9s %s\n", rows[i][0], rows[i][1]);
}

static enum ray_code
run_status(struct ray_app *app)
{
    struct ray_server_options server;
    struct ray_server_status status;

    if (!look_at_server(app, &server, &status))
        return ray_app_fail(app);
    tell_relocated(app, &status);
    if (ray_app_flag(app, "json"))
        print_status_json(app, &status);
    else
        print_status(app, &status);
    return RAY_OK;
}

static enum ray_code
run_url(struct ray_app *app)
{
    struct ray_server_status status;
    json_t *object;

    if (!start_server(app, &status))
        return ray_app_fail(app);
    if (!ray_app_flag(app, "json")) {
        ray_term_out(app->term, "%s\n", status.url);
        return RAY_OK;
    }
    object = json_object();
    ray_json_set_bool(object, "ok", true);
    ray_json_set_text(object, "url", status.url);
    ray_app_print_json(app, object);
    return RAY_OK;
}

/* ---------------------------------------------------------------- psql */

/* exec takes char *const *, though it changes nothing. */
static char **
psql_arguments(struct ray_app *app, const char *url)
{
    RAY_VEC(char *) argv = {0};

    *ray_vec_add(app->arena, &argv) = ray_arena_strdup(app->arena, "psql");
    *ray_vec_add(app->arena, &argv) = ray_arena_printf(app->arena, "--dbname=%s", url);
    if (ray_app_flag(app, "quiet"))
        *ray_vec_add(app->arena, &argv) = ray_arena_strdup(app->arena, "--quiet");
    for (int i = 1; i < app->nargs; i++)
        *ray_vec_add(app->arena, &argv) = ray_arena_strdup(app->arena, app->args[i]);
    *ray_vec_add(app->arena, &argv) = NULL;
    return argv.items;
}

static enum ray_code
run_psql(struct ray_app *app)
{
    /* libpq would put these before the URL's own host. */
    static const char *const misleading[] = {"PGHOSTADDR", "PGSERVICE", "PGREQUIREPEER"};
    struct ray_server_status status;
    const char *program;
    char **argv;

    if (!start_server(app, &status))
        return ray_app_fail(app);
    program = status.bindir == NULL ? "psql" : ray_path_join(app->arena, status.bindir, "psql");
    if (!ray_file_exists(program))
        program = "psql";
    argv = psql_arguments(app, status.url);
    for (size_t i = 0; i < sizeof(misleading) / sizeof(misleading[0]); i++)
        (void)unsetenv(misleading[i]);
    (void)ray_term_flush(app->term);
    (void)signal(SIGPIPE, SIG_DFL); /* an ignored signal survives exec */
    (void)execvp(program, argv);
    (void)ray_err_errno(&app->project.err, RAY_UNAVAILABLE, "cannot run \"%s\"", program);
    if (errno == ENOENT)
        (void)ray_err_hint(&app->project.err,
                           "Install postgresql-client, or use `raymig dev url`.");
    return ray_app_fail(app);
}

/* ---------------------------------------------------------------- reset */

static enum ray_code
run_reset(struct ray_app *app)
{
    struct ray_server_options server;
    struct ray_server_status status;
    const char *question;

    if (!look_at_server(app, &server, &status))
        return ray_app_fail(app);
    question = ray_arena_printf(app->arena, "Remove all databases in \"%s\"?", status.data);
    if (status.initialised && !ray_project_confirm(&app->project, question))
        return ray_app_fail(app);
    if (!ray_server_reset(app->arena, &server, &app->project.err))
        return ray_app_fail(app);
    ray_term_say(app->term, status.initialised
                                ? "removed; the next command that needs the server begins afresh"
                                : "there was nothing to remove");
    if (ray_app_flag(app, "json"))
        print_flag_json(app, "removed", status.initialised);
    return RAY_OK;
}

/* ---------------------------------------------------------------- logs */

/* Prints what is added to the log until a signal comes. A log that got shorter was begun anew. */
static enum ray_code
follow(struct ray_app *app, const char *log, size_t offset)
{
    while (!ray_interrupted()) {
        int64_t size = ray_file_size(log);
        struct ray_text text;

        if (size >= 0 && (size_t)size < offset)
            offset = 0;
        if (size < 0 || (size_t)size == offset) {
            ray_clock_sleep(FOLLOW_MS);
            continue;
        }
        if (!ray_file_read_part(app->arena, log, offset, FOLLOW_BYTES, &text, &app->project.err))
            return ray_app_fail(app);
        ray_term_outn(app->term, text.data, text.len);
        if (ray_term_flush(app->term) != 0)
            return RAY_OK; /* nobody reads any more; main knows what to do */
        offset += text.len;
    }
    return RAY_INTERRUPTED;
}

static enum ray_code
run_logs(struct ray_app *app)
{
    const char *given = ray_app_option(app, "lines");
    struct ray_server_options server;
    struct ray_server_status status;
    int64_t lines = LOG_LINES;
    const char *text;
    size_t end;
    json_t *object;

    if ((given != NULL && !ray_app_number(app, given, 1, &lines)) ||
        !look_at_server(app, &server, &status))
        return ray_app_fail(app);
    if (lines > LOG_LINES_MAX)
        lines = LOG_LINES_MAX;
    if (!ray_server_log(app->arena, &server, (int)lines, &text, &end, &app->project.err))
        return ray_app_fail(app);
    if (!ray_app_flag(app, "json")) {
        if (text[0] != '\0')
            ray_term_out(app->term, "%s\n", text);
        (void)ray_term_flush(app->term);
        return ray_app_flag(app, "follow") ? follow(app, status.log, end) : RAY_OK;
    }
    if (ray_app_flag(app, "follow")) {
        (void)ray_err_set(&app->project.err, RAY_USAGE, "--follow and --json do not go together");
        return ray_app_fail(app);
    }
    object = json_object();
    ray_json_set_bool(object, "ok", true);
    ray_json_set_text(object, "log", status.log);
    ray_json_set_text(object, "text", text);
    ray_app_print_json(app, object);
    return RAY_OK;
}

/* ---------------------------------------------------------------- the table */

static const struct action {
    const char *name;
    bool takes_args;
    const char *options; /* those of `options` above, each between spaces */
    enum ray_code (*run)(struct ray_app *app);
} actions[] = {
    {"start", false, "", run_start},
    {"stop", false, "", run_stop},
    {"status", false, "", run_status},
    {"psql", true, "", run_psql},
    {"url", false, "", run_url},
    {"reset", false, "", run_reset},
    {"logs", false, " lines follow ", run_logs},
};

enum { ACTIONS = sizeof(actions) / sizeof(actions[0]) };

static const struct action *
find_action(struct ray_app *app, const char *name)
{
    const char *names[ACTIONS];
    const char *near;

    for (size_t i = 0; i < ACTIONS; i++) {
        names[i] = actions[i].name;
        if (strcmp(name, names[i]) == 0)
            return &actions[i];
    }
    near = ray_nearest(name, names, ACTIONS);
    (void)ray_err_set(&app->project.err, RAY_USAGE, "dev does not know \"%s\"", name);
    if (near != NULL)
        (void)ray_err_hint(&app->project.err, "Did you mean \"raymig dev %s\"?", near);
    else
        (void)ray_err_hint(&app->project.err, "\"raymig help dev\" lists what it does.");
    return NULL;
}

/* Options and arguments that the action has no use for are faults, not noise. */
static bool
check_action(struct ray_app *app, const struct action *action)
{
    for (const struct ray_option *option = options; option->name != NULL; option++) {
        const char *name = ray_arena_printf(app->arena, " %s ", option->name);

        if (ray_app_flag(app, option->name) && strstr(action->options, name) == NULL)
            return ray_err_set(&app->project.err, RAY_USAGE, "dev %s has no option --%s",
                               action->name, option->name);
    }
    if (ray_app_flag(app, "url")) {
        (void)ray_err_set(&app->project.err, RAY_USAGE, "dev has no use for --url");
        return ray_err_hint(&app->project.err, "It is about the embedded server alone.");
    }
    if (app->nargs > 1 && !action->takes_args)
        return ray_err_set(&app->project.err, RAY_USAGE, "dev %s takes no argument, but got \"%s\"",
                           action->name, app->args[1]);
    return true;
}

static enum ray_code
run(struct ray_app *app)
{
    const struct action *action = find_action(app, app->args[0]);

    if (action == NULL || !check_action(app, action))
        return ray_app_fail(app);
    return action->run(app);
}

const struct ray_command ray_cmd_dev = {
    .name = "dev",
    .arguments = "start | stop | status | psql [ARGS...] | url | reset | logs",
    .min_args = 1,
    .max_args = -1,
    .summary = "the embedded PostgreSQL server: start, stop, psql, reset",
    .description =
        "Where no database is named, raymig runs a private PostgreSQL server from the installed "
        "programs (versions 13 to 18; RAYMIG_PG_BINDIR names others). It listens on a Unix socket "
        "alone, which only the account that runs it and root can reach, and keeps its data in the "
        "project's .raymig folder, or below $XDG_STATE_HOME/raymig where the project has no "
        "config. Other commands start it by themselves; it stays up until it is stopped.\n"
        "\n"
        "  start   makes it where there is none, starts it, creates the project's database\n"
        "  stop    ends it; its data stays\n"
        "  status  where it is, and whether it runs\n"
        "  psql    opens psql on the project's database; all that follows is for psql\n"
        "  url     prints the database's connection string, having started the server\n"
        "  reset   stops it and removes its data, after a question\n"
        "  logs    prints the end of the server's log\n",
    .examples = "raymig dev start                     start it and print its URL\n"
                "raymig dev psql                      open psql on the database\n"
                "raymig dev psql -c 'table users'     run one statement\n"
                "raymig dev psql -XAt -f data.sql     psql has all its options\n"
                "pg_dump \"$(raymig dev url)\"          use it with another program\n"
                "raymig dev logs -f                   watch the server's log\n"
                "raymig dev reset --yes               begin afresh, without a question\n",
    .options = options,
    .run = run,
    .hands_on = "psql",
};
