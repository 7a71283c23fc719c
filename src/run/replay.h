/*
 * Replaying: a folder's migrations in a database of the shadow, by the same runner that runs them elsewhere. A
 * role that a migration names and the shadow's server lacks is made there, where that server is a
 * throwaway one; what stays missing is told at the statement that misses it.
 */
#ifndef RAY_RUN_REPLAY_H
#define RAY_RUN_REPLAY_H

#include "pg/shadow.h"
#include "run/run.h"

struct ray_replay_options {
    struct ray_shadow *shadow;
    const struct ray_config *config;
    const struct ray_folder *folder;
    ray_event_fn *on_event; /* NULL: nobody listens */
    void *event_arg;
};

struct ray_replay;

/* Two connections to the database, until it is closed. */
bool ray_replay_open(struct ray_arena *arena, const struct ray_replay_options *options,
                     const char *database, struct ray_replay **out,
                     struct ray_err *err) RAY_MUST_CHECK;
void ray_replay_close(struct ray_replay *replay); /* NULL is allowed */

/* Applies what is pending up to and with `to`; NULL: all. */
bool ray_replay_up_to(struct ray_replay *replay, const struct ray_migration *to,
                      struct ray_err *err) RAY_MUST_CHECK;

/* Runs the one migration, whatever stands before it. */
bool ray_replay_one(struct ray_replay *replay, enum ray_direction direction,
                    const struct ray_migration *migration, struct ray_err *err) RAY_MUST_CHECK;

/* The roles that were made for the migrations, which do not make them themselves. */
const ray_strings *ray_replay_roles(const struct ray_replay *replay);

bool ray_replay_has_down(struct ray_replay *replay, const struct ray_migration *migration,
                         bool *out, struct ray_err *err) RAY_MUST_CHECK;

#endif
