/*
 * A run's events as lines for a person, or gathered as JSON. Lines about what was done are the result and
 * go to standard output when it is done, never before; notices and waits are talk.
 */
#include "cmd/session.h"

#include "base/clock.h"

#include <string.h>

static const char *
done_word(const struct ray_event *event)
{
    if (event->dry_run)
        return event->direction == RAY_UP ? "would apply" : "would take back";
    return event->direction == RAY_UP ? "applied" : "took back";
}

static void
on_done(struct ray_session *session, const struct ray_event *event)
{
    struct ray_term *term = session->app->term;
    const char *word = ray_arena_printf(session->app->arena, "%-9s", done_word(event));

    ray_term_live(term, "%s", "");
    if (session->current != NULL) {
        ray_json_set_text(session->current, "result",
                          event->direction == RAY_UP ? "applied" : "reverted");
        ray_json_set_int(session->current, "duration_ms", event->us / 1000);
        session->current = NULL;
    }
    if (ray_term_options(term)->json || ray_term_options(term)->quiet)
        return;
    ray_term_out(term, "%s  %s  %s\n", ray_term_styled(term, false, RAY_GOOD, word), event->tag,
                 ray_term_styled(term, false, RAY_DIM, ray_term_duration(term, event->us / 1000)));
}

static void
on_begin(struct ray_session *session, const struct ray_event *event)
{
    session->current = json_object();
    ray_json_set_text(session->current, "tag", event->tag);
    ray_json_set_text(session->current, "direction", event->direction == RAY_UP ? "up" : "down");
    ray_json_set_text(session->current, "result", "failed"); /* until it is done */
    json_array_append_new(session->migrations, session->current);
    ray_term_live(session->app->term, "%zu/%zu  %s", event->number, event->total, event->tag);
}

static void
on_statement(struct ray_session *session, const struct ray_event *event)
{
    struct ray_term *term = session->app->term;

    if (event->kind == RAY_EVENT_STATEMENT) {
        ray_term_live(term, "%zu/%zu  %s  statement %d: %s", event->number, event->total,
                      event->tag, event->statement, event->text);
        return;
    }
    if (!session->verbose)
        return;
    ray_term_say(term, "  %4d  %s  %s", event->statement,
                 ray_term_styled(term, true, RAY_DIM, ray_term_duration(term, event->us / 1000)),
                 event->text);
}

static void
on_notice(struct ray_session *session, const struct ray_event *event)
{
    const struct ray_notice *notice = event->notice;
    const char *severity = notice == NULL || notice->severity == NULL ? "NOTICE" : notice->severity;
    bool loud = strcmp(severity, "WARNING") == 0;
    struct ray_term *term = session->app->term;
    json_t *said;

    /* CREATE TABLE IF NOT EXISTS and its like say that they had nothing to do: with -v. */
    if (notice != NULL && !loud && !session->verbose && notice->sqlstate != NULL &&
        strncmp(notice->sqlstate, "42P", 3) == 0)
        return;
    ray_term_say(term, "  %s  %s: %s",
                 ray_term_styled(term, true, loud ? RAY_WARN : RAY_DIM, severity), event->tag,
                 event->text);
    if (session->current == NULL)
        return;
    said = json_object_get(session->current, "notices");
    if (said == NULL) {
        said = json_array();
        json_object_set_new(session->current, "notices", said);
    }
    json_array_append_new(said, json_sprintf("%s: %s", severity, event->text));
}

static void
on_progress(struct ray_session *session, const struct ray_event *event)
{
    if (event->of > 0)
        ray_term_live(session->app->term, "%s  %s: %lld of %lld (%d %%)", event->tag, event->text,
                      (long long)event->done, (long long)event->of,
                      (int)(event->done * 100 / event->of));
    else
        ray_term_live(session->app->term, "%s  %s: %lld", event->tag, event->text,
                      (long long)event->done);
}

static void
on_lock_wait(struct ray_session *session, const struct ray_event *event)
{
    const struct ray_lock_holder *holder = event->holder;

    if (holder->pid == 0)
        return;
    if (!session->waiting)
        ray_term_say(session->app->term,
                     "waiting for another runner: pid %ld, user %s, %s, since %s", holder->pid,
                     holder->user != NULL ? holder->user : "?",
                     holder->application != NULL ? holder->application : "?",
                     holder->since != NULL ? holder->since : "?");
    else
        ray_term_live(session->app->term, "waiting for the lock of pid %ld  %s", holder->pid,
                      ray_term_duration(session->app->term, event->us / 1000));
    session->waiting = true;
}

