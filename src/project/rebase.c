/* The rebase: see rebase.h. */
#include "project/rebase.h"
#include "project/rewrite.h"
#include "project/source.h"

#include "catalog/snapshot.h"
#include "history/layout.h"
#include "history/merged.h"
#include "run/replay.h"

#include <string.h>

struct rebase {
    struct ray_project *project;
    const struct ray_rebase_request *request;
    struct ray_rebased *out;
    const struct ray_journal *published;
    struct ray_rewrite rewrite;
};

/* ---------------------------------------------------------------- which */

static bool
name_items(struct rebase *rebase)
{
    struct ray_project *project = rebase->project;

    for (size_t i = 0; i < rebase->request->tags.len; i++) {
        const char *tag = rebase->request->tags.items[i];
        struct ray_rebase_item *item = ray_rebase_find(&rebase->out->what, tag);

        if (item == NULL) {
            (void)ray_err_set(&project->err, RAY_USAGE, "there is no migration \"%s\" in \"%s\"",
                              tag, rebase->out->what.folder);
            return ray_err_hint(&project->err, "Give its whole name, as 0002_add_posts.");
        }
        item->named = true;
    }
    return true;
}

/* Which of two is to move cannot be told: somebody says. */
static bool
ask(struct rebase *rebase, const struct ray_rebase_item *one, const struct ray_rebase_item *other)
{
    struct ray_project *project = rebase->project;
    const char *const answers[] = {one->entry.tag, other->entry.tag};
    size_t chosen;

    if (one->applied && other->applied) {
        (void)ray_err_set(&project->err, RAY_REFUSED,
                          "\"%s\" and \"%s\" have the same number, and both are applied",
                          answers[0], answers[1]);
        return ray_err_hint(&project->err,
                            "Take one of them back first, from the branch that it is "
                            "of.");
    }
    if (project->listener.choose != NULL) {
        if (!project->listener.choose(project->listener.arg, "Which one goes behind the others?",
                                      answers, 2, &chosen, &project->err))
            return false;
        ray_rebase_find(&rebase->out->what, answers[chosen])->chosen = true;
        return true;
    }
    (void)ray_err_set(&project->err, RAY_REFUSED,
                      "\"%s\" and \"%s\" have the same number, and neither git nor the database "
                      "says which was first",
                      answers[0], answers[1]);
    return ray_err_hint(&project->err,
                        "Say which one goes behind the others: raymig rebase %s, or raymig rebase "
                        "%s.",
                        answers[0], answers[1]);
}

bool
ray_rebase_renames(const struct ray_rebase_item *item)
{
    return strcmp(item->entry.tag, item->to.tag) != 0;
}

static bool
plan(struct rebase *rebase)
{
    struct ray_project *project = rebase->project;
    const struct ray_rebase_item *one;
    const struct ray_rebase_item *other;

    if (!ray_rebase_know(project, rebase->request, &rebase->out->what, &rebase->out->base,
                         &rebase->published))
        return false;
    for (;;) {
        if (!ray_rebase_plan(project->arena, &rebase->out->what, rebase->published, &one, &other,
                             &project->err))
            return false;
        if (one == NULL)
            break;
        if (!ask(rebase, one, other))
            return false;
    }
    for (size_t i = 0; i < rebase->out->what.items.len; i++)
        rebase->out->moves += ray_rebase_renames(&rebase->out->what.items.items[i]);
    return true;
}

/* ---------------------------------------------------------------- the new folder */

static const char *
renamed(struct ray_arena *arena, const struct ray_rebase_item *item, const char *file)
{
    return ray_arena_printf(arena, "%s%s", item->to.tag, file + strlen(item->entry.tag));
}

/* From the last to the first: a name that is taken is that of one that has moved already. */
static bool
move_files(struct rebase *rebase)
{
    struct ray_arena *arena = rebase->project->arena;

    for (size_t i = rebase->out->what.items.len; i-- > 0;) {
        const struct ray_rebase_item *item = &rebase->out->what.items.items[i];

        for (size_t f = 0; item->moves && f < item->files.len; f++) {
            const char *file = item->files.items[f];
            const char *to = renamed(arena, item, file);

            if (strcmp(file, to) != 0 && !ray_rewrite_rename(&rebase->rewrite, file, to))
                return false;
        }
    }
    return true;
}

