/*
 * Two sources at once. What is read without the project, a database or a snapshot, is read in a thread of its own while
 * the other one is, or is made in a shadow.
 */
#ifndef RAY_PROJECT_LOADING_H
#define RAY_PROJECT_LOADING_H

#include "project/source.h"

/* As ray_source_load of one and then of the other. Where both fail the first one's error is told. */
bool ray_sources_load(struct ray_project *project, const char *first, const char *second,
                      struct ray_catalog **first_out,
                      struct ray_catalog **second_out) RAY_MUST_CHECK;

#endif
