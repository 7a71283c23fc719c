/*
 * `raymig drift`: the database against what the migrations make that its history says are applied. What they make
 * is replayed in a shadow; --snapshot trusts the newest snapshot instead. Nothing is ever changed here: what is
 * printed at the end are commands that show the statements of either repair.
 */
#include "cmd/changes.h"
#include "cmd/options.h"
#include "cmd/unified.h"
#include "project/session.h"
#include "project/source.h"
#include "project/stands.h"

#include "catalog/snapshot.h"
#include "diff/compare.h"

#include <string.h>

static const struct ray_option options[] = {
    {"snapshot", '\0', NULL, "compare with the last migration's snapshot; no shadow is needed",
     false},
    {"summary", '\0', NULL, "one object a line, and what of it differs", false},
    {"exit-code", '\0', NULL, "exit 3 where there is a difference", false},
    RAY_SOURCE_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

struct drift {
    struct ray_app *app;
    struct ray_stands_applied applied;
    const char *basis; /* what the database was compared with */
    struct ray_catalog *wanted;
    struct ray_catalog *found;
    ray_changes changes;
};

static bool
load_snapshot(struct drift *drift, const struct ray_folder *folder)
{
    struct ray_app *app = drift->app;
    const struct ray_migration *last = drift->applied.last;

    drift->basis = last == NULL ? NULL : ray_folder_snapshot(app->arena, folder, last, false);
    if (drift->basis == NULL) {
        (void)ray_err_set(&app->project.err, RAY_USAGE, "%s%s%s has no snapshot",
                          last == NULL ? "a database without migrations" : "\"",
                          last == NULL ? "" : last->tag, last == NULL ? "" : "\"");
        return ray_err_hint(&app->project.err,
                            "Leave out --snapshot: the migrations are replayed in a shadow.");
    }
    return ray_snapshot_read(app->arena, drift->basis, &drift->wanted, &app->project.err);
}

static bool
load_wanted(struct drift *drift, const struct ray_folder *folder)
{
    struct ray_app *app = drift->app;

    if (ray_app_flag(app, "snapshot"))
        return load_snapshot(drift, folder);
    drift->basis = ray_arena_printf(app->arena, "%zu applied migration%s, replayed in a shadow",
                                    drift->applied.folder.migrations.len,
                                    drift->applied.folder.migrations.len == 1 ? "" : "s");
    return ray_source_replay(&app->project, &drift->applied.folder, NULL, &drift->wanted);
}

static bool
look(struct drift *drift, struct ray_session *session)
{
    struct ray_app *app = drift->app;

    if (!ray_session_open(session, RAY_SESSION_LOOK) ||
        !ray_stands_find_applied(app->arena, ray_runner_state(session->runner), NULL,
                                 &drift->applied, &app->project.err))
        return false;
    for (size_t i = 0; i < drift->applied.edited.len; i++)
        ray_term_warn(app->term, "%s was edited since it was applied; it is replayed as it is now",
                      drift->applied.edited.items[i]);
    if (!ray_source_load(&app->project, "db", &drift->found) ||
        !load_wanted(drift, &session->folder) || !ray_source_is_whole(&app->project, drift->found))
        return false;
    ray_catalog_compare(app->arena, drift->wanted, drift->found, &drift->changes);
    return true;
}

/* ---------------------------------------------------------------- showing */

static const char *
source_name(const struct drift *drift)
{
    const struct ray_migration *last = drift->applied.last;

    return last == NULL ? "empty" : ray_arena_printf(drift->app->arena, "migrations@%s", last->tag);
}

/* Who made what is there, where that is not who looks: then owners differ, and nobody meant it. */
static void
warn_of_role(const struct drift *drift)
{
    const char *by = drift->applied.by;

    for (size_t i = 0; i < drift->changes.len; i++) {
        const struct ray_change *change = &drift->changes.items[i];

        if (change->differs == NULL || !change->differs[RAY_OWNER] || by == NULL ||
            change->to->values[RAY_OWNER] == NULL || strcmp(change->to->values[RAY_OWNER], by) != 0)
            continue;
        ray_term_warn(drift->app->term,
                      "the migrations were applied by %s, and this is %s: connect as %s, so that "
                      "what it owns is no difference",
                      by, drift->found->role, by);
        return;
    }
}

/* The SQL of either repair. */
static const char *
repair(const struct drift *drift, bool of_database)
{
    const char *source = source_name(drift);

    return of_database
               ? ray_arena_printf(drift->app->arena, "raymig diff --from db --to %s --sql", source)
               : ray_arena_printf(drift->app->arena, "raymig diff --from %s --to db --sql", source);
}

/* Without migrations there is nothing that the database could be brought back to. */
static void
advise(const struct drift *drift)
{
    struct ray_term *term = drift->app->term;

    if (drift->applied.last == NULL) {
        ray_term_say(term, "no migration is applied: raymig up applies them, raymig baseline TAG "
                           "marks those that the database has");
        return;
    }
    ray_term_say(term,
                 "to keep what the database has, write it down as a migration:\n"
                 "  raymig pull && raymig generate    where the schema is kept in Lua\n"
                 "  %s    the SQL for raymig new",
                 repair(drift, false));
    ray_term_say(term,
                 "to bring the database back, look at this before you run it (what it drops is "
                 "gone):\n  %s",
                 repair(drift, true));
}

static bool
print(const struct drift *drift)
{
    struct ray_app *app = drift->app;

    if (ray_app_flag(app, "summary"))
        ray_changes_print(app, &drift->changes);
    else if (!ray_unified_print(app, drift->wanted, drift->found, &drift->changes))
        return false;
    ray_term_say(app->term, "%zu difference%s: +, the database alone has it; -, it lacks it",
                 drift->changes.len, drift->changes.len == 1 ? "" : "s");
    ray_term_say(app->term, "compared with %s", drift->basis);
    warn_of_role(drift);
    advise(drift);
    return true;
}

static void
print_json(const struct drift *drift)
{
    struct ray_app *app = drift->app;
    bool repairs = drift->changes.len > 0 && drift->applied.last != NULL;
    json_t *result = json_object();

    ray_json_set_bool(result, "ok", true);
    ray_json_set_bool(result, "drift", drift->changes.len > 0);
    ray_json_set_text(result, "compared_with", source_name(drift));
    ray_json_set_text(result, "basis", drift->basis);
    json_object_set_new(result, "changes", ray_changes_json(app->arena, &drift->changes));
    ray_json_set_text(result, "to_keep", repairs ? repair(drift, false) : NULL);
    ray_json_set_text(result, "to_bring_back", repairs ? repair(drift, true) : NULL);
    ray_app_print_json(app, result);
}

static enum ray_code
drift(struct ray_app *app)
{
    struct ray_session_options how;
    struct ray_session session;
    struct drift found = {.app = app};
    bool ok;

    ray_session_options_init(&how);
    ray_session_init(&session, &app->project, &how);
    ok = look(&found, &session);

    ray_session_close(&session);
    if (!ok)
        return ray_app_fail(app);
    if (ray_term_options(app->term)->json)
        print_json(&found);
    else if (found.changes.len == 0)
        ray_term_say(app->term, "no drift: the database is what its migrations make (%s)",
                     found.basis);
    else if (!print(&found))
        return ray_app_fail(app);
    return found.changes.len > 0 && ray_app_flag(app, "exit-code") ? RAY_DIFFERENT : RAY_OK;
}

const struct ray_command ray_cmd_drift = {
    .name = "drift",
    .arguments = "",
    .summary = "compare the database with what its applied migrations make",
    .description =
        "Replays, in a shadow, the migrations that the database's history says are applied, and\n"
        "compares: whatever somebody did by hand is shown, as raymig diff shows it, with the\n"
        "commands that would repair either side. Nothing is changed, and nothing ever erased;\n"
        "raymig's own tables are no difference.\n"
        "\n"
        "With --snapshot the last applied migration's snapshot is taken for what they make.\n"
        "That needs no shadow, and is right where nobody edited a migration after generate\n"
        "wrote it (raymig check --deep tells).",
    .examples = "raymig drift                the database against its migrations\n"
                "raymig drift --exit-code    for a cron job: 3 when they differ",
    .options = options,
    .run = drift,
};
