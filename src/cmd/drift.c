/*
 * `raymig drift`: the database against what the migrations make that its history says are applied. What they make
 * is replayed in a shadow; --snapshot trusts the newest snapshot instead. Nothing is ever changed here: what is
 * printed at the end are commands that show the statements of either repair.
 */
#include "project/drift.h"
#include "cmd/changes.h"
#include "cmd/options.h"
#include "cmd/unified.h"

#include <string.h>

static const struct ray_option options[] = {
    {"snapshot", '\0', NULL, "compare with the last migration's snapshot; no shadow is needed",
     false},
    {"summary", '\0', NULL, "one object a line, and what of it differs", false},
    {"exit-code", '\0', NULL, "exit 3 where there is a difference", false},
    RAY_SOURCE_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

/* Who made what is there, where that is not who looks: then owners differ, and nobody meant it. */
static void
warn_of_role(struct ray_app *app, const struct ray_drift *drift)
{
    const char *by = drift->applied.by;

    for (size_t i = 0; i < drift->changes.len; i++) {
        const struct ray_change *change = &drift->changes.items[i];

        if (change->differs == NULL || !change->differs[RAY_OWNER] || by == NULL ||
            change->to->values[RAY_OWNER] == NULL || strcmp(change->to->values[RAY_OWNER], by) != 0)
            continue;
        ray_term_warn(app->term,
                      "the migrations were applied by %s, and this is %s: connect as %s, so that "
                      "what it owns is no difference",
                      by, drift->found->role, by);
        return;
    }
}

/* Without migrations there is nothing that the database could be brought back to. */
static void
advise(struct ray_app *app, const struct ray_drift *drift)
{
    struct ray_term *term = app->term;

    if (drift->applied.last == NULL) {
        ray_term_say(term, "no migration is applied: raymig up applies them, raymig baseline TAG "
                           "marks those that the database has");
        return;
    }
    ray_term_say(term,
                 "to keep what the database has, write it down as a migration:\n"
                 "  raymig pull && raymig generate    where the schema is kept in Lua\n"
                 "  %s    the SQL for raymig new",
                 drift->to_keep);
    ray_term_say(term,
                 "to bring the database back, look at this before you run it (what it drops is "
                 "gone):\n  %s",
                 drift->to_bring_back);
}

static bool
print(struct ray_app *app, const struct ray_drift *drift)
{
    if (ray_app_flag(app, "summary"))
        ray_changes_print(app, &drift->changes);
    else if (!ray_unified_print(app, drift->wanted, drift->found, &drift->changes))
        return false;
    ray_term_say(app->term, "%zu difference%s: +, the database alone has it; -, it lacks it",
                 drift->changes.len, drift->changes.len == 1 ? "" : "s");
    ray_term_say(app->term, "compared with %s", drift->basis);
    warn_of_role(app, drift);
    advise(app, drift);
    return true;
}

static enum ray_code
drift(struct ray_app *app)
{
    struct ray_drift found;

    if (!ray_drift_find(&app->project, ray_app_flag(app, "snapshot"), &found))
        return ray_app_fail(app);
    if (ray_term_options(app->term)->json)
        ray_app_print_json(app, ray_drift_json(app->arena, &found));
    else if (found.changes.len == 0)
        ray_term_say(app->term, "no drift: the database is what its migrations make (%s)",
                     found.basis);
    else if (!print(app, &found))
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
