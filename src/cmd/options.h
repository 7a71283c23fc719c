/* Options that several commands have, to be named in their tables; ray_app_prepare (app.c) reads them. */
#ifndef RAY_CMD_OPTIONS_H
#define RAY_CMD_OPTIONS_H

#include "cmd/cmd.h"

/* Options of commands that read sources, to be named in their tables. */
#define RAY_SOURCE_OPTIONS                                                                      \
    {"shadow-url", '\0', "URL", "a server for shadow databases; otherwise one of raymig's own", \
     false},                                                                                    \
        {"jobs", 'j', "N", "read the database over N connections", false},                      \
    {                                                                                           \
        "lossy", '\0', NULL, "go on although something is not in the model or may not be seen", \
            false                                                                               \
    }

/* Options of commands that plan. */
#define RAY_RENAME_OPTIONS                                                                    \
    {"rename", '\0', "OLD=NEW",                                                               \
     "it was not dropped and made, but renamed: users.mail=users.email", true},               \
    {                                                                                         \
        "dropped", '\0', "OLD", "it is gone, and no rename of anything new: users.mail", true \
    }

#endif
