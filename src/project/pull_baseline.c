/* The baseline of a pull: see pull.h. The files first, then the row: `raymig baseline` can repeat that. */
#include "project/pull.h"

#include "base/file.h"
#include "catalog/order.h"
#include "history/layout.h"
#include "project/session.h"
#include "project/snapshot_file.h"
#include "run/edit.h"

#include <string.h>

#define NAME "baseline"
#define TAG  "0000_" NAME

/* Taking it back would take back all that the database was before. */
static const char down[] =
    "-- " TAG " is what the database held before raymig: there is nothing to go back to.\n"
    "return function()\n"
    "  error \"" TAG ": going back would drop all that the database held before raymig\"\n"
    "end\n";

/* ---------------------------------------------------------------- the file */

static bool
up_text(struct ray_project *project, const struct ray_catalog *catalog, char **out)
{
    struct ray_arena *scratch = ray_arena_new();
    struct ray_ddl ddl;
    struct ray_buf buf;

    ray_ddl_init(&ddl, scratch, catalog);
    if (!ray_catalog_write(catalog, &ddl, &project->err)) {
        ray_arena_free(scratch);
        return ray_err_prepend(&project->err, "cannot write the first migration");
    }
    ray_buf_init(&buf, project->arena);
    ray_buf_add(&buf, "-- What the database held before raymig; written by raymig pull.\n"
                      "SET LOCAL check_function_bodies = off;\n");
    for (size_t i = 0; i < ddl.statements.len; i++)
        ray_buf_addf(&buf, "--> statement-breakpoint\n%s;\n", ddl.statements.items[i].sql);
    *out = ddl.statements.len == 0 ? NULL : buf.data;
    ray_arena_free(scratch);
    return true;
}

/* False where there is no place for a first migration, or nothing to put into it. */
static bool
is_wanted(struct ray_project *project, struct ray_folder *folder)
{
    if (!ray_project_folder(project, true, folder)) {
        ray_project_warn(project, "no first migration is written: %s", project->err.message);
        ray_err_clear(&project->err);
        return false;
    }
    return !folder->adopted && folder->migrations.len + folder->orphans.len == 0 &&
           folder->format == &ray_format_raymig;
}

/* What `generate` goes on from. */
static bool
write_snapshot(struct ray_pulling *pulling, const struct ray_catalog *catalog)
{
    const char *path;

    if (!ray_snapshot_file_write(pulling->project, catalog, &path))
        return false;
    if (path != NULL)
        ray_pull_tell(pulling, path, "wrote");
    return true;
}

static bool
write_migration(struct ray_pulling *pulling, const struct ray_folder *folder, const char *up)
{
    const struct ray_new_migration migration = {.name = NAME,
                                                .up = up,
                                                .down = down,
                                                .first = true};
    struct ray_arena *arena = pulling->project->arena;
    ray_entries files = {0};

    if (pulling->request->dry_run) {
        ray_pull_tell(pulling, ray_path_join(arena, folder->path, TAG ".sql"), "would write");
        ray_pull_tell(pulling, ray_path_join(arena, folder->path, "meta/0000_snapshot.json"),
                      "would write");
        return true;
    }
    if (!folder->format->create(arena, folder, &migration, &files, &pulling->project->err))
        return false;
    for (size_t i = 0; i < files.len; i++)
        ray_pull_tell(pulling, files.items[i].name, "wrote");
    ray_pull_tell(pulling, ray_path_join(arena, folder->path, "meta/_journal.json"), "wrote");
    return true;
}

/* ---------------------------------------------------------------- the row */

/* NULL where the history knows more than the folder. */
static const struct ray_stand *
only_stand(const struct ray_state *state)
{
    return state->stands.len == 1 && state->stands.items[0].row == NULL ? &state->stands.items[0]
                                                                        : NULL;
}

static bool
mark(struct ray_session *session, bool *marked)
{
    struct ray_project *project = session->project;
    const struct ray_stand *stand;
    ray_edits edits = {0};
    struct ray_edit *edit;

    *marked = false;
    if (!ray_session_open(session, RAY_SESSION_RUN))
        return false;
    if (only_stand(ray_runner_state(session->runner)) == NULL)
        return true;
    if (!ray_runner_lock(session->runner, &project->err))
        return false;
    stand = only_stand(ray_runner_state(session->runner));
    if (stand == NULL)
        return true;
    edit = ray_vec_add(project->arena, &edits);
    edit->kind = RAY_EDIT_BASELINE;
    edit->stand = stand;
    *marked = true;
    return ray_runner_edit(session->runner, &edits, &project->err);
}

static void
on_event(void *arg, const struct ray_event *event)
{
    struct ray_project *project = arg;

    if (event->kind == RAY_EVENT_LOCK_WAIT && event->us < 2000000 && event->holder->pid != 0)
        ray_project_say(project, "waiting for another runner: pid %ld", event->holder->pid);
}

static bool
write_history(struct ray_pulling *pulling)
{
    struct ray_project *project = pulling->project;
    struct ray_session_options options;
    struct ray_session session;
    bool marked = false;
    bool ok;

    ray_session_options_init(&options);
    options.on_event = on_event;
    options.event_arg = project;
    ray_session_init(&session, project, &options);
    ok = mark(&session, &marked);
    ray_session_close(&session);
    if (!ok) {
        if (project->err.state == NULL)
            project->err.state = "the schema and " TAG " are written; the history is not";
        if (project->err.hint == NULL)
            (void)ray_err_hint(&project->err, "raymig baseline " TAG " writes it.");
        return false;
    }
    if (marked)
        pulling->out->baselined = TAG;
    else
        ray_project_warn(project, "the history has rows already: " TAG " is not marked as applied");
    return true;
}

bool
ray_pull_baseline(struct ray_pulling *pulling, const struct ray_catalog *catalog)
{
    struct ray_project *project = pulling->project;
    struct ray_folder folder;
    char *up = NULL;

    if (!is_wanted(project, &folder))
        return true;
    if (!up_text(project, catalog, &up))
        return false;
    if (up == NULL)
        return true;
    return write_migration(pulling, &folder, up) &&
           (pulling->request->dry_run ||
            (write_snapshot(pulling, catalog) && write_history(pulling)));
}
