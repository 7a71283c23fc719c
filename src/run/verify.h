/*
 * Verifying: migrations that somebody wrote by hand, proved as the generated ones are. Before each stands a copy of
 * the database that the ones before it make; there the migration goes up, back and up again:
 *
 *     - the way back restores the catalog that stood before
 *     - the way up runs again behind it, and makes the same catalog
 *     - rows that stood in the tables are there when it was up and back, and none come twice
 *     - what it makes is what its snapshot says, where it has one
 *
 * The copies are thrown away and the database itself only ever goes up, so what is wrong with one migration tells
 * nothing of the next.
 */
#ifndef RAY_RUN_VERIFY_H
#define RAY_RUN_VERIFY_H

#include "catalog/loader.h"
#include "diff/compare.h"
#include "diff/content.h"
#include "run/replay.h"

enum ray_verdict {
    RAY_PROVED,
    RAY_NO_DOWN, /* there is no way back; the rest is proved */
    RAY_WRONG,
    RAY_VERDICT_COUNT,
};

struct ray_verified {
    const struct ray_migration *migration;
    enum ray_verdict verdict;
    const struct ray_err *down_err;  /* the way back fails; NULL: it does not */
    bool down_needs_empty;           /* it fails for the rows alone: without any it does not */
    const struct ray_err *again_err; /* the way up fails behind the way back */
    ray_changes left;                /* from what stood before to what the way back leaves */
    ray_strings roles;               /* that the way back leaves behind */
    ray_changes again;    /* from what the way up made to what it makes the second time */
    const char *snapshot; /* path; NULL: it has none */
    bool other_version;   /* the snapshot is another PostgreSQL's, and was not compared */
    ray_changes differs;  /* from the snapshot to what the way up made */
    const struct ray_err
        *rows_err; /* the way up fails where tables have rows: proved without any */
    ray_losses losses;
    ray_surpluses surpluses; /* rows that the way back leaves */
    const struct ray_catalog
        *up; /* what the way up made; also what the model does not know of it */
    int64_t us;
};

struct ray_verify_options {
    struct ray_replay_options replay;
    const struct ray_load_options *load;
    const bool *wanted; /* by place in the folder: which are proved */
    void *arg;
    /* A migration begins; one is proved. What is handed over is good during the call only. */
    void (*on_begin)(void *arg, const struct ray_migration *migration);
    void (*on_verified)(void *arg, const struct ray_verified *verified);
};

/* False: a migration does not go up, so nothing behind it can be looked at; or there is no shadow. */
bool ray_verify(struct ray_arena *arena, const struct ray_verify_options *options,
                struct ray_err *err) RAY_MUST_CHECK;

#endif
