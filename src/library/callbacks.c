/* What a project tells and asks, handed to the host's callbacks. */
#include "library/handle.h"

static void
talk(void *arg, enum ray_talk kind, const char *text)
{
    static const char *const kinds[] = {
        [RAY_TALK_SAY] = "say", [RAY_TALK_WARN] = "warn", [RAY_TALK_DETAIL] = "detail"};
    raymig *handle = arg;

    if (handle->on_message != NULL && kind != RAY_TALK_LIVE)
        handle->on_message(handle->message_arg, kinds[kind], text);
}

static bool
confirm(void *arg, const char *question, struct ray_err *err)
{
    raymig *handle = arg;

    if (handle->said.yes ||
        (handle->on_question != NULL && handle->on_question(handle->question_arg, question) != 0))
        return true;
    (void)ray_err_set(err, RAY_REFUSED, "not confirmed: %s", question);
    return ray_err_hint(err, "The option \"yes\" answers it, or the callback for questions.");
}

void
ray_library_listen(raymig *handle, struct ray_project_listener *out)
{
    *out = (struct ray_project_listener){.arg = handle, .talk = talk, .confirm = confirm};
}

void
ray_library_event(void *arg, const struct ray_event *event)
{
    /* raymig.h numbers them by itself: its numbers stay when another kind comes between. */
    static const enum raymig_event_kind kinds[] = {
        [RAY_EVENT_LOCK_WAIT] = RAYMIG_EVENT_LOCK_WAIT,
        [RAY_EVENT_BEGIN] = RAYMIG_EVENT_BEGIN,
        [RAY_EVENT_STATEMENT] = RAYMIG_EVENT_STATEMENT,
        [RAY_EVENT_STATEMENT_DONE] = RAYMIG_EVENT_STATEMENT_DONE,
        [RAY_EVENT_NOTICE] = RAYMIG_EVENT_NOTICE,
        [RAY_EVENT_PROGRESS] = RAYMIG_EVENT_PROGRESS,
        [RAY_EVENT_WARNING] = RAYMIG_EVENT_WARNING,
        [RAY_EVENT_RETRY] = RAYMIG_EVENT_RETRY,
        [RAY_EVENT_DONE] = RAYMIG_EVENT_DONE,
        [RAY_EVENT_FAILED] = RAYMIG_EVENT_FAILED,
        [RAY_EVENT_BACKUP] = RAYMIG_EVENT_BACKUP,
    };
    raymig *handle = arg;
    raymig_event told = {
        .kind = kinds[event->kind],
        .down = event->direction == RAY_DOWN,
        .tag = event->tag,
        .text = event->text,
        .number = event->number,
        .total = event->total,
        .statement = event->statement,
        .dry_run = event->dry_run,
        .us = event->us,
        .done = event->done,
        .of = event->of,
    };

    if (handle->on_event == NULL || (!handle->said.verbose && event->kind == RAY_EVENT_NOTICE &&
                                     ray_notice_is_idle(event->notice)))
        return;
    if (event->holder != NULL) {
        told.pid = event->holder->pid;
        told.user = event->holder->user;
    }
    handle->on_event(handle->event_arg, &told);
}

void
raymig_on_event(raymig *project, raymig_event_fn *fn, void *arg)
{
    project->on_event = fn;
    project->event_arg = arg;
}

void
raymig_on_message(raymig *project, raymig_message_fn *fn, void *arg)
{
    project->on_message = fn;
    project->message_arg = arg;
}

void
raymig_on_question(raymig *project, raymig_question_fn *fn, void *arg)
{
    project->on_question = fn;
    project->question_arg = arg;
}
