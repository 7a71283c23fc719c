/* The manual's pages of raymig and its commands, as roff: made of the tables that help is made of. */
#ifndef RAY_CMD_MAN_H
#define RAY_CMD_MAN_H

#include "cmd/cmd.h"

/* raymig(1). Plugins' commands are no part of it. */
void ray_man_all(struct ray_app *app);

/* raymig-NAME(1). */
void ray_man_command(struct ray_app *app, const struct ray_command *command);

/* As Markdown, one page for all: docs/commands.md. */
void ray_man_markdown(struct ray_app *app);

#endif
