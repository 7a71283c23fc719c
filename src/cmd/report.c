/*
 * A run's events as lines for a person, or gathered as JSON. Lines about what was done are the result and
 * go to standard output when it is done, never before; notices and waits are talk.
 */
#include "cmd/report.h"

#include "base/clock.h"

#include <string.h>

/* ---------------------------------------------------------------- options */

static bool
read_lock_options(struct ray_app *app, struct ray_session_options *out)
{
    const char *retries = ray_app_option(app, "lock-retries");
    int64_t number;

    if (!ray_app_duration(app, "lock-wait", -1, &out->lock_wait_ms) ||
        !ray_app_duration(app, "lock-timeout", -1, &out->lock_timeout_ms))
        return false;
    if (retries != NULL) {
        if (!ray_app_number(app, retries, 0, &number))
            return false;
        out->lock_retries = number > 1000 ? 1000 : (int)number;
    }
    return true;
}

bool
ray_report_begin(struct ray_report *report, struct ray_app *app)
{
    struct ray_session_options options;

    ray_session_options_init(&options);
    memset(report, 0, sizeof(*report));
    report->app = app;
    options.allow = ray_app_options(app, "allow");
    options.backup = ray_app_option(app, "backup");
    options.single_transaction = ray_app_flag(app, "single-transaction");
    options.dry_run = ray_app_flag(app, "dry-run");
    options.stored = ray_app_flag(app, "stored");
    options.on_event = ray_report_event;
    options.event_arg = report;
    ray_session_init(&report->session, &app->project, &options);
    if (!ray_project_configure(&app->project) || !read_lock_options(app, &report->session.options))
        return false;
    report->session.options.verbose = ray_term_options(app->term)->verbose ||
                                      app->project.config.verbose;
    return true;
}

bool
ray_report_open(struct ray_report *report, struct ray_app *app, enum ray_session_mode mode)
{
    return ray_report_begin(report, app) && ray_session_open(&report->session, mode);
}

bool
ray_app_extent(struct ray_app *app, int64_t otherwise, struct ray_extent *out)
{
    out->to = ray_app_option(app, "to");
    out->count = out->to != NULL || ray_app_flag(app, "all") ? -1 : otherwise;
    if (app->nargs == 0)
        return true;
    if (out->to != NULL || ray_app_flag(app, "all")) {
        (void)ray_err_set(&app->project.err, RAY_USAGE,
                          "a number of migrations and --%s exclude each other",
                          out->to != NULL ? "to" : "all");
        return false;
    }
    return ray_app_number(app, app->args[0], 1, &out->count);
}

/* ---------------------------------------------------------------- events */

static const char *
done_word(const struct ray_event *event)
{
    if (event->dry_run)
        return event->direction == RAY_UP ? "would apply" : "would take back";
    return event->direction == RAY_UP ? "applied" : "took back";
}

static void
on_done(struct ray_report *report, const struct ray_event *event)
{
    struct ray_term *term = report->app->term;
    const char *word = ray_arena_printf(report->app->arena, "%-9s", done_word(event));

    ray_term_live(term, "%s", "");
    if (ray_term_options(term)->json || ray_term_options(term)->quiet)
        return;
    ray_term_out(term, "%s  %s  %s\n", ray_term_styled(term, false, RAY_GOOD, word), event->tag,
                 ray_term_styled(term, false, RAY_DIM, ray_term_duration(term, event->us / 1000)));
}

static void
on_begin(struct ray_report *report, const struct ray_event *event)
{
    ray_term_live(report->app->term, "%zu/%zu  %s", event->number, event->total, event->tag);
}

static void
on_statement(struct ray_report *report, const struct ray_event *event)
{
    struct ray_term *term = report->app->term;

    if (event->kind == RAY_EVENT_STATEMENT) {
        ray_term_live(term, "%zu/%zu  %s  statement %d: %s", event->number, event->total,
                      event->tag, event->statement, event->text);
        return;
    }
    if (!report->session.options.verbose)
        return;
    ray_term_say(term, "  %4d  %s  %s", event->statement,
                 ray_term_styled(term, true, RAY_DIM, ray_term_duration(term, event->us / 1000)),
                 event->text);
}

