/*
 * Making a declared catalog real: see realize.h. Statements go out in windows through the pipeline, a window
 * between a savepoint and its release: the good ones cost neither a round trip nor a subtransaction each. Where
 * one fails the window is undone, and what stood before it runs again.
 */
#include "catalog/realize_internal.h"

#include "catalog/kinds.h"
#include "catalog/order.h"
#include "pg/split.h"

#include <string.h>

/* How many statements go out together: fewer where many fail, since the others run again. */
enum { WINDOW_LEAST = 2, WINDOW_MOST = 128 };

/* ---------------------------------------------------------------- what there is to do */

static bool
add_statements(struct ray_realize *run, const struct ray_sql_text *text, struct ray_err *err)
{
    struct ray_source source = {.path = text->file, .text = text->text};
    struct ray_splitter *splitter;
    struct ray_statement statement;
    bool end = false;
    bool ok;

    if (!ray_splitter_open(run->arena, &source, &splitter, err))
        return ray_err_at(err, text->file, text->line, 0);
    while ((ok = ray_splitter_next(splitter, &statement, &end, err)) && !end)
        *ray_vec_add(run->arena, &run->todo) = (struct ray_realize_step){
            .sql = ray_arena_strndup(run->arena, statement.text, statement.len),
            .file = text->file,
            .line = text->line};
    ray_splitter_close(splitter);
    return ok || ray_err_at(err, text->file, text->line, 0);
}

/* The statements written since, as steps. */
static void
add_written(struct ray_realize *run, ray_realize_steps *list)
{
    for (size_t i = 0; i < run->ddl.statements.len; i++) {
        const struct ray_object *object = run->ddl.statements.items[i].object;

        *ray_vec_add(run->arena,
                     list) = (struct ray_realize_step){.sql = run->ddl.statements.items[i].sql,
                                                       .object = object,
                                                       .file = object->file,
                                                       .line = object->line};
    }
    run->ddl.statements.len = 0;
}

static bool
collect(struct ray_realize *run, const struct ray_catalog *declared,
        const struct ray_sql_text *statements, size_t n, struct ray_err *err)
{
    ray_ddl_init(&run->ddl, run->arena, declared);
    if (!ray_catalog_write(declared, &run->ddl, err))
        return false;
    add_written(run, &run->todo);
    for (size_t i = 0; i < n; i++)
        if (!add_statements(run, &statements[i], err))
            return false;
    return true;
}

/* ---------------------------------------------------------------- running */

/* A fault that is no server's answer: false, with it in err. */
static bool
take_fault(const struct ray_err *fault, struct ray_err *err)
{
    struct ray_arena *arena = err->arena;

    *err = *fault;
    err->arena = arena;
    return false;
}

static bool
send_window(struct ray_realize *run, size_t from, size_t to, struct ray_err *err)
{
    if (!ray_pipe_send(run->conn, "SAVEPOINT ray", 0, NULL, err))
        return false;
    for (size_t i = from; i < to; i++)
        if (!ray_pipe_send(run->conn, run->todo.items[i].sql, 0, NULL, err))
            return false;
    return ray_pipe_send(run->conn, "RELEASE ray", 0, NULL, err) && ray_pipe_flush(run->conn, err);
}

/* Runs todo[from] to todo[to - 1], all or nothing. *failed is the one that the server refused, with its error in
 * `fault`; `to` where there is none. False: the connection is of no more use, or a fault of no statement's. */
static bool
run_window(struct ray_realize *run, size_t from, size_t to, size_t *failed, struct ray_err *fault,
           struct ray_err *err)
{
    bool ok;

    ray_err_init(fault, run->arena);
    *failed = from;
    if (!ray_pipe_begin(run->conn, err) || !send_window(run, from, to, err))
        return false;
    ok = ray_pipe_next(run->conn, run->arena, NULL, err);
    if (!ok)
        return false;
    while (ok && *failed < to) {
        ok = ray_pipe_next(run->conn, run->arena, NULL, fault);
        *failed += ok;
    }
    if (ok && !ray_pipe_next(run->conn, run->arena, NULL, err))
        return false;
    return ray_pipe_end(run->conn, err) &&
           (ok ||
            (fault->sqlstate[0] != '\0' && ray_conn_exec(run->conn, "ROLLBACK TO ray", err)) ||
            (fault->sqlstate[0] == '\0' && take_fault(fault, err)));
}

