/*
 * POST /api/changes: staged changes, shown as SQL or made in one transaction. Each statement touches exactly one row;
 * where one finds none the row was changed or deleted meanwhile, and nothing at all is changed: every such row is told,
 * with what it is now.
 */
#include "studio/routes.h"

#include "base/map.h"
#include "pg/quote.h"
#include "studio/audit.h"
#include "studio/change.h"
#include "studio/pool.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { CHANGES_MAX = 5000, AUDITED_MOST = 200 };

struct asked {
    json_t *changes;
    bool commit;
    const char *request;
};

static const struct ray_field fields[] = {
    {"changes", RAY_FIELD_ARRAY, true, offsetof(struct asked, changes)},
    {"commit", RAY_FIELD_BOOL, false, offsetof(struct asked, commit)},
    {"request", RAY_FIELD_NAME, false, offsetof(struct asked, request)},
    {NULL, RAY_FIELD_ANY, false, 0},
};

struct item {
    uint32_t oid;
    const char *op;
    const char *key;
    json_t *set;
    json_t *old;
};

static const struct ray_field item_fields[] = {
    {"oid", RAY_FIELD_OID, true, offsetof(struct item, oid)},
    {"op", RAY_FIELD_TEXT, true, offsetof(struct item, op)},
    {"key", RAY_FIELD_TEXT, false, offsetof(struct item, key)},
    {"set", RAY_FIELD_OBJECT, false, offsetof(struct item, set)},
    {"old", RAY_FIELD_OBJECT, false, offsetof(struct item, old)},
    {NULL, RAY_FIELD_ANY, false, 0},
};

/* All of a request's changes. */
struct work {
    struct ray_request *request;
    struct ray_lease *lease;
    struct asked asked;
    struct ray_map relations; /* by oid, as text */
    size_t count;
    struct ray_change *changes;
    bool ready;        /* they were read */
    json_t *rows;      /* what they became */
    json_t *conflicts; /* what was not found as it was */
};

/* ---------------------------------------------------------------- reading them */

static bool
find_relation(struct work *work, uint32_t oid, const struct ray_relation **out, struct ray_err *err)
{
    struct ray_arena *arena = work->request->arena;
    const char *key = ray_arena_printf(arena, "%u", oid);
    struct ray_relation *relation = ray_map_get(&work->relations, key);

    if (relation == NULL) {
        relation = RAY_NEW(arena, struct ray_relation);
        if (!ray_relation_load(ray_lease_conn(work->lease), arena, oid, relation, err))
            return false;
        (void)ray_map_put(&work->relations, key, relation);
    }
    *out = relation;
    return true;
}

static bool
read_changes(struct work *work, struct ray_err *err)
{
    work->count = json_array_size(work->asked.changes);
    if (work->count > CHANGES_MAX)
        return ray_err_set(err, RAY_USAGE, "more than %d changes", CHANGES_MAX);
    work->changes = RAY_NEW_ARRAY(work->request->arena, struct ray_change, work->count + 1);
    for (size_t i = 0; i < work->count; i++) {
        const json_t *object = json_array_get(work->asked.changes, i);
        const struct ray_relation *relation;
        struct item item = {0};

        if (!json_is_object(object))
            return ray_err_set(err, RAY_USAGE, "change %zu is no object", i);
        if (!ray_request_fields(object, item_fields, &item, err) ||
            !find_relation(work, item.oid, &relation, err) ||
            !ray_change_read(work->request->arena, relation, item.op, item.key, item.set, item.old,
                             &work->changes[i], err))
            return ray_err_prepend(err, "change %zu: ", i);
    }
    return true;
}

/* ---------------------------------------------------------------- making them */

static json_t *
row_values(const struct ray_relation *relation, const struct ray_rows *rows, size_t nkeys)
{
    json_t *values = json_object();
    char attnum[16];

    for (size_t c = 0; c < relation->ncols; c++) {
        (void)snprintf(attnum, sizeof(attnum), "%d", relation->columns[c].attnum);
        ray_json_set_text(values, attnum, ray_rows_value(rows, 0, nkeys + c));
    }
    return values;
}

static json_t *
shown_row(struct work *work, const struct ray_change *change, const struct ray_rows *rows)
{
    const char *items[RAY_KEY_ITEMS];
    size_t nkeys = ray_key_items(work->request->arena, change->relation, items);
    json_t *object = json_object();
    struct ray_buf key;

    ray_buf_init(&key, work->request->arena);
    ray_buf_key_text(&key, rows->values, nkeys);
    ray_json_set_text(object, "key", nkeys > 0 ? key.data : NULL);
    (void)json_object_set_new(object, "values", row_values(change->relation, rows, nkeys));
    return object;
}

