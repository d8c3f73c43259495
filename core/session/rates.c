/* rates.c - see rates.h. */
#include "session/rates.h"

#include <string.h>

enum { LAGS_KEPT = 20000 };

/* Batches of two sources may come a second out of order; only a clock that was set back starts over. */
static void forget_old(struct rates *rates, int64_t now)
{
    if (now < rates->newest && rates->newest - now < RATE_SECONDS)
        return;
    if (now - rates->newest > RATE_SECONDS || now < rates->newest)
        memset(rates->per_second, 0, sizeof rates->per_second);
    else
        for (int64_t t = rates->newest + 1; t <= now; t++)
            rates->per_second[t % (RATE_SECONDS + 1)] = 0;
    rates->newest = now;
}

static void add_lags(struct rates *rates, int64_t now, const struct block *block)
{
    const struct column *end = block->column[WEIR_F_END];
    for (uint32_t row = 0; end && row < block->n; row++) {
        if (block_kind(block, row) != WEIR_ROW_RECORD || column_is_null(end, row))
            continue;
        int64_t lag = now - (int64_t)column_number(end, row);
        if (lag < 0 || lag > LAG_LONGEST_S)
            continue;
        rates->lag[lag]++;
        rates->lags++;
    }
    if (rates->lags <= LAGS_KEPT)
        return;
    /* Older lags count for less and less. */
    rates->lags = 0;
    for (int lag = 0; lag <= LAG_LONGEST_S; lag++)
        rates->lags += rates->lag[lag] /= 2;
}

void rates_add(struct rates *rates, int64_t now, const struct block *block, bool live)
{
    if (now != rates->newest)
        forget_old(rates, now);
    rates->per_second[now % (RATE_SECONDS + 1)] += block->n;
    if (live)
        add_lags(rates, now, block);
}

void rates_begin(struct rates *rates)
{
    memset(rates->per_second, 0, sizeof rates->per_second);
}

double rates_per_second(const struct rates *rates, int64_t now)
{
    uint64_t sum = 0;
    /* The second under way is not over: the ten before it are. */
    for (int64_t t = now - RATE_SECONDS; t < now; t++)
        if (t >= 0 && t <= rates->newest && rates->newest - t <= RATE_SECONDS)
            sum += rates->per_second[t % (RATE_SECONDS + 1)];
    return (double)sum / RATE_SECONDS;
}

int64_t rates_lag(const struct rates *rates, double quantile)
{
    if (!rates->lags)
        return -1;
    uint64_t wanted = (uint64_t)((double)rates->lags * quantile), seen = 0;
    for (int lag = 0; lag <= LAG_LONGEST_S; lag++) {
        seen += rates->lag[lag];
        if (seen > wanted)
            return lag;
    }
    return LAG_LONGEST_S;
}
