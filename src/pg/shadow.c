/*
 * The shadow: see shadow.h. Here is what both kinds have in common, which is the SQL. A throwaway server's
 * first database is one that its cluster came with; making one takes a third of all the time there is.
 *
 * The administrative connection of a throwaway server is to that first database while that is there, as
 * one to template1 would be in the way of a CREATE DATABASE in somebody's migration.
 */
#include "pg/shadow.h"

#include "base/clock.h"
#include "base/file.h"
#include "pg/quote.h"
#include "pg/shadow_internal.h"

#include <assert.h>
#include <string.h>

#define FIRST_DATABASE "postgres"
#define OTHER_DATABASE "template1"

enum { STRATEGY_SINCE = 15, CONNECT_S = 30, LEAVING_TRIES = 2000, LEAVING_PAUSE_MS = 1 };

/* ---------------------------------------------------------------- opening */

static const char *
or_null(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : NULL;
}

bool
ray_shadow_open(struct ray_arena *arena, const struct ray_shadow_options *options,
                struct ray_shadow **out, struct ray_err *err)
{
    struct ray_shadow *shadow = RAY_NEW(arena, struct ray_shadow);
    bool ok;

    *shadow = (struct ray_shadow){.arena = arena,
                                  .keeper = {.pid = -1, .fd = -1},
                                  .owner = or_null(options->owner)};
    if (or_null(options->url) != NULL) {
        ok = ray_shadow_reach(shadow, options, err);
    } else {
        ok = ray_shadow_serve(shadow, options, err);
        /* Every page of a copy by log would be written twice, and there is nothing to be gained. */
        shadow->create = shadow->major >= STRATEGY_SINCE ? "template template0 strategy file_copy"
                                                         : "template template0";
        shadow->prefix = RAY_SHADOW_PREFIX;
        shadow->throwaway = true;
        if (shadow->owner != NULL && strcmp(shadow->owner, RAY_SERVER_ROLE) == 0)
            shadow->owner = NULL;
    }
    shadow->exact = options->major == 0 || options->major == shadow->major;
    if (ok)
        *out = shadow;
    else
        ray_shadow_close(shadow);
    return ok;
}

int
ray_shadow_major(const struct ray_shadow *shadow)
{
    return shadow->major;
}

const char *
ray_shadow_version(const struct ray_shadow *shadow)
{
    return shadow->version;
}

bool
ray_shadow_is_exact(const struct ray_shadow *shadow)
{
    return shadow->exact;
}

/* ---------------------------------------------------------------- connections */

static struct ray_conn_options
address(const struct ray_shadow *shadow, const char *database, const char *user)
{
    return (struct ray_conn_options){
        .url = shadow->url,
        .database = database,
        .user = user,
        .bare = shadow->throwaway,
        .role = "raymig shadow",
        .connect_timeout = CONNECT_S,
    };
}

void
ray_shadow_address(const struct ray_shadow *shadow, const char *database,
                   struct ray_conn_options *out)
{
    *out = address(shadow, database, shadow->throwaway ? shadow->owner : NULL);
}

static bool
connect_as(struct ray_shadow *shadow, const char *database, const char *user, struct ray_conn **out,
           struct ray_err *err)
{
    const struct ray_conn_options options = address(shadow, database, user);

    return ray_conn_open(shadow->arena, &options, out, err);
}

/* Superuser on a throwaway server. */
static bool
administer(struct ray_shadow *shadow, struct ray_err *err)
{
    bool dropped = shadow->first_used && shadow->databases.items[0][0] == '\0';

    return shadow->admin != NULL || connect_as(shadow, dropped ? OTHER_DATABASE : FIRST_DATABASE,
                                               RAY_SERVER_ROLE, &shadow->admin, err);
}

static void
stop_administering(struct ray_shadow *shadow)
{
    ray_conn_close(shadow->admin);
    shadow->admin = NULL;
}

static bool
admin_exec(struct ray_shadow *shadow, const char *sql, struct ray_err *err)
{
    return administer(shadow, err) && ray_conn_exec(shadow->admin, sql, err);
}

static const char *
quoted(const struct ray_shadow *shadow, const char *name)
{
    return ray_quote_ident(shadow->arena, name);
}

bool
ray_shadow_connect(struct ray_shadow *shadow, const char *database, struct ray_conn **out,
                   struct ray_err *err)
{
    if (!connect_as(shadow, database, shadow->throwaway ? shadow->owner : NULL, out, err))
        return ray_err_prepend(err, "the shadow lets nobody in");
    if (shadow->throwaway || shadow->owner == NULL ||
        ray_conn_exec(*out,
                      ray_arena_printf(shadow->arena, "set role %s", quoted(shadow, shadow->owner)),
                      err))
        return true;
    ray_conn_close(*out);
    return false;
}

/* ---------------------------------------------------------------- databases */

