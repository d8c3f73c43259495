/* pace.h - how many requests may be sent: a bucket that fills at a rate which a throttle halves and every good answer
 * raises a little. Milliseconds. Pure. */
#ifndef WEIR_SOURCE_PACE_H
#define WEIR_SOURCE_PACE_H

#include <stdint.h>

struct pace {
    double most, rate;  /* requests a second: allowed, and now */
    double level;       /* requests that may go at once */
    int64_t at_ms;      /* when `level` was that */
    int64_t hold_ms;    /* nothing goes before */
    unsigned throttled; /* in a row */
};

void pace_init(struct pace *pace, double requests_per_s, int64_t now_ms);
int64_t pace_when(struct pace *pace, int64_t now_ms); /* now_ms or later */
void pace_take(struct pace *pace);
void pace_good(struct pace *pace);
void pace_throttled(struct pace *pace, int64_t now_ms);

/* How long to wait after the n-th failure in a row: longer and longer, at most a minute, and never quite the same. */
int64_t pace_backoff(unsigned failures, uint64_t salt);

#endif
