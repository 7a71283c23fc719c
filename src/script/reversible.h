/*
 * Migrations of reversible operations: return { change = function(m) ... end } (docs/change.md). The function
 * is run where no database is, and each operation becomes SQL for both directions, written by the catalog's
 * own writers; so such a migration runs, is shown and is stored as a script of SQL is.
 */
#ifndef RAY_SCRIPT_REVERSIBLE_H
#define RAY_SCRIPT_REVERSIBLE_H

#include "script/script.h"

/* What an operation is in SQL: statements without their semicolons. */
struct ray_reversible_step {
    const char *file; /* where it was called */
    int line;
    ray_strings up;
    ray_strings down;
};

struct ray_reversible {
    const char *path;
    struct ray_script_options options; /* its front matter */
    RAY_VEC(struct ray_reversible_step) steps;
};

/* Reads the file of a Lua script; *out is NULL where it is no change. `version`: of the server that it is for,
 * 150004; 0: unknown. An operation without a way back, and whatever else is wrong in one, is an error with
 * its file and line. Lives in the arena. */
bool ray_reversible_read(struct ray_lua *lua, struct ray_arena *arena,
                         const struct ray_script *script, int version, struct ray_reversible **out,
                         struct ray_err *err) RAY_MUST_CHECK;

/* A direction as a script of SQL, whose path is the Lua file's. Of the way down the operations come in the
 * opposite order. */
struct ray_script ray_reversible_script(struct ray_arena *arena,
                                        const struct ray_reversible *change, bool down);

/* The place of an error in such a script becomes that of the operation in the Lua file. */
void ray_reversible_locate(const struct ray_reversible *change, bool down, struct ray_err *err);

#endif
