/* Clocks: see clock.h. Durations are spelled as PostgreSQL spells its time settings. */
#include "base/clock.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t
ray_clock_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
ray_clock_ms(void)
{
    return ray_clock_us() / 1000;
}

int64_t
ray_clock_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
ray_clock_sleep(int64_t ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};

    nanosleep(&left, NULL);
}

int64_t
ray_clock_parse(const char *text)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"", 1}, {"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000}};
    char *end = NULL;
    long long value = strtoll(text, &end, 10);

    if (end == text || value < 0 || value > 1000000000)
        return -1;
    while (*end == ' ')
        end++;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(end, units[i].unit) == 0)
            return value * units[i].ms;
    return -1;
}
