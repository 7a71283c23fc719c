/* Whether a connection string may be written into a file that others will read. */
#ifndef RAY_PG_URL_SECRET_H
#define RAY_PG_URL_SECRET_H

#include <stdbool.h>

/* True where the string holds a password, or where libpq cannot read it, so that nobody can tell. */
bool ray_url_has_secret(const char *url);

#endif