/* What the row is now: by its key, or by where it lay, whatever its values are. */
static bool
add_conflict(struct work *work, size_t index, struct ray_err *err)
{
    const struct ray_change *change = &work->changes[index];
    const struct ray_relation *relation = change->relation;
    const char *items[RAY_KEY_ITEMS];
    struct ray_arena *arena = work->request->arena;
    size_t nkeys = ray_key_items(arena, relation, items);
    json_t *object = json_object();
    struct ray_rows rows;
    struct ray_buf sql;

    ray_json_set_int(object, "index", (int64_t)index);
    (void)json_array_append_new(work->conflicts, object);
    ray_buf_init(&sql, arena);
    ray_buf_add(&sql, "SELECT ");
    ray_buf_shown_row(&sql, relation, RAY_STUDIO_CELL_BYTES);
    ray_buf_add(&sql, " FROM ");
    ray_buf_relation(&sql, relation);
    ray_buf_add(&sql, " WHERE ");
    if (relation->identity == RAY_IDENTITY_CTID) {
        ray_buf_add(&sql, "ctid = ");
        ray_buf_literal(&sql, change->key[0] != NULL ? change->key[0] : "");
        ray_buf_add(&sql, "::pg_catalog.tid AND tableoid = ");
        ray_buf_literal(&sql, change->key[2] != NULL ? change->key[2] : "0");
        ray_buf_add(&sql, "::pg_catalog.oid");
    } else {
        ray_buf_key_condition(&sql, relation, change->key, false);
    }
    if (!ray_conn_query(ray_lease_conn(work->lease), arena, sql.data, 0, NULL, &rows, err))
        return false;
    (void)json_object_set_new(object, "now",
                              rows.nrows == 1 ? row_values(relation, &rows, nkeys) : json_null());
    return true;
}

static bool
make_change(struct work *work, size_t index, struct ray_err *err)
{
    const struct ray_change *change = &work->changes[index];
    struct ray_rows rows;
    struct ray_buf sql;

    ray_buf_init(&sql, work->request->arena);
    ray_buf_add(&sql, change->sql);
    ray_buf_add(&sql, " RETURNING ");
    ray_buf_shown_row(&sql, change->relation, RAY_STUDIO_CELL_BYTES);
    if (!ray_conn_query(ray_lease_conn(work->lease), work->request->arena, sql.data, 0, NULL, &rows,
                        err))
        return false;
    if (rows.nrows == 0 && change->op != RAY_CHANGE_INSERT)
        return add_conflict(work, index, err);
    if (rows.nrows == 0) {
        (void)ray_err_set(err, RAY_FAILED, "the row was not inserted");
        return ray_err_detail(err, "A trigger or a rule of \"%s\" left it out.",
                              change->relation->name);
    }
    if (rows.nrows > 1)
        return ray_err_set(err, RAY_FAILED, "the statement would touch %zu rows", rows.nrows);
    (void)json_array_append_new(work->rows, change->op == RAY_CHANGE_DELETE
                                                ? json_null()
                                                : shown_row(work, change, &rows));
    return true;
}

/* ---------------------------------------------------------------- answers */

/* An error of the one statement, with what the server says it is about. */
static bool
reply_failure(struct work *work, size_t index, struct ray_err *err)
{
    struct ray_fault fault = ray_conn_fault(ray_lease_conn(work->lease));
    unsigned int status = ray_request_status(err);
    json_t *object = ray_request_error(work->request->arena, err);
    json_t *error = json_object_get(object, "error");

    if (index < work->count)
        ray_json_set_int(object, "index", (int64_t)index);
    if (fault.column != NULL && err->sqlstate[0] != '\0')
        ray_json_set_text(error, "column", fault.column);
    if (fault.constraint != NULL && err->sqlstate[0] != '\0')
        ray_json_set_text(error, "constraint", fault.constraint);
    ray_reply_json(work->request, object);
    work->request->reply.status = status;
    return true;
}

static bool
reply_conflicts(struct work *work, struct ray_err *err)
{
    json_t *object;

    (void)ray_err_set(err, RAY_INTEGRITY, "%zu of the rows changed meanwhile",
                      json_array_size(work->conflicts));
    (void)ray_err_hint(err, "Nothing was changed. Look at what they are now, and decide anew.");
    object = ray_request_error(work->request->arena, err);
    (void)json_object_set(object, "conflicts", work->conflicts);
    ray_reply_json(work->request, object);
    work->request->reply.status = 409;
    return true;
}

