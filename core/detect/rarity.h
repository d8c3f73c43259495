/* rarity.h - how rare a value is among what a series showed before: a histogram that forgets slowly, and a cooldown.
 *
 *   x     += (value - x) / 2
 *   k      = bin of x
 *   p      = (h[k] + (h[k-1] + h[k+1]) / 2 + 0.5) / (total + bins);  score = -ln p
 *   alarm  = score > max(6.0, reference);  reference becomes score + 0.5, and decays by e^(-1/300) a value
 *
 * Counts have bins by logarithm (2.4 an octave, to a million) and need no range. Other series have linear bins over
 * twice the range that was seen; when x leaves what was seen the bins become wider and what they hold is moved, so that
 * one value far outside leaves coarse bins behind. Constant work a value, fixed memory, no allocation. Pure; any
 * thread. tests/bench/bench_spikes.py measures it. */
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
    double low, high; /* of x, what RARITY_LEVELS saw */
    uint32_t n;       /* values seen */
};

void rarity_begin(struct rarity *rarity, enum rarity_kind kind);

/* Takes the next value. Returns its score in nats, 0 for the first RARITY_WARMUP ones and for what is no finite number
 * (which leaves no trace); a negative count is 0. *alarm (may be NULL): it is rare enough, and rarer than the last one
 * that was told, less what time took from it. */
double rarity_add(struct rarity *rarity, double value, bool *alarm);

#endif
