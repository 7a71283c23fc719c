/* The check: see check.h. */
#include "project/check.h"

#include "project/session.h"

void
ray_findings_add(struct ray_findings *findings, const struct ray_err *err)
{
    *ray_vec_add(findings->project->arena, &findings->items) = *err;
    if (findings->options->on_finding != NULL)
        findings->options->on_finding(findings->options->arg, err);
}

static void
check_history(struct ray_findings *findings, const struct ray_state *state)
{
    struct ray_state one = *state;

    for (size_t i = 0; i < state->stands.len; i++) {
        struct ray_err err;

        ray_err_init(&err, findings->project->arena);
        one.stands.items = &state->stands.items[i];
        one.stands.len = 1;
        if (!ray_state_check(&one, NULL, 0, &err))
            ray_findings_add(findings, &err);
        if (state->stands.items[i].standing == RAY_PARTIAL) {
            (void)ray_err_set(&err, RAY_INTEGRITY, "migration \"%s\" stopped half-way",
                              ray_stand_name(findings->project->arena, &state->stands.items[i]));
            (void)ray_err_hint(&err, "raymig up finishes it.");
            ray_findings_add(findings, &err);
        }
    }
}

static bool
look(struct ray_findings *findings, struct ray_session *session)
{
    struct ray_project *project = findings->project;
    bool offline = findings->options->offline;

    if (offline ? !ray_project_folder(project, false, &session->folder)
                : !ray_session_open(session, RAY_SESSION_RUN))
        return false;
    findings->migrations = session->folder.migrations.len;
    if (!ray_check_files(findings, &session->folder))
        return false;
    if (!offline) {
        check_history(findings, ray_runner_state(session->runner));
        project->server_major = ray_conn_server_version(ray_runner_conn(session->runner)) / 10000;
    }
    return !findings->options->deep || ray_check_deep(findings, &session->folder);
}

bool
ray_check(struct ray_project *project, const struct ray_check_options *options,
          struct ray_findings *out)
{
    struct ray_session_options how;
    struct ray_session session;
    bool ok;

    *out = (struct ray_findings){.project = project, .options = options};
    ray_session_options_init(&how);
    ray_session_init(&session, project, &how);
    ok = look(out, &session);
    ray_session_close(&session);
    return ok;
}

json_t *
ray_check_json(const struct ray_findings *findings)
{
    json_t *result = json_object();
    json_t *problems = json_array();

    for (size_t i = 0; i < findings->items.len; i++)
        json_array_append_new(problems, ray_json_err(&findings->items.items[i]));
    ray_json_set_bool(result, "ok", findings->items.len == 0);
    ray_json_set_int(result, "migrations", (int64_t)findings->migrations);
    json_object_set_new(result, "problems", problems);
    return result;
}
