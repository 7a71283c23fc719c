/* The history of what editors ran, and saved queries: in .raymig/studio/queries.json, bounded. */
#ifndef RAY_STUDIO_QUERIES_H
#define RAY_STUDIO_QUERIES_H

#include "studio/request.h"

enum { RAY_QUERY_ROWS_MOST = 100000 };

/* Notes a run; passwords are blotted out, and a text that is very long is not kept. `failure` NULL: there was none. What
 * cannot be written is not the run's fault, and said nowhere. */
void ray_queries_note(struct ray_request *request, const char *sql, int64_t ms, size_t rows,
                      const struct ray_err *failure);

#endif
