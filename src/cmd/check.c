/* `raymig check`: do folder, journal, snapshots, schema and history agree? Every problem is listed, not the first alone. */
#include "cmd/check.h"
#include "cmd/options.h"
#include "project/session.h"
#include "project/source.h"

#include <string.h>

static const struct ray_option options[] = {
    {"offline", '\0', NULL, "the files only; no database", false},
    {"deep", '\0', NULL, "also replay the migrations in a shadow: snapshot and schema must agree",
     false},
    RAY_SOURCE_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

static void
print_indented(struct ray_app *app, const char *text)
{
    for (const char *line = text; line != NULL;) {
        const char *end = strchr(line, '\n');
        int length = end == NULL ? (int)strlen(line) : (int)(end - line);

        ray_term_out(app->term, "         %.*s\n", length, line);
        line = end == NULL ? NULL : end + 1;
    }
}

void
ray_findings_add(struct ray_findings *findings, const struct ray_err *err)
{
    struct ray_app *app = findings->app;

    findings->count++;
    json_array_append_new(findings->problems, ray_json_err(err));
    if (ray_term_options(app->term)->json)
        return;
    ray_term_out(app->term, "%s  %s%s%s\n", ray_term_styled(app->term, false, RAY_BAD, "problem"),
                 err->file == NULL ? ""
                 : err->line == 0  ? err->file
                                   : ray_arena_printf(app->arena, "%s:%d", err->file, err->line),
                 err->file == NULL ? "" : ": ", err->message);
    print_indented(app, err->detail);
    print_indented(app, err->hint);
}

static void
check_history(struct ray_findings *findings, const struct ray_state *state)
{
    struct ray_state one = *state;

    for (size_t i = 0; i < state->stands.len; i++) {
        struct ray_err err;

        ray_err_init(&err, findings->app->arena);
        one.stands.items = &state->stands.items[i];
        one.stands.len = 1;
        if (!ray_state_check(&one, NULL, 0, &err))
            ray_findings_add(findings, &err);
        if (state->stands.items[i].standing == RAY_PARTIAL) {
            (void)ray_err_set(&err, RAY_INTEGRITY, "migration \"%s\" stopped half-way",
                              ray_stand_name(findings->app->arena, &state->stands.items[i]));
            (void)ray_err_hint(&err, "raymig up finishes it.");
            ray_findings_add(findings, &err);
        }
    }
}

static bool
run_check(struct ray_findings *findings, struct ray_session *session)
{
    struct ray_app *app = findings->app;
    bool offline = ray_app_flag(app, "offline");

    if (offline ? !ray_project_folder(&app->project, false, &session->folder)
                : !ray_session_open(session, RAY_SESSION_RUN))
        return false;
    if (!ray_check_files(findings, &session->folder))
        return false;
    if (!offline) {
        check_history(findings, ray_runner_state(session->runner));
        app->project.server_major = ray_conn_server_version(ray_runner_conn(session->runner)) /
                                    10000;
    }
    return !ray_app_flag(app, "deep") || ray_check_deep(findings, &session->folder);
}

static enum ray_code
finish(struct ray_findings *findings, const struct ray_session *session)
{
    static const char *const looked_at[2][2] = {{"folder, journal and history",
                                                 "folder and journal"},
                                                {"folder, journal, snapshot, schema and history",
                                                 "folder, journal, snapshot and schema"}};
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
                     looked_at[ray_app_flag(app, "deep")][ray_app_flag(app, "offline")]);
    }
    return findings->count == 0 ? RAY_OK : RAY_INTEGRITY;
}

static enum ray_code
check(struct ray_app *app)
{
    struct ray_session_options how;
    struct ray_session session;
    struct ray_findings findings = {.app = app, .problems = json_array()};
    enum ray_code code;

    ray_session_options_init(&how);
    ray_session_init(&session, &app->project, &how);
    code = run_check(&findings, &session) ? finish(&findings, &session) : ray_app_fail(app);

    ray_session_close(&session);
    json_decref(findings.problems);
    return code;
}

const struct ray_command ray_cmd_check = {
    .name = "check",
    .arguments = "",
    .summary = "check that folder, journal, snapshots and history agree",
    .description =
        "Lists every defect of the folder and its journal, branches (migrations that were\n"
        "written behind the same one, and merged), snapshots without a migration, Lua scripts\n"
        "that cannot be loaded or have an operation without a way back, and every\n"
        "migration that was edited, is missing, stands out of order or stopped half-way.\n"
        "Exits 6 when there is one.\n"
        "\n"
        "--deep also replays the migrations in a shadow, which takes as long as they run: the\n"
        "last snapshot must be what they make, and so must the schema in Lua.",
    .examples = "raymig check                     before a deployment\n"
                "raymig check --offline --deep    in a pull request, without a database",
    .options = options,
    .run = check,
};
