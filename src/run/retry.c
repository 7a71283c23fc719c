/*
 * Errors that go away by themselves: a lock timeout, a deadlock, a serialization failure. The migration,
 * rolled back by then, is tried again after a pause that doubles, with jitter, so that it neither queues
 * the application behind it nor meets the same rival each time.
 */
#include "run/retry.h"

#include "base/clock.h"
#include "base/interrupt.h"

#include <string.h>
#include <unistd.h>

enum { FIRST_PAUSE_MS = 100, LONGEST_PAUSE_MS = 10000, SLICE_MS = 50 };

static const struct {
    const char *sqlstate;
    const char *why;
} passing[] = {
    {"55P03", "a lock was not to be had in time"},
    {"40P01", "deadlock"},
    {"40001", "serialization failure"},
};

static const char *
why_passing(const struct ray_err *err)
{
    for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
        if (strcmp(err->sqlstate, passing[i].sqlstate) == 0)
            return passing[i].why;
    return NULL;
}

/* Half of the pause is fixed, half is chance: the clock's microseconds differ between rivals. */
static int64_t
pause_of(int attempt)
{
    int64_t pause = FIRST_PAUSE_MS;

    for (int i = 1; i < attempt && pause < LONGEST_PAUSE_MS; i++)
        pause *= 2;
    if (pause > LONGEST_PAUSE_MS)
        pause = LONGEST_PAUSE_MS;
    return pause / 2 + (ray_clock_us() * 7919 + getpid()) % (pause / 2 + 1);
}

bool
ray_step_retry(struct ray_step *step, int attempt, const struct ray_err *err)
{
    const char *why = why_passing(err);
    int64_t left;
    struct ray_event event = {.kind = RAY_EVENT_RETRY, .number = (size_t)attempt + 1, .text = why};

    if (why == NULL || attempt > step->runner->options.config->lock_retries || ray_interrupted())
        return false;
    left = pause_of(attempt);
    event.us = left * 1000;
    ray_step_event(step, &event);
    for (; left > 0 && !ray_interrupted(); left -= SLICE_MS)
        ray_clock_sleep(left < SLICE_MS ? left : SLICE_MS);
    return !ray_interrupted();
}
