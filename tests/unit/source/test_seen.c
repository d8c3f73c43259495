/* The sets of known events: what they know, what they cost, what they forget. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/scope.h"
#include "source/seen.h"

enum { MANY = 200000 };

static struct seen_key key_of(uint64_t number)
{
    char text[32];
    int len = snprintf(text, sizeof text, "%020llu", (unsigned long long)number);
    struct slice slice = {text, (size_t)len};
    return seen_key_of(&slice, 1, 0);
}

static void an_event_is_new_once(void **state)
{
    (void)state;
    struct seen_budget budget = {.max_bytes = 64 << 20};
    struct seen seen;
    seen_init(&seen, false, &budget);
    for (int round = 0; round < 2; round++)
        for (uint64_t k = 0; k < MANY; k++)
            assert_int_equal(seen_add(&seen, (int64_t)(k % 10) * MINUTE_MS, key_of(k), 0, NULL),
                             round ? SEEN_KNOWN : SEEN_NEW);
    assert_int_equal(seen.n, 10);
    assert_in_range(budget.bytes, MANY * 20, MANY * 31);
    seen_done(&seen);
}

static void minutes_are_apart_and_forgotten(void **state)
{
    (void)state;
    struct seen_budget budget = {.max_bytes = 1 << 20};
    struct seen seen;
    seen_init(&seen, false, &budget);
    assert_true(seen_oldest(&seen) == INT64_MAX);
    for (int64_t minute = 50; minute > -50; minute--)
        assert_int_equal(seen_add(&seen, minute * MINUTE_MS, key_of(1), 0, NULL), SEEN_NEW);
    assert_int_equal(seen_add(&seen, -1, key_of(1), 0, NULL), SEEN_KNOWN);
    assert_int_equal(seen_oldest(&seen), -49 * MINUTE_MS);
    seen_forget(&seen, -49 * MINUTE_MS);
    seen_forget(&seen, -49 * MINUTE_MS);
    assert_int_equal(seen_oldest(&seen), -48 * MINUTE_MS);
    size_t before = budget.bytes;
    assert_int_equal(seen_add(&seen, -49 * MINUTE_MS, key_of(1), 0, NULL), SEEN_NEW);
    assert_true(budget.bytes > before);
    for (int64_t minute = -50; minute <= 50; minute++)
        seen_forget(&seen, minute * MINUTE_MS);
    assert_int_equal(seen.n, 0);
    assert_true(budget.bytes < 64 * 100 * 2);
    seen_done(&seen);
}

static void a_full_set_changes_nothing(void **state)
{
    (void)state;
    struct seen_budget budget = {.max_bytes = 16 << 10};
    struct seen seen;
    seen_init(&seen, false, &budget);
    uint64_t n = 0;
    while (seen_add(&seen, 0, key_of(n), 0, NULL) == SEEN_NEW)
        n++;
    assert_true(n > 200 && budget.bytes <= budget.max_bytes);
    assert_int_equal(seen_add(&seen, 0, key_of(n), 0, NULL), SEEN_FULL);
    for (uint64_t k = 0; k < n; k++)
        assert_int_equal(seen_add(&seen, 0, key_of(k), 0, NULL), SEEN_KNOWN);
    seen_done(&seen);
}

static void counts_stay_with_their_key(void **state)
{
    (void)state;
    struct seen_budget budget = {.max_bytes = 1 << 20};
    struct seen seen;
    seen_init(&seen, true, &budget);
    uint16_t *counts;
    for (uint64_t k = 0; k < 5000; k++) {
        assert_int_equal(seen_add(&seen, 0, key_of(k), 0, &counts), SEEN_NEW);
        assert_int_equal(counts[0] + counts[1] + counts[2] + counts[3], 0);
        counts[3] = (uint16_t)k;
    }
    for (uint64_t k = 0; k < 5000; k++) {
        assert_int_equal(seen_add(&seen, 0, key_of(k), 0, &counts), SEEN_KNOWN);
        assert_int_equal(counts[3], k);
    }
    size_t at = 0, n = 0;
    while (seen_next_counts(&seen.minutes[0], &at))
        n++;
    assert_int_equal(n, 5000);
    seen_done(&seen);
}

static bool same(struct seen_key a, struct seen_key b)
{
    return a.low == b.low && a.high == b.high;
}

static void keys_tell_texts_apart(void **state)
{
    (void)state;
    const struct slice one[] = {SLICE("ab"), SLICE("c")}, two[] = {SLICE("a"), SLICE("bc")};
    assert_true(same(seen_key_of(one, 2, 5), seen_key_of(one, 2, 5)));
    assert_false(same(seen_key_of(one, 2, 5), seen_key_of(two, 2, 5)));
    assert_false(same(seen_key_of(one, 2, 5), seen_key_of(one, 2, 6)));
    assert_false(same(seen_key_of(one, 1, 5), seen_key_of(one, 2, 5)));
    const struct slice none = {NULL, 0};
    struct seen_key key = seen_key_of(&none, 1, 0);
    assert_true(key.low != 0 || key.high != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_new_once),       cmocka_unit_test(minutes_are_apart_and_forgotten),
        cmocka_unit_test(a_full_set_changes_nothing), cmocka_unit_test(counts_stay_with_their_key),
        cmocka_unit_test(keys_tell_texts_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
