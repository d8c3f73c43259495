/* Speed and delay of what arrives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "rows.h"
#include "session/rates.h"

#define NOW INT64_C(1780000000)

static struct rates rates;

static int clear(void **state)
{
    (void)state;
    rates = (struct rates){0};
    return 0;
}

/* n records that ended `lag` seconds before they arrived at `now`. */
static void add(int64_t now, int64_t lag, int n, bool live)
{
    struct block *block = block_new(BATCH_ROWS, 0);
    assert_non_null(block);
    char line[160];
    snprintf(line, sizeof line, "2 123456789012 eni-a 192.0.2.1 10.0.1.10 1 22 6 1 40 %lld %lld REJECT OK",
             (long long)(now - lag - 60), (long long)(now - lag));
    for (int k = 0; k < n; k++)
        rows_add(block, format_default(), line);
    rates_add(&rates, now, block, live);
    block_free(block);
}

static void speed_is_the_mean_of_the_last_ten_seconds(void **state)
{
    (void)state;
    for (int k = 0; k < 30; k++)
        add(NOW + k, 90, 20, true);
    assert_true(rates_per_second(&rates, NOW + 30) == 20.0);
    assert_true(rates_per_second(&rates, NOW + 35) == 10.0);
    assert_true(rates_per_second(&rates, NOW + 100) == 0.0);
}

static void a_batch_that_is_a_second_late_does_not_forget_the_others(void **state)
{
    (void)state;
    add(NOW, 90, 50, true);
    add(NOW - 1, 90, 50, true);
    assert_true(rates_per_second(&rates, NOW + 1) == 10.0);
}

static void a_clock_set_back_starts_over(void **state)
{
    (void)state;
    add(NOW, 90, 100, true);
    add(NOW - 3600, 90, 30, true);
    assert_true(rates_per_second(&rates, NOW - 3599) == 3.0);
}

static void history_does_not_count_as_speed(void **state)
{
    (void)state;
    add(NOW, 90, 1000, false);
    rates_begin(&rates);
    add(NOW + 1, 90, 10, true);
    assert_true(rates_per_second(&rates, NOW + 2) == 1.0);
}

static void lag_is_of_live_records_alone(void **state)
{
    (void)state;
    assert_int_equal(rates_lag(&rates, 0.5), -1);
    add(NOW, 40, 100, false);
    add(NOW, 3600, 100, true); /* not live whatever the source says */
    assert_int_equal(rates_lag(&rates, 0.5), -1);
    add(NOW, 70, 90, true);
    add(NOW, 140, 10, true);
    assert_int_equal(rates_lag(&rates, 0.50), 70);
    assert_int_equal(rates_lag(&rates, 0.95), 140);
}

static void old_lags_fade(void **state)
{
    (void)state;
    for (int k = 0; k < 10; k++)
        add(NOW + k, 300, 4000, true);
    for (int k = 0; k < 20; k++)
        add(NOW + 10 + k, 80, 4000, true);
    assert_int_equal(rates_lag(&rates, 0.5), 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(speed_is_the_mean_of_the_last_ten_seconds, clear),
        cmocka_unit_test_setup(a_batch_that_is_a_second_late_does_not_forget_the_others, clear),
        cmocka_unit_test_setup(a_clock_set_back_starts_over, clear),
        cmocka_unit_test_setup(history_does_not_count_as_speed, clear),
        cmocka_unit_test_setup(lag_is_of_live_records_alone, clear),
        cmocka_unit_test_setup(old_lags_fade, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