/* Puts off what may come; anything else is reported. */
static bool
put_off(struct ray_realize *run, struct ray_realize_step *step, const struct ray_err *fault,
        struct ray_err *err)
{
    step->failed = RAY_NEW(run->arena, struct ray_err);
    *step->failed = *fault;
    if (!ray_realize_may_come(step, fault))
        return ray_realize_report(run, step, err);
    *ray_vec_add(run->arena, &run->later) = *step;
    return true;
}

/* Runs what is to do, as far as it goes. */
static bool
run_round(struct ray_realize *run, struct ray_err *err)
{
    struct ray_err fault;
    size_t failed;

    for (size_t at = 0; at < run->todo.len;) {
        size_t to = at + run->window < run->todo.len ? at + run->window : run->todo.len;

        if (!run_window(run, at, to, &failed, &fault, err))
            return false;
        if (failed < to) {
            struct ray_err again = fault;
            size_t bad = failed;

            run->window = run->window > WINDOW_LEAST ? run->window / 2 : WINDOW_LEAST;
            if (bad > at && !run_window(run, at, bad, &failed, &fault, err))
                return false;
            if (failed < bad)
                return put_off(run, &run->todo.items[failed], &fault, err) &&
                       take_fault(&fault, err);
            if (!put_off(run, &run->todo.items[bad], &again, err))
                return false;
            run->progress = run->progress || bad > at;
            at = bad + 1;
            continue;
        }
        run->window = run->window < WINDOW_MOST ? run->window * 2 : WINDOW_MOST;
        run->progress = true;
        at = to;
    }
    return true;
}

/* Takes the parts that may stand by themselves out of the object's statement. */
static bool
unfold(struct ray_object *object)
{
    bool any = false;

    for (size_t i = 0; i < object->parts.len; i++) {
        struct ray_object *part = object->parts.items[i];

        if (part->marked && !part->implied && part->kind->folding == RAY_FOLD_POSSIBLY) {
            part->marked = false;
            any = true;
        }
    }
    return any;
}

/* What a stub of it can be made of is declared: a type, a function, or a view whose columns are said with their
 * types. What a base type is made of takes its shell, as no stub does. */
static bool
has_stub(const struct ray_object *object)
{
    const char *language = ray_object_get(object, "language");
    bool any = false;

    if (object->kind == &ray_kind_function)
        return language == NULL ||
               (strcmp(language, "c") != 0 && strcmp(language, "internal") != 0);
    if (object->kind->stub == NULL || strcmp(object->kind->catalog, "pg_type") == 0)
        return object->kind->stub != NULL;
    for (size_t i = 0; i < object->parts.len; i++) {
        if (object->parts.items[i]->kind != &ray_kind_column)
            continue;
        if (ray_object_get(object->parts.items[i], "type") == NULL)
            return false;
        any = true;
    }
    return any;
}

static void
write_stub(struct ray_realize *run, struct ray_object *object)
{
    object->kind->stub(&run->ddl, object);
    object->stubbed = true;
}

/* Writes the object again in smaller steps: a shell before a type, checks and defaults behind their whole. */
static bool
ease_one(struct ray_realize *run, struct ray_object *object, ray_realize_steps *list)
{
    bool unfolded = unfold(object);
    bool shell = has_stub(object);

    if (!unfolded && !shell)
        return false;
    if (shell && !object->stubbed)
        write_stub(run, object);
    ray_ddl_create(&run->ddl, object);
    for (size_t i = 0; i < object->parts.len; i++)
        if (!object->parts.items[i]->marked &&
            object->parts.items[i]->kind->folding == RAY_FOLD_POSSIBLY)
            ray_ddl_create(&run->ddl, object->parts.items[i]);
    add_written(run, list);
    return true;
}

/* True where the step belongs to an object that was written again. */
static bool
is_replaced(const struct ray_realize_step *step, const bool *eased)
{
    const struct ray_object *object = step->object;

    if (object == NULL)
        return false;
    return eased[object->index] || (object->owner != NULL && eased[object->owner->index] &&
                                    object->kind->folding != RAY_FOLD_NEVER);
}

/* True where the step makes a whole that did not come to be. */
static bool
is_creation(const struct ray_realize_step *step)
{
    return step->object != NULL && step->object->owner == NULL &&
           strncmp(step->sql, "CREATE", 6) == 0;
}

