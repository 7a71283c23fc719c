/* What the files of the library share: the handle, and an operation on its way. */
#ifndef RAY_LIBRARY_HANDLE_H
#define RAY_LIBRARY_HANDLE_H

#include "base/interrupt.h"
#include "project/session.h"
#include "raymig.h"

#include <signal.h>

/* What raymig_set was told; the table of options in options.c names each. */
struct ray_said {
    const char *config;
    const char *url;
    const char *shadow_url;
    const char *migrations;
    const char *format;
    const char *backup;
    const char *schema_folder;
    const char *tool_table;
    const char *base;
    int64_t wait_ms;
    int64_t lock_wait_ms; /* -1: not said; likewise below */
    int64_t lock_timeout_ms;
    int64_t lock_retries;
    int64_t jobs; /* 0: not said */
    bool yes;
    bool verbose;
    bool single_transaction;
    bool dry_run;
    bool stored;
    bool lossy;
    bool accept_data_loss;
    bool lua;
    bool check;
    bool empty;
    bool snapshot;
    bool offline;
    bool deep;
    bool require_down;
    bool split;
    bool schema_only;
    bool unproved;
    bool folder_only;
    bool history_only;
    bool archive;
    ray_strings accept;
    ray_strings forget;
    ray_strings allow;
    ray_strings renames;
    ray_strings dropped;
    ray_strings tags;
};

struct raymig {
    struct ray_arena *arena;
    const char *folder;
    struct ray_said said;
    struct ray_arena *said_arena; /* its texts */
    size_t stale;                 /* bytes there, at most, that nobody refers to any more */
    struct ray_err fault;         /* of the last raymig_set */
    struct ray_interrupt interrupt;
    bool busy; /* an operation runs: a callback of it may not begin another */
    raymig_event_fn *on_event;
    void *event_arg;
    raymig_message_fn *on_message;
    void *message_arg;
    raymig_question_fn *on_question;
    void *question_arg;
};

void ray_said_init(struct ray_said *out);

/* callbacks.c: fills the project's listener, and what a session has of it. */
void ray_library_listen(raymig *handle, struct ray_project_listener *out);
void ray_library_event(void *arg, const struct ray_event *event); /* arg: the handle */

/* runs.c: how a session is to run, as the handle was told. */
void ray_library_session(raymig *handle, struct ray_session_options *out);

/* An operation: its own project in its own arena, the thread in the handle's scope and deaf to SIGPIPE. */
struct ray_operation {
    raymig *handle;
    struct ray_arena *arena;
    struct ray_project project;
    struct ray_interrupt *scope_before;
    sigset_t mask_before;
    bool pipe_pending; /* a SIGPIPE was, before */
    bool refused;      /* the handle was at work already; the project's error says so */
};

/* operation.c. False: not to be gone on with; ends in any case. */
bool ray_operation_begin(struct ray_operation *operation, raymig *handle, const char *command);

/* Makes the result: of the document, which is freed; NULL: of the project's error alone. */
raymig_result *ray_operation_end(struct ray_operation *operation, json_t *document,
                                 enum ray_code code);

/* result.c: the document becomes the result's. */
raymig_result *ray_result_new(json_t *document, enum ray_code code);

#endif
