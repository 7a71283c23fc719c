/*
 * Linting migrations: each one's statements, found here, are handed to the rules (lua/raymig/lint, and those of plugins),
 * which are Lua over PostgreSQL's parse trees, catalogs and, where it was run in a shadow, what it did there.
 *
 * A migration of operations is linted as the SQL that it becomes; what a Lua function will run is only known when it
 * runs: such a migration is counted as unread.
 */
#ifndef RAY_LINT_LINT_H
#define RAY_LINT_LINT_H

#include "base/json.h"
#include "diff/plan.h"
#include "history/folder.h"
#include "script/plugins.h"
#include "script/script.h"

struct ray_lint_statement {
    const char *sql; /* comments before it included */
    const char *file;
    int line;                 /* 0: unknown, of what a Lua function ran */
    struct ray_effect effect; /* where it was observed */
    bool observed;
};

/* A migration to be linted. */
struct ray_lint_subject {
    const struct ray_migration *migration;
    struct ray_script_options options; /* its front matter */
    RAY_VEC(struct ray_lint_statement) statements;
    bool unread;    /* a Lua function */
    json_t *before; /* the catalog as a snapshot, or a snapshot's path; NULL: unknown */
    json_t *after;  /* likewise; both are borrowed */
};

/* Reads the migration's way up. The file of a broken one is named in the error. */
bool ray_lint_read(struct ray_lua *lua, struct ray_arena *arena,
                   const struct ray_migration *migration, struct ray_lint_subject *out,
                   struct ray_err *err) RAY_MUST_CHECK;

/* Adds what a Lua function was seen to run, each text once. */
bool ray_lint_add_seen(struct ray_arena *arena, struct ray_lint_subject *subject, const char *sql,
                       struct ray_err *err) RAY_MUST_CHECK;

/* Runs its statements, one after the other, in a database of the shadow that stands before it, and notes what each did. */
bool ray_lint_observe(struct ray_conn *conn, struct ray_arena *arena,
                      struct ray_lint_subject *subject, struct ray_err *err) RAY_MUST_CHECK;

/* Calls the rules, at the levels of the config; what they find is added to the list: [{"rule", "severity", "message",
 * "why", "how", "file", "line", "statement", "object"}]. RAY_USAGE where the config names a rule that there is not. */
bool ray_lint_run(struct ray_lua *lua, const struct ray_config *config,
                  const struct ray_lint_subject *subject,
                  const struct ray_plugin_services *services, json_t *findings,
                  struct ray_err *err) RAY_MUST_CHECK;

/* The rules with their levels: [{"rule", "severity", "why", "how", "plugin"}]. The caller owns it. */
bool ray_lint_rules(struct ray_lua *lua, const struct ray_config *config, json_t **out,
                    struct ray_err *err) RAY_MUST_CHECK;

#endif
