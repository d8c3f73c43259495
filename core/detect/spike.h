/* spike.h - stretches of a series of counts that stand far above what was usual before them.
 *
 * A spike begins where a count is at least 20, at least 3 times the median of the (up to 30, at least 8)
 * settled buckets before it, and above that median + 5 * 1.48 * MAD. It ends where two buckets in a row are below
 * 1.5 times that median or below half of what it took to begin. The baseline stands still inside a spike.
 * A bucket that is not settled can only grow: it may begin a spike but is no baseline. Pure; any thread. */
#ifndef WEIR_DETECT_SPIKE_H
#define WEIR_DETECT_SPIKE_H

#include <stddef.h>
#include <stdint.h>

enum { SPIKE_BASELINE = 30 }; /* buckets before the first one of interest that are worth giving */

struct spike {
    size_t from, to; /* buckets [from, to) */
    uint64_t peak;
    uint64_t baseline; /* median of the buckets before it */
};

/* Looks at counts[n], of which the first n_settled are settled. Writes the last `max` spikes, newest first;
 * returns how many were written. */
size_t spike_find(const uint64_t *counts, size_t n, size_t n_settled, struct spike *out, size_t max);

#endif
