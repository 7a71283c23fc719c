/*
 * The commands: the table and nothing else. A new command is a file, its declaration in commands.h and its
 * row here. The help lists them in this order, within the groups that help.c names.
 */
#include "cmd/commands.h"

/* clang-format off */
const struct ray_command *const ray_commands[] = {
    &ray_cmd_init,
    &ray_cmd_new,
    &ray_cmd_generate,
    &ray_cmd_push,
    &ray_cmd_import,
    &ray_cmd_up,
    &ray_cmd_down,
    &ray_cmd_redo,
    &ray_cmd_goto,
    &ray_cmd_status,
    &ray_cmd_plan,
    &ray_cmd_check,
    &ray_cmd_drift,
    &ray_cmd_verify,
    &ray_cmd_lint,
    &ray_cmd_rebase,
    &ray_cmd_squash,
    &ray_cmd_pull,
    &ray_cmd_export,
    &ray_cmd_diff,
    &ray_cmd_erd,
    &ray_cmd_baseline,
    &ray_cmd_repair,
    &ray_cmd_studio,
    &ray_cmd_dev,
    &ray_cmd_plugin,
    &ray_cmd_completion,
    &ray_cmd_complete,
    &ray_cmd_help,
    &ray_cmd_version,
    NULL,
};
/* clang-format on */
