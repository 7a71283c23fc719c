/* Time: one clock for durations, one for dates. */
#ifndef RAY_BASE_CLOCK_H
#define RAY_BASE_CLOCK_H

#include <stdint.h>

int64_t ray_clock_ms(void);       /* monotonic milliseconds, for durations */
int64_t ray_clock_us(void);       /* monotonic microseconds */
int64_t ray_clock_now(void);      /* milliseconds since 1970, as Drizzle's `when` */
void ray_clock_sleep(int64_t ms); /* returns early on a signal */

/* Milliseconds of "500ms", "2s", "5min", "1h", or a bare number of ms; -1 where it is none of these. */
int64_t ray_clock_parse(const char *text);

#endif
