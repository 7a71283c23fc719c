/*
 * Is there anything to do? Mostly there is not: each migration of the folder is applied, with the hash that its file
 * has, and the history knows no others. The server then needs to say no more than a digest over names and hashes,
 * which is one row however many migrations there are. Where the digests differ the history is read (table.h), and
 * whatever it is that differs is found there.
 */
#ifndef RAY_HISTORY_SETTLED_H
#define RAY_HISTORY_SETTLED_H

#include "base/hash.h"
#include "history/ahead.h"
#include "history/table.h"

/* What the history's digest is where all of the folder is applied. Fails where a file cannot be read. */
bool ray_settled_digest(struct ray_arena *arena, const struct ray_folder *folder,
                        struct ray_ahead *ahead, char hex[RAY_HASH_HEX],
                        struct ray_err *err) RAY_MUST_CHECK;

/* *sum: the history's digest is that one, so nothing is to be done; and what ray_history_sum_is takes for it the next
 * time, which lives in the arena. NULL where it is another one, and where the question could not be asked of this
 * table. One round trip; writes nothing. Fails where the connection is lost. */
bool ray_history_settled(struct ray_conn *conn, struct ray_arena *arena,
                         const struct ray_history_place *place, const char hex[RAY_HASH_HEX],
                         const char **sum, struct ray_err *err) RAY_MUST_CHECK;

/* *is: the history is what it was when that sum was given. It costs the server little more than counting the rows; but
 * the hash in it is the server's own, so it can only be remembered. Otherwise like ray_history_settled. */
bool ray_history_sum_is(struct ray_conn *conn, const struct ray_history_place *place,
                        const char *sum, bool *is, struct ray_err *err) RAY_MUST_CHECK;

#endif
