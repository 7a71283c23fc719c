/*
 * `raymig rebase`: migrations that were written beside others' get numbers behind them. Which are local is decided by
 * history/rebase.h from what git and the database know; the new folder is made beside the old one (rewrite.h), the
 * snapshots in it are what a replay makes, and every migration that moved is proved there, up, back and up again.
 */
#include "cmd/rebase.h"
#include "cmd/rewrite.h"
#include "project/source.h"

#include "catalog/snapshot.h"
#include "history/layout.h"
#include "history/merged.h"
#include "run/replay.h"

#include <string.h>

static const struct ray_option options[] = {
    {"base", '\0', "REVISION", "what git calls the branch that the others are in (default: main's)",
     false},
    {"offline", '\0', NULL, "do not ask the database what it has had", false},
    {"unproved", '\0', NULL, "go on where a way back does not restore what stood before", false},
    {"dry-run", '\0', NULL, "prove and show it, write nothing", false},
    {"shadow-url", '\0', "URL", "a server for shadow databases; otherwise one of raymig's own",
     false},
    {NULL, '\0', NULL, NULL, false},
};

struct rebase {
    struct ray_app *app;
    struct ray_rebase what;
    const char *base; /* git's revision; NULL: none */
    const struct ray_journal *published;
    struct ray_rewrite rewrite;
    ray_strings snapshots; /* those that are others now */
    size_t moves;
};

/* ---------------------------------------------------------------- which */

static bool
name_items(struct rebase *rebase)
{
    struct ray_app *app = rebase->app;

    for (int i = 0; i < app->nargs; i++) {
        struct ray_rebase_item *item = ray_rebase_find(&rebase->what, app->args[i]);

        if (item == NULL) {
            (void)ray_err_set(&app->project.err, RAY_USAGE,
                              "there is no migration \"%s\" in \"%s\"", app->args[i],
                              rebase->what.folder);
            return ray_err_hint(&app->project.err, "Give its whole name, as 0002_add_posts.");
        }
        item->named = true;
    }
    return true;
}

/* Which of two is to move cannot be told: somebody says. */
static bool
ask(struct rebase *rebase, const struct ray_rebase_item *one, const struct ray_rebase_item *other)
{
    struct ray_app *app = rebase->app;
    const char *const answers[] = {one->entry.tag, other->entry.tag};
    size_t chosen;

    if (one->applied && other->applied) {
        (void)ray_err_set(&app->project.err, RAY_REFUSED,
                          "\"%s\" and \"%s\" have the same number, and both are applied",
                          answers[0], answers[1]);
        return ray_err_hint(&app->project.err,
                            "Take one of them back first, from the branch that it is "
                            "of.");
    }
    if (ray_term_is_interactive(app->term)) {
        if (!ray_term_choose(app->term, "Which one goes behind the others?", answers, 2, &chosen,
                             &app->project.err))
            return false;
        ray_rebase_find(&rebase->what, answers[chosen])->chosen = true;
        return true;
    }
    (void)ray_err_set(&app->project.err, RAY_REFUSED,
                      "\"%s\" and \"%s\" have the same number, and neither git nor the database "
                      "says which was first",
                      answers[0], answers[1]);
    return ray_err_hint(&app->project.err,
                        "Say which one goes behind the others: raymig rebase %s, or raymig rebase "
                        "%s.",
                        answers[0], answers[1]);
}

/* It may also move in time alone. */
static bool
is_renamed(const struct ray_rebase_item *item)
{
    return strcmp(item->entry.tag, item->to.tag) != 0;
}

