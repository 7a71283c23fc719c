/* What the files of `raymig rebase` share. */
#ifndef RAY_CMD_REBASE_H
#define RAY_CMD_REBASE_H

#include "cmd/cmd.h"
#include "history/rebase.h"

/*
 * rebase_known.c: what git and the database know of the migrations. *base is the revision whose journal says what
 * others have, and *published that journal: --base; else the first of the usual ones that has not all of the folder's
 * migrations. NULL both: there is none. With --offline no database is asked, and one that cannot be reached is no
 * error but a warning.
 */
bool ray_rebase_know(struct ray_app *app, struct ray_rebase *rebase, const char **base,
                     const struct ray_journal **published) RAY_MUST_CHECK;

#endif
