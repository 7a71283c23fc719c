/*
 * Editors: a page's tabs of SQL, each with a server connection of its own, found by the name that the page gave it, so
 * that a transaction, a temporary table and a setting are there for the tab's next statement. One request at a time has
 * an editor. Those that were not used for long and hold no transaction give their connection back when another needs it.
 */
#ifndef RAY_STUDIO_EDITORS_H
#define RAY_STUDIO_EDITORS_H

#include "studio/pool.h"
#include "studio/request.h"

enum {
    RAY_EDITORS = 10,           /* connections, of the pool's */
    RAY_EDITOR_IDLE_S = 15 * 60 /* a transaction that nobody uses is ended by the server then */
};

struct ray_editors;
struct ray_editor;

struct ray_editors *ray_editors_new(struct ray_arena *arena);
void ray_editors_free(struct ray_editors *editors); /* none is in use; NULL is allowed */

/* The editor of that name, opened where there is none; `name` is the request's, for /api/cancel. 409 where another
 * request has it, RAY_UNAVAILABLE where all have open transactions. Given back whatever happened. */
bool ray_editor_take(struct ray_request *request, const char *session, const char *name,
                     struct ray_editor **out, struct ray_err *err) RAY_MUST_CHECK;
void ray_editor_give(struct ray_editor *editor);

struct ray_lease *ray_editor_lease(struct ray_editor *editor);
struct ray_conn *ray_editor_conn(struct ray_editor *editor);

/* Closes the connection when it is given back: what is open is rolled back. */
void ray_editor_close(struct ray_editor *editor);

/* "idle", "open", "failed": what the interface calls a transaction's state. */
const char *ray_editor_state(struct ray_editor *editor);

/* A statement of ours, which also runs behind a cancel: ROLLBACK, COMMIT. */
bool ray_editor_exec(struct ray_editor *editor, const char *sql,
                     struct ray_err *err) RAY_MUST_CHECK;

/* One statement of a person's, by the extended protocol, which takes no second one behind a semicolon. *first is the
 * first value of its first row, in the arena; NULL: there is none. `first` may be NULL. */
bool ray_editor_one(struct ray_editor *editor, struct ray_arena *arena, const char *sql,
                    const char **first, struct ray_err *err) RAY_MUST_CHECK;

/* As ray_editor_exec, where something else went wrong already. */
void ray_editor_undo(struct ray_editor *editor, const char *sql);

#endif
