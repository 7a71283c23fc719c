/*
 * The names that PostgreSQL chooses for constraints, indexes and sequences that nobody named: makeObjectName(),
 * ChooseIndexNameAddition() and ChooseIndexColumnNames() in its indexcmds.c. The number that it adds where
 * the name is taken is the caller's business.
 */
#ifndef RAY_PULL_CHOOSE_H
#define RAY_PULL_CHOOSE_H

#include "catalog/list.h"

/* "table_column_key", cut so that it fits into 63 bytes; column NULL: "table_pkey". */
char *ray_choose_name(struct ray_arena *arena, const char *table, const char *column,
                      const char *label);

/* The middle part for several columns: "a_b". Of an index its elements' names, made different from each other. */
char *ray_choose_columns(struct ray_arena *arena, const ray_list *columns);
char *ray_choose_elements(struct ray_arena *arena, const ray_list *names);

#endif
