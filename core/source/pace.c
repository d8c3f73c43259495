/* pace.c - additive increase, multiplicative decrease. */
#include "source/pace.h"

static const double burst_s = 5, least_rate = 0.05, rise = 0.02;

enum { BACKOFF_MS = 1000, BACKOFF_MOST_MS = 60 * 1000, BACKOFF_DOUBLINGS = 6 };

void pace_init(struct pace *pace, double requests_per_s, int64_t now_ms)
{
    *pace = (struct pace){.most = requests_per_s, .rate = requests_per_s, .at_ms = now_ms};
    pace->level = requests_per_s * burst_s;
}

int64_t pace_when(struct pace *pace, int64_t now_ms)
{
    double most = pace->rate * burst_s > 1 ? pace->rate * burst_s : 1;
    if (now_ms > pace->at_ms) {
        pace->level += (double)(now_ms - pace->at_ms) / 1000 * pace->rate;
        pace->at_ms = now_ms;
    }
    if (pace->level > most)
        pace->level = most;
    int64_t when = pace->level >= 1 ? now_ms : now_ms + (int64_t)((1 - pace->level) / pace->rate * 1000) + 1;
    return when > pace->hold_ms ? when : pace->hold_ms;
}

void pace_take(struct pace *pace)
{
    pace->level -= 1;
}

void pace_good(struct pace *pace)
{
    pace->throttled = 0;
    pace->rate += pace->most * rise;
    if (pace->rate > pace->most)
        pace->rate = pace->most;
}

void pace_throttled(struct pace *pace, int64_t now_ms)
{
    double least = pace->most < least_rate ? pace->most : least_rate;
    pace->rate = pace->rate / 2 > least ? pace->rate / 2 : least;
    pace->hold_ms = now_ms + pace_backoff(++pace->throttled, (uint64_t)now_ms);
}

int64_t pace_backoff(unsigned failures, uint64_t salt)
{
    unsigned doublings = failures > BACKOFF_DOUBLINGS ? BACKOFF_DOUBLINGS : failures;
    int64_t most = (int64_t)BACKOFF_MS << doublings;
    if (most > BACKOFF_MOST_MS)
        most = BACKOFF_MOST_MS;
    salt = (salt + failures + 1) * UINT64_C(0x9e3779b97f4a7c15);
    salt ^= salt >> 31;
    return most / 2 + (int64_t)(salt % (uint64_t)(most / 2));
}
