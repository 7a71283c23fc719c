/*
 * POST /api/count: how many rows there are. The estimate is the planner's, which costs nothing; the exact number looks at
 * every row, and is for who asks for it and can cancel it.
 */
#include "studio/routes.h"

#include "studio/filter.h"
#include "studio/read.h"

#include <stddef.h>

struct asked {
    uint32_t oid;
    json_t *filters;
    const char *where;
    bool exact;
    const char *request;
};

static const struct ray_field fields[] = {
    {"oid", RAY_FIELD_OID, true, offsetof(struct asked, oid)},
    {"filters", RAY_FIELD_ARRAY, false, offsetof(struct asked, filters)},
    {"where", RAY_FIELD_TEXT, false, offsetof(struct asked, where)},
    {"exact", RAY_FIELD_BOOL, false, offsetof(struct asked, exact)},
    {"request", RAY_FIELD_NAME, false, offsetof(struct asked, request)},
    {NULL, RAY_FIELD_ANY, false, 0},
};

/* What the planner thinks of reading it all: also of a view, of a condition, of a table that was never analyzed. */
static bool
estimate(struct ray_request *request, struct ray_lease *lease, const struct ray_relation *relation,
         const struct asked *asked, int64_t *out, struct ray_err *err)
{
    struct ray_read read;
    struct ray_buf sql;
    enum ray_flow_what what = RAY_FLOW_FAILED;

    ray_buf_init(&sql, request->arena);
    ray_buf_add(&sql, "EXPLAIN (FORMAT JSON) SELECT 1 FROM ");
    ray_buf_relation(&sql, relation);
    ray_buf_add(&sql, " AS t");
    if (!ray_buf_where(&sql, relation, asked->filters, asked->where, NULL, err))
        return false;
    if (ray_read_begin(lease, request->arena, sql.data, asked->where != NULL, &read, err))
        do {
            what = ray_read_next(&read, err);
            if (what == RAY_FLOW_ROW && read.flow.values[0] != NULL) {
                json_t *plan = json_loadb(read.flow.values[0], read.flow.lengths[0], 0, NULL);
                const json_t *node = json_object_get(json_array_get(plan, 0), "Plan");

                *out = (int64_t)json_number_value(json_object_get(node, "Plan Rows"));
                json_decref(plan);
            }
        } while (what != RAY_FLOW_END && what != RAY_FLOW_FAILED);
    ray_read_end(&read);
    return what == RAY_FLOW_END;
}

static bool
count(struct ray_request *request, struct ray_lease *lease, const struct asked *asked,
      struct ray_err *err)
{
    struct ray_relation relation;
    int64_t number = 0;
    json_t *object;
    bool ok;

    if (!ray_lease_begin(lease, RAY_ACCESS_READ, asked->exact ? 0 : RAY_STUDIO_TIMEOUT_MS, err) ||
        !ray_relation_load(ray_lease_conn(lease), request->arena, asked->oid, &relation, err))
        return false;
    ok = asked->exact ? ray_count_rows(request->arena, lease, &relation, asked->filters,
                                       asked->where, &number, err)
                      : estimate(request, lease, &relation, asked, &number, err);
    if (!ok || !ray_lease_end(lease, false, err))
        return false;
    object = json_object();
    ray_json_set_int(object, "count", number);
    ray_json_set_bool(object, "exact", asked->exact);
    ray_reply_json(request, object);
    return true;
}

bool
ray_studio_count(struct ray_request *request, struct ray_err *err)
{
    struct asked asked = {0};
    struct ray_lease *lease;
    bool ok;

    if (!ray_request_fields(request->body, fields, &asked, err) ||
        !ray_lease_take(request, asked.request, &lease, err))
        return false;
    ok = count(request, lease, &asked, err);
    ray_lease_give(lease);
    return ok;
}
