/* The environment: every variable that raymig reads is a row of one table; and settings that stand over the config. */
#ifndef RAY_PROJECT_VARIABLES_H
#define RAY_PROJECT_VARIABLES_H

#include "project/project.h"

struct ray_variable {
    const char *name; /* NULL ends the table */
    const char *help;
};
extern const struct ray_variable ray_variables[];

/* The value of a variable, NULL where it is not set or empty. */
const char *ray_variable(const char *name);

/* The first of PGHOST and its like that is set: libpq then knows where to go. NULL where none is. */
const char *ray_libpq_variable(void);

/* Puts options and environment over the config. */
bool ray_settings_apply(struct ray_project *project) RAY_MUST_CHECK;

/* Warns of each RAYMIG_ variable that is none of the table's. */
void ray_settings_warn(struct ray_project *project);

#endif
