/*
 * The import: see import.h. In this order: everything is read and refused that must be, the new folder is
 * written all or nothing, the rows are written in one transaction under the lock. A step that is done
 * already is passed over, so that an import can be repeated and finished.
 */
#include "project/import.h"

#include "history/layout.h"

#include <string.h>

static bool
check_request(struct ray_import_work *work)
{
    const struct ray_import_request *request = work->request;

    work->with_folder = !request->history_only;
    work->with_history = !request->folder_only;
    work->dry_run = request->dry_run;
    if (work->with_folder || work->with_history)
        return true;
    return ray_err_set(&work->project->err, RAY_USAGE, "%s and %s exclude each other",
                       ray_project_word(work->project, "folder-only"),
                       ray_project_word(work->project, "history-only"));
}

/* ---------------------------------------------------------------- the old folder */

/* A folder of raymig's own: perhaps it was imported, and remembers what it was; otherwise there is nothing to import. */
static bool
load_remembered(struct ray_import_work *work, const char *path)
{
    struct ray_project *project = work->project;
    const char *wanted = work->request->from;
    struct ray_folder_options options = {0};
    const char *from;

    if (!ray_import_remember(project->arena, &work->session.folder, &work->old, &from,
                             &project->err))
        return false;
    if (from == NULL) {
        work->old = work->session.folder;
        return true;
    }
    if (wanted != NULL && strcmp(from, wanted) != 0)
        return ray_err_set(&project->err, RAY_USAGE, "\"%s\" was imported from %s, not from %s",
                           path, from, wanted);
    if (work->old.format == NULL && !ray_project_format(project, path, from, &options))
        return false;
    if (work->old.format == NULL)
        work->old.format = options.own;
    if (work->old.format == NULL) {
        work->old = work->session.folder; /* the plugin is gone: nobody knows its table */
        return true;
    }
    work->remembered = true;
    work->with_folder = false;
    work->to = path;
    ray_import_plan_remembered(project->arena, &work->old, &work->session.folder, &work->plan);
    work->found = true;
    return true;
}

/* The layout that was asked for, or the config's; of a folder with a journal, what the journal says. */
static bool
choose_format(struct ray_import_work *work, const char *path, bool journaled,
              struct ray_folder_options *out)
{
    struct ray_project *project = work->project;
    const char *from = work->request->from;

    if (!ray_project_format(project, path, from, out))
        return false;
    if (from != NULL && out->own == NULL && ray_format_find(from) == NULL) {
        (void)ray_err_set(&project->err, RAY_USAGE, "raymig knows no folder format \"%s\"", from);
        return ray_err_hint(&project->err, "\"raymig help import\" lists them.");
    }
    if (journaled)
        *out = (struct ray_folder_options){0};
    else if (from == NULL)
        return ray_project_format(project, path, project->config.format, out);
    return true;
}

static bool
load_old(struct ray_import_work *work)
{
    struct ray_project *project = work->project;
    const char *path = ray_project_folder_path(project);
    bool journaled = ray_file_exists(ray_path_join(project->arena, path, "meta/_journal.json"));
    struct ray_folder_options options = {0};

    if (!choose_format(work, path, journaled, &options) ||
        !ray_folder_load_with(project->arena, path, &options, &work->old, &project->err))
        return false;
    for (size_t i = 0; i < work->old.warnings.len; i++)
        ray_project_warn(project, "%s", work->old.warnings.items[i]);
    if (work->old.format == &ray_format_raymig) {
        work->session.folder = work->old;
        return !journaled || load_remembered(work, path);
    }
    if (!ray_import_plan(project->arena, &work->old, &work->plan, &project->err))
        return false;
    for (size_t i = 0; i < work->plan.warnings.len; i++)
        ray_project_warn(project, "%s", work->plan.warnings.items[i]);
    work->to = work->request->to;
    if (work->to == NULL)
        work->to = ray_arena_printf(project->arena, "%s-raymig", path);
    work->found = true;
    return true;
}

/* ---------------------------------------------------------------- the new folder */

