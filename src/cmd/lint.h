/* What the files of raymig lint share. */
#ifndef RAY_CMD_LINT_H
#define RAY_CMD_LINT_H

#include "cmd/plugin_services.h"
#include "lint/lint.h"
#include "run/replay.h"

/* A migration that is to be linted. */
struct ray_chosen {
    const struct ray_migration *migration;
    int place; /* in the folder; -1: a script of none */
};

struct ray_lint {
    struct ray_app *app;
    struct ray_folder folder;
    RAY_VEC(struct ray_chosen) chosen;
    struct ray_plugin_desk desk;
    json_t *findings;
    size_t unread;
    struct ray_conn
        *conn; /* the shadow's database that stands before the next one; NULL: none yet */
    struct ray_replay *replay; /* in it */
};

/* Runs the migration in a copy of the database that those before it make, and fills in catalogs and effects. */
bool ray_lint_in_shadow(struct ray_lint *lint, const struct ray_chosen *chosen,
                        struct ray_lint_subject *subject) RAY_MUST_CHECK;
void ray_lint_shadow_close(struct ray_lint *lint);

#endif
