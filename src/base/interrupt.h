/*
 * SIGINT and SIGTERM. The handler sets a flag and runs the registered canceller (which sends the server a
 * cancel request, the one thing that may be done from a handler), and again every second, should it miss.
 * A third signal ends the program.
 * This is the one place with file-scope state: a signal handler has no other way to reach anything.
 */
#ifndef RAY_BASE_INTERRUPT_H
#define RAY_BASE_INTERRUPT_H

#include <stdbool.h>

/* Installs the handlers; SIGPIPE is ignored. */
void ray_interrupt_install(void);

/* True once a signal came. */
bool ray_interrupted(void);

/* In a program of many threads: keeps the signals for the thread that waits for them; the threads that are started
 * from here on never see one. */
void ray_interrupt_hold(void);
/* Waits for a signal, of those that are held; returns at once where one came. */
void ray_interrupt_wait(void);

/* Async-signal-safe function to run from the handler; arg is handed to it. One slot per registration;
 * remove it before arg dies. */
typedef void ray_cancel_fn(void *arg);
void ray_interrupt_add(ray_cancel_fn *fn, void *arg);
void ray_interrupt_remove(void *arg);

/* While on, a signal ends the program at once (exit 130): for waits that hold nothing, such as connecting. */
void ray_interrupt_immediate(bool on);

#endif
