/* rarity.h - how rare a value is among what a series showed before: a histogram that forgets slowly, and a cooldown.
 *
 *   x     += smoothing * (value - x)
 *   k      = bin of x
 *   p      = (h[k] + (h[k-1] + h[k+1]) / 2 + 0.5) / (total + bins);  score = -ln p
 *   alarm  = score > max(threshold, reference), reference decays by e^(-1/300) a value and becomes the score
 *
 * Counts have bins by logarithm (8 an octave) and need no range; other series have linear bins over the range of their
 * first RARITY_WARMUP values, widened by a quarter at both sides. Constant work a value, fixed memory, no allocation.
 * Pure; any thread. */
#ifndef WEIR_DETECT_RARITY_H
#define WEIR_DETECT_RARITY_H

#include <stdbool.h>
#include <stdint.h>

enum { RARITY_BINS = 48, RARITY_WARMUP = 150 };

enum rarity_kind {
    RARITY_COUNTS, /* whole numbers from 0; only values above the usual (the median bin) are told */
    RARITY_LEVELS, /* any numbers, both ways */
};

struct rarity {
    enum rarity_kind kind;
    float bin[RARITY_BINS];
    float total;
    float reference;
    double x;         /* smoothed */
    double low, high; /* range of RARITY_LEVELS */
    uint32_t n;       /* values seen */
};

void rarity_begin(struct rarity *rarity, enum rarity_kind kind);

/* Takes the next value. Returns its score in nats, 0 while it learns; *alarm (may be NULL): it is rare enough, and
 * rarer than the last one that was told, less what time took from it. */
double rarity_add(struct rarity *rarity, double value, bool *alarm);

#endif
