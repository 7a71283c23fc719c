/* What of sequences their columns need. */
#ifndef RAY_KIND_SEQUENCE_H
#define RAY_KIND_SEQUENCE_H

#include "catalog/ddl.h"

/* " START WITH 10 CACHE 5": the options that are not the default; "" for none. */
const char *ray_sequence_options(struct ray_arena *arena, const struct ray_object *object);

/* The sequence of an identity column; NULL where it is not known. */
const struct ray_object *ray_column_sequence(const struct ray_object *column);

/* Sets a sequence behind the numbers that are in the column that gets it. One that is not new may be there already. */
void ray_sequence_catch_up(struct ray_ddl *ddl, const struct ray_object *sequence,
                           const struct ray_object *column, bool is_new);

#endif
