/*
 * raymig: arguments to command to exit code. The only place that ends the program: it makes the arena, the
 * terminal and the app, runs one command and frees all of them.
 *
 * A result that could not be written is a failure, whatever the command says; a reader that went away, as
 * of `raymig status | head`, ends the program by SIGPIPE, as it would any other, but only now that the work
 * is done.
 */
#include "cmd/args.h"
#include "cmd/commands.h"
#include "cmd/env_file.h"
#include "cmd/help.h"
#include "cmd/plugin_command.h"
#include "cmd/settings.h"

#include "base/interrupt.h"
#include "base/scrub.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Keeps 0, 1 and 2 taken where they were closed, so that no connection becomes standard output. The ends
 * are the wrong ones, so that using them is still an error. */
static void
hold_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
            return;
}

static enum ray_code
run_command(struct ray_app *app, bool parsed)
{
    enum ray_code code;

    if (ray_app_flag(app, "help") && app->command != NULL)
        return ray_help_command(app, app->command);
    if (!parsed)
        return ray_app_fail(app);
    if (ray_app_flag(app, "version"))
        app->command = &ray_cmd_version;
    else if (ray_app_flag(app, "help"))
        app->command = &ray_cmd_help;
    if (app->command == NULL)
        return ray_help_no_command(app);
    code = ray_app_prepare(app) ? app->command->run(app) : ray_app_fail(app);
    if (code == RAY_OK)
        code = app->failure;
    return code == RAY_FAILED && ray_interrupted() ? RAY_INTERRUPTED : code;
}

/* Writes out what is left of the result. */
static enum ray_code
finish(struct ray_app *app, enum ray_code code)
{
    int failure = ray_term_flush(app->term);

    if (failure == 0 || code != RAY_OK)
        return code;
    if (failure == EPIPE) {
        (void)signal(SIGPIPE, SIG_DFL);
        (void)raise(SIGPIPE);
    }
    errno = failure;
    (void)ray_err_errno(&app->project.err, RAY_FAILED, "cannot write to standard output");
    return ray_app_fail(app);
}

/* A word that is none of raymig's commands may be a plugin's. Only then are plugins looked at. */
static bool
parse_again(struct ray_app *app, int argc, char **argv)
{
    struct ray_err before = app->project.err;

    ray_err_init(&app->project.err, app->arena);
    if (!ray_plugin_commands(app))
        return false;
    app->project.err = before;
    if (app->more[0] == NULL)
        return false;
    ray_err_init(&app->project.err, app->arena);
    return ray_args_parse(app, argc, argv);
}

static enum ray_code
run(struct ray_arena *arena, int argc, char **argv)
{
    struct ray_app app = {.arena = arena};
    struct ray_term_options options = {0};
    struct ray_err fault;
    enum ray_code code;
    bool parsed;

    ray_project_init(&app.project, arena);
    ray_err_init(&fault, arena);
    parsed = ray_args_parse(&app, argc, argv);
    if (parsed && ray_app_flag(&app, "env-file"))
        parsed = ray_env_file_load(arena, ray_app_option(&app, "env-file"), &app.project.err);
    /* Also where the arguments are wrong: their error is to look as was asked for. */
    if (!ray_settings_term(&app, &options, &fault) && parsed) {
        app.project.err = fault;
        parsed = false;
    }
    app.term = ray_term_new(arena, &options);
    if (!parsed && app.unknown != NULL)
        parsed = parse_again(&app, argc, argv);
    code = finish(&app, run_command(&app, parsed));
    ray_project_close(&app.project);
    return code;
}

/* A copy of the arguments; in those that other users can see, a password is blotted out. */
static char **
hide_arguments(struct ray_arena *arena, int argc, char **argv)
{
    char **copy = RAY_NEW_ARRAY(arena, char *, (size_t)argc + 1);

    for (int i = 0; i < argc; i++) {
        copy[i] = ray_arena_strdup(arena, argv[i]);
        ray_scrub(argv[i]);
    }
    return copy;
}

int
main(int argc, char **argv)
{
    struct ray_arena *arena;
    enum ray_code code;

    hold_standard_streams();
    ray_interrupt_install();
    /* Widths of characters and nothing else: numbers, messages and sorting stay those of "C". */
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        (void)setlocale(LC_CTYPE, "");
    arena = ray_arena_new();
    code = run(arena, argc, hide_arguments(arena, argc, argv));
    ray_arena_free(arena);
    return (int)code;
}
