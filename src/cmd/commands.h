/* The rows of the commands' table; each is defined in the file of its name. */
#ifndef RAY_CMD_COMMANDS_H
#define RAY_CMD_COMMANDS_H

#include "cmd/cmd.h"

extern const struct ray_command ray_cmd_init;
extern const struct ray_command ray_cmd_new;
extern const struct ray_command ray_cmd_generate;
extern const struct ray_command ray_cmd_push;
extern const struct ray_command ray_cmd_up;
extern const struct ray_command ray_cmd_down;
extern const struct ray_command ray_cmd_redo;
extern const struct ray_command ray_cmd_goto;
extern const struct ray_command ray_cmd_status;
extern const struct ray_command ray_cmd_plan;
extern const struct ray_command ray_cmd_check;
extern const struct ray_command ray_cmd_drift;
extern const struct ray_command ray_cmd_verify;
extern const struct ray_command ray_cmd_rebase;
extern const struct ray_command ray_cmd_squash;
extern const struct ray_command ray_cmd_export;
extern const struct ray_command ray_cmd_diff;
extern const struct ray_command ray_cmd_erd;
extern const struct ray_command ray_cmd_baseline;
extern const struct ray_command ray_cmd_repair;
extern const struct ray_command ray_cmd_import;
extern const struct ray_command ray_cmd_pull;
extern const struct ray_command ray_cmd_studio;
extern const struct ray_command ray_cmd_dev;
extern const struct ray_command ray_cmd_lint;
extern const struct ray_command ray_cmd_plugin;
extern const struct ray_command ray_cmd_completion;
extern const struct ray_command ray_cmd_complete;
extern const struct ray_command ray_cmd_help;
extern const struct ray_command ray_cmd_version;

#endif