/* On a throwaway server: the role that connects. */
static bool
make_owner(struct ray_shadow *shadow, struct ray_err *err)
{
    const char *sql;

    if (!shadow->throwaway || shadow->owner == NULL || shadow->owner_made)
        return true;
    sql = ray_arena_printf(shadow->arena, "create role %s superuser login",
                           quoted(shadow, shadow->owner));
    shadow->owner_made = admin_exec(shadow, sql, err);
    return shadow->owner_made;
}

/* It differs from a new one by its owner and its comment. */
static bool
prepare_first(struct ray_shadow *shadow, struct ray_err *err)
{
    const char *sql = "comment on database " FIRST_DATABASE " is null";

    if (shadow->owner != NULL)
        sql = ray_arena_printf(shadow->arena, "%s; alter database " FIRST_DATABASE " owner to %s",
                               sql, quoted(shadow, shadow->owner));
    if (!admin_exec(shadow, sql, err))
        return false;
    shadow->first_used = true;
    return true;
}

/* `how`: the template and the like. */
static bool
make_another(struct ray_shadow *shadow, const char *name, const char *how, struct ray_err *err)
{
    bool owned = shadow->throwaway && shadow->owner != NULL;

    return admin_exec(shadow,
                      ray_arena_printf(shadow->arena, "create database %s %s%s%s",
                                       quoted(shadow, name), how, owned ? " owner " : "",
                                       owned ? quoted(shadow, shadow->owner) : ""),
                      err);
}

static const char *
next_name(struct ray_shadow *shadow)
{
    return ray_arena_printf(shadow->arena, "%s%d", shadow->prefix, ++shadow->made);
}

bool
ray_shadow_create(struct ray_shadow *shadow, struct ray_conn **out, struct ray_err *err)
{
    bool first = shadow->throwaway && !shadow->first_used;
    const char *name = first ? FIRST_DATABASE : next_name(shadow);

    if (!make_owner(shadow, err) ||
        !(first ? prepare_first(shadow, err) : make_another(shadow, name, shadow->create, err)))
        return ray_err_prepend(err, "cannot make a shadow database");
    *ray_vec_add(shadow->arena, &shadow->databases) = name;
    return ray_shadow_connect(shadow, name, out, err);
}

/* A backend goes some moments after its connection, and the server looks again for it only every 100 ms. */
static bool
wait_for_leaving(struct ray_shadow *shadow, const char *name, struct ray_err *err)
{
    const char *const params[] = {name};
    struct ray_rows rows = {.nrows = 1};

    for (int tries = 0; rows.nrows > 0 && tries < LEAVING_TRIES; tries++) {
        if (tries > 0)
            ray_clock_sleep(LEAVING_PAUSE_MS);
        if (!ray_conn_query(shadow->admin, shadow->arena,
                            "select from pg_catalog.pg_stat_activity where datname = $1::name", 1,
                            params, &rows, err))
            return false;
    }
    return true;
}

bool
ray_shadow_copy(struct ray_shadow *shadow, const char *source, struct ray_conn **out,
                struct ray_err *err)
{
    const char *name = next_name(shadow);
    const char *how = ray_arena_printf(shadow->arena, "template %s%s", quoted(shadow, source),
                                       shadow->throwaway && shadow->major >= STRATEGY_SINCE
                                           ? " strategy file_copy"
                                           : "");
    bool ok;

    if (shadow->throwaway) { /* we ourselves may be connected to the source */
        stop_administering(shadow);
        if (!connect_as(shadow, OTHER_DATABASE, RAY_SERVER_ROLE, &shadow->admin, err))
            return false;
    }
    ok = administer(shadow, err) && wait_for_leaving(shadow, source, err) &&
         make_another(shadow, name, how, err);
    if (shadow->throwaway)
        stop_administering(shadow);
    if (!ok)
        return ray_err_prepend(err, "cannot copy a shadow database");
    *ray_vec_add(shadow->arena, &shadow->databases) = name;
    return ray_shadow_connect(shadow, name, out, err);
}

/* A database is not dropped while it has subscriptions. Theirs never had a slot. */
static bool
drop_subscriptions(struct ray_shadow *shadow, const char *name, struct ray_err *err)
{
    static const char sql[] =
        "do $$ declare name name; begin for name in select s.subname from pg_subscription s"
        " join pg_database d on d.oid = s.subdbid where d.datname = current_database() loop"
        " execute format('alter subscription %I disable', name);"
        " execute format('alter subscription %I set (slot_name = none)', name);"
        " execute format('drop subscription %I', name); end loop; end $$";
    struct ray_conn *conn;
    bool ok;

    if (!connect_as(shadow, name, shadow->throwaway ? RAY_SERVER_ROLE : NULL, &conn, err))
        return false;
    ok = ray_conn_exec(conn, sql, err);
    ray_conn_close(conn);
    return ok;
}

