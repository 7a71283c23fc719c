/* Signals and scopes: see interrupt.h. Only what is async-signal-safe happens in the handler. */
#include "base/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum { INTERRUPTED = 130, AGAIN_S = 1 };

static struct ray_interrupt_slot slots[RAY_INTERRUPT_SLOTS];
static pthread_mutex_t taking = PTHREAD_MUTEX_INITIALIZER; /* of a slot; the handler only reads */
static _Thread_local struct ray_interrupt *current;        /* NULL: the signals count */
static volatile sig_atomic_t signals_seen;
static volatile sig_atomic_t immediate;

static void
end_now(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        _exit(INTERRUPTED);
    _exit(INTERRUPTED);
}

static void
run_all(const struct ray_interrupt_slot *all)
{
    for (size_t i = 0; i < RAY_INTERRUPT_SLOTS; i++) {
        ray_cancel_fn *fn = all[i].fn;

        if (fn != NULL)
            fn(all[i].arg);
    }
}

static void
cancel_all(void)
{
    run_all(slots);
    (void)alarm(AGAIN_S);
}

/* A request can miss: the server drops one that comes between two statements, and a function may catch
 * it. So it is sent again until the program has ended. */
static void
on_alarm(int number)
{
    (void)number;
    if (signals_seen > 0)
        cancel_all();
}

static void
on_signal(int number)
{
    (void)number;
    signals_seen++;
    if (immediate)
        end_now("\nraymig: interrupted\n");
    if (signals_seen > 2)
        end_now("\nraymig: interrupted again; the server rolls back what was open\n");
    cancel_all();
}

void
ray_interrupt_install(void)
{
    struct sigaction action;

    current = NULL;
    memset(&action, 0, sizeof(action));
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = on_alarm;
    action.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

bool
ray_interrupted(void)
{
    return current != NULL ? atomic_load(&current->raised) : signals_seen > 0;
}

void
ray_interrupt_hold(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGALRM);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void
ray_interrupt_wait(void)
{
    sigset_t open;

    (void)pthread_sigmask(SIG_BLOCK, NULL, &open);
    sigdelset(&open, SIGINT);
    sigdelset(&open, SIGTERM);
    while (signals_seen == 0)
        (void)sigsuspend(&open);
}

void
ray_interrupt_immediate(bool on)
{
    if (current != NULL)
        return;
    immediate = on ? 1 : 0;
    if (on && signals_seen > 0)
        end_now("raymig: interrupted\n");
}

static void
add(struct ray_interrupt_slot *all, ray_cancel_fn *fn, void *arg)
{
    for (size_t i = 0; i < RAY_INTERRUPT_SLOTS; i++)
        if (all[i].fn == NULL) {
            all[i].arg = arg;
            all[i].fn = fn;
            return;
        }
}

static void
remove_from(struct ray_interrupt_slot *all, const void *arg)
{
    for (size_t i = 0; i < RAY_INTERRUPT_SLOTS; i++)
        if (all[i].arg == arg) {
            all[i].fn = NULL;
            all[i].arg = NULL;
        }
}

void
ray_interrupt_add(ray_cancel_fn *fn, void *arg)
{
    if (current == NULL) {
        (void)pthread_mutex_lock(&taking);
        add(slots, fn, arg);
        (void)pthread_mutex_unlock(&taking);
        return;
    }
    (void)pthread_mutex_lock(&current->mutex);
    add(current->slots, fn, arg);
    (void)pthread_mutex_unlock(&current->mutex);
}

void
ray_interrupt_remove(void *arg)
{
    if (current == NULL) {
        (void)pthread_mutex_lock(&taking);
        remove_from(slots, arg);
        (void)pthread_mutex_unlock(&taking);
        return;
    }
    (void)pthread_mutex_lock(&current->mutex);
    remove_from(current->slots, arg);
    (void)pthread_mutex_unlock(&current->mutex);
}

/* ---------------------------------------------------------------- scopes */

void
ray_interrupt_init(struct ray_interrupt *scope)
{
    memset(scope, 0, sizeof(*scope));
    (void)pthread_mutex_init(&scope->mutex, NULL);
    atomic_init(&scope->raised, false);
}

void
ray_interrupt_destroy(struct ray_interrupt *scope)
{
    (void)pthread_mutex_destroy(&scope->mutex);
}

struct ray_interrupt *
ray_interrupt_enter(struct ray_interrupt *scope)
{
    struct ray_interrupt *before = current;

    current = scope;
    return before;
}

/* Under the mutex, so that what is cancelled does not die meanwhile. */
void
ray_interrupt_raise(struct ray_interrupt *scope)
{
    atomic_store(&scope->raised, true);
    (void)pthread_mutex_lock(&scope->mutex);
    run_all(scope->slots);
    (void)pthread_mutex_unlock(&scope->mutex);
}

void
ray_interrupt_lower(struct ray_interrupt *scope)
{
    atomic_store(&scope->raised, false);
}
