/* A run's events, gathered for the result's document: see session.h. */
#include "project/session.h"

#include "base/clock.h"

#include <string.h>

bool
ray_notice_is_idle(const struct ray_notice *notice)
{
    return notice != NULL && notice->sqlstate != NULL && strncmp(notice->sqlstate, "42P", 3) == 0 &&
           (notice->severity == NULL || strcmp(notice->severity, "WARNING") != 0);
}

static void
on_begin(struct ray_session *session, const struct ray_event *event)
{
    session->current = json_object();
    ray_json_set_text(session->current, "tag", event->tag);
    ray_json_set_text(session->current, "direction", event->direction == RAY_UP ? "up" : "down");
    ray_json_set_text(session->current, "result", "failed"); /* until it is done */
    json_array_append_new(session->migrations, session->current);
}

static void
on_done(struct ray_session *session, const struct ray_event *event)
{
    if (session->current == NULL)
        return;
    ray_json_set_text(session->current, "result",
                      event->direction == RAY_UP ? "applied" : "reverted");
    ray_json_set_int(session->current, "duration_ms", event->us / 1000);
    session->current = NULL;
}

static void
on_notice(struct ray_session *session, const struct ray_event *event)
{
    const struct ray_notice *notice = event->notice;
    const char *severity = notice == NULL || notice->severity == NULL ? "NOTICE" : notice->severity;
    json_t *said;

    if (session->current == NULL || (!session->options.verbose && ray_notice_is_idle(notice)))
        return;
    said = json_object_get(session->current, "notices");
    if (said == NULL) {
        said = json_array();
        json_object_set_new(session->current, "notices", said);
    }
    json_array_append_new(said, json_sprintf("%s: %s", severity, event->text));
}

void
ray_session_event(void *arg, const struct ray_event *event)
{
    struct ray_session *session = arg;

    if (event->kind == RAY_EVENT_BEGIN)
        on_begin(session, event);
    else if (event->kind == RAY_EVENT_DONE)
        on_done(session, event);
    else if (event->kind == RAY_EVENT_NOTICE)
        on_notice(session, event);
    else if (event->kind == RAY_EVENT_WARNING)
        json_array_append_new(session->warnings, json_string(event->text));
    ray_session_hooks_event(session, event);
    if (session->options.on_event != NULL)
        session->options.on_event(session->options.event_arg, event);
}

json_t *
ray_session_json(struct ray_session *session, bool ok)
{
    struct ray_project *project = session->project;
    int64_t us = session->started_us == 0 ? 0 : ray_clock_us() - session->started_us;
    json_t *result = json_object();

    ray_json_set_bool(result, "ok", ok);
    ray_json_set_text(result, "command", project->options.command);
    ray_json_set_bool(result, "dry_run", session->options.dry_run);
    ray_json_set_int(result, "applied", (int64_t)session->applied);
    ray_json_set_int(result, "reverted", (int64_t)session->reverted);
    ray_json_scrub(project->arena, session->migrations); /* a notice may hold a password */
    ray_json_scrub(project->arena, session->warnings);
    json_object_set(result, "migrations", session->migrations);
    json_object_set(result, "warnings", session->warnings);
    ray_json_set_int(result, "duration_ms", us / 1000);
    if (!ok)
        json_object_set_new(result, "error", ray_json_err(&project->err));
    return result;
}
