/* Counters per time slot: sums, widening, outliers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "rows.h"
#include "store/counts.h"

static const char *const endings[] = {"ACCEPT OK", "REJECT OK", "- NODATA", "- SKIPDATA"};

static void add_row(struct block *block, uint64_t start, unsigned ending)
{
    char line[160];
    snprintf(line, sizeof line, "2 123456789012 eni-0 192.0.2.1 198.51.100.7 1 443 6 1 40 %llu %llu %s",
             (unsigned long long)start, (unsigned long long)start, endings[ending]);
    rows_add(block, format_default(), line);
}

struct event {
    int64_t start;
    unsigned ending;
};

static struct block *block_of(const struct event *events, uint32_t n)
{
    struct block *block = block_new(n, 0);
    for (uint32_t k = 0; k < n; k++)
        add_row(block, (uint64_t)events[k].start, events[k].ending);
    return block;
}

static void assert_folds(const struct counts *counts, const struct event *events, size_t n_events, int64_t from,
                         int64_t step, size_t n)
{
    int64_t width = counts_resolution(counts);
    struct count *out = calloc(n, sizeof *out);
    struct count *naive = calloc(n, sizeof *naive);
    counts_fold(counts, from, step, out, n);
    for (size_t k = 0; k < n_events; k++) {
        int64_t slot = events[k].start & ~(width - 1);
        if (slot < from || (slot - from) / step >= (int64_t)n)
            continue;
        struct count *count = &naive[(slot - from) / step];
        uint64_t *place[] = {&count->accept, &count->reject, &count->other, &count->skipped};
        ++*place[events[k].ending];
    }
    assert_memory_equal(out, naive, n * sizeof *out);
    free(out);
    free(naive);
}

static void sums_equal_a_recount(void **state)
{
    (void)state;
    enum { N = 5000 };
    static struct event events[N];
    uint64_t seed = 7;
    for (size_t k = 0; k < N; k++)
        events[k] = (struct event){1700000000 + (int64_t)(rows_random(&seed) % 7200), rows_random(&seed) % 4};
    struct block *block = block_of(events, N);
    struct counts *counts = counts_new(64 << 20);
    assert_true(counts_add(counts, block, 0, N / 2, NULL));
    assert_true(counts_add(counts, block, N / 2, N, NULL));
    assert_int_equal(counts_resolution(counts), 1);
    assert_folds(counts, events, N, 1700000000, 1, 7200);
    assert_folds(counts, events, N, 1700000000 - 37, 60, 130);
    assert_folds(counts, events, N, 1700001234, 7, 100);
    assert_folds(counts, events, N, 0, 86400, 30000);
    int64_t first, last;
    assert_true(counts_span(counts, &first, &last));
    assert_true(first >= 1700000000 && last < 1700007200 && first < last);
    block_free(block);
    counts_free(counts);
}

static void only_rows_whose_bit_is_set_count(void **state)
{
    (void)state;
    struct event events[130];
    for (size_t k = 0; k < 130; k++)
        events[k] = (struct event){1000 + (int64_t)k, 1};
    struct block *block = block_of(events, 130);
    struct counts *counts = counts_new(1 << 20);
    uint64_t bits[3] = {1ull << 3, 1ull << 63, 2};
    assert_true(counts_add(counts, block, 0, 130, bits));
    struct count out[130];
    counts_fold(counts, 1000, 1, out, 130);
    for (size_t k = 0; k < 130; k++)
        assert_int_equal(out[k].reject, k == 3 || k == 127 || k == 129);
    counts_clear(counts);
    int64_t first, last;
    assert_false(counts_span(counts, &first, &last));
    counts_fold(counts, 1000, 1, out, 130);
    assert_int_equal(out[3].reject, 0);
    block_free(block);
    counts_free(counts);
}

static void a_long_span_makes_slots_wider_and_loses_nothing(void **state)
{
    (void)state;
    enum { N = 20000 };
    static struct event events[N];
    uint64_t seed = 9;
    for (size_t k = 0; k < N; k++)
        events[k] = (struct event){1600000000 + (int64_t)k * 777 + (int64_t)(rows_random(&seed) % 5000), k % 4};
    struct block *block = block_of(events, N);
    struct counts *counts = counts_new(256 << 10);
    assert_true(counts_add(counts, block, 0, N, NULL));
    assert_true(counts_resolution(counts) > 1);
    assert_true(counts_bytes(counts) <= 300 << 10);
    assert_folds(counts, events, N, 1600000000, counts_resolution(counts) * 3, 4000);
    assert_folds(counts, events, N, 0, 1ll << 40, 1);
    block_free(block);
    counts_free(counts);
}

static void absurd_times_cost_neither_memory_nor_counts(void **state)
{
    (void)state;
    enum { N = 4000 };
    static struct event events[N];
    uint64_t seed = 11;
    for (size_t k = 0; k < N; k++)
        events[k] = (struct event){(int64_t)(rows_random(&seed) >> 1), k % 4};
    events[0].start = 0;
    events[1].start = INT64_MAX;
    struct block *block = block_of(events, N);
    struct counts *counts = counts_new(1 << 20);
    assert_true(counts_add(counts, block, 0, N, NULL));
    assert_true(counts_bytes(counts) <= 2 << 20);
    struct count out[2];
    counts_fold(counts, 0, INT64_MAX, out, 2);
    assert_int_equal(out[0].accept + out[1].accept, N / 4);
    assert_int_equal(out[0].skipped + out[1].skipped, N / 4);
    block_free(block);
    counts_free(counts);
}

static void rows_without_a_start_are_passed_over(void **state)
{
    (void)state;
    struct block *block = block_new(2, 0);
    rows_add(block, format_default(), "2 123456789012 eni-0 - - - - - - - - - - SKIPDATA");
    struct counts *counts = counts_new(1 << 20);
    assert_true(counts_add(counts, block, 0, 1, NULL));
    int64_t first, last;
    assert_false(counts_span(counts, &first, &last));
    block_free(block);
    counts_free(counts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_equal_a_recount),
        cmocka_unit_test(only_rows_whose_bit_is_set_count),
        cmocka_unit_test(a_long_span_makes_slots_wider_and_loses_nothing),
        cmocka_unit_test(absurd_times_cost_neither_memory_nor_counts),
        cmocka_unit_test(rows_without_a_start_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