static void
on_notice(struct ray_report *report, const struct ray_event *event)
{
    const struct ray_notice *notice = event->notice;
    const char *severity = notice == NULL || notice->severity == NULL ? "NOTICE" : notice->severity;
    bool loud = strcmp(severity, "WARNING") == 0;
    struct ray_term *term = report->app->term;

    if (!report->session.options.verbose && ray_notice_is_idle(notice))
        return;
    ray_term_say(term, "  %s  %s: %s",
                 ray_term_styled(term, true, loud ? RAY_WARN : RAY_DIM, severity), event->tag,
                 event->text);
}

static void
on_progress(struct ray_report *report, const struct ray_event *event)
{
    if (event->of > 0)
        ray_term_live(report->app->term, "%s  %s: %lld of %lld (%d %%)", event->tag, event->text,
                      (long long)event->done, (long long)event->of,
                      (int)(event->done * 100 / event->of));
    else
        ray_term_live(report->app->term, "%s  %s: %lld", event->tag, event->text,
                      (long long)event->done);
}

static void
on_lock_wait(struct ray_report *report, const struct ray_event *event)
{
    const struct ray_lock_holder *holder = event->holder;

    if (holder->pid == 0)
        return;
    if (!report->waiting)
        ray_term_say(report->app->term,
                     "waiting for another runner: pid %ld, user %s, %s, since %s", holder->pid,
                     holder->user != NULL ? holder->user : "?",
                     holder->application != NULL ? holder->application : "?",
                     holder->since != NULL ? holder->since : "?");
    else
        ray_term_live(report->app->term, "waiting for the lock of pid %ld  %s", holder->pid,
                      ray_term_duration(report->app->term, event->us / 1000));
    report->waiting = true;
}

static void
on_retry(struct ray_report *report, const struct ray_event *event)
{
    struct ray_term *term = report->app->term;

    ray_term_say(term, "  %s: %s; trying again in %s (attempt %zu)", event->tag, event->text,
                 ray_term_duration(term, event->us / 1000), event->number);
}

static void
on_backup(struct ray_report *report, const struct ray_event *event)
{
    struct ray_term *term = report->app->term;

    ray_term_say(term, "backup written to %s (%s)", event->text,
                 ray_term_duration(term, event->us / 1000));
}

static void
on_warning(struct ray_report *report, const struct ray_event *event)
{
    ray_term_warn(report->app->term, "%s: %s", event->tag, event->text);
}

void
ray_report_event(void *arg, const struct ray_event *event)
{
    static void (*const handlers[])(struct ray_report *, const struct ray_event *) = {
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
print_summary(struct ray_report *report)
{
    struct ray_term *term = report->app->term;
    const char *took = ray_term_duration(term,
                                         (ray_clock_us() - report->session.started_us) / 1000);
    bool dry_run = ray_app_flag(report->app, "dry-run");

    if (report->summary != NULL)
        ray_term_say(term, "%s", report->summary);
    else if (report->session.applied == 0 && report->session.reverted == 0)
        ray_term_say(term, "nothing to do");
    else if (dry_run)
        ray_term_say(term, "dry run: %zu migration%s ran and rolled back (%s)",
                     report->session.applied + report->session.reverted,
                     plural(report->session.applied + report->session.reverted), took);
    else if (report->session.applied == 0)
        ray_term_say(term, "%zu migration%s taken back in %s", report->session.reverted,
                     plural(report->session.reverted), took);
    else if (report->session.reverted == 0)
        ray_term_say(term, "%zu migration%s applied in %s", report->session.applied,
                     plural(report->session.applied), took);
    else
        ray_term_say(term, "%zu taken back and %zu applied in %s", report->session.reverted,
                     report->session.applied, took);
}

enum ray_code
ray_report_end(struct ray_report *report, bool ok)
{
    struct ray_app *app = report->app;
    enum ray_code code = ok ? RAY_OK : app->project.err.code;

    ray_term_live(app->term, "%s", "");
    if (ray_term_options(app->term)->json)
        ray_app_print_json(app, ray_session_json(&report->session, ok));
    else if (ok)
        print_summary(report);
    else
        code = ray_app_fail(app);
    ray_session_close(&report->session);
    return code;
}
