/* lag.c - bins of 64 ms up to a second, then sixteen to a doubling: the error is at most a sixteenth of the lag. */
#include "source/lag.h"

enum {
    FIRST_SHIFT = 6, /* a bin of the first octave is 64 ms wide */
    KNOWN_EVENTS = 500,
    FADE_MS = 15 * 60 * 1000, /* after that long the past counts half */
    FADE_MIN_EVENTS = 2000,   /* a quiet group keeps what it knows */
};

static int bin_of(int64_t lag_ms)
{
    uint64_t steps = lag_ms > 0 ? (uint64_t)lag_ms >> FIRST_SHIFT : 0;
    if (steps < LAG_STEPS)
        return (int)steps;
    int octave = 63 - __builtin_clzll(steps) - 4;
    int bin = (octave + 1) * LAG_STEPS + (int)((steps >> octave) - LAG_STEPS);
    return bin < LAG_BINS ? bin : LAG_BINS - 1;
}

/* The least lag of a bin. */
static int64_t bin_begin(int bin)
{
    if (bin < LAG_STEPS)
        return (int64_t)bin << FIRST_SHIFT;
    int octave = bin / LAG_STEPS - 1;
    return (int64_t)(LAG_STEPS + bin % LAG_STEPS) << (octave + FIRST_SHIFT);
}

static void fade(struct lag *lag, int64_t now_ms)
{
    if (lag->halved_ms == 0 || now_ms < lag->halved_ms)
        lag->halved_ms = now_ms;
    if (now_ms - lag->halved_ms < FADE_MS)
        return;
    lag->halved_ms = now_ms;
    if (lag->total < FADE_MIN_EVENTS)
        return;
    for (int k = 0; k < LAG_BINS; k++)
        lag->bins[k] /= 2;
    lag->total /= 2;
}

void lag_add(struct lag *lag, int64_t lag_ms, int64_t now_ms)
{
    fade(lag, now_ms);
    lag->bins[bin_of(lag_ms)] += 1;
    lag->total += 1;
    lag->n++;
}

static int find_bin(const struct lag *lag, double share)
{
    double sum = 0;
    for (int k = 0; k < LAG_BINS; k++) {
        sum += lag->bins[k];
        if (sum > 0 && sum >= share * lag->total)
            return k;
    }
    return LAG_BINS - 1;
}

int64_t lag_at_most(const struct lag *lag, double share)
{
    return lag->n ? bin_begin(find_bin(lag, share)) : -1;
}

int64_t lag_at_least(const struct lag *lag, double share)
{
    return lag->n ? bin_begin(find_bin(lag, share) + 1) : -1;
}

bool lag_known(const struct lag *lag)
{
    return lag->n >= KNOWN_EVENTS;
}
