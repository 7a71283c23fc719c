/*
 * Being told to stop. Of the program: SIGINT and SIGTERM; the handler sets a flag and runs the registered cancellers
 * (which send the server a cancel request, the one thing that may be done from a handler), and again every second,
 * should it miss. A third signal ends the program. Of a part of a program that has threads: a scope, which another
 * thread raises; signals are not its business.
 *
 * The signals' part is file-scope state: a handler has no other way to reach anything. Which scope a thread is in
 * is a variable of the thread, so that whoever asks whether to stop need not know for whom it works.
 */
#ifndef RAY_BASE_INTERRUPT_H
#define RAY_BASE_INTERRUPT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { RAY_INTERRUPT_SLOTS = 64 };

/* Async-signal-safe function that stops something; arg is handed to it. */
typedef void ray_cancel_fn(void *arg);

struct ray_interrupt_slot {
    ray_cancel_fn *volatile fn; /* NULL: free */
    void *volatile arg;
};

struct ray_interrupt {
    pthread_mutex_t mutex; /* over the slots */
    atomic_bool raised;
    struct ray_interrupt_slot slots[RAY_INTERRUPT_SLOTS];
};

/* Installs the handlers; SIGPIPE is ignored. The thread leaves its scope: what a child process of ours calls first. */
void ray_interrupt_install(void);

/* True once a signal came, or the thread's scope was raised. */
bool ray_interrupted(void);

/* In a program of many threads: keeps the signals for the thread that waits for them; the threads that are started
 * from here on never see one. */
void ray_interrupt_hold(void);
/* Waits for a signal, of those that are held; returns at once where one came. */
void ray_interrupt_wait(void);

/* Registers a canceller, in the thread's scope where it is in one; remove it there before arg dies. One too many is
 * left out. */
void ray_interrupt_add(ray_cancel_fn *fn, void *arg);
void ray_interrupt_remove(void *arg);

/* While on, a signal ends the program at once (exit 130): for waits that hold nothing, such as connecting. Nothing happens
 * in a scope. */
void ray_interrupt_immediate(bool on);

/* A scope. The thread that enters it works for it until it enters another or NULL; another one may raise it meanwhile, which runs the
 * cancellers. It stays raised until it is lowered. */
void ray_interrupt_init(struct ray_interrupt *scope);
void ray_interrupt_destroy(struct ray_interrupt *scope);
struct ray_interrupt *ray_interrupt_enter(struct ray_interrupt *scope); /* the one before */
void ray_interrupt_raise(struct ray_interrupt *scope);
void ray_interrupt_lower(struct ray_interrupt *scope);

#endif
