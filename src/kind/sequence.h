/* What of sequences their columns need. */
#ifndef RAY_KIND_SEQUENCE_H
#define RAY_KIND_SEQUENCE_H

#include "catalog/ddl.h"

/* " START WITH 10 CACHE 5": the options that are not the default; "" for none. */
const char *ray_sequence_options(struct ray_arena *arena, const struct ray_object *object);

#endif
