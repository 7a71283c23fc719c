/*
 * `raymig import`: another tool's folder becomes one of raymig's own, and what that tool has applied is put
 * into raymig's history. In this order: everything is read and refused that must be, the new folder is
 * written all or nothing, the rows are written in one transaction under the lock. A step that is done
 * already is passed over, so that an import can be repeated and finished.
 */
#include "cmd/import.h"

#include "history/layout.h"

#include <string.h>

static const struct ray_option options[] = {
    {"from", '\0', "FORMAT", "the layout of the old folder; otherwise it is detected", false},
    {"to", '\0', "FOLDER", "the new folder; otherwise the old one's name with -raymig", false},
    {"folder-only", '\0', NULL, "convert the folder; no database", false},
    {"history-only", '\0', NULL, "take the history over; the new folder is there already", false},
    {"tool-table", '\0', "TABLE", "the old tool's table, where it has not its default name", false},
    {"allow", '\0', "VERSION", "go on although the folder lacks this applied version", true},
    {"dry-run", '\0', NULL, "only show what becomes of what", false},
    {"lock-wait", '\0', "TIME", "how long to wait for another runner (default 5min)", false},
    {NULL, '\0', NULL, NULL, false},
};

static bool
read_options(struct ray_import_work *work)
{
    struct ray_app *app = work->app;
    const char *from = ray_app_option(app, "from");

    work->with_folder = !ray_app_flag(app, "history-only");
    work->with_history = !ray_app_flag(app, "folder-only");
    work->dry_run = ray_app_flag(app, "dry-run");
    work->tool_table = ray_app_option(app, "tool-table");
    if (!work->with_folder && !work->with_history)
        return ray_err_set(&app->project.err, RAY_USAGE,
                           "--folder-only and --history-only exclude each other");
    if (from != NULL && ray_format_find(from) == NULL) {
        (void)ray_err_set(&app->project.err, RAY_USAGE, "raymig knows no folder format \"%s\"",
                          from);
        return ray_err_hint(&app->project.err, "\"raymig help import\" lists them.");
    }
    return ray_app_duration(app, "lock-wait", app->project.config.lock_wait_ms,
                            &app->project.config.lock_wait_ms);
}

/* ---------------------------------------------------------------- the old folder */

/* A folder of raymig's own: perhaps it was imported, and remembers what it was. *found: it does. */
static bool
load_remembered(struct ray_import_work *work, const char *path, bool *found)
{
    struct ray_app *app = work->app;
    const char *from = ray_app_option(app, "from");

    if (!ray_import_remember(app->arena, &work->report.session.folder, &work->old, found,
                             &app->project.err))
        return false;
    if (!*found)
        return true;
    if (from != NULL && strcmp(from, work->old.format->name) != 0)
        return ray_err_set(&app->project.err, RAY_USAGE, "\"%s\" was imported from %s, not from %s",
                           path, work->old.format->name, from);
    work->remembered = true;
    work->with_folder = false;
    work->to = path;
    ray_import_plan_remembered(app->arena, &work->old, &work->report.session.folder, &work->plan);
    return true;
}

/* *found is false where there is nothing to import. */
static bool
load_old(struct ray_import_work *work, bool *found)
{
    struct ray_app *app = work->app;
    const char *path = ray_path_join(app->arena, app->project.config.root, app->project.config.out);
    const char *from = ray_app_option(app, "from");
    const char *journal = ray_path_join(app->arena, path, "meta/_journal.json");

    *found = true;
    if (from == NULL)
        from = app->project.config.format;
    if (!ray_folder_load(app->arena, path, ray_file_exists(journal) ? NULL : from, false,
                         &work->old, &app->project.err))
        return false;
    for (size_t i = 0; i < work->old.warnings.len; i++)
        ray_term_warn(app->term, "%s", work->old.warnings.items[i]);
    if (work->old.format == &ray_format_raymig) {
        work->report.session.folder = work->old;
        return ray_file_exists(journal) ? load_remembered(work, path, found) : !(*found = false);
    }
    if (!ray_import_plan(app->arena, &work->old, &work->plan, &app->project.err))
        return false;
    for (size_t i = 0; i < work->plan.warnings.len; i++)
        ray_term_warn(app->term, "%s", work->plan.warnings.items[i]);
    work->to = ray_app_option(app, "to");
    if (work->to == NULL)
        work->to = ray_arena_printf(app->arena, "%s-raymig", path);
    return true;
}

