/*
 * Lists inside of attributes: a JSON array of strings as one text, ["a","b"], as PostgreSQL's to_json(text[])
 * writes it, so that lists are compared as texts and stand in snapshots as they are.
 */
#ifndef RAY_CATALOG_LIST_H
#define RAY_CATALOG_LIST_H

#include "base/buf.h"
#include "base/vec.h"

#include <stdbool.h>

typedef RAY_VEC(const char *) ray_list;

/* The items of a list; none for NULL. A text that is no list gives none: it never comes from us. */
ray_list ray_list_read(struct ray_arena *arena, const char *text);

/* The text of a list; NULL where it has no items. */
const char *ray_list_write(struct ray_arena *arena, const ray_list *list);

/* Appends a text as a JSON string, as PostgreSQL's to_json(text) does it. */
void ray_list_add_string(struct ray_buf *buf, const char *text);

void ray_list_sort(ray_list *list);
/* "a, b" */
const char *ray_list_join(struct ray_arena *arena, const ray_list *list, const char *between);
bool ray_list_has(const ray_list *list, const char *item);

#endif
