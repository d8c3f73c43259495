/* spike.c - the rule of spike.h, one pass over the buckets. Leaves times and rows to view/timeline. */
#include "detect/spike.h"

#include <stdbool.h>
#include <string.h>

enum {
    COUNT_MIN = 20,
    BASELINE_MIN = 8,
    QUIET_BUCKETS = 2,
};
#define TIMES_MEDIAN     3.0
#define TIMES_SPREAD     (5 * 1.48) /* 1.48 MAD is one standard deviation of normal noise */
#define TIMES_MEDIAN_END 1.5

struct usual {
    uint64_t last[SPIKE_BASELINE]; /* circular */
    size_t n;                      /* ever added */
};

struct level {
    uint64_t median;
    double least, above; /* a spike begins at or above the one and strictly above the other */
    double half;         /* of what it takes to begin */
};

static void sort(uint64_t *values, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t value = values[i];
        size_t k = i;
        for (; k > 0 && values[k - 1] > value; k--)
            values[k] = values[k - 1];
        values[k] = value;
    }
}

static uint64_t median(uint64_t *values, size_t n)
{
    sort(values, n);
    uint64_t low = values[(n - 1) / 2];
    return low + (values[n / 2] - low) / 2;
}

static struct level level_of(const struct usual *usual)
{
    size_t n = usual->n < SPIKE_BASELINE ? usual->n : SPIKE_BASELINE;
    uint64_t values[SPIKE_BASELINE];
    memcpy(values, usual->last, n * sizeof *values);
    uint64_t middle = median(values, n);
    for (size_t i = 0; i < n; i++)
        values[i] = values[i] > middle ? values[i] - middle : middle - values[i];
    double above = (double)middle + TIMES_SPREAD * (double)median(values, n);
    double least = TIMES_MEDIAN * (double)middle;
    if (least < COUNT_MIN)
        least = COUNT_MIN;
    return (struct level){middle, least, above, (least > above ? least : above) / 2};
}

static void learn(struct usual *usual, uint64_t count)
{
    usual->last[usual->n++ % SPIKE_BASELINE] = count;
}

static bool is_quiet(uint64_t count, const struct level *level)
{
    return (double)count < TIMES_MEDIAN_END * (double)level->median || (double)count < level->half;
}

/* The spike that begins at `from`; *next is the bucket where the search goes on. */
static struct spike follow(const uint64_t *counts, size_t n, size_t from, const struct level *level, size_t *next)
{
    struct spike spike = {.from = from, .to = from + 1, .peak = counts[from], .baseline = level->median};
    size_t k = from + 1;
    for (; k < n && k - spike.to < QUIET_BUCKETS; k++) {
        if (is_quiet(counts[k], level))
            continue;
        spike.to = k + 1;
        if (counts[k] > spike.peak)
            spike.peak = counts[k];
    }
    *next = spike.to;
    return spike;
}

static void keep_newest(struct spike *out, size_t max, size_t *n, const struct spike *spike)
{
    if (max == 0)
        return;
    if (*n == max)
        --*n;
    memmove(out + 1, out, *n * sizeof *out);
    out[0] = *spike;
    ++*n;
}

size_t spike_find(const uint64_t *counts, size_t n, size_t n_settled, struct spike *out, size_t max)
{
    struct usual usual = {.n = 0};
    size_t found = 0;
    for (size_t k = 0; k < n;) {
        if (counts[k] >= COUNT_MIN && usual.n >= BASELINE_MIN) {
            struct level level = level_of(&usual);
            if ((double)counts[k] >= level.least && (double)counts[k] > level.above) {
                struct spike spike = follow(counts, n, k, &level, &k);
                keep_newest(out, max, &found, &spike);
                continue;
            }
        }
        if (k < n_settled)
            learn(&usual, counts[k]);
        k++;
    }
    return found;
}
