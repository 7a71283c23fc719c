/*
 * Rows under a squashed migration: see squash.h. Two copies of a database that the migrations before the first make, with
 * the same made-up rows: one runs the originals, the other what replaces them, and what stands in the tables then must
 * be the same. A column that was dropped and made again, or converted by an expression, makes no other catalog.
 */
#include "project/source.h"
#include "project/squash.h"

#include "base/buf.h"
#include "diff/content.h"
#include "diff/sample.h"
#include "run/replay.h"

#include <string.h>

struct rows {
    struct ray_project *project;
    struct ray_shadow *shadow;
    const struct ray_squash_rows *what;
};

static bool
replay(const struct rows *rows, const struct ray_folder *folder, const struct ray_migration *to,
       const char *database)
{
    struct ray_project *project = rows->project;
    struct ray_replay_options options = {.shadow = rows->shadow,
                                         .config = &project->config,
                                         .folder = folder};
    struct ray_replay *replay;
    bool ok;

    if (!ray_replay_open(project->arena, &options, database, &replay, &project->err))
        return false;
    ok = ray_replay_up_to(replay, to, &project->err);
    ray_replay_close(replay);
    return ok;
}

/* The database that both begin with; gives its name. */
static bool
begin(const struct rows *rows, const char **database)
{
    struct ray_project *project = rows->project;
    struct ray_conn *conn;
    bool ok;

    if (!ray_shadow_create(rows->shadow, &conn, &project->err))
        return false;
    *database = ray_arena_strdup(project->arena, ray_conn_database(conn));
    ok = replay(rows, rows->what->before, rows->what->last_before, *database) &&
         ray_sample_fill(ray_sampler_new(project->arena), conn, rows->what->catalog_before,
                         &project->err);
    ray_conn_close(conn);
    return ok;
}

/* Runs a folder up to a migration in a copy, and reads what stands there then. */
static bool
run_in_copy(const struct rows *rows, const char *database, const struct ray_folder *folder,
            const struct ray_migration *to, struct ray_content **out)
{
    struct ray_project *project = rows->project;
    struct ray_conn *conn;

    if (!ray_shadow_copy(rows->shadow, database, &conn, &project->err))
        return false;
    if (replay(rows, folder, to, ray_conn_database(conn)) &&
        ray_content_read(conn, project->arena, rows->what->catalog_after, out, &project->err))
        return ray_shadow_drop(rows->shadow, conn, &project->err);
    ray_conn_close(conn);
    return false;
}

static bool
compare(struct ray_project *project, const struct ray_content *one, const struct ray_content *other)
{
    ray_losses losses = {0};
    struct ray_buf all;

    ray_content_compare(project->arena, one, one, other, &losses);
    ray_content_compare(project->arena, other, other, one, &losses);
    if (losses.len == 0)
        return true;
    ray_buf_init(&all, project->arena);
    for (size_t i = 0; i < losses.len; i++)
        ray_buf_addf(&all, "%s%s%s%s: %zu of %zu rows", i == 0 ? "" : "\n", losses.items[i].table,
                     losses.items[i].column == NULL ? "" : ".",
                     losses.items[i].column == NULL ? "" : losses.items[i].column,
                     losses.items[i].rows, losses.items[i].of);
    (void)ray_err_set(&project->err, RAY_REFUSED,
                      "the squashed migration leaves other values in rows that were there than the "
                      "originals do");
    (void)ray_err_detail(&project->err, "%s", all.data);
    return ray_err_hint(&project->err,
                        "Leave the migration that converts, or drops and makes anew, out "
                        "of it; or, where no database has such rows, say --schema-only.");
}

bool
ray_squash_prove_rows(struct ray_project *project, const struct ray_squash_rows *what)
{
    struct rows rows = {.project = project, .what = what};
    struct ray_content *theirs;
    struct ray_content *ours;
    const char *database;

    if (!ray_project_shadow(project, &rows.shadow) || !begin(&rows, &database))
        return false;
    if (!run_in_copy(&rows, database, what->before, what->last, &theirs)) {
        if (project->err.code != RAY_FAILED)
            return false;
        ray_project_warn(project,
                         "where tables have rows, made-up ones, the originals fail, so it "
                         "was not proved with rows: %s",
                         project->err.message);
        ray_err_clear(&project->err);
        return true;
    }
    return run_in_copy(&rows, database, what->after, what->squashed, &ours) &&
           compare(project, theirs, ours);
}
