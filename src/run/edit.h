/*
 * Changing what the history says without running a migration: baseline (mark as applied), accept (an
 * edited file), forget (a row), import (another tool's history). All edits of a call commit together,
 * each with a line in the log; the runner must hold the lock.
 */
#ifndef RAY_RUN_EDIT_H
#define RAY_RUN_EDIT_H

#include "run/run.h"

enum ray_edit_kind { RAY_EDIT_BASELINE, RAY_EDIT_ACCEPT, RAY_EDIT_FORGET, RAY_EDIT_IMPORT };

struct ray_edit {
    enum ray_edit_kind kind;
    /* baseline and import: of a migration without a row; else with one */
    const struct ray_stand *stand;
    const char *applied_at; /* import: when the other tool says it was applied; NULL: unknown */
    const json_t *detail;   /* for the log; NULL: none. The caller's to free */
};
typedef RAY_VEC(struct ray_edit) ray_edits;

bool ray_runner_edit(struct ray_runner *runner, const ray_edits *edits,
                     struct ray_err *err) RAY_MUST_CHECK;

#endif
