/* What process.c and process_fork.c share; nothing else includes it. */
#ifndef RAY_PG_PROCESS_INTERNAL_H
#define RAY_PG_PROCESS_INTERNAL_H

#include "base/buf.h"
#include "pg/process.h"

#include <poll.h>

enum { RAY_PROCESS_PLACES = 5 };

/* In a child. Without PG* variables, and with English messages. */
void ray_process_clean_environment(void);

/* In a child: makes the n descriptors, at most RAY_PROCESS_PLACES, 0 to n - 1 and closes all others;
 * those behind standard error are closed by exec. */
bool ray_process_place_descriptors(const int *fds, int n);

/* In a child: when its parent dies it gets the signal; 0: none. False where the parent is dead already.
 * A change of account undoes it; exec does not. */
bool ray_process_follow(pid_t parent, int death);

/* Reads `n` descriptors until all have ended; hands a signal to us on to `pid`, once. */
void ray_process_read_all(pid_t pid, struct pollfd *fds, struct ray_buf *bufs, nfds_t n);

/* waitpid; -1 where there is no status to have. */
pid_t ray_process_reap(pid_t pid, int *status);

#endif
