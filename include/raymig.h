/*
 * libraymig: PostgreSQL migrations from within a program.
 *
 *     raymig *project = raymig_open(NULL);
 *     raymig_result *result;
 *
 *     raymig_set(project, "url", "postgres:///shop");
 *     raymig_set(project, "migrations", "migrations");
 *     result = raymig_up(project, RAYMIG_ALL, NULL);
 *     if (!raymig_result_ok(result))
 *         fprintf(stderr, "%s\n", raymig_result_message(result));
 *     raymig_result_free(result);
 *     raymig_close(project);
 *
 * Ownership. What raymig_open and the operations return is the caller's, who frees it with raymig_close and
 * raymig_result_free. Text that an accessor gives lives as long as its result. Text that is handed in is copied.
 * A result outlives its handle.
 *
 * Threads. A handle belongs to one thread at a time; any number of threads may have one each. raymig_cancel alone may
 * be called from any thread while another one works.
 *
 * The program stays yours. Nothing is printed, nobody is asked (see raymig_on_question), nothing ends the program, no
 * signal handler is set, and no locale, environment or working folder is changed. SIGPIPE is blocked in the calling thread while an
 * operation runs. Children are started for throwaway servers and pg_dump alone, and are waited for by their number.
 * Out of memory is the one end: see raymig_on_out_of_memory.
 *
 * docs/library.md has the options and the documents.
 */
#ifndef RAYMIG_H
#define RAYMIG_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define RAYMIG_API __attribute__((visibility("default")))
#else
#define RAYMIG_API
#endif

typedef struct raymig raymig;               /* a project, and what was said about it */
typedef struct raymig_result raymig_result; /* what an operation did */

/* As the exit codes of the program. */
enum raymig_code {
    RAYMIG_OK = 0,
    RAYMIG_FAILED = 1,       /* the database or a script said no */
    RAYMIG_USAGE = 2,        /* an option, or the config */
    RAYMIG_REFUSED = 4,      /* it would lose data, or needs a word that nobody gave */
    RAYMIG_UNAVAILABLE = 5,  /* no lock or no connection in time */
    RAYMIG_INTEGRITY = 6,    /* an applied migration was edited, is missing, or out of order */
    RAYMIG_INTERRUPTED = 130 /* raymig_cancel; the transaction was rolled back */
};

/* "0.1.0". */
RAYMIG_API const char *raymig_version(void);

/* ---- the handle ---- */

/* A handle on the project in the folder, or above it, where raymig.lua is; NULL: the working folder. Nothing is read
 * yet, so this does not fail; a project without raymig.lua is one of defaults. */
RAYMIG_API raymig *raymig_open(const char *folder);
RAYMIG_API void raymig_close(raymig *project); /* NULL is allowed */

/* Sets an option for the operations that follow, or with a NULL value takes it back. Flags are "true" or "false"; times
 * are "500ms", "30s", "5min". Options that may be given more than once add up ("allow", "rename", "dropped",
 * "tag"). False (0) where there is no such option or the value is none of its kind: raymig_fault says why. */
RAYMIG_API int raymig_set(raymig *project, const char *option, const char *value);
RAYMIG_API const char *raymig_fault(const raymig *project); /* NULL: none; of the last raymig_set */

/* The names and helps of the options, in order; NULL behind the last. */
RAYMIG_API const char *raymig_option_name(size_t number);
RAYMIG_API const char *raymig_option_help(size_t number);

/* ---- while it works; callbacks run in the thread that called the operation ---- */

enum raymig_event_kind {
    RAYMIG_EVENT_LOCK_WAIT = 0,      /* for another runner: pid, user, us: waited so far */
    RAYMIG_EVENT_BEGIN = 1,          /* a migration begins: number of total */
    RAYMIG_EVENT_STATEMENT = 2,      /* a statement begins: statement, text */
    RAYMIG_EVENT_STATEMENT_DONE = 3, /* likewise; us */
    RAYMIG_EVENT_NOTICE = 4,         /* of the server or the script: text */
    RAYMIG_EVENT_PROGRESS = 5,       /* of a script: text, done, of */
    RAYMIG_EVENT_WARNING = 6,        /* text */
    RAYMIG_EVENT_RETRY = 7,          /* text: why; us: the pause before attempt `number` */
    RAYMIG_EVENT_DONE = 8,           /* a migration is committed: us */
    RAYMIG_EVENT_FAILED = 9,         /* a migration failed; the result says how */
    RAYMIG_EVENT_BACKUP = 10         /* text: the path; us */
};

/* Fields may be added at the end: only the library makes these. Texts are good during the call alone. */
typedef struct raymig_event {
    enum raymig_event_kind kind;
    int down;        /* the way back */
    const char *tag; /* of the migration; NULL: none. Likewise below */
    const char *text;
    size_t number; /* 1-based */
    size_t total;
    int statement; /* 1-based */
    int dry_run;
    int64_t us;
    int64_t done;
    int64_t of; /* -1: unknown */
    long pid;   /* of who holds the lock; 0: unknown */
    const char *user;
} raymig_event;

typedef void raymig_event_fn(void *arg, const raymig_event *event);
RAYMIG_API void raymig_on_event(raymig *project, raymig_event_fn *fn, void *arg); /* NULL: nobody */

/* What the program would say on standard error: "say", "warn", "detail". */
typedef void raymig_message_fn(void *arg, const char *kind, const char *text);
RAYMIG_API void raymig_on_message(raymig *project, raymig_message_fn *fn, void *arg);

