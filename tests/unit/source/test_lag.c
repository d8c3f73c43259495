/* The histogram of lags, the ledger, and the pace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "source/lag.h"
#include "source/ledger.h"
#include "source/pace.h"

enum { MINUTE = 60 * 1000 };

static void a_share_encloses_the_lag(void **state)
{
    (void)state;
    for (int64_t ms = 0; ms < INT64_C(40) * 24 * 3600 * 1000; ms = ms * 21 / 20 + 7) {
        struct lag lag = {0};
        lag_add(&lag, ms, 1);
        int64_t low = lag_at_most(&lag, 0.001), high = lag_at_least(&lag, 0.999);
        assert_true(low <= ms && ms < high);
        assert_true(high - low <= 64 || high - low <= ms / 16 + 64);
    }
}

static void shares_of_many(void **state)
{
    (void)state;
    static struct lag lag;
    assert_int_equal(lag_at_most(&lag, 0.5), -1);
    for (int k = 0; k < 10000; k++) {
        assert_int_equal(lag_known(&lag), k >= 500);
        lag_add(&lag, k * 10, 1);
    }
    assert_in_range(lag_at_most(&lag, 0.001), 0, 100);
    assert_in_range(lag_at_least(&lag, 0.5), 50000, 54000);
    assert_in_range(lag_at_least(&lag, 0.999), 99900, 108000);
    lag_add(&lag, -5 * MINUTE, 1);
    assert_int_equal(lag_at_most(&lag, 0), 0);
}

static void the_past_fades(void **state)
{
    (void)state;
    static struct lag lag;
    for (int k = 0; k < 100000; k++)
        lag_add(&lag, 100 * 1000, 1);
    for (int64_t at = 1; at < 600 * MINUTE; at += 15 * MINUTE)
        for (int k = 0; k < 1100; k++)
            lag_add(&lag, 10 * 1000, at);
    assert_true(lag_at_least(&lag, 0.999) < 20 * 1000);
    assert_true(lag_known(&lag));
}

static void no_time_is_the_largest(void **state)
{
    (void)state;
    struct lag lag = {0};
    lag_add(&lag, INT64_MAX, INT64_MAX);
    lag_add(&lag, INT64_MIN, INT64_MIN);
    assert_true(lag_at_least(&lag, 1) > 0);
}

static void gaps_are_joined(void **state)
{
    (void)state;
    static struct ledger ledger;
    static const char why[] = "a", other[] = "b";
    struct poll_gap gap;
    ledger_add(&ledger, 10, 19, why);
    ledger_add(&ledger, 30, 39, why);
    ledger_add(&ledger, 20, 24, other);
    ledger_add(&ledger, 5, 4, why);
    assert_int_equal(ledger.n, 3);
    ledger_add(&ledger, 20, 29, why);
    assert_int_equal(ledger.n, 2);
    assert_true(ledger_take(&ledger, &gap));
    assert_int_equal(gap.from_ms, 10);
    assert_int_equal(gap.to_ms, 39);
    ledger_forget(&ledger, 25);
    assert_false(ledger_take(&ledger, &gap));
    ledger_add(&ledger, INT64_MIN, 3, why);
    ledger_add(&ledger, INT64_MIN, INT64_MAX, why);
    assert_int_equal(ledger.n, 1);
}

static void a_full_ledger_names_more(void **state)
{
    (void)state;
    static struct ledger ledger;
    for (int64_t k = 0; k < 5 * LEDGER_MAX; k++)
        ledger_add(&ledger, k * 100, k * 100 + 10, "a");
    assert_int_equal(ledger.n, LEDGER_MAX);
    struct poll_gap gap;
    int64_t next = 0;
    while (ledger_take(&ledger, &gap))
        for (; next * 100 <= gap.to_ms; next++)
            assert_true(gap.from_ms <= next * 100 && next * 100 + 10 <= gap.to_ms);
    assert_int_equal(next, 5 * LEDGER_MAX);
}

static void requests_are_paced(void **state)
{
    (void)state;
    struct pace pace;
    pace_init(&pace, 2, 0);
    int64_t now = 0;
    int sent = 0;
    for (; now < 100 * 1000; sent++) {
        int64_t when = pace_when(&pace, now);
        assert_true(when >= now);
        now = when;
        pace_take(&pace);
    }
    assert_in_range(sent, 200, 212);
    for (int k = 0; k < 20; k++)
        pace_throttled(&pace, now);
    assert_true(pace.rate > 0 && pace.rate < 0.1);
    assert_in_range(pace_when(&pace, now), now + 1000, now + 60 * 1000);
    for (int k = 0; k < 100; k++)
        pace_good(&pace);
    assert_true(pace.rate >= 2 && pace.rate <= 2);
}

static void waits_get_longer(void **state)
{
    (void)state;
    for (unsigned k = 0; k < 100; k++) {
        int64_t most = k < 6 ? 1000 << k : 60 * 1000;
        assert_in_range(pace_backoff(k, k * 77), most / 2, most);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_encloses_the_lag), cmocka_unit_test(shares_of_many),
        cmocka_unit_test(the_past_fades),           cmocka_unit_test(no_time_is_the_largest),
        cmocka_unit_test(gaps_are_joined),          cmocka_unit_test(a_full_ledger_names_more),
        cmocka_unit_test(requests_are_paced),       cmocka_unit_test(waits_get_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