static bool
drop_database(struct ray_shadow *shadow, const char *name, struct ray_err *err)
{
    const char *sql = ray_arena_printf(shadow->arena, "drop database if exists %s with (force)",
                                       quoted(shadow, name));

    if (admin_exec(shadow, sql, err))
        return true;
    if (strcmp(err->sqlstate, "55006") != 0)
        return false;
    ray_err_clear(err);
    return drop_subscriptions(shadow, name, err) && admin_exec(shadow, sql, err);
}

static bool
drop(struct ray_shadow *shadow, size_t i, struct ray_err *err)
{
    const char *name = shadow->databases.items[i];

    if (name[0] == '\0')
        return true;
    shadow->databases.items[i] = "";
    if (shadow->throwaway && strcmp(name, FIRST_DATABASE) == 0)
        stop_administering(shadow);
    return drop_database(shadow, name, err);
}

/* A database with a subscription cannot be dropped, nor a subscription without its publisher, unless it forgets the slot
 * there: which is as well, for the slot is not the shadow's. */
#define FORGET_SUBSCRIPTIONS                                                              \
    "DO $$ DECLARE s name; BEGIN FOR s IN SELECT subname FROM pg_catalog.pg_subscription" \
    " WHERE subdbid = (SELECT oid FROM pg_catalog.pg_database"                            \
    " WHERE datname = pg_catalog.current_database()) LOOP"                                \
    " EXECUTE pg_catalog.format('ALTER SUBSCRIPTION %I DISABLE', s);"                     \
    " EXECUTE pg_catalog.format('ALTER SUBSCRIPTION %I SET (slot_name = NONE)', s);"      \
    " EXECUTE pg_catalog.format('DROP SUBSCRIPTION %I', s); END LOOP; END $$"

bool
ray_shadow_drop(struct ray_shadow *shadow, struct ray_conn *conn, struct ray_err *err)
{
    const char *name = ray_arena_strdup(shadow->arena, ray_conn_database(conn));
    struct ray_err ignored;

    ray_err_init(&ignored, shadow->arena);
    if (ray_conn_tx(conn) == RAY_TX_IDLE && !ray_conn_exec(conn, FORGET_SUBSCRIPTIONS, &ignored))
        ray_err_clear(&ignored); /* then dropping the database says why it cannot be */
    ray_conn_close(conn);
    for (size_t i = 0; i < shadow->databases.len; i++)
        if (strcmp(shadow->databases.items[i], name) == 0)
            return drop(shadow, i, err);
    assert(false && "a connection to a database of this shadow");
    return true;
}

/* ---------------------------------------------------------------- roles */

static bool
role_missing(struct ray_shadow *shadow, const char *name, struct ray_err *err)
{
    (void)ray_err_set(err, RAY_FAILED, "role \"%s\" is missing on the shadow's server", name);
    return ray_err_hint(err,
                        "Create it there (CREATE ROLE %s), or leave the shadow's url out: a "
                        "throwaway server gets the roles that it needs.",
                        quoted(shadow, name));
}

/* A predefined role of a newer version: nobody may create one, but a grant to it has to be read back. */
static bool
make_predefined(struct ray_shadow *shadow, const char *name, struct ray_err *err)
{
    return admin_exec(shadow,
                      ray_arena_printf(shadow->arena,
                                       "begin; set local allow_system_table_mods = on;"
                                       " create role " RAY_SHADOW_PREFIX "role;"
                                       " update pg_catalog.pg_authid set rolname = %s"
                                       " where rolname = '" RAY_SHADOW_PREFIX "role'; commit",
                                       ray_quote_literal(shadow->arena, name)),
                      err);
}

bool
ray_shadow_role(struct ray_shadow *shadow, const char *name, struct ray_err *err)
{
    const char *const params[] = {name};
    struct ray_rows rows = {0};

    if (!make_owner(shadow, err) || !administer(shadow, err) ||
        !ray_conn_query(shadow->admin, shadow->arena,
                        "select from pg_catalog.pg_roles where rolname = $1::name", 1, params,
                        &rows, err))
        return false;
    if (rows.nrows > 0)
        return true;
    if (!shadow->throwaway)
        return role_missing(shadow, name, err);
    if (ray_has_prefix(name, "pg_"))
        return make_predefined(shadow, name, err);
    return admin_exec(shadow,
                      ray_arena_printf(shadow->arena, "create role %s", quoted(shadow, name)), err);
}

/* ---------------------------------------------------------------- closing */

void
ray_shadow_close(struct ray_shadow *shadow)
{
    struct ray_err ignored;

    if (shadow == NULL)
        return;
    ray_err_init(&ignored, shadow->arena);
    if (shadow->admin != NULL)
        ray_conn_shield(shadow->admin, true);
    for (size_t i = 0; !shadow->throwaway && i < shadow->databases.len; i++)
        (void)!drop(shadow, i, &ignored);
    stop_administering(shadow);
    if (shadow->keeper.pid > 0)
        ray_process_let_go(&shadow->keeper);
}
