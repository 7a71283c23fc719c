/*
 * The log of what the studio wrote: .raymig/studio/audit.log, an object a line, of changes, imports, SQL that ran where it
 * could write, and runs of migrations. It tells what was done and by which role, and none of the data: of a row its key
 * and the columns that were set, of SQL the text as it was typed, its beginning, passwords blotted out.
 *
 * It is a person's own memory. Whoever may start the studio may edit it, too; what must be proved is the server's to log.
 */
#ifndef RAY_STUDIO_AUDIT_H
#define RAY_STUDIO_AUDIT_H

#include "studio/request.h"

/* Adds a line: `what`, the details (an object, which is freed), and how it ended; `failure` NULL: well. What cannot be
 * written is no fault of what was done, and said nowhere. */
void ray_audit_note(struct ray_request *request, const char *what, json_t *details,
                    const struct ray_err *failure);

/* Sets details["sql"]: the text's beginning, without passwords; where it is cut, "sql_bytes" is what it had. */
void ray_audit_set_sql(struct ray_request *request, json_t *details, const char *sql);

#endif
