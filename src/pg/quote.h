/* Quoting: the only path by which a name or a value becomes SQL text. */
#ifndef RAY_PG_QUOTE_H
#define RAY_PG_QUOTE_H

#include "base/buf.h"

void ray_buf_ident(struct ray_buf *buf, const char *name); /* "na""me" */
void ray_buf_literal(struct ray_buf *buf,
                     const char *value); /* 'va''lue', E'' where it has a backslash */
void ray_buf_qualified(struct ray_buf *buf, const char *schema, const char *name);
char *ray_quote_ident(struct ray_arena *arena, const char *name);
char *ray_quote_literal(struct ray_arena *arena, const char *value);

#endif
