/* The baseline of a pull: see pull_baseline.h. The files first, then the row: `raymig baseline` can repeat that. */
#include "cmd/pull_baseline.h"

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
up_text(struct ray_app *app, const struct ray_catalog *catalog, char **out)
{
    struct ray_arena *scratch = ray_arena_new();
    struct ray_ddl ddl;
    struct ray_buf buf;

    ray_ddl_init(&ddl, scratch, catalog);
    if (!ray_catalog_write(catalog, &ddl, &app->project.err)) {
        ray_arena_free(scratch);
        return ray_err_prepend(&app->project.err, "cannot write the first migration");
    }
    ray_buf_init(&buf, app->arena);
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
is_wanted(struct ray_app *app, struct ray_folder *folder)
{
    if (!ray_project_folder(&app->project, true, folder)) {
        ray_term_warn(app->term, "no first migration is written: %s", app->project.err.message);
        ray_err_clear(&app->project.err);
        return false;
    }
    return !folder->adopted && folder->migrations.len + folder->orphans.len == 0 &&
           folder->format == &ray_format_raymig;
}

static void
tell(struct ray_app *app, json_t *result, const char *path)
{
    const char *word = ray_app_flag(app, "dry-run") ? "would write" : "wrote";
    json_t *object = json_object();

    ray_json_set_text(object, "path", path);
    ray_json_set_text(object, "result", word);
    (void)json_array_append_new(json_object_get(result, "files"), object);
    if (!ray_term_options(app->term)->json)
        ray_term_out(app->term, "%s  %s\n", word, path);
}

/* What `generate` goes on from. */
static bool
write_snapshot(struct ray_app *app, const struct ray_catalog *catalog, json_t *result)
{
    const char *path;

    if (!ray_snapshot_file_write(&app->project, catalog, &path))
        return false;
    if (path != NULL)
        tell(app, result, path);
    return true;
}

static bool
write_migration(struct ray_app *app, const struct ray_folder *folder, const char *up,
                json_t *result)
{
    struct ray_new_migration migration = {.name = NAME, .up = up, .down = down, .first = true};
    ray_entries files = {0};

    if (ray_app_flag(app, "dry-run")) {
        tell(app, result, ray_path_join(app->arena, folder->path, TAG ".sql"));
        tell(app, result, ray_path_join(app->arena, folder->path, "meta/0000_snapshot.json"));
        return true;
    }
    if (!folder->format->create(app->arena, folder, &migration, &files, &app->project.err))
        return false;
    for (size_t i = 0; i < files.len; i++)
        tell(app, result, files.items[i].name);
    tell(app, result, ray_path_join(app->arena, folder->path, "meta/_journal.json"));
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
write_history(struct ray_app *app, json_t *result)
{
    struct ray_session_options options;
    struct ray_session session;
    bool marked = false;
    bool ok;

    ray_session_options_init(&options);
    options.on_event = on_event;
    options.event_arg = &app->project;
    ray_session_init(&session, &app->project, &options);
    ok = mark(&session, &marked);

    ray_session_close(&session);
    if (!ok) {
        if (app->project.err.state == NULL)
            app->project.err.state = "the schema and " TAG " are written; the history is not";
        if (app->project.err.hint == NULL)
            (void)ray_err_hint(&app->project.err, "raymig baseline " TAG " writes it.");
        return false;
    }
    if (!marked) {
        ray_term_warn(app->term, "the history has rows already: " TAG " is not marked as applied");
        return true;
    }
    ray_json_set_text(result, "baselined", TAG);
    if (!ray_term_options(app->term)->json)
        ray_term_out(app->term, "marked  " TAG " as applied\n");
    return true;
}

bool
ray_pull_baseline(struct ray_app *app, const struct ray_catalog *catalog, json_t *result)
{
    struct ray_folder folder;
    char *up = NULL;

    if (!is_wanted(app, &folder))
        return true;
    if (!up_text(app, catalog, &up))
        return false;
    if (up == NULL)
        return true;
    return write_migration(app, &folder, up, result) &&
           (ray_app_flag(app, "dry-run") ||
            (write_snapshot(app, catalog, result) && write_history(app, result)));
}