static void
reply(struct work *work)
{
    json_t *object = json_object();
    json_t *sql = json_array();

    for (size_t i = 0; i < work->count; i++)
        (void)json_array_append_new(sql, json_string(work->changes[i].sql));
    (void)json_object_set_new(object, "sql", sql);
    ray_json_set_bool(object, "committed", work->asked.commit);
    (void)json_object_set(object, "rows", work->rows);
    ray_reply_json(work->request, object);
}

static bool
run(struct work *work, struct ray_err *err)
{
    if (!ray_lease_begin(work->lease, work->asked.commit ? RAY_ACCESS_WRITE : RAY_ACCESS_READ,
                         RAY_STUDIO_TIMEOUT_MS, err) ||
        !read_changes(work, err))
        return false;
    work->ready = true;
    for (size_t i = 0; work->asked.commit && i < work->count; i++)
        if (!make_change(work, i, err))
            return reply_failure(work, i, err);
    if (json_array_size(work->conflicts) > 0)
        return reply_conflicts(work, err);
    if (!ray_lease_end(work->lease, work->asked.commit, err))
        return reply_failure(work, work->count, err);
    reply(work);
    return true;
}

/* ---------------------------------------------------------------- the log */

static json_t *
key_json(const struct work *work, size_t index)
{
    const struct ray_change *change = &work->changes[index];
    const char *made = json_string_value(json_object_get(json_array_get(work->rows, index), "key"));
    const char *items[RAY_KEY_ITEMS];
    size_t nkeys = ray_key_items(work->request->arena, change->relation, items);
    json_t *key;

    if (change->op == RAY_CHANGE_INSERT)
        return made == NULL ? json_null() : json_loads(made, 0, NULL);
    key = json_array();
    for (size_t i = 0; i < nkeys; i++)
        (void)json_array_append_new(key, change->key[i] == NULL ? json_null()
                                                                : json_string(change->key[i]));
    return key;
}

/* The names of the columns that were set. */
static json_t *
columns_json(const struct ray_change *change)
{
    json_t *names = json_array();
    char attnum[16];

    for (size_t i = 0; i < change->relation->ncols; i++) {
        (void)snprintf(attnum, sizeof(attnum), "%d", change->relation->columns[i].attnum);
        if (json_object_get(change->set, attnum) != NULL)
            (void)json_array_append_new(names, json_string(change->relation->columns[i].name));
    }
    return names;
}

/* Which rows, and which of their columns; their values are nobody's business. */
static void
audit(const struct work *work, bool ok, const struct ray_err *err)
{
    static const char *const ops[] = {
        [RAY_CHANGE_INSERT] = "insert",
        [RAY_CHANGE_UPDATE] = "update",
        [RAY_CHANGE_DELETE] = "delete",
    };
    json_t *details = json_object();
    json_t *list = json_array();

    for (size_t i = 0; i < work->count && i < AUDITED_MOST; i++) {
        const struct ray_change *change = &work->changes[i];
        json_t *object = json_object();

        ray_json_set_text(object, "op", ops[change->op]);
        ray_json_set_text(object, "table",
                          ray_relation_label(work->request->arena, change->relation));
        (void)json_object_set_new(object, "key", key_json(work, i));
        if (change->set != NULL)
            (void)json_object_set_new(object, "columns", columns_json(change));
        (void)json_array_append_new(list, object);
    }
    ray_json_set_int(details, "count", (int64_t)work->count);
    (void)json_object_set_new(details, "changes", list);
    ray_audit_note(work->request, "changes", details, ok ? NULL : err);
}

bool
ray_studio_changes(struct ray_request *request, struct ray_err *err)
{
    struct work work = {.request = request};
    bool ok;

    if (!ray_request_fields(request->body, fields, &work.asked, err) ||
        !ray_lease_take(request, work.asked.request, &work.lease, err))
        return false;
    ray_map_init(&work.relations, request->arena);
    work.rows = json_array();
    work.conflicts = json_array();
    ok = run(&work, err);
    if (work.ready && work.asked.commit)
        audit(&work, ok && request->reply.status == 200, err);
    json_decref(work.rows);
    json_decref(work.conflicts);
    ray_lease_give(work.lease);
    return ok;
}
