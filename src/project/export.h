/* A catalog as a script of DDL, or as a snapshot. */
#ifndef RAY_PROJECT_EXPORT_H
#define RAY_PROJECT_EXPORT_H

#include "base/buf.h"
#include "project/project.h"

/* Adds what makes the source's catalog (source.h; NULL: db) in a new database, or with `snapshot` its JSON. */
bool ray_export(struct ray_project *project, const char *from, bool snapshot,
                struct ray_buf *out) RAY_MUST_CHECK;

#endif
