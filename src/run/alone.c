/*
 * Statements that must stand alone. Most are run as they are; those with CONCURRENTLY work in several
 * transactions and leave something behind when they end early, each its own: index.c, reindex.c, detach.c.
 */
#include "run/alone.h"

#include "pg/concurrent.h"
#include "run/detach.h"
#include "run/index.h"
#include "run/reindex.h"

bool
ray_step_alone(struct ray_step *step, const struct ray_statement *statement, bool attempted,
               bool *skipped, struct ray_err *err)
{
    struct ray_concurrent what;

    *skipped = false;
    ray_concurrent_read(step->arena, statement->text, &what);
    switch (what.kind) {
    case RAY_CONCURRENT_CREATE:
    case RAY_CONCURRENT_DROP:
        if (what.index != NULL)
            return ray_step_index(step, &what, statement->text, attempted, skipped, err);
        break;
    case RAY_CONCURRENT_REINDEX:
        return ray_step_reindex(step, &what, statement->text, err);
    case RAY_CONCURRENT_DETACH:
        return ray_step_detach(step, &what, statement->text, attempted, skipped, err);
    case RAY_CONCURRENT_NONE:
    default:
        break;
    }
    return ray_conn_exec(step->runner->conn, statement->text, err);
}
