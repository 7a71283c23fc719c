/*
 * Is there anything to do? Mostly there is not: each migration of the folder is applied, with the hash that its file
 * has, and the history knows no others. The server then needs to say no more than a digest over names and hashes,
 * which is one row however many migrations there are. Where the digests differ the history is read (table.h), and
 * whatever it is that differs is found there.
 */
#ifndef RAY_HISTORY_SETTLED_H
#define RAY_HISTORY_SETTLED_H

#include "history/ahead.h"
#include "history/table.h"

/* *settled: nothing is to be done. False too where the question could not be asked of this table, or cannot be
 * answered yet. One round trip; writes nothing. Fails where a file cannot be read, or the connection is lost. */
bool ray_history_settled(struct ray_conn *conn, const struct ray_history_place *place,
                         const struct ray_folder *folder, struct ray_ahead *ahead, bool *settled,
                         struct ray_err *err) RAY_MUST_CHECK;

#endif