/* What the program would ask: not 0 for yes. Without it, a question is answered by the option "yes", else it is refused. */
typedef int raymig_question_fn(void *arg, const char *question);
RAYMIG_API void raymig_on_question(raymig *project, raymig_question_fn *fn, void *arg);

/* Stops what runs, from any thread or from a callback: the statement is cancelled, the transaction rolled back, and the
 * operation ends with RAYMIG_INTERRUPTED. Where nothing runs, the next operation is stopped. A connection that is being made
 * is not left before it is made or refused. May be called again. */
RAYMIG_API void raymig_cancel(raymig *project);

/* ---- operations; none returns NULL ---- */

#define RAYMIG_ALL (-1L)

/* Applies the next `count` pending migrations (RAYMIG_ALL), or with `to` all up to and with that one. Another count below 0
 * is refused, here and below. */
RAYMIG_API raymig_result *raymig_up(raymig *project, long count, const char *to);

/* Takes the newest `count` back, or with `to` all behind that one. A question is asked first. */
RAYMIG_API raymig_result *raymig_down(raymig *project, long count, const char *to);

/* Up or down until that migration is the newest applied one. */
RAYMIG_API raymig_result *raymig_goto(raymig *project, const char *tag);

/* The newest `count` back and up again, under one lock. */
RAYMIG_API raymig_result *raymig_redo(raymig *project, long count);

/* Which migrations are applied, pending, edited, missing. */
RAYMIG_API raymig_result *raymig_status(raymig *project);

/* What up (or with `down` not 0, down) would run, statement by statement. */
RAYMIG_API raymig_result *raymig_plan(raymig *project, int down, long count, const char *to);

/* Two sources compared; NULL: "db", and "schema". */
RAYMIG_API raymig_result *raymig_diff(raymig *project, const char *from, const char *to);

/* Writes the migration that leads to the Lua schema; NULL: a name from what changed. */
RAYMIG_API raymig_result *raymig_generate(raymig *project, const char *name);

/* Makes the database what the Lua schema says, without a migration. */
RAYMIG_API raymig_result *raymig_push(raymig *project);

/* The database against what its migrations make. */
RAYMIG_API raymig_result *raymig_drift(raymig *project);

/* Whether folder, journal, snapshots and history agree. What does not is in the document, and the code
 * RAYMIG_INTEGRITY. */
RAYMIG_API raymig_result *raymig_check(raymig *project);

/* Proves the way back of each migration, or of those of the option "tag", in a shadow. RAYMIG_FAILED where one is
 * wrong. */
RAYMIG_API raymig_result *raymig_verify(raymig *project);

/* Writes a source as a Lua schema; NULL: "db". */
RAYMIG_API raymig_result *raymig_pull(raymig *project, const char *from);

/* A source's catalog as a document, the snapshot; NULL: "db". */
RAYMIG_API raymig_result *raymig_export(raymig *project, const char *from);

/* Marks every migration up to and with that one as applied, without running any, once it is shown that the database stands
 * there. A question is asked first. */
RAYMIG_API raymig_result *raymig_baseline(raymig *project, const char *tag);

/* Makes history and journal agree with the folder: accepts edited files (all, or those of the option "accept"), removes the
 * rows of "forget", enters files that the journal lacks. A question is asked first. */
RAYMIG_API raymig_result *raymig_repair(raymig *project);

/* Another tool's folder, in the layout `from` (NULL: detected), becomes one of raymig's own, `to` (NULL: its name with -raymig);
 * what that tool has applied goes into the history. A question is asked first. */
RAYMIG_API raymig_result *raymig_import(raymig *project, const char *from, const char *to);

/* Gives migrations (those of the option "tag", or those that others do not have) numbers behind all others. */
RAYMIG_API raymig_result *raymig_rebase(raymig *project);

/* Makes one migration of those from `from` to `to`; NULL: "squashed", the folder's first, its last. */
RAYMIG_API raymig_result *raymig_squash(raymig *project, const char *name, const char *from,
                                        const char *to);

/* ---- results ---- */

RAYMIG_API int raymig_result_ok(const raymig_result *result);
RAYMIG_API enum raymig_code raymig_result_code(const raymig_result *result);

/* The document, as --json prints it: UTF-8, an object. */
RAYMIG_API const char *raymig_result_json(const raymig_result *result);

/* A number or a truth (0, 1) at the top of the document, "applied", "changes", "drift"; `otherwise` where there is none. */
RAYMIG_API int64_t raymig_result_number(const raymig_result *result, const char *key,
                                        int64_t otherwise);

/* Of the error; NULL (line: 0) where there is none. */
RAYMIG_API const char *raymig_result_message(const raymig_result *result);
RAYMIG_API const char *raymig_result_detail(const raymig_result *result);
RAYMIG_API const char *raymig_result_hint(const raymig_result *result);
RAYMIG_API const char *raymig_result_sqlstate(const raymig_result *result);
RAYMIG_API const char *raymig_result_file(const raymig_result *result);
RAYMIG_API int raymig_result_line(const raymig_result *result);

RAYMIG_API void raymig_result_free(raymig_result *result); /* NULL is allowed */

/* ---- the process ---- */

/* Called where memory is exhausted, in whatever thread it is. It may end the program in its own way, and cannot go on:
 * when it returns, the program is aborted. For the whole process; NULL: abort at once. */
RAYMIG_API void raymig_on_out_of_memory(void (*fn)(void));

#ifdef __cplusplus
}
#endif

#endif
