/* Reading what the catalogs say: see select.h. */
#include "studio/select.h"

#include <string.h>

bool
ray_studio_select(struct ray_request *request, const char *name, const char *sql, int nparams,
                  const char *const *params, struct ray_rows *rows, struct ray_err *err)
{
    struct ray_lease *lease;
    bool ok;

    if (!ray_lease_take(request, name, &lease, err))
        return false;
    ok = ray_lease_begin(lease, RAY_ACCESS_READ, RAY_STUDIO_TIMEOUT_MS, err) &&
         ray_conn_exec(ray_lease_conn(lease), "SET LOCAL search_path = ''", err) &&
         ray_conn_query(ray_lease_conn(lease), request->arena, sql, nparams, params, rows, err) &&
         ray_lease_end(lease, true, err);
    ray_lease_give(lease);
    return ok;
}

void
ray_reply_text(struct ray_request *request, const char *json)
{
    ray_reply_data(request, 200, "application/json", json, strlen(json));
}
