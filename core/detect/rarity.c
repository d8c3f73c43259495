/* rarity.c - see rarity.h. The histogram forgets a little of everything at once, every DECAY_EVERY values. */
#include "detect/rarity.h"

#include <math.h>
#include <string.h>

enum { OCTAVE = 3 /* bins an octave of counts: 48 bins reach 65,000 */, DECAY_EVERY = 64, COUNTS_WARMUP = 30 };
#define SMOOTHING 0.5
#define DECAY     0.968500f /* 0.9995^64 */
#define COOLDOWN  0.996672f /* e^(-1/300) */
#define THRESHOLD 6.2f
#define WIDEN     0.25

void rarity_begin(struct rarity *rarity, enum rarity_kind kind)
{
    memset(rarity, 0, sizeof *rarity);
    rarity->kind = kind;
}

static int clamp(double bin)
{
    return bin < 0 ? 0 : bin > RARITY_BINS - 1 ? RARITY_BINS - 1 : (int)bin;
}

static int bin_of(const struct rarity *rarity)
{
    if (rarity->kind == RARITY_COUNTS)
        return clamp(rarity->x > 0 ? log2(1 + rarity->x) * OCTAVE : 0);
    double width = rarity->high - rarity->low;
    return width > 0 ? clamp((rarity->x - rarity->low) / width * RARITY_BINS) : RARITY_BINS / 2;
}

static float weight(const struct rarity *rarity, int bin)
{
    return bin < 0 || bin >= RARITY_BINS ? 0 : rarity->bin[bin];
}

static bool is_above_median(const struct rarity *rarity, int bin)
{
    float below = 0;
    for (int k = 0; k < bin; k++)
        below += rarity->bin[k];
    return below * 2 > rarity->total;
}

static void forget(struct rarity *rarity)
{
    for (int k = 0; k < RARITY_BINS; k++)
        rarity->bin[k] *= DECAY;
    rarity->total *= DECAY;
}

/* The range of the first values, a little wider; what was seen while it was learned is lost but for its last bin. */
static bool is_learning(struct rarity *rarity)
{
    if (rarity->kind == RARITY_COUNTS)
        return false;
    if (rarity->n > RARITY_WARMUP)
        return false;
    rarity->low = rarity->n == 1 || rarity->x < rarity->low ? rarity->x : rarity->low;
    rarity->high = rarity->n == 1 || rarity->x > rarity->high ? rarity->x : rarity->high;
    if (rarity->n < RARITY_WARMUP)
        return true;
    double wider = (rarity->high - rarity->low) * WIDEN;
    rarity->low -= wider;
    rarity->high += wider;
    return true;
}

double rarity_add(struct rarity *rarity, double value, bool *alarm)
{
    if (alarm)
        *alarm = false;
    if (!isfinite(value))
        return 0;
    rarity->x = rarity->n ? rarity->x + SMOOTHING * (value - rarity->x) : value;
    rarity->n += rarity->n < UINT32_MAX;
    if (is_learning(rarity))
        return 0;
    int bin = bin_of(rarity);
    float mass = weight(rarity, bin) + (weight(rarity, bin - 1) + weight(rarity, bin + 1)) / 2 + 0.5f;
    float score = -logf(mass / (rarity->total + RARITY_BINS));
    bool is_side = rarity->kind == RARITY_LEVELS || is_above_median(rarity, bin);
    rarity->reference *= COOLDOWN;
    bool is_rare = is_side && rarity->n > COUNTS_WARMUP && score > THRESHOLD && score > rarity->reference;
    rarity->reference = is_side ? score : rarity->reference;
    if (rarity->n % DECAY_EVERY == 0)
        forget(rarity);
    rarity->bin[bin]++;
    rarity->total++;
    if (alarm)
        *alarm = is_rare;
    return (double)score;
}