/* ---------------------------------------------------------------- the new folder */

/* Is the new folder there, and is it what would be written? */
static bool
check_target(struct ray_import_work *work)
{
    struct ray_app *app = work->app;
    const char *difference;
    ray_entries entries = {0};

    if (work->remembered) {
        work->exists = true;
        return true;
    }
    if (ray_file_exists(work->to) &&
        !ray_file_list(app->arena, work->to, &entries, &app->project.err))
        return false;
    if (entries.len == 0) {
        if (work->with_folder)
            return true;
        (void)ray_err_set(&app->project.err, RAY_USAGE, "there is no folder \"%s\" yet", work->to);
        return ray_err_hint(&app->project.err,
                            "Leave out --history-only, or name the folder with --to.");
    }
    work->exists = true;
    if (!work->with_folder)
        return true; /* its files may have been edited since */
    if (!ray_import_compare(app->arena, &work->plan, work->to, &difference, &app->project.err))
        return false;
    if (difference == NULL)
        return true;
    (void)ray_err_set(&app->project.err, RAY_REFUSED,
                      "folder \"%s\" exists, and is not what this import would write: %s", work->to,
                      difference);
    return ray_err_hint(&app->project.err,
                        "Name another one with --to; or, where it was imported before, take "
                        "the history over alone with --history-only.");
}

static bool
write_folder(struct ray_import_work *work)
{
    struct ray_app *app = work->app;

    if (!work->exists) {
        if (!ray_import_write(app->arena, &work->plan, work->to, &app->project.err))
            return false;
        work->wrote = true;
    }
    if (work->remembered)
        return true;
    return ray_folder_load(app->arena, work->to, NULL, false, &work->report.session.folder,
                           &app->project.err);
}

/* ---------------------------------------------------------------- the history */

static bool
look_first(struct ray_import_work *work)
{
    struct ray_conn *conn;
    bool ok;

    if (!ray_project_connect(&work->app->project, &conn))
        return false;
    ok = ray_import_look(work, conn, work->app->arena);
    ray_conn_close(conn);
    return ok;
}

static bool
open_runner(struct ray_import_work *work)
{
    struct ray_app *app = work->app;
    struct ray_run_options run = {.folder = &work->report.session.folder,
                                  .config = &app->project.config,
                                  .on_event = ray_session_event,
                                  .event_arg = &work->report.session};

    return ray_project_database(&app->project, &run.connection) &&
           ray_runner_open(app->arena, &run, &work->report.session.runner, &app->project.err);
}

/* Under the lock all is read again; what was shown and confirmed must still hold. */
static bool
record(struct ray_import_work *work)
{
    struct ray_app *app = work->app;
    size_t count = work->plan.items.len;
    bool *before = RAY_NEW_ARRAY(app->arena, bool, count + 1);
    ray_edits edits = {0};

    for (size_t i = 0; i < count; i++)
        before[i] = work->plan.items.items[i].applied;
    if (!ray_runner_lock(work->report.session.runner, &app->project.err) ||
        !ray_import_look(work, ray_runner_conn(work->report.session.runner), app->arena))
        return false;
    for (size_t i = 0; i < count; i++)
        if (before[i] != work->plan.items.items[i].applied) {
            (void)ray_err_set(&app->project.err, RAY_REFUSED,
                              "the old tool changed the database meanwhile");
            return ray_err_hint(&app->project.err, "Stop it, and run this again.");
        }
    if (!ray_import_edits(work, &edits))
        return false;
    for (size_t i = 0; i < count; i++)
        work->recorded += work->fates[i] == RAY_FATE_IMPORT || work->fates[i] == RAY_FATE_RENAME;
    return edits.len == 0 ||
           ray_runner_edit(work->report.session.runner, &edits, &app->project.err);
}

static bool
confirm(struct ray_import_work *work, size_t rows)
{
    struct ray_app *app = work->app;
    struct ray_history_place place = {app->project.config.history_schema,
                                      app->project.config.history_table};
    struct ray_buf question;

    ray_buf_init(&question, app->arena);
    if (!work->exists)
        ray_buf_addf(&question, "Write %zu migrations to \"%s\" and record", work->plan.items.len,
                     work->to);
    else
        ray_buf_add(&question, "Record");
    ray_buf_addf(&question, " %zu as applied in %s?", rows, ray_history_name(app->arena, &place));
    return ray_project_confirm(&app->project, question.data);
}

