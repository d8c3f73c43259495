/* How rare the values of a series are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "detect/rarity.h"

enum { USUAL = 1000 };

static const enum rarity_kind kinds[] = {RARITY_COUNTS, RARITY_LEVELS};

static double noise(uint32_t *seed) /* 0 to 1 */
{
    *seed = *seed * 1664525U + 1013904223U;
    return (double)(*seed >> 8) / (1 << 24);
}

static double count_of(double middle, uint32_t *seed) /* give or take a quarter */
{
    return round(middle * (0.75 + noise(seed) / 2));
}

/* How many of n noisy values alarm. */
static size_t feed(struct rarity *rarity, double middle, size_t n, uint32_t *seed)
{
    size_t alarms = 0;
    for (size_t i = 0; i < n; i++) {
        bool alarm;
        rarity_add(rarity, count_of(middle, seed), &alarm);
        alarms += alarm;
    }
    return alarms;
}

static void it_is_small(void **state)
{
    (void)state;
    assert_true(sizeof(struct rarity) <= 512);
}

static void the_first_values_are_learned_in_silence(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        struct rarity rarity;
        uint32_t seed = 1;
        rarity_begin(&rarity, kinds[k]);
        for (size_t i = 0; i < RARITY_WARMUP; i++) {
            bool alarm = true;
            assert_true(rarity_add(&rarity, i % 50 == 49 ? 1e6 : count_of(100, &seed), &alarm) == 0);
            assert_false(alarm);
        }
        assert_true(rarity_add(&rarity, 100, NULL) > 0);
    }
}

static void flat_noise_never_alarms(void **state)
{
    (void)state;
    const double middles[] = {0, 1, 8, 100, 5000, 4e5, 1e9};
    for (size_t m = 0; m < sizeof middles / sizeof *middles; m++)
        for (uint32_t seed = 1; seed <= 5; seed++) {
            struct rarity rarity;
            uint32_t s = seed;
            rarity_begin(&rarity, RARITY_COUNTS);
            assert_int_equal(feed(&rarity, middles[m], 20000, &s), 0);
        }
}

static void levels_of_flat_noise_seldom_alarm(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 5; seed++) {
        struct rarity rarity;
        uint32_t s = seed;
        rarity_begin(&rarity, RARITY_LEVELS);
        assert_true(feed(&rarity, 100, 20000, &s) <= 20); /* one in 1000 */
    }
}

static void a_tenfold_step_alarms_once(void **state)
{
    (void)state;
    const double middles[] = {2, 8, 100, 5000};
    for (size_t k = 0; k < 2; k++)
        for (size_t m = 0; m < sizeof middles / sizeof *middles; m++) {
            struct rarity rarity;
            uint32_t seed = 7;
            rarity_begin(&rarity, kinds[k]);
            feed(&rarity, middles[m], USUAL, &seed);
            assert_int_equal(feed(&rarity, 10 * middles[m], 3, &seed), 1);
            assert_int_equal(feed(&rarity, 10 * middles[m], kinds[k] == RARITY_COUNTS ? 500 : 100, &seed), 0);
        }
}

static void after_a_while_the_next_burst_alarms_again(void **state)
{
    (void)state;
    struct rarity rarity;
    uint32_t seed = 3;
    rarity_begin(&rarity, RARITY_COUNTS);
    feed(&rarity, 100, USUAL, &seed);
    assert_int_equal(feed(&rarity, 1000, 3, &seed), 1);
    feed(&rarity, 100, 10, &seed);
    assert_int_equal(feed(&rarity, 10000, 1, &seed), 0); /* no rarer than the first: both were never seen */
    assert_int_equal(feed(&rarity, 100, 300, &seed), 0);
    assert_int_equal(feed(&rarity, 100000, 3, &seed), 1);
}

static void counts_alarm_upwards_levels_both_ways(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        struct rarity rarity;
        uint32_t seed = 5;
        rarity_begin(&rarity, kinds[k]);
        feed(&rarity, 1000, USUAL, &seed);
        assert_int_equal(feed(&rarity, 10, 5, &seed), kinds[k] == RARITY_LEVELS);
    }
}

/* 0.9995 a value: after 20000 of them nothing is left of the first ones. */
static void what_was_usual_is_forgotten(void **state)
{
    (void)state;
    struct rarity rarity;
    uint32_t seed = 9;
    rarity_begin(&rarity, RARITY_COUNTS);
    feed(&rarity, 1000, USUAL, &seed);
    feed(&rarity, 10, 20000, &seed);
    assert_true(rarity.total < 2100);
    assert_int_equal(feed(&rarity, 1000, 3, &seed), 1);
}