/* The hashes of the files as they are: they are what is proved. */
static bool
set_hashes(struct rebase *rebase, const struct ray_rebase_item *item,
           struct ray_journal_entry *entry)
{
    struct ray_project *project = rebase->project;

    for (size_t i = 0; item->local && i < item->files.len; i++) {
        const char *file = item->files.items[i];
        const char **hash = file == item->up ? &entry->sha256 : &entry->down_sha256;
        char *hex = ray_arena_alloc(project->arena, 65);

        if (*hash == NULL && item->journaled)
            continue; /* a template, when it was entered */
        if (!ray_file_hash(ray_path_join(project->arena, rebase->out->what.folder, file), hex,
                           &project->err))
            return false;
        *hash = hex;
    }
    return true;
}

static bool
write_journal(struct rebase *rebase)
{
    struct ray_project *project = rebase->project;
    size_t count = rebase->out->what.items.len;
    struct ray_journal_change *changes = RAY_NEW_ARRAY(project->arena, struct ray_journal_change,
                                                       count + 1);

    for (size_t i = 0; i < count; i++) {
        const struct ray_rebase_item *item = &rebase->out->what.items.items[i];

        changes[i].was = item->entry.tag;
        changes[i].entry = item->to;
        if (!set_hashes(rebase, item, &changes[i].entry))
            return false;
    }
    return ray_file_make_folder(ray_rewrite_path(&rebase->rewrite, "meta"), &project->err) &&
           ray_journal_rewrite(project->arena, rebase->out->what.journal,
                               ray_rewrite_path(&rebase->rewrite, "meta/_journal.json"), changes,
                               count, &project->err);
}

/* ---------------------------------------------------------------- snapshots */

static bool
is_conflicted(struct rebase *rebase, const char *name, bool *out)
{
    struct ray_project *project = rebase->project;
    struct ray_text text;

    if (!ray_file_read(project->arena,
                       ray_path_join(project->arena, rebase->out->what.folder, name), &text,
                       &project->err))
        return false;
    *out = ray_conflict_line(text.data) > 0;
    return true;
}

static bool
shares_number(const struct rebase *rebase, const struct ray_rebase_item *item)
{
    for (size_t i = 0; i < rebase->out->what.items.len; i++) {
        const struct ray_rebase_item *other = &rebase->out->what.items.items[i];

        if (other != item && other->local && other->snapshot != NULL &&
            strcmp(other->snapshot, item->snapshot) == 0)
            return true;
    }
    return false;
}

/* Which are made anew: those of the local ones, whatever stands in them; and of the others those that a merge may have
 * taken from the wrong side. */
static bool
mark_snapshots(struct rebase *rebase, bool *stale, bool *any)
{
    for (size_t i = 0; i < rebase->out->what.items.len; i++) {
        const struct ray_rebase_item *item = &rebase->out->what.items.items[i];
        bool conflicted = false;

        if (item->snapshot == NULL)
            continue;
        if (!item->local && !is_conflicted(rebase, item->snapshot, &conflicted))
            return false;
        stale[i] = item->local || conflicted || shares_number(rebase, item);
        *any = *any || stale[i];
    }
    return true;
}

static bool
remove_snapshots(struct rebase *rebase, const bool *stale)
{
    for (size_t i = 0; i < rebase->out->what.items.len; i++)
        if (stale[i] &&
            !ray_rewrite_remove(&rebase->rewrite, rebase->out->what.items.items[i].snapshot))
            return false;
    return true;
}

