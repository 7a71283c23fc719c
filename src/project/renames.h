/*
 * The renames of a plan: those that the schema declares with `was`, those that --rename says, and those that somebody
 * at a terminal is asked about. What may be a rename and was not settled is refused with the commands that settle
 * it: guessing would lose a column's data, or keep what should go.
 *
 * So that a program can read them, what is open stands in the error too ("questions"), as JSON:
 *
 *     [{"kind": "column", "object": "column public.users.mail", "from": "users.mail", "dropped": "users.mail",
 *       "candidates": [{"to": "users.email", "likeness": 80, "rename": "users.mail=users.email"}]}]
 *
 * "dropped" and "rename" are what the options of these names take; the likeliest candidate is the first.
 */
#ifndef RAY_PROJECT_RENAMES_H
#define RAY_PROJECT_RENAMES_H

#include "diff/rename.h"
#include "project/project.h"

/* What happens where something was not settled. */
enum ray_unsettled {
    RAY_UNSETTLED_ASK, /* a question, or a refusal where nobody can be asked */
    RAY_UNSETTLED_WARN, /* taken for a drop, with a warning: where a plan is only shown. See project->questions */
    RAY_UNSETTLED_DROP, /* likewise without a word: where it is only counted */
};

/* Finds them. */
bool ray_renames_find(struct ray_project *project, const struct ray_catalog *from,
                      const struct ray_catalog *to, enum ray_unsettled unsettled,
                      ray_renamings *out) RAY_MUST_CHECK;

/* Keys, indexes and foreign keys that the Lua schema leaves without a name and that `from` has under one of its own:
 * the renames that `to` needs so that this is no difference. */
void ray_renames_implicit(const struct ray_project *project, const struct ray_catalog *from,
                          const struct ray_catalog *to, ray_renamings *out);

#endif