static bool
plan(struct rebase *rebase)
{
    struct ray_app *app = rebase->app;
    const struct ray_rebase_item *one;
    const struct ray_rebase_item *other;

    if (!ray_rebase_know(app, &rebase->what, &rebase->base, &rebase->published))
        return false;
    for (;;) {
        if (!ray_rebase_plan(app->arena, &rebase->what, rebase->published, &one, &other,
                             &app->project.err))
            return false;
        if (one == NULL)
            break;
        if (!ask(rebase, one, other))
            return false;
    }
    for (size_t i = 0; i < rebase->what.items.len; i++)
        rebase->moves += is_renamed(&rebase->what.items.items[i]);
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
    struct ray_arena *arena = rebase->app->arena;

    for (size_t i = rebase->what.items.len; i-- > 0;) {
        const struct ray_rebase_item *item = &rebase->what.items.items[i];

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
    struct ray_app *app = rebase->app;

    for (size_t i = 0; item->local && i < item->files.len; i++) {
        const char *file = item->files.items[i];
        const char **hash = file == item->up ? &entry->sha256 : &entry->down_sha256;
        char *hex = ray_arena_alloc(app->arena, 65);

        if (*hash == NULL && item->journaled)
            continue; /* a template, when it was entered */
        if (!ray_file_hash(ray_path_join(app->arena, rebase->what.folder, file), hex,
                           &app->project.err))
            return false;
        *hash = hex;
    }
    return true;
}

static bool
write_journal(struct rebase *rebase)
{
    struct ray_app *app = rebase->app;
    size_t count = rebase->what.items.len;
    struct ray_journal_change *changes = RAY_NEW_ARRAY(app->arena, struct ray_journal_change,
                                                       count + 1);

    for (size_t i = 0; i < count; i++) {
        const struct ray_rebase_item *item = &rebase->what.items.items[i];

        changes[i].was = item->entry.tag;
        changes[i].entry = item->to;
        if (!set_hashes(rebase, item, &changes[i].entry))
            return false;
    }
    return ray_file_make_folder(ray_rewrite_path(&rebase->rewrite, "meta"), &app->project.err) &&
           ray_journal_rewrite(app->arena, rebase->what.journal,
                               ray_rewrite_path(&rebase->rewrite, "meta/_journal.json"), changes,
                               count, &app->project.err);
}

/* ---------------------------------------------------------------- snapshots */

static bool
is_conflicted(struct rebase *rebase, const char *name, bool *out)
{
    struct ray_app *app = rebase->app;
    struct ray_text text;

    if (!ray_file_read(app->arena, ray_path_join(app->arena, rebase->what.folder, name), &text,
                       &app->project.err))
        return false;
    *out = ray_conflict_line(text.data) > 0;
    return true;
}

static bool
shares_number(const struct rebase *rebase, const struct ray_rebase_item *item)
{
    for (size_t i = 0; i < rebase->what.items.len; i++) {
        const struct ray_rebase_item *other = &rebase->what.items.items[i];

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
    for (size_t i = 0; i < rebase->what.items.len; i++) {
        const struct ray_rebase_item *item = &rebase->what.items.items[i];
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
    for (size_t i = 0; i < rebase->what.items.len; i++)
        if (stale[i] && !ray_rewrite_remove(&rebase->rewrite, rebase->what.items.items[i].snapshot))
            return false;
    return true;
}

/* Another major version's is as good, where it is of the same migration. */
static bool
keeps_snapshot(struct rebase *rebase, const struct ray_rebase_item *item, const char *text,
               const struct ray_catalog *catalog, bool *out)
{
    struct ray_app *app = rebase->app;
    const char *path = ray_path_join(app->arena, rebase->what.folder, item->snapshot);
    struct ray_catalog *old;
    struct ray_text before;
    struct ray_err ignored;

    *out = false;
    if (item->moves || shares_number(rebase, item))
        return true;
    if (!ray_file_read(app->arena, path, &before, &app->project.err))
        return false;
    ray_err_init(&ignored, app->arena);
    *out = strcmp(before.data, text) == 0 || (ray_snapshot_read(app->arena, path, &old, &ignored) &&
                                              old->version / 10000 != catalog->version / 10000);
    return true;
}

static bool
write_snapshot(struct rebase *rebase, const struct ray_rebase_item *item, struct ray_conn *conn)
{
    struct ray_app *app = rebase->app;
    const char *name = ray_arena_printf(app->arena, "meta/%.*s_snapshot.json",
                                        (int)ray_digits(item->to.tag), item->to.tag);
    struct ray_load_options load;
    struct ray_catalog *catalog;
    struct ray_text before;
    struct ray_buf text;
    bool keeps;

    ray_source_load_options(&app->project, &load);
    if (!ray_catalog_load(conn, app->arena, &load, &catalog, &app->project.err))
        return false;
    ray_buf_init(&text, app->arena);
    ray_snapshot_write(catalog, &text);
    if (!keeps_snapshot(rebase, item, text.data, catalog, &keeps))
        return false;
    if (keeps)
        return ray_file_read(app->arena,
                             ray_path_join(app->arena, rebase->what.folder, item->snapshot),
                             &before, &app->project.err) &&
               ray_rewrite_text(&rebase->rewrite, name, before.data);
    *ray_vec_add(app->arena, &rebase->snapshots) = name;
    return ray_rewrite_text(&rebase->rewrite, name, text.data);
}

/* Runs the new folder from nothing, and looks at the database behind each whose snapshot is wanted. */
static bool
replay(struct rebase *rebase, const bool *stale, struct ray_conn *conn,
       const struct ray_replay_options *replay_options)
{
    struct ray_app *app = rebase->app;
    const struct ray_folder *after = &rebase->rewrite.after;
    struct ray_replay *running;
    bool ok = true;

    if (!ray_replay_open(app->arena, replay_options, ray_conn_database(conn), &running,
                         &app->project.err))
        return false;
    for (size_t i = 0; ok && i < after->migrations.len; i++)
        if (stale[i] || i + 1 == after->migrations.len)
            ok = ray_replay_up_to(running, &after->migrations.items[i], &app->project.err) &&
                 (!stale[i] || write_snapshot(rebase, &rebase->what.items.items[i], conn));
    ray_replay_close(running);
    return ok || ray_err_prepend(&app->project.err, "in the shadow");
}

static bool
make_snapshots(struct rebase *rebase, const bool *stale)
{
    struct ray_app *app = rebase->app;
    struct ray_replay_options replay_options = {.config = &app->project.config,
                                                .folder = &rebase->rewrite.after};
    struct ray_conn *conn;

    if (!ray_project_shadow(&app->project, &replay_options.shadow) ||
        !ray_shadow_create(replay_options.shadow, &conn, &app->project.err))
        return false;
    if (replay(rebase, stale, conn, &replay_options))
        return ray_shadow_drop(replay_options.shadow, conn, &app->project.err);
    ray_conn_close(conn);
    return false;
}

/* ---------------------------------------------------------------- proof */

static bool
prove(struct rebase *rebase)
{
    struct ray_app *app = rebase->app;
    size_t count = rebase->what.items.len;
    bool *wanted = RAY_NEW_ARRAY(app->arena, bool, count + 1);
    bool any = false;

    for (size_t i = 0; i < count; i++) {
        wanted[i] = rebase->what.items.items[i].local;
        any = any || wanted[i];
    }
    if (!any || ray_rewrite_prove(&rebase->rewrite, wanted))
        return true;
    if (app->project.err.code != RAY_REFUSED)
        return false;
    if (ray_app_flag(app, "unproved")) {
        ray_term_warn(app->term, "%s, and you said to go on: %s", app->project.err.message,
                      app->project.err.detail);
        ray_err_clear(&app->project.err);
        return true;
    }
    return ray_err_hint(&app->project.err,
                        "Put its way back right, now that others stand before it; or go "
                        "on with --unproved.");
}

static bool
build(struct rebase *rebase)
{
    bool *stale = RAY_NEW_ARRAY(rebase->app->arena, bool, rebase->what.items.len + 1);
    bool any = false;

    if (!mark_snapshots(rebase, stale, &any))
        return false;
    if (!rebase->what.settles && !any)
        return true;
    if (!ray_rewrite_begin(rebase->app, rebase->what.folder, &rebase->rewrite) ||
        !remove_snapshots(rebase, stale) || !move_files(rebase) ||
        (rebase->what.settles && !write_journal(rebase)) || !ray_rewrite_read(&rebase->rewrite) ||
        !make_snapshots(rebase, stale))
        return false;
    if (!rebase->what.settles && rebase->snapshots.len == 0)
        return true;
    return prove(rebase) &&
           (ray_app_flag(rebase->app, "dry-run") || ray_rewrite_publish(&rebase->rewrite));
}

/* The file where it failed is one that nobody has seen yet under its new name. */
static void
place_error(struct rebase *rebase)
{
    struct ray_app *app = rebase->app;
    const char *name = app->project.err.file == NULL ? NULL : ray_path_name(app->project.err.file);

    for (size_t i = 0; name != NULL && i < rebase->what.items.len; i++) {
        const struct ray_rebase_item *item = &rebase->what.items.items[i];

        for (size_t f = 0; item->moves && f < item->files.len; f++) {
            if (strcmp(renamed(app->arena, item, item->files.items[f]), name) != 0)
                continue;
            app->project.err.file = ray_path_join(app->arena, rebase->what.folder,
                                                  item->files.items[f]);
            if (app->project.err.code != RAY_FAILED)
                return;
            if (app->project.err.hint != NULL)
                (void)ray_err_detail(&app->project.err, "%s", app->project.err.hint);
            (void)ray_err_hint(&app->project.err,
                               "It was written without the ones that now stand before it (the last "
                               "is \"%s\"). Leave in it what is still to be done, or delete it and "
                               "generate it anew; then run this again.",
                               item->to.parent);
            return;
        }
    }
}

/* ---------------------------------------------------------------- the command */

static void
tell_json(const struct rebase *rebase)
{
    struct ray_app *app = rebase->app;
    json_t *result = json_object();
    json_t *renames = json_array();
    json_t *snapshots = json_array();

    for (size_t i = 0; i < rebase->what.items.len; i++) {
        const struct ray_rebase_item *item = &rebase->what.items.items[i];
        json_t *row;

        if (!is_renamed(item))
            continue;
        row = json_object();
        ray_json_set_text(row, "from", item->entry.tag);
        ray_json_set_text(row, "to", item->to.tag);
        json_array_append_new(renames, row);
    }
    for (size_t i = 0; i < rebase->snapshots.len; i++)
        json_array_append_new(snapshots, json_string(ray_path_join(app->arena, rebase->what.folder,
                                                                   rebase->snapshots.items[i])));
    ray_json_set_bool(result, "ok", true);
    ray_json_set_bool(result, "dry_run", ray_app_flag(app, "dry-run"));
    ray_json_set_text(result, "base", rebase->base);
    json_object_set_new(result, "renames", renames);
    json_object_set_new(result, "snapshots", snapshots);
    ray_json_set_bool(result, "journal", rebase->what.settles);
    ray_app_print_json(app, result);
}

static void
tell(const struct rebase *rebase)
{
    struct ray_app *app = rebase->app;
    const char *unwritten = ray_app_flag(app, "dry-run") ? "; nothing was written" : "";
    const char *base = rebase->base == NULL ? ""
                                            : ray_arena_printf(app->arena, " of %s", rebase->base);

    if (ray_term_options(app->term)->json) {
        tell_json(rebase);
        return;
    }
    for (size_t i = 0; i < rebase->what.items.len; i++) {
        const struct ray_rebase_item *item = &rebase->what.items.items[i];

        if (is_renamed(item))
            ray_term_out(app->term, "%s -> %s\n", item->entry.tag, item->to.tag);
    }
    if (!rebase->what.settles && rebase->snapshots.len == 0)
        ray_term_say(app->term, "nothing to rebase");
    else if (rebase->moves == 0)
        ray_term_say(app->term, "no migration moves; %s%s",
                     rebase->what.settles ? "the journal is put in order"
                                          : "snapshots are made anew",
                     unwritten);
    else
        ray_term_say(app->term, "%zu migration%s behind those%s, proved%s", rebase->moves,
                     rebase->moves == 1 ? "" : "s", base, unwritten);
}

static bool
run(struct rebase *rebase)
{
    struct ray_app *app = rebase->app;
    const char *folder;

    if (!ray_project_configure(&app->project))
        return false;
    folder = ray_path_join(app->arena, app->project.config.root, app->project.config.out);
    return ray_rebase_read(app->arena, folder, &rebase->what, &app->project.err) &&
           name_items(rebase) && plan(rebase) && build(rebase);
}

static enum ray_code
rebase(struct ray_app *app)
{
    struct rebase work = {.app = app};
    bool ok = run(&work);

    ray_rewrite_end(&work.rewrite);
    if (!ok) {
        place_error(&work);
        return ray_app_fail(app);
    }
    tell(&work);
    return RAY_OK;
}

const struct ray_command ray_cmd_rebase = {
    .name = "rebase",
    .arguments = "[TAG...]",
    .max_args = -1,
    .summary = "give migrations numbers behind those of another branch",
    .description =
        "After a merge two migrations may have one number, the journal a conflict or the entries\n"
        "of one side alone, and snapshots know nothing of the other side. The local ones, which\n"
        "others do not have yet, go behind all others and get the next numbers, with their way\n"
        "back and their place in the journal. Nothing in the files is changed. Snapshots are made\n"
        "anew by a replay in a shadow, where each local one is proved, up, back and up again; only\n"
        "then is the folder replaced, as a whole.\n"
        "\n"
        "Local are those that --base has not: git's origin/HEAD, origin/main, origin/master,\n"
        "main, master, or the last commits, the first that has not all of them. Without git they\n"
        "are those that the database has not had. TAG says it outright. What the database has\n"
        "had stays. Where nothing tells which of two of one number was first, it asks, or refuses\n"
        "with both commands.",
    .examples =
        "raymig rebase                   after a merge, also while the journal has a conflict\n"
        "raymig rebase --dry-run         prove and show it, write nothing\n"
        "raymig rebase --base develop    what develop has not is local\n"
        "raymig rebase 0007_add_tags     this one goes behind all others",
    .options = options,
    .run = rebase,
};
