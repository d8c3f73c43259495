/* Spans and moments. The local zone of these tests is New York's, which has summer time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/scope.h"
#include "weir/record.h"

#define NOW 1795439405 /* 2026-11-23T13:10:05Z, 08:10:05 in New York */

static void spans_are_sums_of_parts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } rows[] = {{"90", 90},       {"10m", 600}, {"2h30m", 9000}, {"1d", 86400}, {"1w", 604800},
                {"1h1m1s", 3661}, {"0", 0},     {"0s", 0},       {"5M", 300},   {"36500d", 3153600000}};
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        int64_t seconds = -1;
        assert_true(weir_span_parse(rows[k].text, strlen(rows[k].text), &seconds));
        assert_int_equal(seconds, rows[k].seconds);
    }
    static const char *const wrong[] = {"",
                                        "m",
                                        "-5m",
                                        "5x",
                                        "1h30",
                                        "101y",
                                        "5m ",
                                        " 5m",
                                        "1.5h",
                                        "40000d",
                                        "99999999999999999999",
                                        "999999999999999999w"};
    for (size_t k = 0; k < ARRAY_SIZE(wrong); k++) {
        int64_t seconds;
        if (weir_span_parse(wrong[k], strlen(wrong[k]), &seconds))
            fail_msg("'%s' was taken", wrong[k]);
    }
}

static void moments_are_read_in_all_their_forms(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t utc, local;
    } rows[] = {
        {"now", NOW, NOW},
        {"-10m", NOW - 600, NOW - 600},
        {"10m", NOW - 600, NOW - 600},
        {"-90", NOW - 90, NOW - 90},
        {"1790000000", 1790000000, 1790000000},
        {"13:10", 1795439400, 1795439400 - 86400 + 5 * 3600},
        {"13:10:05", NOW, NOW - 86400 + 5 * 3600},
        {"13:11", 1795439460 - 86400, 1795439460 - 86400 + 5 * 3600},
        {"08:00", 1795420800, 1795438800},
        {"2026-11-23", 1795392000, 1795410000},
        {"2026-11-23T13:10:05", NOW, NOW + 5 * 3600},
        {"2026-11-23 13:10:05", NOW, NOW + 5 * 3600},
        {"2026-11-23T13:10:05Z", NOW, NOW},
        {"2026-11-23T13:10Z", NOW - 5, NOW - 5},
        {"2026-11-23T14:10:05+01:00", NOW, NOW},
        {"2026-11-23T08:10:05-0500", NOW, NOW},
        {"2026-11-23T14:10:05+01", NOW, NOW},
        {"2026-11-23T13:10:05.123Z", NOW, NOW},
        {"2026-07-01T00:00:00", 1782864000, 1782864000 + 4 * 3600},
        {"2024-02-29", 1709164800, 1709182800},
        {"1970-01-01T00:00:00Z", 0, 0},
        {"today", 1795392000, 1795410000},
        {"Yesterday", 1795305600, 1795323600},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        int64_t utc = -1, local = -1;
        if (!weir_time_parse(rows[k].text, strlen(rows[k].text), NOW, false, &utc) ||
            !weir_time_parse(rows[k].text, strlen(rows[k].text), NOW, true, &local))
            fail_msg("'%s' was refused", rows[k].text);
        if (utc != rows[k].utc || local != rows[k].local)
            fail_msg("'%s': %lld and %lld", rows[k].text, (long long)utc, (long long)local);
    }
}

static void what_is_no_moment_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "-",
        "soon",
        "2026-13-01",
        "2026-02-29",
        "2026-00-01",
        "2026-01-00",
        "2026-1-1",
        "2026-11-23T",
        "2026-11-23T25:00",
        "2026-11-23T13:60",
        "2026-11-23T13:10:61",
        "2026-11-23X",
        "2026-11-23T13:10:05+1",
        "2026-11-23T13:10:05.Z",
        "2026-11-23T13:10:05Zx",
        "24:00",
        "13:1",
        "1:10",
        "13:10:",
        "253402300800",
        "1969-12-31",
        "1970-01-01T00:00:00+01:00",
        "2026-11-23T13:10+15:00",
        "now ",
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        int64_t seconds;
        if (weir_time_parse(rows[k], strlen(rows[k]), NOW, false, &seconds))
            fail_msg("'%s' was taken", rows[k]);
    }
}

/* Days of a hundred years, against the C library's calendar. */
static void dates_agree_with_the_calendar(void **state)
{
    (void)state;
    for (int64_t day = 0; day < 36525; day++) {
        time_t at = (time_t)(day * 86400 + 43200);
        struct tm tm;
        char text[32];
        int64_t seconds = -1;
        gmtime_r(&at, &tm);
        size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
        assert_true(weir_time_parse(text, n, NOW, false, &seconds));
        assert_int_equal(seconds, at);
    }
}

/* The clock went back on 2026-11-01, so that day has 25 hours. */
static void yesterday_holds_across_a_change_of_the_clock(void **state)
{
    (void)state;
    int64_t seconds;
    int64_t noon = 1793638800; /* 2026-11-02T12:00 in New York */
    assert_true(weir_time_parse("yesterday", 9, noon, true, &seconds));
    assert_int_equal(seconds, 1793505600); /* 2026-11-01T00:00-04:00 */
    assert_true(weir_time_parse("12:30", 5, noon, true, &seconds));
    assert_int_equal(seconds, noon + 1800 - 86400);
}

static int set_zone(void **state)
{
    (void)state;
    setenv("TZ", "EST5EDT,M3.2.0,M11.1.0", 1);
    tzset();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_are_sums_of_parts),
        cmocka_unit_test(moments_are_read_in_all_their_forms),
        cmocka_unit_test(what_is_no_moment_is_refused),
        cmocka_unit_test(dates_agree_with_the_calendar),
        cmocka_unit_test(yesterday_holds_across_a_change_of_the_clock),
    };
    return cmocka_run_group_tests(tests, set_zone, NULL);
}
