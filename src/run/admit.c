/* Statements that are refused, and the place of one that failed: see admit.h. */
#include "run/admit.h"

#include "pg/place.h"

bool
ray_step_admits(const struct ray_step *step, const struct ray_statement *statement,
                enum ray_statement_kind kind, struct ray_err *err)
{
    if (kind == RAY_STATEMENT_META) {
        (void)ray_err_set(err, RAY_FAILED, "a psql meta-command is no SQL");
        (void)ray_err_hint(err,
                           "Leave out what psql alone understands (\\connect, \\restrict, \\i).");
    } else if (kind == RAY_STATEMENT_COPY_STREAM) {
        (void)ray_err_set(err, RAY_FAILED,
                          "COPY FROM STDIN and TO STDOUT need a client's data stream");
        (void)ray_err_hint(err, "Use INSERT, or db:copy_in in a Lua migration; pg_dump --inserts "
                                "writes a dump without COPY.");
    } else if (!step->options.no_transaction &&
               (kind == RAY_STATEMENT_BEGIN || kind == RAY_STATEMENT_COMMIT ||
                kind == RAY_STATEMENT_ROLLBACK)) {
        (void)ray_err_set(err, RAY_FAILED,
                          "the migration begins or ends a transaction, but it already "
                          "runs in one that records it");
        (void)ray_err_hint(err,
                           "Leave BEGIN and COMMIT out; or, to rule the transactions yourself, put "
                           "\"-- raymig: transaction=none\" in the first line.");
    } else {
        return true;
    }
    ray_step_locate(step, statement, err);
    return false;
}

void
ray_step_locate(const struct ray_step *step, const struct ray_statement *statement,
                struct ray_err *err)
{
    const struct ray_source *source = &step->selected->script.source;
    struct ray_place place;
    struct ray_err ignored;

    (void)ray_err_at(err, source->path, statement->line, statement->column);
    ray_err_init(&ignored, err->arena);
    if (!ray_place_find(err->arena, source, statement, err->position, &place, &ignored))
        return; /* the file is gone meanwhile: what the server said is the error */
    err->statement = place.text;
    err->position = place.position;
    err->line = place.line;
    err->column = place.column;
}
