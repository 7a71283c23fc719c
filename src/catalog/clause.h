/*
 * Taking apart what the server deparsed (pg_get_indexdef, pg_get_expr and their like): parentheses and quotes
 * are known here, nothing else of the language.
 */
#ifndef RAY_CATALOG_CLAUSE_H
#define RAY_CATALOG_CLAUSE_H

#include "catalog/list.h"

/* Behind the parenthesis that closes the one at `text`; NULL where none does. */
const char *ray_clause_close(const char *text);

/* The expression without a pair of parentheses around all of it. */
const char *ray_clause_bare(struct ray_arena *arena, const char *text);

/* The first place outside of parentheses and quotes where `word` stands; NULL: nowhere. */
const char *ray_clause_find(const char *text, const char *word);

/* "a, f(b, c)" between begin and end as its items. */
ray_list ray_clause_items(struct ray_arena *arena, const char *begin, const char *end);

/* A dotted name as its parts, without quotes: "public"."My Table". */
ray_list ray_clause_name(struct ray_arena *arena, const char *text);

#endif
