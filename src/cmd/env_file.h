/* Variables from a file, for --env-file. */
#ifndef RAY_CMD_ENV_FILE_H
#define RAY_CMD_ENV_FILE_H

#include "base/err.h"

/* Sets what the file gives and the environment has not. All or nothing; RAY_USAGE, with file and line, for a line that
 * is no variable. Values are never part of a message. */
bool ray_env_file_load(struct ray_arena *arena, const char *path,
                       struct ray_err *err) RAY_MUST_CHECK;

#endif
