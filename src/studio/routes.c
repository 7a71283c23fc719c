/* The routes' table. A new route is a handler, its declaration in routes.h, its row here and its shape in
 * docs/studio-http.md. */
#include "studio/routes.h"

#include "studio/tickets.h"

#include <string.h>

/* clang-format off */
const struct ray_route ray_routes[] = {
    {.method = "GET", .path = "/api/session", .handle = ray_studio_session,
     .help = "who and where we are, limits, features, the filters' operators"},
    {.method = "POST", .path = "/api/cancel", .takes = RAY_TAKES_JSON, .handle = ray_studio_cancel,
     .help = "cancels on the server what a named request runs"},
    {.method = "POST", .path = "/api/rows", .takes = RAY_TAKES_JSON, .handle = ray_studio_rows,
     .help = "a page of a relation's rows: sorted, filtered, from an edge or behind a row"},
    {.method = "POST", .path = "/api/count", .takes = RAY_TAKES_JSON, .handle = ray_studio_count,
     .help = "how many rows: the planner's estimate, or exactly"},
    {.method = "POST", .path = "/api/cell", .takes = RAY_TAKES_JSON, .handle = ray_studio_cell,
     .help = "one value, whole"},
    {.method = "POST", .path = "/api/changes", .takes = RAY_TAKES_JSON, .handle = ray_studio_changes,
     .writes = true, .help = "staged changes: as SQL, or made in one transaction"},
    {.method = "GET", .path = "/api/objects", .handle = ray_studio_objects,
     .help = "the tree: schemas and what is in them"},
    {.method = "GET", .path = "/api/objects/*", .handle = ray_studio_object,
     .help = "one object: columns, keys, indexes, sizes, DDL"},
    {.method = "GET", .path = "/api/completion", .handle = ray_studio_completion,
     .help = "what an editor completes"},
    {.method = "POST", .path = "/api/query", .takes = RAY_TAKES_JSON, .handle = ray_studio_query,
     .help = "runs statements, their results streamed"},
    {.method = "POST", .path = "/api/transaction", .takes = RAY_TAKES_JSON,
     .handle = ray_studio_transaction, .help = "begins and ends an editor's transaction"},
    {.method = "POST", .path = "/api/explain", .takes = RAY_TAKES_JSON, .handle = ray_studio_explain,
     .help = "the plan of a statement"},
    {.method = "GET", .path = "/api/queries", .handle = ray_studio_queries,
     .help = "history and saved queries"},
    {.method = "POST", .path = "/api/queries", .takes = RAY_TAKES_JSON,
     .handle = ray_studio_queries_change, .help = "saves and deletes queries"},
    {.method = "POST", .path = "/api/diagram", .takes = RAY_TAKES_JSON, .handle = ray_studio_diagram,
     .help = "tables and foreign keys of a schema or a neighbourhood"},
    {.method = "POST", .path = "/api/layout", .takes = RAY_TAKES_JSON, .handle = ray_studio_layout,
     .help = "keeps where a person put the diagram's tables"},
    {.method = "POST", .path = "/api/export", .takes = RAY_TAKES_JSON, .handle = ray_studio_export,
     .help = "a relation, a part of it or a query's rows, as a file"},
    {.method = "POST", .path = "/api/export/ticket", .takes = RAY_TAKES_JSON,
     .handle = ray_studio_export_ticket, .help = "a path by which the browser itself fetches an export, once"},
    {.method = "GET", .path = RAY_TICKET_PATH "*", .handle = ray_studio_export_fetch,
     .help = "the export that a ticket is for; no token is sent here"},
    {.method = "POST", .path = "/api/import", .takes = RAY_TAKES_UPLOAD, .handle = ray_studio_import,
     .take = ray_studio_import_take, .end = ray_studio_import_end,
     .help = "a file of CSV or JSON into a table: a preview, or all of it by COPY"},
    {.method = "GET", .path = "/api/migrations", .handle = ray_studio_migrations,
     .help = "where each migration stands"},
    {.method = "GET", .path = "/api/migrations/*", .handle = ray_studio_migration,
     .help = "a migration's texts and its log"},
    {.method = "POST", .path = "/api/plan", .takes = RAY_TAKES_JSON, .handle = ray_studio_plan,
     .help = "what up, down, push or generate would do"},
    {.method = "POST", .path = "/api/run", .takes = RAY_TAKES_JSON, .handle = ray_studio_run,
     .writes = true, .help = "does what a plan showed"},
    {.method = "POST", .path = "/api/diff", .takes = RAY_TAKES_JSON, .handle = ray_studio_diff,
     .help = "the schema in two states, object by object"},
    {.method = "POST", .path = "/api/drift", .takes = RAY_TAKES_JSON, .handle = ray_studio_drift,
     .help = "the database against its migrations"},
    {.method = NULL},
};
/* clang-format on */

/* True where the path is the route's; *rest is what its * stands for. */
static bool
matches(const struct ray_route *route, const char *path, const char **rest)
{
    size_t length = strlen(route->path);

    *rest = NULL;
    if (route->path[length - 1] != '*')
        return strcmp(route->path, path) == 0;
    if (strncmp(route->path, path, length - 1) != 0 || path[length - 1] == '\0' ||
        strchr(path + length - 1, '/') != NULL)
        return false;
    *rest = path + length - 1;
    return true;
}

const struct ray_route *
ray_route_find(struct ray_request *request, const char *method, unsigned int *status)
{
    *status = 404;
    for (const struct ray_route *route = ray_routes; route->method != NULL; route++) {
        if (!matches(route, request->path, &request->rest))
            continue;
        if (strcmp(route->method, method) == 0)
            return route;
        *status = 405;
    }
    return NULL;
}
