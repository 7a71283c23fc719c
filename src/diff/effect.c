/* Effects: see effect.h. */
#include "diff/effect.h"

#include "base/buf.h"
#include "base/map.h"
#include "catalog/kind.h"

#include <stdlib.h>
#include <string.h>

#define ACTIVE_TRANSACTION "25001"

static const struct {
    const char *mode; /* as pg_locks has it */
    const char *name;
} lock_modes[RAY_LOCK_COUNT] = {
    [RAY_LOCK_NONE] = {"", "none"},
    [RAY_LOCK_ACCESS_SHARE] = {"AccessShareLock", "ACCESS SHARE"},
    [RAY_LOCK_ROW_SHARE] = {"RowShareLock", "ROW SHARE"},
    [RAY_LOCK_ROW_EXCLUSIVE] = {"RowExclusiveLock", "ROW EXCLUSIVE"},
    [RAY_LOCK_SHARE_UPDATE_EXCLUSIVE] = {"ShareUpdateExclusiveLock", "SHARE UPDATE EXCLUSIVE"},
    [RAY_LOCK_SHARE] = {"ShareLock", "SHARE"},
    [RAY_LOCK_SHARE_ROW_EXCLUSIVE] = {"ShareRowExclusiveLock", "SHARE ROW EXCLUSIVE"},
    [RAY_LOCK_EXCLUSIVE] = {"ExclusiveLock", "EXCLUSIVE"},
    [RAY_LOCK_ACCESS_EXCLUSIVE] = {"AccessExclusiveLock", "ACCESS EXCLUSIVE"},
};

/* A relation that was there before. */
struct relation {
    const char *name;
    char relkind;
    const char *filenode; /* of now */
    const char *scans;    /* so far, in this session */
};

struct ray_observer {
    struct ray_conn *conn;
    struct ray_arena *arena;
    struct ray_map relations; /* by oid */
};

const char *
ray_lock_mode_name(int mode)
{
    return lock_modes[mode].name;
}

static int
mode_named(const char *mode)
{
    for (int i = 0; i < RAY_LOCK_COUNT; i++)
        if (strcmp(lock_modes[i].mode, mode) == 0)
            return i;
    return RAY_LOCK_NONE;
}

/* ---------------------------------------------------------------- looking */

static bool
look_before(struct ray_observer *observer, struct ray_err *err)
{
    struct ray_rows rows;

    ray_map_init(&observer->relations, observer->arena);
    if (!ray_conn_query(observer->conn, observer->arena,
                        "SELECT c.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname),"
                        " c.relkind, pg_relation_filenode(c.oid), pg_stat_get_xact_numscans(c.oid)"
                        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                        " WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'm', 'f', 'v', 'S')",
                        0, NULL, &rows, err))
        return false;
    for (size_t r = 0; r < rows.nrows; r++) {
        struct relation *relation = RAY_NEW(observer->arena, struct relation);

        relation->name = ray_rows_value(&rows, r, 1);
        relation->relkind = ray_rows_value(&rows, r, 2)[0];
        relation->filenode = ray_rows_value(&rows, r, 3);
        relation->scans = ray_rows_value(&rows, r, 4);
        ray_map_put(&observer->relations, ray_rows_value(&rows, r, 0), relation);
    }
    return true;
}

static bool
is_other(const char *now, const char *before)
{
    return now != NULL && (before == NULL || strcmp(now, before) != 0);
}

