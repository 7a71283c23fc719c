/* `raymig push`: the database is made what the Lua schema says, without a migration. */
#include "cmd/options.h"
#include "project/planned.h"

#include "base/clock.h"
#include "catalog/kind.h"
#include "diff/compare.h"
#include "history/table.h"
#include "pg/lock.h"

#include <string.h>

static const struct ray_option options[] = {
    {"accept-data-loss", '\0', NULL, "also where tables or columns with rows are dropped", false},
    {"dry-run", '\0', NULL, "print the statements, run nothing", false},
    RAY_RENAME_OPTIONS,
    RAY_SOURCE_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

/* ---------------------------------------------------------------- what would be lost */

/* Rows of a table, or values of a column that are not NULL. */
static bool
count_rows(struct ray_app *app, struct ray_conn *conn, const struct ray_object *object,
           const char **count)
{
    bool is_column = object->owner != NULL;
    struct ray_rows rows;
    struct ray_buf sql;

    ray_buf_init(&sql, app->arena);
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
    if (!ray_conn_query(conn, app->arena, sql.data, 0, NULL, &rows, &app->project.err))
        return false;
    *count = ray_rows_value(&rows, 0, 0);
    return true;
}

/* Refuses what would lose rows, naming each with its count. */
static bool
check_loss(struct ray_app *app, struct ray_conn *conn, const struct ray_plan *plan)
{
    struct ray_buf lost;

    ray_buf_init(&lost, app->arena);
    for (size_t i = 0; i < plan->steps.len; i++) {
        const struct ray_object *object = plan->steps.items[i].from;
        const char *count;

        if (!plan->steps.items[i].loses_data || !object->kind->holds_data)
            continue;
        if (!count_rows(app, conn, object, &count))
            return false;
        if (strcmp(count, "0") != 0)
            ray_buf_addf(&lost, "%s%s: %s %s", lost.len == 0 ? "" : "\n",
                         ray_object_label(app->arena, object), count,
                         object->owner != NULL ? "values" : "rows");
    }
    if (lost.len == 0 || ray_app_flag(app, "accept-data-loss"))
        return true;
    (void)ray_err_set(&app->project.err, RAY_REFUSED, "data would be lost");
    (void)ray_err_detail(&app->project.err, "%s", lost.data);
    return ray_err_hint(&app->project.err,
                        "Copy it elsewhere first, declare a rename with `was`, or say "
                        "--accept-data-loss.");
}

/* ---------------------------------------------------------------- running */

/* Ends the transaction, if the lock is still held as the server sees it. */
static bool
commit(struct ray_app *app, struct ray_conn *conn, const struct ray_lock *lock)
{
    struct ray_rows rows;

    if (!ray_conn_query(conn, app->arena,
                        ray_arena_printf(app->arena, "SELECT %s",
                                         ray_lock_condition(app->arena, lock)),
                        0, NULL, &rows, &app->project.err))
        return false;
    if (strcmp(ray_rows_value(&rows, 0, 0), "t") == 0)
        return ray_conn_exec(conn, "COMMIT", &app->project.err);
    (void)ray_err_set(&app->project.err, RAY_UNAVAILABLE,
                      "the lock was lost: its connection ended");
    app->project.err.state = "nothing was changed";
    return false;
}

static bool
run(struct ray_app *app, struct ray_conn *conn, const struct ray_lock *lock,
    const struct ray_plan *plan)
{
    bool whole = !plan->apart;
    const char *settings =
        ray_arena_printf(app->arena, "%sSET check_function_bodies = off; SET lock_timeout = %lld",
                         whole ? "BEGIN; " : "", (long long)app->project.config.lock_timeout_ms);

    if (!ray_conn_exec(conn, settings, &app->project.err))
        return false;
    for (size_t i = 0; i < plan->ddl.statements.len; i++)
        if (!ray_conn_exec(conn, plan->ddl.statements.items[i].sql, &app->project.err)) {
            app->project.err.state = whole ? "nothing was changed"
                                           : ray_arena_printf(app->arena,
                                                              "%zu of %zu statements were run", i,
                                                              plan->ddl.statements.len);
            return false;
        }
    return !whole || commit(app, conn, lock);
}

/* After it a second look must find nothing. */
static bool
look_again(struct ray_app *app, const struct ray_catalog *wanted)
{
    struct ray_catalog *catalog;
    ray_changes changes = {0};

    if (!ray_source_load(&app->project, "db", &catalog))
        return false;
    ray_catalog_compare(app->arena, catalog, wanted, &changes);
    if (changes.len == 0)
        return true;
    return ray_err_set(&app->project.err, RAY_FAILED,
                       "%zu differences are left (raymig diff shows them): somebody else may have "
                       "changed the database meanwhile",
                       changes.len);
}

static bool
confirm(struct ray_app *app, const struct ray_plan *plan)
{
    bool accepted = !plan->loses_data || ray_app_flag(app, "accept-data-loss");

    if (!app->project.config.strict && accepted)
        return true;
    return ray_project_confirm(&app->project,
                               ray_arena_printf(app->arena, "run %zu statements%s?",
                                                plan->ddl.statements.len,
                                                plan->loses_data ? ", some of which lose data"
                                                                 : ""));
}

static void
on_wait(void *arg, const struct ray_lock_holder *holder, int64_t waited_ms)
{
    struct ray_app *app = arg;

    if (waited_ms < 2000)
        ray_term_say(app->term, "waiting for another runner: pid %ld", holder->pid);
}

/* The runner's lock: nobody migrates while this runs. */
static bool
take_lock(struct ray_app *app, struct ray_lock **out)
{
    const struct ray_history_place place = {.schema = app->project.config.history_schema,
                                            .table = app->project.config.history_table};
    struct ray_conn_options connection;

    if (!ray_project_database(&app->project, &connection))
        return false;
    connection.role = "raymig push (lock)";
    return ray_lock_take(app->arena, &connection, ray_history_lock_name(app->arena, &place),
                         app->project.config.lock_wait_ms, on_wait, app, out, &app->project.err);
}

/* The plan was made and confirmed without the lock. */
static bool
is_as_planned(struct ray_app *app, const struct ray_plan *plan)
{
    struct ray_catalog *now;
    ray_changes changes = {0};

    if (!ray_source_load(&app->project, "db", &now))
        return false;
    ray_catalog_compare(app->arena, now, plan->from, &changes);
    if (changes.len == 0)
        return true;
    (void)ray_err_set(&app->project.err, RAY_REFUSED,
                      "somebody else changed the database meanwhile");
    return ray_err_hint(&app->project.err, "Run raymig push again: the plan is made anew.");
}

static bool
apply_locked(struct ray_app *app, struct ray_conn *conn, const struct ray_plan *plan)
{
    struct ray_lock *lock = NULL;
    bool ok = take_lock(app, &lock) && is_as_planned(app, plan) && check_loss(app, conn, plan) &&
              run(app, conn, lock, plan);

    ray_lock_release(lock);
    return ok;
}

static bool
apply(struct ray_app *app, const struct ray_planned *planned)
{
    struct ray_conn *conn;
    bool ok;

    if (!ray_project_connect(&app->project, &conn))
        return false;
    ok = check_loss(app, conn, &planned->up) && confirm(app, &planned->up) &&
         apply_locked(app, conn, &planned->up);
    ray_conn_close(conn);
    return ok && look_again(app, planned->up.to);
}

static enum ray_code
push(struct ray_app *app)
{
    int64_t began = ray_clock_ms();
    bool json = false;
    struct ray_planned planned;
    struct ray_catalog *old;
    struct ray_catalog *new;
    struct ray_buf script;

    if (!ray_source_load(&app->project, "db", &old) ||
        !ray_source_load(&app->project, "schema", &new) ||
        !ray_source_is_whole(&app->project, old) || !ray_source_is_whole(&app->project, new) ||
        !ray_planned_make(&app->project, old, new, RAY_UNSETTLED_ASK, &planned))
        return ray_app_fail(app);
    json = ray_term_options(app->term)->json;
    ray_buf_init(&script, app->arena);
    ray_planned_script(&planned.up, "\n\n", &script);
    if (!json)
        ray_term_outn(app->term, script.data, script.len);
    if (planned.up.steps.len > 0 && !ray_app_flag(app, "dry-run") && !apply(app, &planned))
        return ray_app_fail(app);
    if (json) {
        json_t *result = json_object();

        ray_json_set_bool(result, "ok", true);
        ray_json_set_int(result, "changes", (int64_t)planned.up.steps.len);
        ray_json_set_text(result, "sql", script.data);
        json_object_set_new(result, "steps", ray_planned_json(app->arena, &planned.up));
        ray_json_set_bool(result, "dry_run", ray_app_flag(app, "dry-run"));
        ray_app_print_json(app, result);
    } else if (planned.up.steps.len == 0) {
        ray_term_say(app->term, "nothing changed: the database is what the schema says");
    } else if (!ray_app_flag(app, "dry-run")) {
        ray_term_say(app->term, "pushed %zu steps in %s", planned.up.steps.len,
                     ray_term_duration(app->term, ray_clock_ms() - began));
    }
    return RAY_OK;
}

const struct ray_command ray_cmd_push = {
    .name = "push",
    .arguments = "",
    .summary = "make the database what the Lua schema says, without a migration",
    .description =
        "Compares the database with the schema, shows the statements, proves them in a shadow\n"
        "and runs them in one transaction. What would lose rows is refused, with their count,\n"
        "unless --accept-data-loss is given. It holds the lock that up and down take, and after it\n"
        "a second look must find nothing.",
    .examples = "raymig push              show and run\n"
                "raymig push --dry-run    only show",
    .options = options,
    .run = push,
};
