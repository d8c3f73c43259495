/* clock.h - the only door to the time of day. A clock that stands still serves tests and pictures. */
#ifndef WEIR_BASE_CLOCK_H
#define WEIR_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock {
    int64_t fixed; /* Unix seconds; 0 = real time */
};

int64_t clock_now(const struct clock *clock);    /* Unix seconds */
int64_t clock_now_ms(const struct clock *clock); /* Unix milliseconds */
int64_t clock_mono_ms(void);                     /* monotonic, for waits; never stands still */

#endif
