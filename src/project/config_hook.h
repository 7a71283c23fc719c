/* The hook config of plugins: what they set stands as if the file had it; variables and options stand above it. */
#ifndef RAY_PROJECT_CONFIG_HOOK_H
#define RAY_PROJECT_CONFIG_HOOK_H

#include "project/project.h"

/* Loads the plugins that the config names, and calls the hook. Nothing where it names none. */
bool ray_project_config_hook(struct ray_project *project) RAY_MUST_CHECK;

#endif
