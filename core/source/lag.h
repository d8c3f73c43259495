/* lag.h - how late events become readable: a histogram of ingestion time minus event time whose past fades, so that the
 * band that is asked for follows what the delivery does now. Milliseconds. Pure. */
#ifndef WEIR_SOURCE_LAG_H
#define WEIR_SOURCE_LAG_H

#include <stdbool.h>
#include <stdint.h>

enum { LAG_STEPS = 16, LAG_OCTAVES = 24, LAG_BINS = LAG_STEPS * LAG_OCTAVES };

struct lag {
    double bins[LAG_BINS];
    double total;      /* of the bins, faded */
    uint64_t n;        /* ever added */
    int64_t halved_ms; /* when the past was last halved; 0 = never */
};

/* A negative lag (an event dated into the future) counts as none. */
void lag_add(struct lag *lag, int64_t lag_ms, int64_t now_ms);

/* At most the lag of that share of the events (its bin's lower end), or at least it (the upper end): both err towards
 * a wider band. -1 when nothing was added. */
int64_t lag_at_most(const struct lag *lag, double share);
int64_t lag_at_least(const struct lag *lag, double share);

/* Enough events came for the shares to mean something. */
bool lag_known(const struct lag *lag);

#endif
