/*
 * Migrations that were written beside others' get numbers behind them. Which are local is decided by history/rebase.h from
 * what git and the database know; the new folder is made beside the old one (rewrite.h), its snapshots are what a replay
 * makes, and every migration that moved is proved there, up, back and up again.
 */
#ifndef RAY_PROJECT_REBASE_H
#define RAY_PROJECT_REBASE_H

#include "history/rebase.h"
#include "project/project.h"

struct ray_rebase_request {
    ray_strings tags; /* these go behind all others; none: those that others do not have */
    const char *
        base; /* what git calls the branch that the others are in; NULL: the first of the usual ones */
    bool offline;  /* the database is not asked what it has had */
    bool unproved; /* go on where a way back does not restore what stood before */
    bool dry_run;  /* proved, and not written */
};

struct ray_rebased {
    const struct ray_rebase_request *request;
    struct ray_rebase what;
    const char *base;      /* git's revision; NULL: none */
    ray_strings snapshots; /* those that are others now, relative to the folder */
    size_t moves;          /* migrations that get another name */
};

/* Which of two of one number goes behind cannot always be told: then it is asked, or refused (RAY_REFUSED) with the words
 * that settle it. */
bool ray_rebase_run(struct ray_project *project, const struct ray_rebase_request *request,
                    struct ray_rebased *out) RAY_MUST_CHECK;

/* True where the item gets another name; it may also move in time alone. */
bool ray_rebase_renames(const struct ray_rebase_item *item);

/* {"ok", "dry_run", "base", "renames": [{"from", "to"}], "snapshots": [path], "journal": whether it is written anew}. */
json_t *ray_rebased_json(struct ray_arena *arena, const struct ray_rebased *rebased);

/*
 * rebase_known.c: what git and the database know of the migrations. *base is the revision whose journal says what
 * others have, and *published that journal: the request's base; else the first of the usual ones that has not all of the
 * folder's migrations. NULL both: there is none. A database that cannot be reached is no error but a warning.
 */
bool ray_rebase_know(struct ray_project *project, const struct ray_rebase_request *request,
                     struct ray_rebase *rebase, const char **base,
                     const struct ray_journal **published) RAY_MUST_CHECK;

#endif