/* The locks of the open transaction, by relation. A relation that is no more has no file. */
static bool
look(struct ray_observer *observer, struct ray_effect *out, struct ray_err *err)
{
    struct ray_relation_effect *effect = NULL;
    const char *last = "";
    struct ray_rows rows;

    if (!ray_conn_query(observer->conn, observer->arena,
                        "SELECT l.relation, l.mode, pg_relation_filenode(l.relation),"
                        " pg_stat_get_xact_numscans(l.relation),"
                        " quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_locks l"
                        " LEFT JOIN pg_class c ON c.oid = l.relation"
                        " LEFT JOIN pg_namespace n ON n.oid = c.relnamespace"
                        " WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation'"
                        " AND l.relation >= 16384 ORDER BY l.relation",
                        0, NULL, &rows, err))
        return false;
    for (size_t r = 0; r < rows.nrows; r++) {
        const char *oid = ray_rows_value(&rows, r, 0);
        struct relation *relation = ray_map_get(&observer->relations, oid);
        int mode = mode_named(ray_rows_value(&rows, r, 1));

        if (relation == NULL)
            continue;
        if (strcmp(oid, last) != 0) {
            effect = ray_vec_add(observer->arena, &out->relations);
            effect->before = relation->name;
            effect->name = ray_rows_value(&rows, r, 4);
            if (effect->name == NULL)
                effect->name = relation->name;
            effect->relkind = relation->relkind;
            effect->rewritten = is_other(ray_rows_value(&rows, r, 2), relation->filenode);
            effect->scanned = is_other(ray_rows_value(&rows, r, 3), relation->scans);
            if (effect->rewritten)
                relation->filenode = ray_rows_value(&rows, r, 2);
            if (effect->scanned)
                relation->scans = ray_rows_value(&rows, r, 3);
        }
        last = oid;
        if (effect != NULL && mode > effect->lock)
            effect->lock = mode;
    }
    return true;
}

/* ---------------------------------------------------------------- running */

/* The subscription with a slot that the step drops; NULL: none. */
static const struct ray_object *
subscription_of(const struct ray_plan_step *step)
{
    const struct ray_object *object = step->type == RAY_STEP_DROP ? step->from : NULL;
    const char *slot;

    if (object == NULL || strcmp(object->kind->name, "subscription") != 0)
        return NULL;
    slot = ray_object_get(object, "slot_name"); /* NULL: as it is called itself */
    return slot != NULL && strcmp(slot, "none") == 0 ? NULL : object;
}

static bool
forget_slot(struct ray_conn *conn, struct ray_arena *arena, const struct ray_object *subscription,
            struct ray_err *err)
{
    struct ray_buf sql;

    ray_buf_init(&sql, arena);
    ray_buf_add(&sql, "ALTER SUBSCRIPTION ");
    ray_ddl_name(&sql, subscription->name);
    ray_buf_add(&sql, " DISABLE; ALTER SUBSCRIPTION ");
    ray_ddl_name(&sql, subscription->name);
    ray_buf_add(&sql, " SET (slot_name = NONE)");
    return ray_conn_exec(conn, sql.data, err);
}

bool
ray_step_run(struct ray_conn *conn, const struct ray_plan *plan, const struct ray_plan_step *step,
             struct ray_err *err)
{
    const struct ray_object *subscription = subscription_of(step);

    if (subscription != NULL && !forget_slot(conn, plan->arena, subscription, err))
        return false;
    for (size_t i = 0; i < step->count; i++)
        if (!ray_conn_exec(conn, plan->ddl.statements.items[step->first + i].sql, err))
            return false;
    return true;
}

/* In the open transaction, or without one where the statement refuses it. */
static bool
run_step(struct ray_observer *observer, struct ray_plan *plan, struct ray_plan_step *step,
         struct ray_err *err)
{
    struct ray_conn *conn = observer->conn;

    if (subscription_of(step) != NULL) {
        step->effect.alone = true; /* where the slot is one, as it is not here */
        plan->apart = true;
    }
    if (ray_step_run(conn, plan, step, err))
        /* AND CHAIN: between two transactions the server would forget how often it has read what. */
        return look(observer, &step->effect, err) && ray_conn_exec(conn, "COMMIT AND CHAIN", err);
    if (strcmp(err->sqlstate, ACTIVE_TRANSACTION) != 0 || step->count != 1)
        return false;
    ray_err_clear(err);
    step->effect.alone = true;
    plan->apart = true;
    return ray_conn_exec(conn, "ROLLBACK", err) && ray_step_run(conn, plan, step, err) &&
           ray_conn_exec(conn, "BEGIN", err);
}

