/* What the terminal is to be like. */
#ifndef RAY_CMD_SETTINGS_H
#define RAY_CMD_SETTINGS_H

#include "cmd/cmd.h"

/* Flags, then environment. The options are filled in any case; RAY_USAGE where a value is none of auto, always, never. */
bool ray_settings_term(const struct ray_app *app, struct ray_term_options *out,
                       struct ray_err *err) RAY_MUST_CHECK;

#endif
