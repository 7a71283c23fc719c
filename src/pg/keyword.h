/* Identifiers as PostgreSQL writes them: quoted only where they must be. */
#ifndef RAY_PG_KEYWORD_H
#define RAY_PG_KEYWORD_H

#include "base/buf.h"

#include <stdbool.h>

/* True where the name means itself only in double quotes: upper case, odd characters, a keyword that is
 * not for names (of any version up to 18). */
bool ray_name_needs_quotes(const char *name);

/* The name, quoted where it must be: quote_ident(). */
void ray_buf_name(struct ray_buf *buf, const char *name);

#endif