bool
ray_plan_observe(struct ray_conn *conn, struct ray_plan *plan, struct ray_err *err)
{
    struct ray_observer observer = {.conn = conn, .arena = plan->arena};
    bool ok = ray_conn_exec(conn, "SET check_function_bodies = off", err) &&
              ray_conn_exec(conn, "BEGIN", err) && look_before(&observer, err);

    for (size_t i = 0; ok && i < plan->steps.len; i++)
        ok = run_step(&observer, plan, &plan->steps.items[i], err);
    if (ok)
        return ray_conn_exec(conn, "COMMIT", err);
    if (ray_conn_tx(conn) != RAY_TX_IDLE && ray_conn_tx(conn) != RAY_TX_LOST) {
        struct ray_err ignored;

        ray_err_init(&ignored, plan->arena);
        if (!ray_conn_exec(conn, "ROLLBACK", &ignored))
            ray_err_clear(&ignored);
    }
    return false;
}

/* ---------------------------------------------------------------- single statements */

bool
ray_observer_begin(struct ray_conn *conn, struct ray_arena *arena, struct ray_observer **out,
                   struct ray_err *err)
{
    *out = RAY_NEW(arena, struct ray_observer);
    (*out)->conn = conn;
    (*out)->arena = arena;
    return ray_conn_exec(conn, "SET check_function_bodies = off", err) &&
           ray_conn_exec(conn, "BEGIN", err) && look_before(*out, err);
}

bool
ray_observer_run(struct ray_observer *observer, const char *sql, struct ray_effect *out,
                 struct ray_err *err)
{
    struct ray_conn *conn = observer->conn;

    if (ray_conn_exec(conn, sql, err))
        return look(observer, out, err) && ray_conn_exec(conn, "COMMIT AND CHAIN", err);
    if (strcmp(err->sqlstate, ACTIVE_TRANSACTION) != 0)
        return false;
    ray_err_clear(err);
    out->alone = true;
    return ray_conn_exec(conn, "ROLLBACK", err) && ray_conn_exec(conn, sql, err) &&
           ray_conn_exec(conn, "BEGIN", err);
}

bool
ray_observer_end(struct ray_observer *observer, struct ray_err *err)
{
    return ray_conn_exec(observer->conn, "COMMIT", err);
}

/* ---------------------------------------------------------------- telling */

static bool
holds_rows(const struct ray_relation_effect *effect)
{
    return strchr("rpm", effect->relkind) != NULL;
}

const char *
ray_step_effect_text(struct ray_arena *arena, const struct ray_plan_step *step)
{
    struct ray_buf text;

    ray_buf_init(&text, arena);
    for (size_t i = 0; i < step->effect.relations.len; i++) {
        const struct ray_relation_effect *effect = &step->effect.relations.items[i];
        const char *before = text.len == 0 ? "" : "; ";

        if (!holds_rows(effect) || effect->lock < RAY_LOCK_SHARE)
            continue;
        if (effect->rewritten)
            ray_buf_addf(&text, "%srewrites %s, which nobody can use meanwhile", before,
                         effect->name);
        else if (effect->scanned && effect->lock == RAY_LOCK_ACCESS_EXCLUSIVE)
            ray_buf_addf(&text, "%sreads all of %s, which nobody can use meanwhile", before,
                         effect->name);
        else if (effect->scanned)
            ray_buf_addf(&text, "%sreads all of %s, to which nobody can write meanwhile", before,
                         effect->name);
    }
    if (step->effect.alone)
        ray_buf_addf(&text, "%sruns outside of a transaction", text.len == 0 ? "" : "; ");
    return text.len == 0 ? NULL : text.data;
}

json_t *
ray_effect_json(const struct ray_effect *effect)
{
    json_t *list = json_array();

    for (size_t i = 0; i < effect->relations.len; i++) {
        const struct ray_relation_effect *relation = &effect->relations.items[i];
        json_t *row = json_object();

        ray_json_set_text(row, "relation", relation->name);
        ray_json_set_text(row, "lock", ray_lock_mode_name(relation->lock));
        ray_json_set_bool(row, "rewritten", relation->rewritten);
        ray_json_set_bool(row, "scanned", relation->scanned);
        ray_json_set_bool(row, "blocks_writes", relation->lock >= RAY_LOCK_SHARE);
        ray_json_set_bool(row, "blocks_reads", relation->lock == RAY_LOCK_ACCESS_EXCLUSIVE);
        json_array_append_new(list, row);
    }
    return list;
}
