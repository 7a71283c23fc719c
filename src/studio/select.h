/* One statement that reads, for routes that answer what the catalogs say. */
#ifndef RAY_STUDIO_SELECT_H
#define RAY_STUDIO_SELECT_H

#include "studio/request.h"

/* Runs it in a read-only transaction with an empty search_path, so that names come qualified. Rows live in the
 * request's arena. `name`: for /api/cancel; NULL: none. */
bool ray_studio_select(struct ray_request *request, const char *name, const char *sql, int nparams,
                       const char *const *params, struct ray_rows *rows,
                       struct ray_err *err) RAY_MUST_CHECK;

/* Answers a text of the server's that is JSON. */
void ray_reply_text(struct ray_request *request, const char *json);

/* Schemas of the user's, of pg_namespace n. */
#define RAY_SQL_SHOWN_SCHEMA \
    "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND has_schema_privilege(n.oid, 'USAGE')"

/* What is an extension's is shown as the extension's alone. */
#define RAY_SQL_OF_EXTENSION(catalog, oid)                                           \
    "EXISTS (SELECT FROM pg_depend x WHERE x.classid = '" catalog "'::regclass AND " \
    "x.objid = " oid " AND x.deptype = 'e')"

#endif