/* Another major version's is as good, where it is of the same migration. */
static bool
keeps_snapshot(struct rebase *rebase, const struct ray_rebase_item *item, const char *text,
               const struct ray_catalog *catalog, bool *out)
{
    struct ray_project *project = rebase->project;
    const char *path = ray_path_join(project->arena, rebase->out->what.folder, item->snapshot);
    struct ray_catalog *old;
    struct ray_text before;
    struct ray_err ignored;

    *out = false;
    if (item->moves || shares_number(rebase, item))
        return true;
    if (!ray_file_read(project->arena, path, &before, &project->err))
        return false;
    ray_err_init(&ignored, project->arena);
    *out = strcmp(before.data, text) == 0 ||
           (ray_snapshot_read(project->arena, path, &old, &ignored) &&
            old->version / 10000 != catalog->version / 10000);
    return true;
}

static bool
write_snapshot(struct rebase *rebase, const struct ray_rebase_item *item, struct ray_conn *conn)
{
    struct ray_project *project = rebase->project;
    const char *name = ray_arena_printf(project->arena, "meta/%.*s_snapshot.json",
                                        (int)ray_digits(item->to.tag), item->to.tag);
    struct ray_load_options load;
    struct ray_catalog *catalog;
    struct ray_text before;
    struct ray_buf text;
    bool keeps;

    ray_source_load_options(project, &load);
    if (!ray_catalog_load(conn, project->arena, &load, &catalog, &project->err))
        return false;
    ray_buf_init(&text, project->arena);
    ray_snapshot_write(catalog, &text);
    if (!keeps_snapshot(rebase, item, text.data, catalog, &keeps))
        return false;
    if (keeps)
        return ray_file_read(project->arena,
                             ray_path_join(project->arena, rebase->out->what.folder,
                                           item->snapshot),
                             &before, &project->err) &&
               ray_rewrite_text(&rebase->rewrite, name, before.data);
    *ray_vec_add(project->arena, &rebase->out->snapshots) = name;
    return ray_rewrite_text(&rebase->rewrite, name, text.data);
}

/* Runs the new folder from nothing, and looks at the database behind each whose snapshot is wanted. */
static bool
replay(struct rebase *rebase, const bool *stale, struct ray_conn *conn,
       const struct ray_replay_options *replay_options)
{
    struct ray_project *project = rebase->project;
    const struct ray_folder *after = &rebase->rewrite.after;
    struct ray_replay *running;
    bool ok = true;

    if (!ray_replay_open(project->arena, replay_options, ray_conn_database(conn), &running,
                         &project->err))
        return false;
    for (size_t i = 0; ok && i < after->migrations.len; i++)
        if (stale[i] || i + 1 == after->migrations.len)
            ok = ray_replay_up_to(running, &after->migrations.items[i], &project->err) &&
                 (!stale[i] || write_snapshot(rebase, &rebase->out->what.items.items[i], conn));
    ray_replay_close(running);
    return ok || ray_err_prepend(&project->err, "in the shadow");
}

static bool
make_snapshots(struct rebase *rebase, const bool *stale)
{
    struct ray_project *project = rebase->project;
    struct ray_replay_options replay_options = {.config = &project->config,
                                                .folder = &rebase->rewrite.after};
    struct ray_conn *conn;

    if (!ray_project_shadow(project, &replay_options.shadow) ||
        !ray_shadow_create(replay_options.shadow, &conn, &project->err))
        return false;
    if (replay(rebase, stale, conn, &replay_options))
        return ray_shadow_drop(replay_options.shadow, conn, &project->err);
    ray_conn_close(conn);
    return false;
}

/* ---------------------------------------------------------------- proof */

static bool
prove(struct rebase *rebase)
{
    struct ray_project *project = rebase->project;
    size_t count = rebase->out->what.items.len;
    bool *wanted = RAY_NEW_ARRAY(project->arena, bool, count + 1);
    bool any = false;

    for (size_t i = 0; i < count; i++) {
        wanted[i] = rebase->out->what.items.items[i].local;
        any = any || wanted[i];
    }
    if (!any || ray_rewrite_prove(&rebase->rewrite, wanted))
        return true;
    if (project->err.code != RAY_REFUSED)
        return false;
    if (rebase->request->unproved) {
        ray_project_warn(project, "%s, and you said to go on: %s", project->err.message,
                         project->err.detail);
        ray_err_clear(&project->err);
        return true;
    }
    return ray_err_hint(&project->err,
                        "Put its way back right, now that others stand before it; or go "
                        "on with %s.",
                        ray_project_word(project, "unproved"));
}

