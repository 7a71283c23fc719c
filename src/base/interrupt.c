/* Signals: see interrupt.h. Only what is async-signal-safe happens in the handler. */
#include "base/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum { SLOTS = 8, INTERRUPTED = 130, AGAIN_S = 1 };

struct slot {
    ray_cancel_fn *volatile fn; /* NULL: free */
    void *volatile arg;
};

static struct slot slots[SLOTS];
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
cancel_all(void)
{
    for (size_t i = 0; i < SLOTS; i++) {
        ray_cancel_fn *fn = slots[i].fn;

        if (fn != NULL)
            fn(slots[i].arg);
    }
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
    return signals_seen > 0;
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
    immediate = on ? 1 : 0;
    if (on && signals_seen > 0)
        end_now("raymig: interrupted\n");
}

void
ray_interrupt_add(ray_cancel_fn *fn, void *arg)
{
    for (size_t i = 0; i < SLOTS; i++)
        if (slots[i].fn == NULL) {
            slots[i].arg = arg;
            slots[i].fn = fn;
            return;
        }
}

void
ray_interrupt_remove(void *arg)
{
    for (size_t i = 0; i < SLOTS; i++)
        if (slots[i].arg == arg) {
            slots[i].fn = NULL;
            slots[i].arg = NULL;
        }
}
