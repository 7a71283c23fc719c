/* Where the database stands, as a document. An open session has it: ray_runner_state. */
#ifndef RAY_PROJECT_STATUS_H
#define RAY_PROJECT_STATUS_H

#include "project/session.h"

/* {"ok", "folder", "format", "counts": {"applied", ...}, "migrations": [{"tag", "state", "down", "file", "when",
 * "replaces", "by_originals", "hash", "applied_at", "applied_by", "duration_ms", "statements_done"}]}. */
json_t *ray_status_json(struct ray_session *session);

/* RAY_INTEGRITY where something is wrong, RAY_DIFFERENT where something is pending, else RAY_OK. */
enum ray_code ray_status_code(const struct ray_state *state);

/* What the way back of a migration is: "lua", "sql", "stored" or "none". */
const char *ray_stand_down(const struct ray_stand *stand);

#endif
