/*
 * Verifying: see verify.h. `base` is the database that only ever goes up; each migration is tried out in a copy
 * of it, with made-up rows, and where those are in the way, in another copy without. The catalog that one
 * migration leaves is the one that the next begins with: it is read once.
 */
#include "run/verify.h"

#include "base/clock.h"
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "catalog/snapshot.h"
#include "diff/sample.h"
#include "history/folder.h"
#include "pg/quote.h"

#include <string.h>

struct verifier {
    struct ray_arena *scratch; /* of this migration */
    struct ray_arena *last;    /* of the one before, whose catalog is still needed */
    const struct ray_verify_options *options;
    struct ray_sampler *sampler;
    const char *base;            /* the database's name */
    struct ray_catalog *catalog; /* what stands in it; NULL: not read yet */
};

/* One try in a copy of `base`. */
struct trial {
    struct verifier *verifier;
    const struct ray_migration *migration;
    struct ray_conn *conn;
    struct ray_replay *replay;
    ray_strings roles;              /* that were there before */
    struct ray_catalog *up;         /* what the way up made; NULL: it failed */
    struct ray_content *content[4]; /* before, up, back, up again; NULL: without rows */
};

/* ---------------------------------------------------------------- roles */

static bool
read_roles(struct ray_conn *conn, struct ray_arena *arena, ray_strings *out, struct ray_err *err)
{
    struct ray_rows rows;

    out->len = 0;
    if (!ray_conn_query(conn, arena, "SELECT rolname FROM pg_catalog.pg_roles ORDER BY 1", 0, NULL,
                        &rows, err))
        return false;
    for (size_t i = 0; i < rows.nrows; i++)
        *ray_vec_add(arena, out) = ray_rows_value(&rows, i, 0);
    return true;
}

