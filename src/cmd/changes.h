/* Differences of two catalogs on the terminal. */
#ifndef RAY_CMD_CHANGES_H
#define RAY_CMD_CHANGES_H

#include "cmd/cmd.h"
#include "project/changes.h"

/* One object a line, "+ table public.users", and below one that differs a line for each value that does. */
void ray_changes_print(struct ray_app *app, const ray_changes *changes);

#endif