/* Is the new folder there, and is it what would be written? */
static bool
check_target(struct ray_import_work *work)
{
    struct ray_project *project = work->project;
    const char *difference;
    ray_entries entries = {0};

    if (work->remembered) {
        work->exists = true;
        return true;
    }
    if (ray_file_exists(work->to) &&
        !ray_file_list(project->arena, work->to, &entries, &project->err))
        return false;
    if (entries.len == 0) {
        if (work->with_folder)
            return true;
        (void)ray_err_set(&project->err, RAY_USAGE, "there is no folder \"%s\" yet", work->to);
        return ray_err_hint(&project->err, "Leave out %s, or name the folder with %s.",
                            ray_project_word(project, "history-only"),
                            ray_project_word(project, "to"));
    }
    work->exists = true;
    if (!work->with_folder)
        return true; /* its files may have been edited since */
    if (!ray_import_compare(project->arena, &work->plan, work->to, &difference, &project->err))
        return false;
    if (difference == NULL)
        return true;
    (void)ray_err_set(&project->err, RAY_REFUSED,
                      "folder \"%s\" exists, and is not what this import would write: %s", work->to,
                      difference);
    return ray_err_hint(&project->err,
                        "Name another one with %s; or, where it was imported before, take "
                        "the history over alone with %s.",
                        ray_project_word(project, "to"), ray_project_word(project, "history-only"));
}

static bool
write_folder(struct ray_import_work *work)
{
    struct ray_project *project = work->project;

    if (!work->exists) {
        if (!ray_import_write(project->arena, &work->plan, work->to, &project->err))
            return false;
        work->wrote = true;
    }
    if (work->remembered)
        return true;
    return ray_folder_load(project->arena, work->to, NULL, false, &work->session.folder,
                           &project->err);
}

/* ---------------------------------------------------------------- the history */

static bool
look_first(struct ray_import_work *work)
{
    struct ray_conn *conn;
    bool ok;

    if (!ray_project_connect(work->project, &conn))
        return false;
    ok = ray_import_look(work, conn, work->project->arena);
    ray_conn_close(conn);
    return ok;
}

static bool
open_runner(struct ray_import_work *work)
{
    struct ray_project *project = work->project;
    struct ray_run_options run = {.folder = &work->session.folder,
                                  .config = &project->config,
                                  .on_event = ray_session_event,
                                  .event_arg = &work->session};

    return ray_project_database(project, &run.connection) &&
           ray_runner_open(project->arena, &run, &work->session.runner, &project->err);
}

/* Under the lock all is read again; what was shown and confirmed must still hold. */
static bool
record(struct ray_import_work *work)
{
    struct ray_project *project = work->project;
    size_t count = work->plan.items.len;
    bool *before = RAY_NEW_ARRAY(project->arena, bool, count + 1);
    ray_edits edits = {0};

    for (size_t i = 0; i < count; i++)
        before[i] = work->plan.items.items[i].applied;
    if (!ray_runner_lock(work->session.runner, &project->err) ||
        !ray_import_look(work, ray_runner_conn(work->session.runner), project->arena))
        return false;
    for (size_t i = 0; i < count; i++)
        if (before[i] != work->plan.items.items[i].applied) {
            (void)ray_err_set(&project->err, RAY_REFUSED,
                              "the old tool changed the database meanwhile");
            return ray_err_hint(&project->err, "Stop it, and run this again.");
        }
    if (!ray_import_edits(work, &edits))
        return false;
    for (size_t i = 0; i < count; i++)
        work->recorded += work->fates[i] == RAY_FATE_IMPORT || work->fates[i] == RAY_FATE_RENAME;
    return edits.len == 0 || ray_runner_edit(work->session.runner, &edits, &project->err);
}

static bool
confirm(struct ray_import_work *work, size_t rows)
{
    struct ray_project *project = work->project;
    struct ray_history_place place = {project->config.history_schema,
                                      project->config.history_table};
    struct ray_buf question;

    ray_buf_init(&question, project->arena);
    if (!work->exists)
        ray_buf_addf(&question, "Write %zu migrations to \"%s\" and record", work->plan.items.len,
                     work->to);
    else
        ray_buf_add(&question, "Record");
    ray_buf_addf(&question, " %zu as applied in %s?", rows,
                 ray_history_name(project->arena, &place));
    return ray_project_confirm(project, question.data);
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
    if (!ok && work->wrote && work->project->err.state == NULL)
        work->project->err.state = ray_arena_printf(
            work->project->arena, "folder \"%s\" is written; the history is as it was", work->to);
    return ok;
}

/* ---------------------------------------------------------------- the whole */

/* A pending one between applied ones: dbmate and goose run such, raymig asks first. */
static void
warn_of_gaps(const struct ray_import_work *work)
{
    const char *after = NULL;

    for (size_t i = work->plan.items.len; i-- > 0;) {
        const char *tag = work->plan.items.items[i].tag;

        if (work->fates[i] == RAY_FATE_PENDING && after != NULL)
            ray_project_warn(work->project,
                             "\"%s\" is not applied, but \"%s\", which comes after it, is: "
                             "raymig up --allow %s applies it",
                             tag, after, tag);
        else if (work->fates[i] != RAY_FATE_PENDING && work->fates[i] != RAY_FATE_UNKNOWN)
            after = tag;
    }
}