static bool
has(const ray_strings *list, const char *text)
{
    for (size_t i = 0; i < list->len; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

/* The roles that the migration made: neither there before, nor made for it by the replay. */
static bool
new_roles(struct trial *trial, ray_strings *out, struct ray_err *err)
{
    struct ray_arena *arena = trial->verifier->scratch;
    ray_strings now = {0};

    if (!read_roles(trial->conn, arena, &now, err))
        return false;
    for (size_t i = 0; i < now.len; i++)
        if (!has(&trial->roles, now.items[i]) &&
            !has(ray_replay_roles(trial->replay), now.items[i]))
            *ray_vec_add(arena, out) = now.items[i];
    return true;
}

/* Roles are the server's: what the migration made in the copy would be in its way in the database. */
static bool
drop_roles(struct verifier *verifier, const ray_strings *roles, struct ray_err *err)
{
    struct ray_conn *conn;
    bool ok = true;

    if (roles->len == 0)
        return true;
    if (!ray_shadow_connect(verifier->options->replay.shadow, verifier->base, &conn, err))
        return false;
    for (size_t i = 0; ok && i < roles->len; i++)
        ok = ray_conn_exec(conn,
                           ray_arena_printf(verifier->scratch, "DROP ROLE %s",
                                            ray_quote_ident(verifier->scratch, roles->items[i])),
                           err);
    ray_conn_close(conn);
    return ok;
}

/* ---------------------------------------------------------------- copies */

/* What a copy lacks: the database's settings. */
static bool
copy_settings(struct verifier *verifier, struct ray_conn *conn, struct ray_err *err)
{
    const ray_objects *objects = &verifier->catalog->objects;
    struct ray_ddl ddl;

    ray_ddl_init(&ddl, verifier->scratch, verifier->catalog);
    for (size_t i = 0; i < objects->len; i++)
        if (objects->items[i]->kind == &ray_kind_setting)
            ray_ddl_create(&ddl, objects->items[i]);
    for (size_t i = 0; i < ddl.statements.len; i++)
        if (!ray_conn_exec(conn, ddl.statements.items[i].sql, err))
            return false;
    return true;
}

static bool
load(struct verifier *verifier, struct ray_conn *conn, struct ray_catalog **out,
     struct ray_err *err)
{
    return ray_catalog_load(conn, verifier->scratch, verifier->options->load, out, err);
}

static bool
fill(struct trial *trial, struct ray_err *err)
{
    struct verifier *verifier = trial->verifier;

    return ray_sample_fill(verifier->sampler, trial->conn, verifier->catalog, err) &&
           ray_content_read(trial->conn, verifier->scratch, verifier->catalog, &trial->content[0],
                            err);
}

static bool
begin_trial(struct trial *trial, bool with_rows, struct ray_err *err)
{
    struct verifier *verifier = trial->verifier;
    const struct ray_replay_options *replay = &verifier->options->replay;

    trial->up = NULL;
    memset(trial->content, 0, sizeof(trial->content));
    if (!ray_shadow_copy(replay->shadow, verifier->base, &trial->conn, err))
        return false;
    return (verifier->catalog != NULL || load(verifier, trial->conn, &verifier->catalog, err)) &&
           copy_settings(verifier, trial->conn, err) &&
           read_roles(trial->conn, verifier->scratch, &trial->roles, err) &&
           (!with_rows || fill(trial, err)) &&
           ray_replay_open(verifier->scratch, replay, ray_conn_database(trial->conn),
                           &trial->replay, err);
}

/* The copy goes, with the roles that the migration made there. */
static bool
end_trial(struct trial *trial, struct ray_err *err)
{
    struct verifier *verifier = trial->verifier;
    ray_strings roles = {0};
    bool ok = trial->replay == NULL || new_roles(trial, &roles, err);

    ray_replay_close(trial->replay);
    trial->replay = NULL;
    if (trial->conn == NULL)
        return ok;
    ok = ok && ray_shadow_drop(verifier->options->replay.shadow, trial->conn, err);
    trial->conn = NULL;
    return ok && drop_roles(verifier, &roles, err);
}

static void
abandon_trial(struct trial *trial)
{
    ray_replay_close(trial->replay);
    ray_conn_close(trial->conn);
    trial->replay = NULL;
    trial->conn = NULL;
}

/* ---------------------------------------------------------------- one migration */

/* Keeps an error that is a result. False where it is not the migration's: interrupted, no server. */
static bool
keep(struct ray_arena *arena, struct ray_err *err, const struct ray_err **out)
{
    struct ray_err *kept = RAY_NEW(arena, struct ray_err);

    if (err->code == RAY_INTERRUPTED || err->code == RAY_UNAVAILABLE)
        return false;
    *kept = *err;
    *out = kept;
    ray_err_clear(err);
    return true;
}

static bool
read_content(struct trial *trial, const struct ray_catalog *catalog, int when, struct ray_err *err)
{
    return trial->content[0] == NULL || ray_content_read(trial->conn, trial->verifier->scratch,
                                                         catalog, &trial->content[when], err);
}

static bool
go_up(struct trial *trial, struct ray_err *err)
{
    return ray_replay_one(trial->replay, RAY_UP, trial->migration, err) &&
           load(trial->verifier, trial->conn, &trial->up, err) &&
           read_content(trial, trial->up, 1, err);
}

static bool
compare_snapshot(struct trial *trial, struct ray_verified *out, struct ray_err *err)
{
    struct verifier *verifier = trial->verifier;
    struct ray_catalog *snapshot;

    if (out->snapshot == NULL)
        return true;
    if (!ray_snapshot_read(verifier->scratch, out->snapshot, &snapshot, err))
        return false;
    out->other_version = snapshot->version / 10000 != trial->up->version / 10000;
    if (!out->other_version)
        ray_catalog_compare(verifier->scratch, snapshot, trial->up, &out->differs);
    return true;
}

/* Behind the way back: what it left, and up once more. */
static bool
go_up_again(struct trial *trial, struct ray_verified *out, struct ray_err *err)
{
    struct verifier *verifier = trial->verifier;
    struct ray_catalog *back;
    struct ray_catalog *again;

    if (!load(verifier, trial->conn, &back, err) || !new_roles(trial, &out->roles, err) ||
        !read_content(trial, back, 2, err))
        return false;
    ray_catalog_compare(verifier->scratch, verifier->catalog, back, &out->left);
    if (trial->content[0] != NULL) {
        ray_content_compare(verifier->scratch, trial->content[0], trial->content[1],
                            trial->content[2], &out->losses);
        ray_content_surplus(verifier->scratch, trial->content[0], trial->content[1],
                            trial->content[2], &out->surpluses);
    }
    if (!ray_replay_one(trial->replay, RAY_UP, trial->migration, err))
        return keep(verifier->scratch, err, &out->again_err);
    if (!load(verifier, trial->conn, &again, err))
        return false;
    ray_catalog_compare(verifier->scratch, trial->up, again, &out->again);
    if (out->surpluses.len == 0)
        return true;
    if (!read_content(trial, again, 3, err))
        return false;
    ray_content_doubled(trial->content[1], trial->content[3], &out->surpluses);
    return true;
}

/* Starts anew, without rows. */
static bool
restart_empty(struct trial *trial, struct ray_err *err)
{
    return end_trial(trial, err) && begin_trial(trial, false, err);
}

static bool
go_back(struct trial *trial, struct ray_verified *out, struct ray_err *err)
{
    struct ray_arena *arena = trial->verifier->scratch;

    if (ray_replay_one(trial->replay, RAY_DOWN, trial->migration, err))
        return go_up_again(trial, out, err);
    if (!keep(arena, err, &out->down_err))
        return false;
    if (trial->content[0] == NULL)
        return true;
    /* Is it the rows? Then the rest can be proved without them. */
    if (!restart_empty(trial, err) || !go_up(trial, err))
        return false;
    if (!ray_replay_one(trial->replay, RAY_DOWN, trial->migration, err))
        return keep(arena, err, &out->down_err);
    out->down_needs_empty = true;
    return go_up_again(trial, out, err);
}

static bool
try_out(struct trial *trial, struct ray_verified *out, struct ray_err *err)
{
    bool has_down;

    if (!begin_trial(trial, true, err))
        return false;
    if (!go_up(trial, err)) {
        if (!keep(trial->verifier->scratch, err, &out->rows_err) || !restart_empty(trial, err) ||
            !go_up(trial, err))
            return false;
    }
    if (!compare_snapshot(trial, out, err) ||
        !ray_replay_has_down(trial->replay, trial->migration, &has_down, err))
        return false;
    if (!has_down)
        out->verdict = RAY_NO_DOWN;
    return !has_down || go_back(trial, out, err);
}

static bool
is_wrong(const struct ray_verified *verified)
{
    for (size_t i = 0; i < verified->losses.len; i++)
        if (!verified->losses.items[i].by_up)
            return true;
    for (size_t i = 0; i < verified->surpluses.len; i++)
        if (verified->surpluses.items[i].doubled)
            return true;
    return verified->down_err != NULL || verified->again_err != NULL || verified->left.len > 0 ||
           verified->roles.len > 0 || verified->again.len > 0 || verified->differs.len > 0;
}

/* ---------------------------------------------------------------- all of them */

static bool
raise_base(struct verifier *verifier, const struct ray_migration *to, struct ray_err *err)
{
    struct ray_replay *replay;
    bool ok;

    if (!ray_replay_open(verifier->scratch, &verifier->options->replay, verifier->base, &replay,
                         err))
        return false;
    ok = ray_replay_up_to(replay, to, err);
    ray_replay_close(replay);
    return ok;
}

static bool
verify_one(struct verifier *verifier, const struct ray_migration *migration, struct ray_err *err)
{
    const struct ray_verify_options *options = verifier->options;
    struct ray_verified verified = {.migration = migration};
    struct trial trial = {.verifier = verifier, .migration = migration};
    int64_t began = ray_clock_us();
    struct ray_arena *freed;

    options->on_begin(options->arg, migration);
    verified.snapshot = ray_folder_snapshot(verifier->scratch, options->replay.folder, migration,
                                            false);
    if (!try_out(&trial, &verified, err) || !end_trial(&trial, err) ||
        !raise_base(verifier, migration, err)) {
        abandon_trial(&trial);
        return false;
    }
    if (is_wrong(&verified))
        verified.verdict = RAY_WRONG;
    verified.up = trial.up;
    verified.us = ray_clock_us() - began;
    options->on_verified(options->arg, &verified);
    verifier->catalog = trial.up;
    freed = verifier->last;
    verifier->last = verifier->scratch;
    ray_arena_reset(freed);
    verifier->scratch = freed;
    return true;
}

/* The migrations between are only run, all that follow each other at once. */
static bool
verify_all(struct verifier *verifier, struct ray_err *err)
{
    const struct ray_folder *folder = verifier->options->replay.folder;
    const struct ray_migration *passed = NULL;

    for (size_t i = 0; i < folder->migrations.len; i++) {
        const struct ray_migration *migration = &folder->migrations.items[i];

        if (!verifier->options->wanted[i]) {
            passed = migration;
            continue;
        }
        if (passed != NULL) {
            verifier->options->on_begin(verifier->options->arg, passed);
            if (!raise_base(verifier, passed, err))
                return false;
            verifier->catalog = NULL;
            passed = NULL;
        }
        if (!verify_one(verifier, migration, err))
            return false;
    }
    return true;
}

bool
ray_verify(struct ray_arena *arena, const struct ray_verify_options *options, struct ray_err *err)
{
    struct verifier verifier = {.options = options, .sampler = ray_sampler_new(arena)};
    struct ray_conn *conn;
    bool ok;

    if (!ray_shadow_create(options->replay.shadow, &conn, err))
        return false;
    verifier.base = ray_arena_strdup(arena, ray_conn_database(conn));
    ray_conn_close(conn);
    verifier.scratch = ray_arena_new();
    verifier.last = ray_arena_new();
    ok = verify_all(&verifier, err);
    ray_arena_free(verifier.scratch);
    ray_arena_free(verifier.last);
    return ok;
}
