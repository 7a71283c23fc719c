/* What the files of the writer share. Strings are string.c's. */
#ifndef RAY_PULL_WRITER_INTERNAL_H
#define RAY_PULL_WRITER_INTERNAL_H

#include "pull/writer.h"

enum { RAY_LUA_COLUMNS = 100, RAY_LUA_STEP = 2 };

size_t ray_lua_column(const struct ray_buf *buf); /* where the next character goes, from 0 */
void ray_lua_new_line(struct ray_buf *buf, int indent);

/* True where a text has several lines, as a long bracket keeps them. */
bool ray_lua_is_block(const char *text);

/* A text: in one line; as a block; broken behind \z, or, where it is SQL, at its blanks. */
void ray_lua_add_line(struct ray_buf *buf, const char *text);
void ray_lua_add_block(struct ray_buf *buf, const char *text);
void ray_lua_add_broken(struct ray_buf *buf, const char *text, int indent, size_t tail);
void ray_lua_add_broken_sql(struct ray_buf *buf, const char *text, int indent, size_t tail);

#endif
