/* Proving: see proof.h. */
#include "diff/proof.h"

#include "base/buf.h"
#include "catalog/kind.h"
#include "catalog/order.h"
#include "diff/effect.h"

#include <string.h>

#define UNSAFE_NEW_ENUM_VALUE "55P04"

enum { SHOWN = 10 };

const char *
ray_changes_text(struct ray_arena *arena, const ray_changes *changes, size_t most)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (size_t i = 0; i < changes->len && i < most; i++) {
        const struct ray_change *change = &changes->items[i];
        const struct ray_object *object = change->to != NULL ? change->to : change->from;

        ray_buf_addf(&buf, "%s%s %s", i == 0 ? "" : "\n", ray_object_label(arena, object),
                     ray_change_name(change->type));
        for (size_t v = 0; change->differs != NULL && change->from != NULL && change->to != NULL &&
                           v < RAY_COMMON_COUNT + object->kind->nattributes;
             v++)
            if (change->differs[v])
                ray_buf_addf(&buf, ", %s: %s -> %s",
                             v < RAY_COMMON_COUNT
                                 ? ray_common_names[v]
                                 : object->kind->attributes[v - RAY_COMMON_COUNT].name,
                             change->from->values[v] == NULL ? "nothing" : change->from->values[v],
                             change->to->values[v] == NULL ? "nothing" : change->to->values[v]);
    }
    if (changes->len > most)
        ray_buf_addf(&buf, "\nand %zu more", changes->len - most);
    return buf.data;
}

static bool
run_all(struct ray_conn *conn, const struct ray_ddl *ddl, struct ray_err *err)
{
    if (!ray_conn_exec(conn, "SET check_function_bodies = off", err))
        return false;
    for (size_t i = 0; i < ddl->statements.len; i++)
        if (!ray_conn_exec(conn, ddl->statements.items[i].sql, err))
            return false;
    return true;
}

static bool
make_old(struct ray_conn *conn, const struct ray_plan *up, struct ray_err *err)
{
    struct ray_ddl ddl;

    ray_ddl_init(&ddl, up->arena, up->from);
    return ray_catalog_write(up->from, &ddl, err) && run_all(conn, &ddl, err);
}

/* The database's catalog against the one that it should be. */
static bool
stands_at(struct ray_conn *conn, const struct ray_load_options *load, const struct ray_plan *plan,
          const struct ray_catalog *wanted, struct ray_err *err)
{
    struct ray_catalog *catalog;
    ray_changes changes = {0};

    if (!ray_catalog_load(conn, plan->arena, load, &catalog, err))
        return false;
    ray_catalog_compare(plan->arena, catalog, wanted, &changes);
    if (changes.len == 0)
        return true;
    (void)ray_err_set(err, RAY_FAILED, "%zu differences are left", changes.len);
    return ray_err_detail(err, "%s", ray_changes_text(err->arena, &changes, SHOWN));
}

/* A new value of an enum may not be used in the transaction that adds it; whether it is, only the server knows: a
 * default is a use, a column of that type is none. */
static bool
alters_enum(const struct ray_plan *plan)
{
    for (size_t i = 0; i < plan->steps.len; i++)
        if (plan->steps.items[i].type == RAY_STEP_ALTER && plan->steps.items[i].to != NULL &&
            strcmp(plan->steps.items[i].to->kind->name, "enum") == 0)
            return true;
    return false;
}

/* Finds out whether the plan can run in one transaction, and takes it back. */
static bool
try_together(struct ray_conn *conn, struct ray_plan *plan, struct ray_err *err)
{
    bool ok = true;

    if (!alters_enum(plan))
        return true;
    if (!ray_conn_exec(conn, "SET check_function_bodies = off; BEGIN", err))
        return false;
    for (size_t i = 0; ok && i < plan->steps.len; i++)
        ok = ray_step_run(conn, plan, &plan->steps.items[i], err);
    if (!ok) {
        if (ray_conn_tx(conn) != RAY_TX_FAILED)
            return false;
        plan->apart = strcmp(err->sqlstate, UNSAFE_NEW_ENUM_VALUE) == 0;
        ray_err_clear(err);
    }
    return ray_conn_exec(conn, "ROLLBACK", err);
}

static bool
defect(struct ray_err *err, const char *step)
{
    if (err->code == RAY_INTERRUPTED || err->code == RAY_UNAVAILABLE)
        return false;
    (void)ray_err_prepend(err, "the plan fails its proof in the shadow: %s", step);
    return ray_err_hint(err, "This is a defect of raymig's: nothing was written or applied. Please "
                             "report it with both snapshots (raymig export --json).");
}

bool
ray_plan_prove(struct ray_conn *conn, const struct ray_load_options *load, struct ray_plan *up,
               struct ray_plan *down, struct ray_err *err)
{
    if (!make_old(conn, up, err) || !stands_at(conn, load, up, up->from, err))
        return defect(err, "the old state could not be made");
    if (!try_together(conn, up, err) || !ray_plan_observe(conn, up, err) ||
        !stands_at(conn, load, up, up->to, err))
        return defect(err, "on the way up");
    if (!try_together(conn, down, err) || !ray_plan_observe(conn, down, err) ||
        !stands_at(conn, load, down, down->to, err))
        return defect(err, "on the way back");
    return ray_plan_prove_rows(conn, up, down, err) || defect(err, "with rows");
}