static void levels_of_any_scale_score_the_same(void **state)
{
    (void)state;
    const double scales[] = {0x1p-60, 0x1p-10, 0x1p10, 0x1p60};
    for (size_t k = 0; k < sizeof scales / sizeof *scales; k++) {
        struct rarity one, other;
        uint32_t seed = 11;
        rarity_begin(&one, RARITY_LEVELS);
        rarity_begin(&other, RARITY_LEVELS);
        for (size_t i = 0; i < 3000; i++) {
            bool alarm, other_alarm;
            double value = (i % 700 == 0 ? 9 : 1) * (50 + noise(&seed));
            double score = rarity_add(&one, value, &alarm);
            double other_score = rarity_add(&other, value * scales[k], &other_alarm);
            assert_true(fabs(score - other_score) < 1e-6);
            assert_int_equal(alarm, other_alarm);
        }
    }
}

static void a_series_that_never_moved_alarms_when_it_does(void **state)
{
    (void)state;
    const double levels[] = {0, -3, 1e-30, 1e15};
    for (size_t k = 0; k < sizeof levels / sizeof *levels; k++) {
        struct rarity rarity;
        bool alarm;
        rarity_begin(&rarity, RARITY_LEVELS);
        for (size_t i = 0; i < USUAL; i++) {
            rarity_add(&rarity, levels[k], &alarm);
            assert_false(alarm);
        }
        rarity_add(&rarity, levels[k] * 2 + 1, &alarm);
        assert_true(alarm);
    }
}

static void the_same_values_give_the_same_scores(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        struct rarity one, other;
        uint32_t seed = 13;
        memset(&one, 0x00, sizeof one);
        memset(&other, 0xff, sizeof other);
        rarity_begin(&one, kinds[k]);
        rarity_begin(&other, kinds[k]);
        for (size_t i = 0; i < 3000; i++) {
            double value = count_of(i < 2000 ? 100 : 700, &seed);
            bool alarm;
            double score = rarity_add(&one, value, &alarm);
            assert_true(score == rarity_add(&other, value, NULL)); /* asked for the alarm or not */
        }
        assert_true(one.reference == other.reference);
    }
}

static void what_is_no_number_leaves_no_trace(void **state)
{
    (void)state;
    const double nothing[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
    for (size_t k = 0; k < 2; k++) {
        struct rarity with, without;
        uint32_t seed = 17;
        rarity_begin(&with, kinds[k]);
        rarity_begin(&without, kinds[k]);
        for (size_t i = 0; i < 1000; i++) {
            bool alarm = true;
            assert_true(rarity_add(&with, nothing[i % 3], &alarm) == 0);
            assert_false(alarm);
            double value = count_of(100, &seed);
            assert_true(rarity_add(&with, value, NULL) == rarity_add(&without, value, NULL));
        }
    }
}

static void numbers_at_the_ends_of_what_there_is_do_no_harm(void **state)
{
    (void)state;
    const double ends[] = {DBL_MAX, -DBL_MAX, DBL_MIN, -DBL_MIN, 0x1p-1074, 0, -0.0, 1e100, -1e100, UINT64_MAX};
    for (size_t k = 0; k < 2; k++) {
        struct rarity rarity;
        uint32_t seed = 19;
        rarity_begin(&rarity, kinds[k]);
        for (size_t i = 0; i < 5000; i++) {
            double score = rarity_add(&rarity, ends[(size_t)(noise(&seed) * 10)], NULL);
            assert_true(isfinite(score) && score >= 0);
        }
        assert_true(isfinite(rarity.x) && isfinite(rarity.total));
    }
}

static void a_negative_count_is_none(void **state)
{
    (void)state;
    struct rarity negative, none;
    rarity_begin(&negative, RARITY_COUNTS);
    rarity_begin(&none, RARITY_COUNTS);
    for (size_t i = 0; i < 500; i++) {
        double value = i % 3 ? 20 : 0;
        assert_true(rarity_add(&negative, i % 3 ? 20 : -20, NULL) == rarity_add(&none, value, NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_small),
        cmocka_unit_test(the_first_values_are_learned_in_silence),
        cmocka_unit_test(flat_noise_never_alarms),
        cmocka_unit_test(levels_of_flat_noise_seldom_alarm),
        cmocka_unit_test(a_tenfold_step_alarms_once),
        cmocka_unit_test(after_a_while_the_next_burst_alarms_again),
        cmocka_unit_test(counts_alarm_upwards_levels_both_ways),
        cmocka_unit_test(what_was_usual_is_forgotten),
        cmocka_unit_test(levels_of_any_scale_score_the_same),
        cmocka_unit_test(a_series_that_never_moved_alarms_when_it_does),
        cmocka_unit_test(the_same_values_give_the_same_scores),
        cmocka_unit_test(what_is_no_number_leaves_no_trace),
        cmocka_unit_test(numbers_at_the_ends_of_what_there_is_do_no_harm),
        cmocka_unit_test(a_negative_count_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
