/* What up or down would run, statement by statement, in a read-only transaction. */
#ifndef RAY_PROJECT_PREVIEW_H
#define RAY_PROJECT_PREVIEW_H

#include "pg/split.h"
#include "project/session.h"

/* Who is shown it, in order: a migration, then its statements or, where it is Lua, its text. Any may be NULL. */
struct ray_preview {
    void *arg;
    void (*migration)(void *arg, const struct ray_selected *selected);
    void (*statement)(void *arg, const struct ray_statement *statement);
    void (*lua)(void *arg, const char *text);
};

/* Opens the session and shows what the extent is. With `show` NULL it is gathered for the session's document: the
 * migrations are {"tag", "direction", "file", "statements": [{"sql", "line"}], "lua"}. */
bool ray_session_preview(struct ray_session *session, enum ray_direction direction,
                         const struct ray_extent *extent, const struct ray_preview *show,
                         ray_selection *out) RAY_MUST_CHECK;

#endif
