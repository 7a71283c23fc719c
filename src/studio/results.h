/* The lines of a query's stream: one statement's columns, rows, notices and end. */
#ifndef RAY_STUDIO_RESULTS_H
#define RAY_STUDIO_RESULTS_H

#include "pg/flow.h"
#include "studio/read.h"
#include "studio/stream.h"

struct ray_results {
    struct ray_request *request;
    struct ray_sink *sink;
    struct ray_arena *scratch; /* of the rows in `batch` */
    struct ray_buf batch;
    size_t cap;       /* rows to send of a statement */
    size_t sent;      /* of this statement */
    size_t seen;      /* likewise, whether sent or not */
    size_t cells_cut; /* values of which only the beginning was sent */
    size_t total;     /* rows sent of all statements */
};

/* From a flow that was begun: its columns (where `columns`), rows and COPY output, to its end. False where it failed, or
 * where nobody reads (then err has no message). *tag: "INSERT 0 1". */
bool ray_results_run(struct ray_results *results, struct ray_flow *flow, bool columns,
                     const char **tag, struct ray_err *err) RAY_MUST_CHECK;

/* Likewise from a confined read. */
bool ray_results_read(struct ray_results *results, struct ray_read *read, const char **tag,
                      struct ray_err *err) RAY_MUST_CHECK;

#endif
