/*
 * What the steps of a plan would do to a database in use, as PostgreSQL itself shows it: each step is run in a
 * transaction of its own in the shadow, and before that commits the server is asked which locks it holds, whose
 * files it replaced and which tables it read. Nothing here knows what any statement does.
 */
#ifndef RAY_DIFF_EFFECT_H
#define RAY_DIFF_EFFECT_H

#include "base/json.h"
#include "diff/plan.h"
#include "pg/conn.h"

/* pg_locks' names of the modes of relation locks, weakest first; https://www.postgresql.org/docs/current/explicit-locking.html */
enum ray_lock_mode {
    RAY_LOCK_NONE,
    RAY_LOCK_ACCESS_SHARE,
    RAY_LOCK_ROW_SHARE,
    RAY_LOCK_ROW_EXCLUSIVE,
    RAY_LOCK_SHARE_UPDATE_EXCLUSIVE,
    RAY_LOCK_SHARE, /* from here on writes wait */
    RAY_LOCK_SHARE_ROW_EXCLUSIVE,
    RAY_LOCK_EXCLUSIVE,
    RAY_LOCK_ACCESS_EXCLUSIVE, /* reads, too */
    RAY_LOCK_COUNT,
};
const char *ray_lock_mode_name(int mode); /* "ACCESS EXCLUSIVE", as LOCK TABLE spells it */

/* Runs the plan's statements, step by step, and fills in the effects of each. Only relations that were there
 * before the plan began count: nobody waits for a table that the plan itself made. */
bool ray_plan_observe(struct ray_conn *conn, struct ray_plan *plan,
                      struct ray_err *err) RAY_MUST_CHECK;

/* The same of single statements, which need no plan: an observer looks at what is there, then runs one statement after the
 * other, each in a transaction of its own. */
struct ray_observer;
bool ray_observer_begin(struct ray_conn *conn, struct ray_arena *arena, struct ray_observer **out,
                        struct ray_err *err) RAY_MUST_CHECK;
bool ray_observer_run(struct ray_observer *observer, const char *sql, struct ray_effect *out,
                      struct ray_err *err) RAY_MUST_CHECK;
bool ray_observer_end(struct ray_observer *observer, struct ray_err *err) RAY_MUST_CHECK;

/* Runs a step's statements in a shadow. A subscription that is dropped forgets its slot first: that is another
 * server's, and in use. */
bool ray_step_run(struct ray_conn *conn, const struct ray_plan *plan,
                  const struct ray_plan_step *step, struct ray_err *err) RAY_MUST_CHECK;

/* "rewrites public.users; reads public.posts; writes to public.a wait": what whoever runs the step should know, for
 * comments and lists; NULL: nothing is worth a word. */
const char *ray_step_effect_text(struct ray_arena *arena, const struct ray_plan_step *step);

/* [{"relation", "lock", "rewritten", "scanned", "blocks_writes", "blocks_reads"}]; blocks: of other sessions. */
json_t *ray_effect_json(const struct ray_effect *effect);

#endif
