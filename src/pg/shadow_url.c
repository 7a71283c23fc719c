/*
 * Shadows on a server that somebody named.
 *
 * One connection is held for as long as the shadow lives. Its backend's pid and start are in the names of
 * the databases that it makes, so everybody can see whether their maker is still there, from whatever
 * database and after a restart of the server: names are made with their database, which a comment or an
 * entry in a table would not be. A database of a maker that is gone, with nobody connected to it, is
 * dropped by the next shadow whose role may do so.
 */
#include "base/interrupt.h"
#include "pg/quote.h"
#include "pg/shadow_internal.h"
#include "pg/url.h"

#include <string.h>

enum { CONNECT_S = 30 };

/* Seconds are not enough, and a double holds microseconds until the year 2255. */
#define START "to_hex((extract(epoch from a.backend_start) * 1000000)::int8)"

static const char look[] =
    "select r.rolsuper or r.rolcreatedb, a.pid, " START
    ", pg_encoding_to_char(t.encoding), r.rolname,"
    " current_setting('server_version'), $1::text is null or exists (select from pg_roles o"
    "  where o.rolname = $1 and pg_has_role(r.oid, o.oid, 'MEMBER'))"
    " from pg_roles r join pg_stat_activity a on a.pid = pg_backend_pid()"
    " left join pg_database t on t.datname = 'template0'"
    " where r.rolname = current_user";

/* A start that may not be seen is taken for the right one. */
static const char stale[] =
    "select d.datname from pg_database d where d.datname ~ '^" RAY_SHADOW_PREFIX
    "[0-9]+_[0-9a-f]+_[0-9]+$'"
    " and pg_has_role(d.datdba, 'MEMBER')"
    " and not exists (select from pg_stat_activity a where a.datid = d.oid"
    "  or (a.pid::text = split_part(d.datname, '_', 3)"
    "   and coalesce(" START " = split_part(d.datname, '_', 4), true)))";

enum column { MAY_CREATE, PID, STARTED, ENCODING, ROLE, VERSION, MAY_BE_OWNER };

static bool
may_not(const struct ray_shadow *shadow, const struct ray_rows *rows, struct ray_err *err)
{
    const char *role = ray_rows_value(rows, 0, ROLE);

    if (strcmp(ray_rows_value(rows, 0, MAY_CREATE), "t") != 0) {
        (void)ray_err_set(err, RAY_FAILED, "role \"%s\" may not create a database for a shadow",
                          role);
        return ray_err_hint(err,
                            "Let it: ALTER ROLE %s CREATEDB. Or leave the shadow's url out: then "
                            "a throwaway server is started here.",
                            ray_quote_ident(err->arena, role));
    }
    if (strcmp(ray_rows_value(rows, 0, MAY_BE_OWNER), "t") != 0) {
        (void)ray_err_set(err, RAY_FAILED,
                          "role \"%s\" cannot make a shadow for role \"%s\": it is not there, or "
                          "not to be had",
                          role, shadow->owner);
        return ray_err_hint(err, "Create it on the shadow's server, and GRANT %s TO %s.",
                            ray_quote_ident(err->arena, shadow->owner),
                            ray_quote_ident(err->arena, role));
    }
    return true;
}

/* Another may drop it first, or connect to it: neither is a fault of ours. */
static void
drop_stale(struct ray_shadow *shadow)
{
    struct ray_rows rows = {0};
    struct ray_err ignored;

    ray_err_init(&ignored, shadow->arena);
    if (!ray_conn_query(shadow->admin, shadow->arena, stale, 0, NULL, &rows, &ignored))
        return;
    for (size_t i = 0; i < rows.nrows && !ray_interrupted(); i++)
        (void)!ray_conn_exec(shadow->admin,
                             ray_arena_printf(shadow->arena, "drop database if exists %s",
                                              ray_quote_ident(shadow->arena,
                                                              ray_rows_value(&rows, i, 0))),
                             &ignored);
}

bool
ray_shadow_reach(struct ray_shadow *shadow, const struct ray_shadow_options *options,
                 struct ray_err *err)
{
    const struct ray_conn_options connect = {.url = options->url,
                                             .role = "raymig shadow",
                                             .connect_timeout = CONNECT_S};
    const char *const params[] = {shadow->owner};
    struct ray_rows rows = {0};
    const char *encoding;

    shadow->url = options->url;
    if (!ray_conn_open(shadow->arena, &connect, &shadow->admin, err) ||
        !ray_conn_query(shadow->admin, shadow->arena, look, 1, params, &rows, err))
        return ray_err_prepend(err, "no shadow");
    if (rows.nrows != 1)
        return ray_err_set(err, RAY_FAILED, "%s does not know the connection's own role",
                           ray_url_redacted(err->arena, options->url));
    if (!may_not(shadow, &rows, err))
        return false;
    /* Where the server's encoding is another, its locale may go with that one alone. */
    encoding = ray_rows_value(&rows, 0, ENCODING);
    shadow->create = ray_arena_printf(
        shadow->arena, "template template0 encoding 'UTF8'%s%s%s",
        encoding != NULL && strcmp(encoding, "UTF8") == 0 ? "" : " lc_collate 'C' lc_ctype 'C'",
        shadow->owner == NULL ? "" : " owner ",
        shadow->owner == NULL ? "" : ray_quote_ident(shadow->arena, shadow->owner));
    shadow->prefix = ray_arena_printf(shadow->arena, RAY_SHADOW_PREFIX "%s_%s_",
                                      ray_rows_value(&rows, 0, PID),
                                      ray_rows_value(&rows, 0, STARTED));
    shadow->version = ray_arena_strndup(shadow->arena, ray_rows_value(&rows, 0, VERSION),
                                        strcspn(ray_rows_value(&rows, 0, VERSION), " "));
    shadow->major = ray_conn_server_version(shadow->admin) / 10000;
    drop_stale(shadow);
    return true;
}
