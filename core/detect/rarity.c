/* rarity.c - the histogram of rarity.h. The setting is the middle of a wide plateau on the benchmark of
 * bench_spikes.py, frozen: no series has one of its own. */
#include "detect/rarity.h"

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

enum { DECAY_EVERY = 64 };
#define SMOOTHING      0.5
#define THRESHOLD      6.0         /* nats: what an empty bin among empty ones scores after about 150 values */
#define MARGIN         0.5         /* nats; without it every value of a step that is on its way would alarm */
#define COOLING        0.996672216 /* e^(-1/300) */
#define KEPT           0.968498831 /* 0.9995^64, of the histogram */
#define PRIOR          0.5         /* of a value, in every bin */
#define BINS_AN_OCTAVE 2.4         /* 2^20 is in the last one of 48 */
#define LEVEL_MOST     1e100       /* so that differences stay finite */

struct range {
    double low, width;
};

static double clamp(double number, double low, double high)
{
    if (number < low)
        return low;
    return number > high ? high : number;
}

/* What the bins cover: twice what was seen. A series that never moved has at least a hundredth of its level. */
static struct range covered(const struct rarity *rarity)
{
    double seen = rarity->high - rarity->low;
    seen = fmax(seen, fmax(fabs(rarity->low) / 100, DBL_MIN));
    return (struct range){(rarity->low + rarity->high) / 2 - seen, 2 * seen};
}

static size_t bin_in(struct range range, double x)
{
    return (size_t)clamp(RARITY_BINS * ((x - range.low) / range.width), 0, RARITY_BINS - 1);
}

static size_t bin_of(const struct rarity *rarity)
{
    if (rarity->kind == RARITY_LEVELS)
        return bin_in(covered(rarity), rarity->x);
    return (size_t)clamp(BINS_AN_OCTAVE * log2(1 + rarity->x), 0, RARITY_BINS - 1);
}

/* Takes x into what was seen, and moves every bin to where its middle is then. Bins only grow, so none is torn. */
static void widen(struct rarity *rarity)
{
    if (rarity->n == 1)
        rarity->low = rarity->high = rarity->x;
    if (rarity->x >= rarity->low && rarity->x <= rarity->high)
        return;
    struct range old = covered(rarity);
    rarity->low = fmin(rarity->low, rarity->x);
    rarity->high = fmax(rarity->high, rarity->x);
    struct range now = covered(rarity);
    float bins[RARITY_BINS] = {0};
    for (size_t k = 0; k < RARITY_BINS; k++)
        bins[bin_in(now, old.low + old.width * ((double)k + 0.5) / RARITY_BINS)] += rarity->bin[k];
    memcpy(rarity->bin, bins, sizeof bins);
}

static double score_of(const struct rarity *rarity, size_t k)
{
    double beside = k > 0 ? (double)rarity->bin[k - 1] : 0;
    if (k + 1 < RARITY_BINS)
        beside += (double)rarity->bin[k + 1];
    return -log(((double)rarity->bin[k] + beside / 2 + PRIOR) / ((double)rarity->total + RARITY_BINS));
}

static bool is_above_usual(const struct rarity *rarity, size_t k)
{
    float below = 0;
    for (size_t i = 0; i < k; i++)
        below += rarity->bin[i];
    return below >= rarity->total / 2;
}

static void learn(struct rarity *rarity, size_t k)
{
    if (rarity->n % DECAY_EVERY == 0) {
        for (size_t i = 0; i < RARITY_BINS; i++)
            rarity->bin[i] *= (float)KEPT;
        rarity->total *= (float)KEPT;
    }
    rarity->bin[k]++;
    rarity->total++;
}

/* Whether the score is to be told; remembers it then. */
static bool alarm_of(struct rarity *rarity, size_t k, double score)
{
    rarity->reference *= (float)COOLING;
    if (score <= fmax(THRESHOLD, (double)rarity->reference))
        return false;
    if (rarity->kind == RARITY_COUNTS && !is_above_usual(rarity, k))
        return false;
    rarity->reference = (float)(score + MARGIN);
    return true;
}

void rarity_begin(struct rarity *rarity, enum rarity_kind kind)
{
    *rarity = (struct rarity){.kind = kind};
}

double rarity_add(struct rarity *rarity, double value, bool *alarm)
{
    if (alarm)
        *alarm = false;
    if (!isfinite(value))
        return 0;
    value = clamp(value, rarity->kind == RARITY_COUNTS ? 0 : -LEVEL_MOST, LEVEL_MOST);
    rarity->x = rarity->n ? rarity->x + SMOOTHING * (value - rarity->x) : value;
    rarity->n++;
    if (rarity->kind == RARITY_LEVELS)
        widen(rarity);
    size_t k = bin_of(rarity);
    double score = rarity->n > RARITY_WARMUP ? score_of(rarity, k) : 0;
    bool is_told = alarm_of(rarity, k, score);
    learn(rarity, k);
    if (alarm)
        *alarm = is_told;
    return score;
}
