/* `raymig check`: do folder, journal and history agree? Every problem is listed, not the first alone. */
#include "cmd/session.h"

#include <string.h>

static const struct ray_option options[] = {
    {"offline", '\0', NULL, "the folder and its journal only; no database", false},
    {NULL, '\0', NULL, NULL, false},
};

struct findings {
    struct ray_app *app;
    json_t *problems;
    size_t count;
};

static void
add_problem(struct findings *findings, const struct ray_err *err)
{
    struct ray_app *app = findings->app;

    findings->count++;
    json_array_append_new(findings->problems, ray_json_err(err));
    if (ray_term_options(app->term)->json)
        return;
    ray_term_out(app->term, "%s  %s\n", ray_term_styled(app->term, false, RAY_BAD, "problem"),
                 err->message);
    if (err->hint != NULL)
        ray_term_out(app->term, "         %s\n", err->hint);
}

/* The journal's own hashes against the files: a pending file may be edited, but it is said. */
static bool
check_journal(struct findings *findings, const struct ray_folder *folder, struct ray_err *err)
{
    for (size_t i = 0; i < folder->migrations.len; i++) {
        const struct ray_migration *migration = &folder->migrations.items[i];
        const char *hash;

        if (!ray_migration_hash(findings->app->arena, migration, &hash, err))
            return false;
        if (migration->journal_hash != NULL && strcmp(hash, migration->journal_hash) != 0)
            ray_term_say(findings->app->term,
                         "note: %s differs from the file that the journal knew",
                         migration->up.source.path);
    }
    return true;
}

static void
check_history(struct findings *findings, const struct ray_state *state)
{
    struct ray_state one = *state;

    for (size_t i = 0; i < state->stands.len; i++) {
        struct ray_err err;

        ray_err_init(&err, findings->app->arena);
        one.stands.items = &state->stands.items[i];
        one.stands.len = 1;
        if (!ray_state_check(&one, NULL, 0, &err))
            add_problem(findings, &err);
        if (state->stands.items[i].standing == RAY_PARTIAL) {
            (void)ray_err_set(&err, RAY_INTEGRITY, "migration \"%s\" stopped half-way",
                              ray_stand_name(findings->app->arena, &state->stands.items[i]));
            (void)ray_err_hint(&err, "raymig up finishes it.");
            add_problem(findings, &err);
        }
    }
}

static bool
run_check(struct findings *findings, struct ray_session *session)
{
    struct ray_app *app = findings->app;

    if (ray_app_flag(app, "offline")) {
        session->app = app;
        return ray_app_folder(app, false, &session->folder) &&
               check_journal(findings, &session->folder, &app->err);
    }
    if (!ray_session_open(app, RAY_SESSION_RUN, session) ||
        !check_journal(findings, &session->folder, &app->err))
        return false;
    check_history(findings, ray_runner_state(session->runner));
    return true;
}

static enum ray_code
finish(struct findings *findings, const struct ray_session *session)
{
    struct ray_app *app = findings->app;
    json_t *result;

    if (ray_term_options(app->term)->json) {
        result = json_object();
        ray_json_set_bool(result, "ok", findings->count == 0);
        ray_json_set_int(result, "migrations", (int64_t)session->folder.migrations.len);
        json_object_set(result, "problems", findings->problems);
        ray_app_print_json(app, result);
    } else if (findings->count == 0) {
        ray_term_say(app->term, "%zu migrations; %s agree", session->folder.migrations.len,
                     ray_app_flag(app, "offline") ? "folder and journal"
                                                  : "folder, journal and history");
    }
    return findings->count == 0 ? RAY_OK : RAY_INTEGRITY;
}

static enum ray_code
check(struct ray_app *app)
{
    struct ray_session session = {.app = app};
    struct findings findings = {.app = app, .problems = json_array()};
    enum ray_code code = run_check(&findings, &session) ? finish(&findings, &session)
                                                        : ray_app_fail(app);

    ray_session_close(&session);
    json_decref(findings.problems);
    return code;
}

const struct ray_command ray_cmd_check = {
    .name = "check",
    .arguments = "",
    .summary = "check that folder, journal and history agree",
    .description =
        "Lists every defect of the folder and its journal, and every migration that was\n"
        "edited, is missing, stands out of order or stopped half-way. Exits 6 when there is\n"
        "one.",
    .examples = "raymig check              before a deployment\n"
                "raymig check --offline    in a pull request, without a database",
    .options = options,
    .run = check,
};