static bool
build(struct rebase *rebase)
{
    bool *stale = RAY_NEW_ARRAY(rebase->project->arena, bool, rebase->out->what.items.len + 1);
    bool any = false;

    if (!mark_snapshots(rebase, stale, &any))
        return false;
    if (!rebase->out->what.settles && !any)
        return true;
    if (!ray_rewrite_begin(rebase->project, rebase->out->what.folder, &rebase->rewrite) ||
        !remove_snapshots(rebase, stale) || !move_files(rebase) ||
        (rebase->out->what.settles && !write_journal(rebase)) ||
        !ray_rewrite_read(&rebase->rewrite) || !make_snapshots(rebase, stale))
        return false;
    if (!rebase->out->what.settles && rebase->out->snapshots.len == 0)
        return true;
    return prove(rebase) && (rebase->request->dry_run || ray_rewrite_publish(&rebase->rewrite));
}

/* The file where it failed is one that nobody has seen yet under its new name. */
static void
place_error(struct rebase *rebase)
{
    struct ray_project *project = rebase->project;
    const char *name = project->err.file == NULL ? NULL : ray_path_name(project->err.file);

    for (size_t i = 0; name != NULL && i < rebase->out->what.items.len; i++) {
        const struct ray_rebase_item *item = &rebase->out->what.items.items[i];

        for (size_t f = 0; item->moves && f < item->files.len; f++) {
            if (strcmp(renamed(project->arena, item, item->files.items[f]), name) != 0)
                continue;
            project->err.file = ray_path_join(project->arena, rebase->out->what.folder,
                                              item->files.items[f]);
            if (project->err.code != RAY_FAILED)
                return;
            if (project->err.hint != NULL)
                (void)ray_err_detail(&project->err, "%s", project->err.hint);
            (void)ray_err_hint(&project->err,
                               "It was written without the ones that now stand before it (the last "
                               "is \"%s\"). Leave in it what is still to be done, or delete it and "
                               "generate it anew; then run this again.",
                               item->to.parent);
            return;
        }
    }
}

/* ---------------------------------------------------------------- the whole */

static bool
run(struct rebase *rebase)
{
    struct ray_project *project = rebase->project;

    return ray_project_configure(project) &&
           ray_rebase_read(project->arena, ray_project_folder_path(project), &rebase->out->what,
                           &project->err) &&
           name_items(rebase) && plan(rebase) && build(rebase);
}

bool
ray_rebase_run(struct ray_project *project, const struct ray_rebase_request *request,
               struct ray_rebased *out)
{
    struct rebase rebase = {.project = project, .request = request, .out = out};
    bool ok;

    *out = (struct ray_rebased){.request = request};
    ok = run(&rebase);
    ray_rewrite_end(&rebase.rewrite);
    if (!ok)
        place_error(&rebase);
    return ok;
}

json_t *
ray_rebased_json(struct ray_arena *arena, const struct ray_rebased *rebased)
{
    json_t *result = json_object();
    json_t *renames = json_array();
    json_t *snapshots = json_array();

    for (size_t i = 0; i < rebased->what.items.len; i++) {
        const struct ray_rebase_item *item = &rebased->what.items.items[i];
        json_t *row;

        if (!ray_rebase_renames(item))
            continue;
        row = json_object();
        ray_json_set_text(row, "from", item->entry.tag);
        ray_json_set_text(row, "to", item->to.tag);
        json_array_append_new(renames, row);
    }
    for (size_t i = 0; i < rebased->snapshots.len; i++)
        json_array_append_new(snapshots, json_string(ray_path_join(arena, rebased->what.folder,
                                                                   rebased->snapshots.items[i])));
    ray_json_set_bool(result, "ok", true);
    ray_json_set_bool(result, "dry_run", rebased->request->dry_run);
    ray_json_set_text(result, "base", rebased->base);
    json_object_set_new(result, "renames", renames);
    json_object_set_new(result, "snapshots", snapshots);
    ray_json_set_bool(result, "journal", rebased->what.settles);
    return result;
}