static bool
foresee(struct ray_import_work *work)
{
    size_t ignored;

    for (size_t i = 0; work->with_history && i < work->plan.items.len; i++)
        work->fates[i] = ray_import_foresee(work, i);
    return !work->with_history || count_edits(work, &ignored);
}

void
ray_import_init(struct ray_import_work *out, struct ray_project *project,
                const struct ray_import_request *request, const struct ray_session_options *options)
{
    *out = (struct ray_import_work){.project = project, .request = request};
    ray_session_init(&out->session, project, options);
}

bool
ray_import_run(struct ray_import_work *work)
{
    struct ray_project *project = work->project;
    size_t count;
    bool ok;

    if (!ray_project_configure(project) || !check_request(work))
        return false;
    if (work->session.options.lock_wait_ms >= 0)
        project->config.lock_wait_ms = work->session.options.lock_wait_ms;
    if (!load_old(work))
        return false;
    if (!work->found)
        return true;
    count = work->plan.items.len;
    work->fates = RAY_NEW_ARRAY(project->arena, enum ray_import_fate, count + 1);
    work->rows = RAY_NEW_ARRAY(project->arena, const struct ray_history_row *, count + 1);
    work->before = RAY_NEW_ARRAY(project->arena, bool, count + 1);
    for (size_t i = 0; i < count; i++)
        work->fates[i] = RAY_FATE_UNKNOWN;
    if (!check_target(work) || (work->with_history && !look_first(work)))
        return false;
    ok = work->dry_run        ? foresee(work)
         : work->with_history ? import_history(work)
                              : write_folder(work);
    if (ok)
        warn_of_gaps(work);
    return ok;
}

void
ray_import_close(struct ray_import_work *work)
{
    ray_session_close(&work->session);
}

/* ---------------------------------------------------------------- the document */

static const struct {
    const char *name;
    const char *would; /* in a dry run */
} fates[] = {
    [RAY_FATE_PENDING] = {"pending", "pending"}, [RAY_FATE_IMPORT] = {"imported", "applied"},
    [RAY_FATE_RENAME] = {"renamed", "applied"},  [RAY_FATE_RECORDED] = {"recorded", "recorded"},
    [RAY_FATE_UNKNOWN] = {NULL, NULL},
};

const char *
ray_import_fate_name(const struct ray_import_work *work, size_t item)
{
    return work->dry_run ? fates[work->fates[item]].would : fates[work->fates[item]].name;
}

const char *
ray_import_applied_at(const struct ray_import_work *work, size_t item)
{
    if (work->fates[item] == RAY_FATE_PENDING || work->fates[item] == RAY_FATE_UNKNOWN)
        return NULL;
    return work->rows[item] != NULL ? work->rows[item]->applied_at
                                    : work->plan.items.items[item].applied_at;
}

json_t *
ray_import_json(const struct ray_import_work *work)
{
    json_t *result = json_object();
    json_t *list = json_array();

    for (size_t i = 0; i < work->plan.items.len; i++) {
        const struct ray_import_item *item = &work->plan.items.items[i];
        const char *applied_at = ray_import_applied_at(work, i);
        json_t *object = json_object();

        ray_json_set_text(object, "old", item->old->tag);
        ray_json_set_text(object, "version", item->old->version);
        ray_json_set_text(object, "tag", item->tag);
        ray_json_set_int(object, "when", item->when);
        if (work->fates[i] != RAY_FATE_UNKNOWN)
            ray_json_set_text(object, "state", ray_import_fate_name(work, i));
        if (applied_at != NULL)
            ray_json_set_text(object, "applied_at", applied_at);
        (void)json_array_append_new(list, object);
    }
    ray_json_set_bool(result, "ok", true);
    ray_json_set_bool(result, "dry_run", work->dry_run);
    ray_json_set_text(result, "from", work->old.format == NULL ? NULL : work->old.format->name);
    ray_json_set_text(result, "folder", work->old.path);
    ray_json_set_text(result, "to", work->to);
    ray_json_set_bool(result, "wrote", work->wrote);
    ray_json_set_int(result, "recorded", (int64_t)work->recorded);
    (void)json_object_set_new(result, "migrations", list);
    return result;
}
