/*
 * Rebasing: migrations that were written beside others get numbers behind them. What runs here is order alone: which of
 * a folder's migrations stay (those that others have, or a database has had) and which are local, and what each is to
 * be called; nobody's files are touched.
 */
#ifndef RAY_HISTORY_REBASE_H
#define RAY_HISTORY_REBASE_H

#include "base/file.h"
#include "history/journal.h"

struct ray_rebase_item {
    struct ray_journal_entry entry; /* as it is */
    bool journaled;                 /* false: a script that no entry names */
    RAY_VEC(const char *) files;    /* its scripts, names in the folder */
    const char *up;                 /* one of them */
    const char *snapshot;           /* meta/0002_snapshot.json; NULL: there is none */

    /* What is known of it. */
    bool named;     /* it was said that it, and no other, is to move */
    bool chosen;    /* of two of one number it is the one to move */
    bool published; /* the other branch has it */
    bool applied;   /* a database has had it */

    /* What is to become of it, by ray_rebase_plan. */
    bool local;
    bool moves;                  /* it gets another tag, or another place in time */
    struct ray_journal_entry to; /* without hashes */
};

struct ray_rebase {
    const char *folder;
    const char *journal; /* its path */
    int conflict;        /* line of the journal's first conflict marker; 0: none */
    RAY_VEC(struct ray_rebase_item) items; /* after the plan: in the order that is to be */
    bool sure;    /* that what is not published is local: somebody said which branch it is */
    bool settles; /* by the plan: the journal is to be written anew */
};

/* Reads the folder of raymig's own layout as a merge left it. RAY_REFUSED, with the line, where a script has a conflict
 * in it; RAY_INTEGRITY where an entry has no script; RAY_USAGE for a Drizzle project. */
bool ray_rebase_read(struct ray_arena *arena, const char *folder, struct ray_rebase *out,
                     struct ray_err *err) RAY_MUST_CHECK;

struct ray_rebase_item *ray_rebase_find(const struct ray_rebase *rebase, const char *tag);

/* Whether one of them is a squashed one that stands for that tag. */
bool ray_rebase_replaces(const struct ray_rebase *rebase, const char *tag);

/*
 * Decides. Local are: those that were named; else, where another branch's journal was read (`published` NULL: it was not), those
 * that it has not; else those that no database has had. They go behind all others, in their own order, and keep their
 * number where it is high enough. *one and *other are two of the same number where nothing says which of them was
 * first: choose one, and plan again. RAY_REFUSED where one that was applied would have to move.
 */
bool ray_rebase_plan(struct ray_arena *arena, struct ray_rebase *rebase,
                     const struct ray_journal *published, const struct ray_rebase_item **one,
                     const struct ray_rebase_item **other, struct ray_err *err) RAY_MUST_CHECK;

#endif
