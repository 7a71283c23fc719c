/* The routes: the table and nothing else (routes.c). Shapes are in docs/studio-http.md. */
#ifndef RAY_STUDIO_ROUTES_H
#define RAY_STUDIO_ROUTES_H

#include "studio/request.h"

enum ray_takes {
    RAY_TAKES_NOTHING,
    RAY_TAKES_JSON,   /* an object, of at most RAY_STUDIO_BODY_BYTES */
    RAY_TAKES_UPLOAD, /* text/csv or application/json, handed over in pieces */
};

struct ray_route {
    const char *method;
    const char *path; /* a last component of * stands for any one that is not empty */
    enum ray_takes takes;
    bool (*handle)(struct ray_request *request, struct ray_err *err);
    /* Uploads: each piece as it comes, before `handle`, and what is freed at the end, whatever happened. The first
     * piece may be empty. */
    bool (*take)(struct ray_request *request, const char *data, size_t size, struct ray_err *err);
    void (*end)(struct ray_request *request);
    bool writes; /* 403 with --read-only */
    const char *help;
};
extern const struct ray_route ray_routes[]; /* ends with a NULL method */

/* The route of a request; sets request->rest. NULL with 404 or 405 in *status where there is none. */
const struct ray_route *ray_route_find(struct ray_request *request, const char *method,
                                       unsigned int *status);

/* The handlers, each in the file of its name. */
bool ray_studio_session(struct ray_request *request, struct ray_err *err);
bool ray_studio_cancel(struct ray_request *request, struct ray_err *err);
bool ray_studio_rows(struct ray_request *request, struct ray_err *err);
bool ray_studio_count(struct ray_request *request, struct ray_err *err);
bool ray_studio_cell(struct ray_request *request, struct ray_err *err);
bool ray_studio_changes(struct ray_request *request, struct ray_err *err);
bool ray_studio_export(struct ray_request *request, struct ray_err *err);
bool ray_studio_export_ticket(struct ray_request *request, struct ray_err *err);
bool ray_studio_export_fetch(struct ray_request *request, struct ray_err *err);
bool ray_studio_import(struct ray_request *request, struct ray_err *err);
bool ray_studio_import_take(struct ray_request *request, const char *data, size_t size,
                            struct ray_err *err);
void ray_studio_import_end(struct ray_request *request);
bool ray_studio_objects(struct ray_request *request, struct ray_err *err);
bool ray_studio_object(struct ray_request *request, struct ray_err *err);
bool ray_studio_completion(struct ray_request *request, struct ray_err *err);
bool ray_studio_diagram(struct ray_request *request, struct ray_err *err);
bool ray_studio_layout(struct ray_request *request, struct ray_err *err);
bool ray_studio_query(struct ray_request *request, struct ray_err *err);
bool ray_studio_transaction(struct ray_request *request, struct ray_err *err);
bool ray_studio_explain(struct ray_request *request, struct ray_err *err);
bool ray_studio_queries(struct ray_request *request, struct ray_err *err);
bool ray_studio_queries_change(struct ray_request *request, struct ray_err *err);
bool ray_studio_migrations(struct ray_request *request, struct ray_err *err);
bool ray_studio_migration(struct ray_request *request, struct ray_err *err);
bool ray_studio_diff(struct ray_request *request, struct ray_err *err);
bool ray_studio_drift(struct ray_request *request, struct ray_err *err);
bool ray_studio_plan(struct ray_request *request, struct ray_err *err);
bool ray_studio_run(struct ray_request *request, struct ray_err *err);

#endif