/* The shells of types come first: else a function that takes one would be made before its own stub. */
static void
write_shells(struct ray_realize *run, ray_realize_steps *list)
{
    const ray_objects *all = &run->ddl.catalog->objects;

    for (size_t i = 0; i < run->later.len; i++) {
        const struct ray_realize_step *step = &run->later.items[i];

        if (is_creation(step) && !step->object->stubbed && step->object->kind->stub != NULL &&
            strcmp(step->object->kind->catalog, "pg_type") == 0)
            write_stub(run, all->items[step->object->index]);
    }
    add_written(run, list);
}

static bool
has_domain(const struct ray_realize *run, const bool *eased)
{
    const ray_objects *all = &run->ddl.catalog->objects;

    for (size_t i = 0; i < all->len; i++)
        if (eased[i] && all->items[i]->kind == &ray_kind_domain)
            return true;
    return false;
}

/* Where a domain's constraint waits for a function, relations wait for the constraint: the server takes none once
 * one of them holds values of the domain inside of others. */
static void
put_relations_behind(struct ray_realize *run)
{
    ray_realize_steps first = {0};

    for (size_t i = 0; i < run->later.len; i++) {
        const struct ray_realize_step *step = &run->later.items[i];
        bool is_relation = step->object != NULL &&
                           strcmp(step->object->kind->catalog, "pg_class") == 0;

        *ray_vec_add(run->arena, is_relation ? &run->behind : &first) = *step;
    }
    run->later = first;
}

/* Where nothing goes forward any more objects may need each other in a circle. False: no step is smaller. */
static bool
ease(struct ray_realize *run)
{
    const ray_objects *all = &run->ddl.catalog->objects;
    bool *eased = RAY_NEW_ARRAY(run->arena, bool, all->len);
    ray_realize_steps list = {0};
    bool any = false;

    if (run->eased)
        return false;
    run->eased = true;
    write_shells(run, &list);
    for (size_t i = 0; i < run->later.len; i++) {
        const struct ray_object *object = run->later.items[i].object;

        if (!is_creation(&run->later.items[i]) || eased[object->index])
            continue;
        eased[object->index] = ease_one(run, all->items[object->index], &list);
        any = any || eased[object->index];
    }
    for (size_t i = 0; i < run->later.len; i++)
        if (!is_replaced(&run->later.items[i], eased))
            *ray_vec_add(run->arena, &list) = run->later.items[i];
    run->later = list;
    if (has_domain(run, eased))
        put_relations_behind(run);
    return any;
}

/* What is next where nothing goes forward any more: relations that were put behind, or smaller steps. */
static bool
find_more(struct ray_realize *run)
{
    if (run->behind.len == 0)
        return ease(run);
    for (size_t i = 0; i < run->behind.len; i++)
        *ray_vec_add(run->arena, &run->later) = run->behind.items[i];
    run->behind = (ray_realize_steps){0};
    return true;
}

static bool
run_all(struct ray_realize *run, struct ray_err *err)
{
    while (run->todo.len > 0 || run->behind.len > 0) {
        run->later = (ray_realize_steps){0};
        run->progress = false;
        if (!run_round(run, err))
            return false;
        if ((run->later.len > 0 || run->behind.len > 0) && !run->progress && !find_more(run))
            return ray_realize_report_first(run, err);
        run->todo = run->later;
    }
    return true;
}

bool
ray_catalog_realize(struct ray_conn *conn, struct ray_catalog *declared,
                    const struct ray_sql_text *statements, size_t n, struct ray_err *err)
{
    struct ray_realize run = {.conn = conn, .arena = declared->arena, .window = WINDOW_MOST};
    struct ray_err ignored;

    declared->role = ray_arena_strdup(declared->arena, ray_conn_user(conn));
    declared->version = ray_conn_server_version(conn);
    if (!collect(&run, declared, statements, n, err))
        return false;
    if (ray_conn_exec(
            conn,
            "BEGIN; SET LOCAL check_function_bodies = off; SET LOCAL search_path = public;"
            " SET LOCAL client_min_messages = error",
            err) &&
        run_all(&run, err) && ray_conn_exec(conn, "COMMIT", err))
        return true;
    ray_err_init(&ignored, err->arena);
    (void)!ray_conn_exec(conn, "ROLLBACK", &ignored);
    return false;
}
