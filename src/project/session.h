/*
 * What runs migrations, or looks at where they stand: the project's folder and database, and a runner. What it tells
 * on the way is gathered for the result's document, and handed to whoever listens.
 *
 *     open    config, folder, connection, the state; nothing is written. Close it in any case.
 *     up, down, goto, redo    one operation, each under the runner's lock
 *     json    the document of what was done: {"ok", "command", "dry_run", "applied", "reverted", "migrations",
 *             "warnings", "duration_ms", "error"}
 */
#ifndef RAY_PROJECT_SESSION_H
#define RAY_PROJECT_SESSION_H

#include "project/project.h"
#include "run/run.h"

enum ray_session_mode {
    RAY_SESSION_RUN,
    RAY_SESSION_UP,     /* only to apply: where nothing is pending the state is not read */
    RAY_SESSION_LOOK,   /* in a read-only transaction */
    RAY_SESSION_REPAIR, /* a folder whose journal lacks a file is no error */
};

/* How it is to run; ray_session_options_init fills in the defaults. */
struct ray_session_options {
    ray_strings allow;       /* tags that may run out of order, or be missing */
    const char *backup;      /* file for pg_dump; NULL: the config's, if any */
    bool single_transaction; /* all or nothing */
    bool dry_run;            /* everything in one transaction that is rolled back */
    bool stored;             /* downs of the history, not of the folder */
    bool verbose;            /* notices that say there was nothing to do count, too */
    int64_t lock_wait_ms;    /* for another runner; -1: the config's, likewise below */
    int64_t lock_timeout_ms; /* of each attempt */
    int lock_retries;
    const ray_strings *
        expected; /* what up or down must run, as it was shown: else RAY_REFUSED; NULL: what there is */
    ray_event_fn *on_event; /* NULL: nobody listens */
    void *event_arg;
};

struct ray_session {
    struct ray_project *project;
    struct ray_session_options options;
    struct ray_folder folder;
    struct ray_runner *runner;
    bool names_nothing; /* of the folder: where nothing is pending it need not be loaded */
    json_t *migrations; /* what was done, in order */
    json_t *current;    /* the one that runs */
    json_t *warnings;
    int64_t started_us;
    size_t applied; /* committed on the way up, over the whole session */
    size_t reverted;
    struct ray_session_hooks *hooks; /* of plugins; NULL: nobody listens */
};

void ray_session_options_init(struct ray_session_options *out);

/* Makes it empty: may be closed, and gives a document. */
void ray_session_init(struct ray_session *out, struct ray_project *project,
                      const struct ray_session_options *options);

/* Loads config and folder, connects and reads the state. */
bool ray_session_open(struct ray_session *session, enum ray_session_mode mode) RAY_MUST_CHECK;

/* Each opens the session. Nothing pending: no lock, no write. */
bool ray_session_up(struct ray_session *session, const struct ray_extent *extent) RAY_MUST_CHECK;
/* Asks first, unless it is a dry run; what runs then is what was asked about, else RAY_REFUSED. */
bool ray_session_down(struct ray_session *session, const struct ray_extent *extent) RAY_MUST_CHECK;
/* Up or down until that migration is the newest applied one; asks as down does. */
bool ray_session_goto(struct ray_session *session, const char *tag) RAY_MUST_CHECK;
/* Down and up again under one lock; asks as down does. */
bool ray_session_redo(struct ray_session *session, const struct ray_extent *extent) RAY_MUST_CHECK;

/* Whether a notice says that there was nothing to do, as CREATE TABLE IF NOT EXISTS does. */
bool ray_notice_is_idle(const struct ray_notice *notice);

/* The document; `ok` false: the project's error is in it. */
json_t *ray_session_json(struct ray_session *session, bool ok);

/* The listener for runners that were not opened here; arg is the session. */
void ray_session_event(void *arg, const struct ray_event *event);

void ray_session_close(struct ray_session *session);

/* Hooks of plugins (session_hooks.c): those before and after the run, a migration, a statement; error; notice. An error in
 * one that runs before something is done prevents it; in one of a statement it undoes the migration. */
bool ray_session_hooks_open(struct ray_session *session) RAY_MUST_CHECK;
void ray_session_hooks_close(struct ray_session *session);
/* Whether anybody has a hook of statements. */
bool ray_session_hooks_want_sql(const struct ray_session *session);
void ray_session_hooks_event(struct ray_session *session, const struct ray_event *event);
bool ray_session_hooks_before(struct ray_session *session, enum ray_direction direction,
                              const ray_selection *selection) RAY_MUST_CHECK;
/* As ray_run_options.may_go_on; arg is the session. */
bool ray_session_may_go_on(void *arg, struct ray_err *err) RAY_MUST_CHECK;
/* The end of the operation. Gives `ok`, but false where a hook failed and nothing else did. */
bool ray_session_hooks_after(struct ray_session *session, bool ok) RAY_MUST_CHECK;

#endif
