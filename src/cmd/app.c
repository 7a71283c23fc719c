/* What every command stands on: see cmd.h. Options as they were given, and what the project is told of them. */
#include "cmd/args.h"
#include "cmd/plugin_services.h"

#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

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
        return ray_err_set(&app->project.err, RAY_USAGE, "\"%s\" is not a whole number", text);
    errno = 0;
    *out = strtoll(text, NULL, 10);
    if (errno != 0)
        return ray_err_set(&app->project.err, RAY_USAGE, "\"%s\" is too large", text);
    if (*out < least)
        return ray_err_set(&app->project.err, RAY_USAGE, "\"%s\" is less than %lld", text,
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
        (void)ray_err_set(&app->project.err, RAY_USAGE, "option --%s: \"%s\" has no unit", option,
                          text);
    else
        (void)ray_err_set(&app->project.err, RAY_USAGE, "option --%s: \"%s\" is not a duration",
                          option, text);
    return ray_err_hint(&app->project.err, "Write it as 500ms, 30s, 5min or 1h.");
}

/* ---------------------------------------------------------------- the project */

static void
talk(void *arg, enum ray_talk kind, const char *text)
{
    struct ray_app *app = arg;

    if (app->project.config.verbose) /* a config may say so */
        ray_term_set_verbose(app->term);
    if (kind == RAY_TALK_SAY)
        ray_term_say(app->term, "%s", text);
    else if (kind == RAY_TALK_WARN)
        ray_term_warn(app->term, "%s", text);
    else if (kind == RAY_TALK_LIVE)
        ray_term_live(app->term, "%s", text);
    else
        ray_term_detail(app->term, "%s", text);
}

static bool
confirm(void *arg, const char *question, struct ray_err *err)
{
    struct ray_app *app = arg;

    return ray_app_flag(app, "yes") || ray_term_confirm(app->term, question, "--yes", err);
}

static bool
choose(void *arg, const char *question, const char *const *answers, size_t count, size_t *out,
       struct ray_err *err)
{
    struct ray_app *app = arg;

    return ray_term_choose(app->term, question, answers, count, out, err);
}

/* That there is such a reporter is known before anything is done for it. */
static bool
check_reporter(struct ray_app *app)
{
    json_t *argument;
    json_t *result;
    bool ok;

    if (!ray_app_flag(app, "reporter") || ray_app_flag(app, "help"))
        return true;
    argument = json_object();
    ray_json_set_text(argument, "name", ray_app_option(app, "reporter"));
    ok = ray_app_plugins(app, "check_reporter", argument, &result);
    json_decref(argument);
    json_decref(result);
    return ok;
}

/* An option of all commands, unless this one has its own of that name: erd --format is not about the folder. */
static const char *
common_option(const struct ray_app *app, const char *name)
{
    const struct ray_option *own = app->command == NULL ? NULL : app->command->options;

    for (; own != NULL && own->name != NULL; own++)
        if (strcmp(own->name, name) == 0)
            return NULL;
    return ray_app_option(app, name);
}

bool
ray_app_prepare(struct ray_app *app)
{
    struct ray_project_options *options = &app->project.options;
    const char *jobs = ray_app_option(app, "jobs");
    int64_t number = 0;

    app->project.listener = (struct ray_project_listener){
        .arg = app,
        .talk = talk,
        .confirm = confirm,
        .choose = ray_term_is_interactive(app->term) ? choose : NULL,
    };
    options->command = app->command == NULL ? NULL : app->command->name;
    options->dashes = "--";
    options->config = ray_app_option(app, "config");
    options->url = ray_app_option(app, "url");
    options->shadow_url = ray_app_option(app, "shadow-url");
    options->out = ray_app_option(app, "out");
    options->format = common_option(app, "format");
    options->lossy = ray_app_flag(app, "lossy");
    options->accept_data_loss = ray_app_flag(app, "accept-data-loss");
    options->renames = ray_app_options(app, "rename");
    options->dropped = ray_app_options(app, "dropped");
    if (jobs != NULL) {
        if (!ray_app_number(app, jobs, 1, &number))
            return false;
        options->jobs = number > INT_MAX ? INT_MAX : (int)number;
    }
    return ray_app_duration(app, "wait", 0, &options->wait_ms) && check_reporter(app);
}

/* ---------------------------------------------------------------- the end */

/* The result as a plugin's reporter puts it. */
static void
report(struct ray_app *app, json_t *object)
{
    json_t *argument = json_object();
    const char *text;
    json_t *result;
    bool ok;

    ray_json_scrub(app->arena, json_object_get(object, "error"));
    ray_json_set_text(argument, "name", ray_app_option(app, "reporter"));
    ray_json_set_text(argument, "command", app->command->name);
    json_object_set_new(argument, "result", object);
    ok = ray_app_plugins(app, "report", argument, &result);
    json_decref(argument);
    if (!ok) {
        ray_term_error(app->term, &app->project.err);
        app->failure = app->project.err.code;
        return;
    }
    text = json_string_value(json_object_get(result, "text"));
    ray_term_outn(app->term, text, strlen(text));
    json_decref(result);
}

void
ray_app_print_json(struct ray_app *app, json_t *object)
{
    const char *text;

    if (ray_app_flag(app, "reporter")) {
        report(app, object);
        return;
    }
    text = ray_project_json(&app->project, object);
    ray_term_outn(app->term, text, strlen(text));
    ray_term_outn(app->term, "\n", 1);
}

enum ray_code
ray_app_fail(struct ray_app *app)
{
    ray_term_error(app->term, &app->project.err);
    return app->project.err.code;
}
