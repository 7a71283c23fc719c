/* Connection strings before they are used: faults told without a word of what may be a password. */
#ifndef RAY_PG_URL_CHECK_H
#define RAY_PG_URL_CHECK_H

#include "base/err.h"

/* RAY_USAGE where libpq cannot read the string, or would take a piece of a password for a host, a port or
 * a database and name it in its own error. `source` says where it came from: "--url", "DATABASE_URL". */
bool ray_url_check(const char *url, const char *source, struct ray_err *err) RAY_MUST_CHECK;

#endif
