/* The rule for spikes on series of counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "detect/spike.h"

static void fill(uint64_t *counts, size_t n, uint64_t count)
{
    for (size_t k = 0; k < n; k++)
        counts[k] = count;
}

static void a_jump_is_one_spike_with_its_peak_and_baseline(void **state)
{
    (void)state;
    uint64_t counts[60];
    fill(counts, 60, 10);
    counts[40] = 90;
    counts[41] = 120;
    counts[42] = 80;
    struct spike spikes[4];
    assert_int_equal(spike_find(counts, 60, 60, spikes, 4), 1);
    assert_int_equal(spikes[0].from, 40);
    assert_int_equal(spikes[0].to, 43);
    assert_int_equal(spikes[0].peak, 120);
    assert_int_equal(spikes[0].baseline, 10);
}

static void fewer_than_eight_buckets_are_no_baseline(void **state)
{
    (void)state;
    uint64_t counts[20];
    fill(counts, 20, 1);
    struct spike spikes[4];
    counts[7] = 500;
    assert_int_equal(spike_find(counts, 8, 8, spikes, 4), 0);
    counts[7] = 1;
    counts[8] = 500;
    assert_int_equal(spike_find(counts, 9, 9, spikes, 4), 1);
}

static void twenty_is_the_least_count(void **state)
{
    (void)state;
    uint64_t counts[31];
    fill(counts, 31, 0);
    struct spike spikes[4];
    counts[30] = 19;
    assert_int_equal(spike_find(counts, 31, 31, spikes, 4), 0);
    counts[30] = 20;
    assert_int_equal(spike_find(counts, 31, 31, spikes, 4), 1);
}

static void three_times_the_median_is_needed(void **state)
{
    (void)state;
    uint64_t counts[31];
    fill(counts, 31, 100);
    struct spike spikes[4];
    counts[30] = 299;
    assert_int_equal(spike_find(counts, 31, 31, spikes, 4), 0);
    counts[30] = 300;
    assert_int_equal(spike_find(counts, 31, 31, spikes, 4), 1);
}

static void a_noisy_past_asks_for_more(void **state)
{
    (void)state;
    uint64_t counts[31];
    for (size_t k = 0; k < 30; k++)
        counts[k] = k % 2 ? 10 : 110; /* median 60, MAD 50: above 430 */
    struct spike spikes[4];
    counts[30] = 430;
    assert_int_equal(spike_find(counts, 31, 31, spikes, 4), 0);
    counts[30] = 431;
    assert_int_equal(spike_find(counts, 31, 31, spikes, 4), 1);
}

static void one_quiet_bucket_does_not_end_a_spike_two_do(void **state)
{
    (void)state;
    uint64_t counts[60];
    fill(counts, 60, 10);
    counts[40] = counts[42] = 100;
    struct spike spikes[4];
    assert_int_equal(spike_find(counts, 60, 60, spikes, 4), 1);
    assert_int_equal(spikes[0].to, 43);
    counts[42] = 10;
    counts[43] = 100;
    assert_int_equal(spike_find(counts, 60, 60, spikes, 4), 2);
    assert_int_equal(spikes[0].from, 43); /* newest first */
    assert_int_equal(spikes[1].from, 40);
    assert_int_equal(spikes[1].to, 41);
}

static void a_long_spike_does_not_become_its_own_baseline(void **state)
{
    (void)state;
    uint64_t counts[200];
    fill(counts, 200, 200);
    fill(counts, 40, 10);
    struct spike spikes[4];
    assert_int_equal(spike_find(counts, 200, 200, spikes, 4), 1);
    assert_int_equal(spikes[0].from, 40);
    assert_int_equal(spikes[0].to, 200);
    assert_int_equal(spikes[0].baseline, 10);
}

static void an_unsettled_bucket_may_begin_a_spike_but_is_no_baseline(void **state)
{
    (void)state;
    uint64_t counts[40];
    fill(counts, 40, 30);
    fill(counts + 30, 9, 0); /* not in yet */
    counts[39] = 95;
    struct spike spikes[4];
    assert_int_equal(spike_find(counts, 40, 30, spikes, 4), 1);
    assert_int_equal(spikes[0].baseline, 30);
    counts[39] = 80; /* not 3 times 30, though far above the zeros before it */
    assert_int_equal(spike_find(counts, 40, 30, spikes, 4), 0);
}

static void only_the_newest_are_given_when_room_is_short(void **state)
{
    (void)state;
    uint64_t counts[200];
    fill(counts, 200, 5);
    for (size_t k = 20; k < 200; k += 20)
        counts[k] = 100 + k;
    struct spike spikes[2];
    assert_int_equal(spike_find(counts, 200, 200, spikes, 2), 2);
    assert_int_equal(spikes[0].from, 180);
    assert_int_equal(spikes[1].from, 160);
    assert_int_equal(spike_find(counts, 200, 200, spikes, 0), 0);
}

static void counts_near_the_largest_number_do_not_overflow(void **state)
{
    (void)state;
    uint64_t counts[40];
    fill(counts, 40, UINT64_MAX);
    struct spike spikes[2];
    assert_int_equal(spike_find(counts, 40, 40, spikes, 2), 0);
    fill(counts, 20, 0);
    assert_int_equal(spike_find(counts, 40, 40, spikes, 2), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_jump_is_one_spike_with_its_peak_and_baseline),
        cmocka_unit_test(fewer_than_eight_buckets_are_no_baseline),
        cmocka_unit_test(twenty_is_the_least_count),
        cmocka_unit_test(three_times_the_median_is_needed),
        cmocka_unit_test(a_noisy_past_asks_for_more),
        cmocka_unit_test(one_quiet_bucket_does_not_end_a_spike_two_do),
        cmocka_unit_test(a_long_spike_does_not_become_its_own_baseline),
        cmocka_unit_test(an_unsettled_bucket_may_begin_a_spike_but_is_no_baseline),
        cmocka_unit_test(only_the_newest_are_given_when_room_is_short),
        cmocka_unit_test(counts_near_the_largest_number_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
