/* The push: see push.h. */
#include "project/push.h"

#include "catalog/kind.h"
#include "diff/compare.h"
#include "history/table.h"
#include "pg/lock.h"
#include "project/loading.h"

#include <string.h>

/* ---------------------------------------------------------------- what would be lost */

/* Rows of a table, or values of a column that are not NULL. */
static bool
count_rows(struct ray_project *project, struct ray_conn *conn, const struct ray_object *object,
           const char **count)
{
    bool is_column = object->owner != NULL;
    struct ray_rows rows;
    struct ray_buf sql;

    ray_buf_init(&sql, project->arena);
    ray_buf_add(&sql, "SELECT count(");
    if (is_column)
        ray_ddl_name(&sql, object->name);
    else
        ray_buf_addc(&sql, '*');
    ray_buf_add(&sql, ") FROM ");
    if (is_column)
        ray_ddl_owner_name(&sql, object);
    else
        ray_ddl_qualified(&sql, object);
    if (!ray_conn_query(conn, project->arena, sql.data, 0, NULL, &rows, &project->err))
        return false;
    *count = ray_rows_value(&rows, 0, 0);
    return true;
}

/* Refuses what would lose rows, naming each with its count. */
static bool
check_loss(struct ray_project *project, struct ray_conn *conn, const struct ray_plan *plan)
{
    struct ray_buf lost;

    ray_buf_init(&lost, project->arena);
    for (size_t i = 0; i < plan->steps.len; i++) {
        const struct ray_object *object = plan->steps.items[i].from;
        const char *count;

        if (!plan->steps.items[i].loses_data || !object->kind->holds_data)
            continue;
        if (!count_rows(project, conn, object, &count))
            return false;
        if (strcmp(count, "0") != 0)
            ray_buf_addf(&lost, "%s%s: %s %s", lost.len == 0 ? "" : "\n",
                         ray_object_label(project->arena, object), count,
                         strcmp(count, "1") == 0 ? object->owner != NULL ? "value" : "row"
                         : object->owner != NULL ? "values"
                                                 : "rows");
    }
    if (lost.len == 0 || project->options.accept_data_loss)
        return true;
    (void)ray_err_set(&project->err, RAY_REFUSED, "data would be lost");
    (void)ray_err_detail(&project->err, "%s", lost.data);
    return ray_err_hint(&project->err,
                        "Copy it elsewhere first, declare a rename with `was`, or say "
                        "--accept-data-loss.");
}

/* ---------------------------------------------------------------- running */

/* Ends the transaction, if the lock is still held as the server sees it. */
static bool
commit(struct ray_project *project, struct ray_conn *conn, const struct ray_lock *lock)
{
    struct ray_rows rows;

    if (!ray_conn_query(conn, project->arena,
                        ray_arena_printf(project->arena, "SELECT %s",
                                         ray_lock_condition(project->arena, lock)),
                        0, NULL, &rows, &project->err))
        return false;
    if (strcmp(ray_rows_value(&rows, 0, 0), "t") == 0)
        return ray_conn_exec(conn, "COMMIT", &project->err);
    (void)ray_err_set(&project->err, RAY_UNAVAILABLE, "the lock was lost: its connection ended");
    project->err.state = "nothing was changed";
    return false;
}

static bool
run(struct ray_project *project, struct ray_conn *conn, const struct ray_lock *lock,
    const struct ray_plan *plan)
{
    bool whole = !plan->apart;
    const char *settings = ray_arena_printf(
        project->arena, "%sSET check_function_bodies = off; SET lock_timeout = %lld",
        whole ? "BEGIN; " : "", (long long)project->config.lock_timeout_ms);

    if (!ray_conn_exec(conn, settings, &project->err))
        return false;
    for (size_t i = 0; i < plan->ddl.statements.len; i++)
        if (!ray_conn_exec(conn, plan->ddl.statements.items[i].sql, &project->err)) {
            project->err.state = whole ? "nothing was changed"
                                       : ray_arena_printf(project->arena,
                                                          "%zu of %zu statements were run", i,
                                                          plan->ddl.statements.len);
            return false;
        }
    return !whole || commit(project, conn, lock);
}

