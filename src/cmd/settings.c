/* The terminal's settings: see settings.h. */
#include "cmd/settings.h"

#include "project/variables.h"

#include <string.h>

static bool
parse_color(const char *text, const char *source, enum ray_color *out, struct ray_err *err)
{
    static const char *const names[] = {
        [RAY_COLOR_AUTO] = "auto",
        [RAY_COLOR_ALWAYS] = "always",
        [RAY_COLOR_NEVER] = "never",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(text, names[i]) == 0) {
            *out = (enum ray_color)i;
            return true;
        }
    (void)ray_err_set(err, RAY_USAGE, "%s is \"%s\"", source, text);
    return ray_err_hint(err, "It may be auto, always or never.");
}

static bool
choose_color(const struct ray_app *app, enum ray_color *out, struct ray_err *err)
{
    const char *flag = ray_app_option(app, "color");
    const char *own = ray_variable("RAYMIG_COLOR");
    const char *force = ray_variable("CLICOLOR_FORCE");

    *out = RAY_COLOR_AUTO;
    if (flag != NULL)
        return parse_color(flag, "--color", out, err);
    if (own != NULL)
        return parse_color(own, "RAYMIG_COLOR", out, err);
    if (ray_variable("NO_COLOR") != NULL)
        *out = RAY_COLOR_NEVER;
    else if (force != NULL && strcmp(force, "0") != 0)
        *out = RAY_COLOR_ALWAYS;
    return true;
}

bool
ray_settings_term(const struct ray_app *app, struct ray_term_options *out, struct ray_err *err)
{
    out->quiet = ray_app_flag(app, "quiet");
    out->verbose = ray_app_flag(app, "verbose");
    out->json = ray_app_flag(app, "json") || ray_app_flag(app, "reporter");
    return choose_color(app, &out->color, err);
}