/* How many rows there are to write, as far as can be told without the new folder. */
static bool
count_edits(struct ray_import_work *work, size_t *out)
{
    ray_edits edits = {0};

    *out = 0;
    for (size_t i = 0; i < work->plan.items.len; i++)
        *out += ray_import_foresee(work, i) != RAY_FATE_PENDING;
    if (!work->exists)
        return true;
    if (!write_folder(work) || !open_runner(work) || !ray_import_edits(work, &edits))
        return false;
    *out = edits.len;
    return true;
}

static bool
import_history(struct ray_import_work *work)
{
    size_t rows;
    bool ok;

    if (!count_edits(work, &rows))
        return false;
    if (work->exists && rows == 0)
        return true;
    if (!confirm(work, rows))
        return false;
    ok = work->exists || (write_folder(work) && open_runner(work));
    ok = ok && record(work);
    if (!ok && work->wrote && work->app->project.err.state == NULL)
        work->app->project.err.state = ray_arena_printf(
            work->app->arena, "folder \"%s\" is written; the history is as it was", work->to);
    return ok;
}

/* ---------------------------------------------------------------- the command */

static bool
run_import(struct ray_import_work *work, bool *found)
{
    struct ray_app *app = work->app;

    if (!ray_project_configure(&app->project) || !read_options(work) || !load_old(work, found))
        return false;
    if (!*found)
        return true;
    work->fates = RAY_NEW_ARRAY(app->arena, enum ray_import_fate, work->plan.items.len + 1);
    work->rows = RAY_NEW_ARRAY(app->arena, const struct ray_history_row *,
                               work->plan.items.len + 1);
    work->before = RAY_NEW_ARRAY(app->arena, bool, work->plan.items.len + 1);
    for (size_t i = 0; i < work->plan.items.len; i++)
        work->fates[i] = RAY_FATE_UNKNOWN;
    if (!check_target(work) || (work->with_history && !look_first(work)))
        return false;
    if (work->dry_run) {
        size_t ignored;

        for (size_t i = 0; work->with_history && i < work->plan.items.len; i++)
            work->fates[i] = ray_import_foresee(work, i);
        return !work->with_history || count_edits(work, &ignored);
    }
    return work->with_history ? import_history(work) : write_folder(work);
}

static enum ray_code
import(struct ray_app *app)
{
    struct ray_import_work work = {.app = app};
    struct ray_session_options how;
    bool found = true;
    bool ok;

    ray_session_options_init(&how);
    how.on_event = ray_report_event;
    how.event_arg = &work.report;
    how.verbose = ray_term_options(app->term)->verbose;
    work.report.app = app;
    ray_session_init(&work.report.session, &app->project, &how);
    ok = run_import(&work, &found);
    if (ok && !found)
        ray_term_say(app->term, "\"%s\" is laid out as raymig's own already: nothing to import",
                     work.old.path);
    if (ok)
        ray_import_show(&work);
    ray_session_close(&work.report.session);
    return ok ? RAY_OK : ray_app_fail(app);
}

const struct ray_command ray_cmd_import = {
    .name = "import",
    .arguments = "",
    .summary = "take over another tool's folder and history",
    .description =
        "Converts the migrations folder (the config's out, or --out) into raymig's own layout, in a new\n"
        "folder: NNNN_name.sql, NNNN_name.down.sql and meta/_journal.json. The bytes of every script are\n"
        "kept; sections of one file become two files, and options that stood elsewhere become front\n"
        "matter. Then what the old tool has applied is put into raymig's history, with the times that\n"
        "the tool wrote down. The old folder and the old table stay as they are.\n"
        "\n"
        "Refused are a migration that the tool left half-way or that was edited since (exit 4), and an\n"
        "applied version that the folder lacks, unless --allow names it (exit 6). Repeatable migrations\n"
        "become ordinary ones at the end. A second import has nothing to do. Where another database is\n"
        "to follow and only the new folder is at hand, the same command reads the old versions from its\n"
        "journal.\n"
        "\n"
        "Formats: drizzle, prisma, drizzle-v1, diesel, flyway, goose, dbmate, sqlx, golang-migrate.",
    .examples = "raymig import --dry-run               what would become of what\n"
                "raymig import --out db/migrations --to migrations --yes\n"
                "raymig import --tool-table app.schema_migrations",
    .options = options,
    .run = import,
};