/* After it a second look must find nothing. */
static bool
look_again(struct ray_project *project, const struct ray_catalog *wanted)
{
    struct ray_catalog *catalog;
    ray_changes changes = {0};

    if (!ray_source_load(project, "db", &catalog))
        return false;
    ray_catalog_compare(project->arena, catalog, wanted, &changes);
    if (changes.len == 0)
        return true;
    return ray_err_set(&project->err, RAY_FAILED,
                       "%zu differences are left (raymig diff shows them): somebody else may have "
                       "changed the database meanwhile",
                       changes.len);
}

static bool
confirm(struct ray_project *project, const struct ray_plan *plan)
{
    bool accepted = !plan->loses_data || project->options.accept_data_loss;

    if (!project->config.strict && accepted)
        return true;
    return ray_project_confirm(
        project, ray_arena_printf(project->arena, "run %zu statements%s?", plan->ddl.statements.len,
                                  plan->loses_data ? ", some of which lose data" : ""));
}

static void
on_wait(void *arg, const struct ray_lock_holder *holder, int64_t waited_ms)
{
    struct ray_project *project = arg;

    if (waited_ms < 2000)
        ray_project_say(project, "waiting for another runner: pid %ld", holder->pid);
}

/* The runner's lock: nobody migrates while this runs. */
static bool
take_lock(struct ray_project *project, struct ray_lock **out)
{
    const struct ray_history_place place = {.schema = project->config.history_schema,
                                            .table = project->config.history_table};
    struct ray_conn_options connection;

    if (!ray_project_database(project, &connection))
        return false;
    connection.role = "raymig push (lock)";
    return ray_lock_take(project->arena, &connection, ray_history_lock_name(project->arena, &place),
                         project->config.lock_wait_ms, on_wait, project, out, &project->err);
}

/* The plan was made and confirmed without the lock. */
static bool
is_as_planned(struct ray_project *project, const struct ray_plan *plan)
{
    struct ray_catalog *now;
    ray_changes changes = {0};

    if (!ray_source_load(project, "db", &now))
        return false;
    ray_catalog_compare(project->arena, now, plan->from, &changes);
    if (changes.len == 0)
        return true;
    (void)ray_err_set(&project->err, RAY_REFUSED, "somebody else changed the database meanwhile");
    return ray_err_hint(&project->err, "Run raymig push again: the plan is made anew.");
}

static bool
apply_locked(struct ray_project *project, struct ray_conn *conn, const struct ray_plan *plan)
{
    struct ray_lock *lock = NULL;
    bool ok = take_lock(project, &lock) && is_as_planned(project, plan) &&
              check_loss(project, conn, plan) && run(project, conn, lock, plan);

    ray_lock_release(lock);
    return ok;
}

bool
ray_push_apply(struct ray_project *project, struct ray_push *push)
{
    const struct ray_plan *plan = &push->planned.up;
    struct ray_conn *conn;
    bool ok;

    if (plan->steps.len == 0)
        return true;
    if (!ray_project_connect(project, &conn))
        return false;
    ok = check_loss(project, conn, plan) && confirm(project, plan) &&
         apply_locked(project, conn, plan);
    ray_conn_close(conn);
    push->applied = ok && look_again(project, plan->to);
    return push->applied;
}

bool
ray_push_plan(struct ray_project *project, struct ray_push *out)
{
    struct ray_catalog *old;
    struct ray_catalog *new;
    struct ray_buf script;

    *out = (struct ray_push){0};
    if (!ray_sources_load(project, "db", "schema", &old, &new) ||
        !ray_source_is_whole(project, old) || !ray_source_is_whole(project, new) ||
        !ray_planned_make(project, old, new, RAY_UNSETTLED_ASK, &out->planned))
        return false;
    ray_buf_init(&script, project->arena);
    ray_planned_script(&out->planned.up, "\n\n", &script);
    out->sql = script.data;
    return true;
}

json_t *
ray_push_json(struct ray_arena *arena, const struct ray_push *push, bool dry_run)
{
    json_t *result = json_object();

    ray_json_set_bool(result, "ok", true);
    ray_json_set_int(result, "changes", (int64_t)push->planned.up.steps.len);
    ray_json_set_text(result, "sql", push->sql);
    json_object_set_new(result, "steps", ray_planned_json(arena, &push->planned.up));
    ray_json_set_bool(result, "dry_run", dry_run);
    return result;
}
