/* rates.h - how fast records come and how late: sums of the last seconds and a histogram of lags. */
#ifndef WEIR_SESSION_RATES_H
#define WEIR_SESSION_RATES_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/block.h"

enum { RATE_SECONDS = 10, LAG_LONGEST_S = 1800 };

struct rates {
    uint64_t per_second[RATE_SECONDS + 1]; /* by time modulo */
    int64_t newest;                        /* second of the newest entry */
    uint32_t lag[LAG_LONGEST_S + 1];       /* records by arrival minus end, seconds; halved now and then */
    uint64_t lags;
};

/* Counts a batch that arrived at `now`; `live` says that its lag means something. */
void rates_add(struct rates *rates, int64_t now, const struct block *block, bool live);
/* Forgets the speed so far: history comes as fast as it can be read. */
void rates_begin(struct rates *rates);
double rates_per_second(const struct rates *rates, int64_t now);
int64_t rates_lag(const struct rates *rates, double quantile); /* -1 = nothing live was seen */

#endif
