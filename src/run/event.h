/*
 * What a run tells while it goes: one struct, one callback. The run prints nothing; who called it does.
 * Texts are good during the call only.
 */
#ifndef RAY_RUN_EVENT_H
#define RAY_RUN_EVENT_H

#include "history/folder.h"
#include "pg/conn.h"
#include "pg/lock.h"

#include <stdint.h>

enum ray_direction { RAY_UP, RAY_DOWN };

enum ray_event_kind {
    RAY_EVENT_LOCK_WAIT,      /* holder, us: waited so far */
    RAY_EVENT_BEGIN,          /* a migration begins; number of total */
    RAY_EVENT_STATEMENT,      /* statement `statement` begins: text */
    RAY_EVENT_STATEMENT_DONE, /* text, us, statement */
    RAY_EVENT_NOTICE,         /* notice of the server, or text of db:notice */
    RAY_EVENT_PROGRESS,       /* db:batch: text, done, of (-1 unknown) */
    RAY_EVENT_WARNING,        /* text: something the user should know */
    RAY_EVENT_RETRY,  /* text: why; us: pause before the next attempt; number: which attempt */
    RAY_EVENT_DONE,   /* a migration is done and committed; us */
    RAY_EVENT_FAILED, /* a migration failed; the error is the run's result */
    RAY_EVENT_BACKUP, /* text: path of the backup, us */
};

struct ray_event {
    enum ray_event_kind kind;
    enum ray_direction direction;
    const char *tag;
    size_t number; /* 1-based */
    size_t total;
    int statement; /* 1-based number of the statement */
    const char *text;
    const char *sql; /* a statement's: the whole of it; NULL where nobody asked for it (run.h) */
    int64_t us;
    int64_t done;
    int64_t of;
    bool dry_run;
    const struct ray_notice *notice;
    const struct ray_lock_holder *holder;
};

typedef void ray_event_fn(void *arg, const struct ray_event *event);

#endif
