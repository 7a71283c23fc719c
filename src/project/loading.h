/*
 * Two sources at once: a database or a snapshot is read in a thread of its own while another is. Not while something is made
 * in a shadow, for which this process forks: a child has the locks that other threads held, and nobody to release
 * them.
 */
#ifndef RAY_PROJECT_LOADING_H
#define RAY_PROJECT_LOADING_H

#include "project/source.h"

/* As ray_source_load of one and then of the other. Where both fail the first one's error is told. */
bool ray_sources_load(struct ray_project *project, const char *first, const char *second,
                      struct ray_catalog **first_out,
                      struct ray_catalog **second_out) RAY_MUST_CHECK;

#endif