static void
on_retry(struct ray_session *session, const struct ray_event *event)
{
    struct ray_term *term = session->app->term;

    ray_term_say(term, "  %s: %s; trying again in %s (attempt %zu)", event->tag, event->text,
                 ray_term_duration(term, event->us / 1000), event->number);
}

static void
on_backup(struct ray_session *session, const struct ray_event *event)
{
    struct ray_term *term = session->app->term;

    ray_term_say(term, "backup written to %s (%s)", event->text,
                 ray_term_duration(term, event->us / 1000));
}

static void
on_warning(struct ray_session *session, const struct ray_event *event)
{
    json_array_append_new(session->warnings, json_string(event->text));
    ray_term_warn(session->app->term, "%s: %s", event->tag, event->text);
}

void
ray_session_event(void *arg, const struct ray_event *event)
{
    static void (*const handlers[])(struct ray_session *, const struct ray_event *) = {
        [RAY_EVENT_LOCK_WAIT] = on_lock_wait, [RAY_EVENT_BEGIN] = on_begin,
        [RAY_EVENT_STATEMENT] = on_statement, [RAY_EVENT_STATEMENT_DONE] = on_statement,
        [RAY_EVENT_NOTICE] = on_notice,       [RAY_EVENT_PROGRESS] = on_progress,
        [RAY_EVENT_WARNING] = on_warning,     [RAY_EVENT_RETRY] = on_retry,
        [RAY_EVENT_DONE] = on_done,           [RAY_EVENT_FAILED] = NULL,
        [RAY_EVENT_BACKUP] = on_backup,
    };

    if (handlers[event->kind] != NULL)
        handlers[event->kind](arg, event);
}

static const char *
plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void
print_summary(struct ray_session *session)
{
    struct ray_term *term = session->app->term;
    const char *took = ray_term_duration(term, (ray_clock_us() - session->started_us) / 1000);
    bool dry_run = ray_app_flag(session->app, "dry-run");

    if (session->summary != NULL)
        ray_term_say(term, "%s", session->summary);
    else if (session->applied == 0 && session->reverted == 0)
        ray_term_say(term, "nothing to do");
    else if (dry_run)
        ray_term_say(term, "dry run: %zu migration%s ran and rolled back (%s)",
                     session->applied + session->reverted,
                     plural(session->applied + session->reverted), took);
    else if (session->applied == 0)
        ray_term_say(term, "%zu migration%s taken back in %s", session->reverted,
                     plural(session->reverted), took);
    else if (session->reverted == 0)
        ray_term_say(term, "%zu migration%s applied in %s", session->applied,
                     plural(session->applied), took);
    else
        ray_term_say(term, "%zu taken back and %zu applied in %s", session->reverted,
                     session->applied, took);
}

static void
print_json(struct ray_session *session, bool ok)
{
    json_t *result = json_object();

    ray_json_set_bool(result, "ok", ok);
    ray_json_set_text(result, "command", session->app->command->name);
    ray_json_set_bool(result, "dry_run", ray_app_flag(session->app, "dry-run"));
    ray_json_set_int(result, "applied", (int64_t)session->applied);
    ray_json_set_int(result, "reverted", (int64_t)session->reverted);
    ray_json_scrub(session->app->arena, session->migrations); /* a notice may hold a password */
    ray_json_scrub(session->app->arena, session->warnings);
    json_object_set(result, "migrations", session->migrations);
    json_object_set(result, "warnings", session->warnings);
    ray_json_set_int(result, "duration_ms",
                     session->started_us == 0 ? 0 : (ray_clock_us() - session->started_us) / 1000);
    if (!ok)
        json_object_set_new(result, "error", ray_json_err(&session->app->err));
    ray_app_print_json(session->app, result);
}

enum ray_code
ray_session_end(struct ray_session *session, bool ok)
{
    struct ray_app *app = session->app;
    enum ray_code code = ok ? RAY_OK : app->err.code;

    ray_term_live(app->term, "%s", "");
    if (ray_term_options(app->term)->json)
        print_json(session, ok);
    else if (ok)
        print_summary(session);
    else
        code = ray_app_fail(app);
    ray_session_close(session);
    return code;
}
