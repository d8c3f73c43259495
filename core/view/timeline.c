/* timeline.c - time as it is drawn: buckets, what is settled, spikes. Counting is store/counts's, the rule for
 * spikes detect/spike's. */
#include <stdlib.h>

#include "base/scope.h"
#include "detect/spike.h"
#include "view/state.h"

bool weir_view_span(const weir_view *view, int64_t *first, int64_t *last)
{
    if (!view->has_span)
        return false;
    *first = view->first;
    *last = view->last;
    return true;
}

static int64_t step_up(const weir_view *view, int64_t step, int64_t *resolution)
{
    int64_t width = counts_resolution(view->timeline);
    if (resolution)
        *resolution = width;
    if (step <= width)
        return width;
    int64_t more = step % width ? width - step % width : 0;
    return step > INT64_MAX - more ? step : step + more;
}

/* from + k * step, at most the end of time. */
static int64_t bucket_start(int64_t from, int64_t step, size_t k)
{
    int64_t start;
    if (__builtin_mul_overflow(step, k, &start) || __builtin_add_overflow(start, from, &start))
        return INT64_MAX;
    return start;
}

void weir_view_timeline(const weir_view *view, int64_t from, int64_t step, weir_bucket *out, size_t n,
                        int64_t *resolution)
{
    step = step_up(view, step, resolution);
    AUTO(free_cleanup) struct count *counts = calloc(n ? n : 1, sizeof *counts);
    if (counts)
        counts_fold(view->timeline, from, step, counts, n);
    for (size_t k = 0; k < n; k++) {
        struct count count = counts ? counts[k] : (struct count){0};
        int64_t start = bucket_start(from, step, k);
        out[k] = (weir_bucket){
            .start = start,
            .accept = count.accept,
            .reject = count.reject,
            .other = count.other,
            .skipped = count.skipped,
            .settled = bucket_start(from, step, k + 1) <= view->settled_until,
            .partial = view->has_partial && start < view->partial_until,
        };
    }
}

/* How many buckets before `from` may serve as a baseline: none before the first record or with rows missing. */
static size_t lead_of(const weir_view *view, int64_t from, int64_t step)
{
    int64_t first = view->first;
    if (view->has_partial && view->partial_until > first)
        first = view->partial_until;
    if (first >= from)
        return 0;
    uint64_t buckets = ((uint64_t)from - (uint64_t)first) / (uint64_t)step;
    return buckets > SPIKE_BASELINE ? SPIKE_BASELINE : (size_t)buckets;
}

/* Buckets at the beginning that say nothing because the data begins later. */
static size_t skip_of(const weir_view *view, int64_t from, int64_t step, size_t n)
{
    int64_t first = view->first;
    if (view->has_partial && view->partial_until > first)
        first = view->partial_until;
    if (first <= from)
        return 0;
    uint64_t buckets = ((uint64_t)first - (uint64_t)from) / (uint64_t)step;
    return buckets > n ? n : (size_t)buckets;
}

static weir_spike spike_times(const struct spike *spike, int64_t from, int64_t step)
{
    return (weir_spike){
        .from = bucket_start(from, step, spike->from),
        .to = bucket_start(from, step, spike->to),
        .peak = spike->peak,
        .baseline = spike->baseline,
        .ratio = (double)spike->peak / (double)(spike->baseline ? spike->baseline : 1),
    };
}

size_t weir_view_spikes(const weir_view *view, int64_t from, int64_t step, size_t n_buckets, weir_spike *out,
                        size_t max)
{
    if (!view->has_span || n_buckets == 0 || max == 0)
        return 0;
    step = step_up(view, step, NULL);
    size_t lead = lead_of(view, from, step);
    size_t skip = skip_of(view, from, step, n_buckets);
    int64_t begin = lead ? from - (int64_t)lead * step : bucket_start(from, step, skip);
    size_t n = lead + n_buckets - skip;
    AUTO(free_cleanup) struct count *counts = calloc(n + 1, sizeof *counts);
    AUTO(free_cleanup) uint64_t *rejects = calloc(n + 1, sizeof *rejects);
    AUTO(free_cleanup) struct spike *spikes = calloc(max, sizeof *spikes);
    if (!counts || !rejects || !spikes)
        return 0;
    counts_fold(view->timeline, begin, step, counts, n);
    size_t settled = 0;
    for (size_t k = 0; k < n; k++) {
        rejects[k] = counts[k].reject;
        if (bucket_start(begin, step, k + 1) <= view->settled_until)
            settled = k + 1;
    }
    size_t found = spike_find(rejects, n, settled, spikes, max);
    size_t written = 0;
    for (size_t k = 0; k < found; k++)
        if (spikes[k].to > lead)
            out[written++] = spike_times(&spikes[k], begin, step);
    return written;
}
