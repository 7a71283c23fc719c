/*
 * A project opened for one request (project/project.h), as a command would open it, on the database that the studio
 * shows. Those that make shadows or write go one at a time: they are heavy, and one waits for the other.
 */
#ifndef RAY_STUDIO_OPERATION_H
#define RAY_STUDIO_OPERATION_H

#include "base/interrupt.h"
#include "project/project.h"
#include "studio/stream.h"

enum { RAY_OPERATION_WAIT_MS = 20000 }; /* for another operation of the studio */

struct ray_operations;

/* One a studio. */
struct ray_operations *ray_operations_new(struct ray_arena *arena);
void ray_operations_free(struct ray_operations *operations); /* NULL is allowed */

/* Raises what runs under the name, and all with NULL; false where there is none. */
bool ray_operations_stop(struct ray_operations *operations, const char *name);

struct ray_operation {
    struct ray_request *request;
    struct ray_interrupt scope; /* of the threads that work for it */
    const char *name;           /* by which /api/cancel finds it; NULL: none */
    struct ray_operation *next; /* of those that are open */
    struct ray_project project;
    json_t *warnings;      /* what was told on the way */
    struct ray_sink *sink; /* where it is told, too; NULL: nowhere */
    bool alone;
};

/* `command`: what is done, for names of connections; `name`: for /api/cancel, NULL: none; `alone`: one at a time, RAY_UNAVAILABLE where another is at work for
 * too long. Close it in any case; from any thread. */
bool ray_operation_open(struct ray_request *request, const char *command, const char *name,
                        bool alone, struct ray_operation *out, struct ray_err *err) RAY_MUST_CHECK;
/* The calling thread works for it (as the one that opened it does), or no longer for any. */
void ray_operation_enter(struct ray_operation *operation);
void ray_operation_leave(void);
void ray_operation_close(struct ray_operation *operation);

/* Hands the project's error over; returns false. */
bool ray_operation_fail(struct ray_operation *operation, struct ray_err *err);

#endif
