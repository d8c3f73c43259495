/* Growable bytes and what their cap does; status and clock, which are too small for programs of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"

static void bytes_come_back_in_order(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 100000);
    for (int k = 0; k < 20000; k++)
        assert_int_equal(buf_append(&buf, "abcde", 5), WEIR_OK);
    assert_int_equal(buf.len, 100000);
    for (size_t k = 0; k < buf.len; k++)
        assert_int_equal(buf.bytes[k], "abcde"[k % 5]);
    buf_done(&buf);
}

static void the_cap_is_a_status_and_leaves_the_content(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 10);
    assert_int_equal(buf_append(&buf, "12345678", 8), WEIR_OK);
    assert_int_equal(buf_append(&buf, "abc", 3), WEIR_E_LIMIT);
    assert_int_equal(buf_reserve(&buf, SIZE_MAX), WEIR_E_LIMIT);
    assert_int_equal(buf.len, 8);
    assert_memory_equal(buf.bytes, "12345678", 8);
    assert_int_equal(buf_append(&buf, "ab", 2), WEIR_OK);
    assert_int_equal(buf_append(&buf, NULL, 0), WEIR_OK);
    assert_true(buf.room <= 10);
    buf_clear(&buf);
    assert_int_equal(buf.len, 0);
    assert_int_equal(buf_append(&buf, "1234567890", 10), WEIR_OK);
    buf_done(&buf);
    assert_null(buf.bytes);
}

static void the_first_failure_wins_and_is_safe_text(void **state)
{
    (void)state;
    weir_error err = {0};
    assert_int_equal(weir_fail(&err, WEIR_E_IO, 3, "cannot open %s\n", "a\x1b[31m"), WEIR_E_IO);
    assert_int_equal(weir_fail(&err, WEIR_E_DATA, 9, "later"), WEIR_E_DATA);
    assert_int_equal(err.status, WEIR_E_IO);
    assert_int_equal(err.column, 3);
    assert_string_equal(err.text, "cannot open a^[[31m");
    assert_int_equal(weir_fail(NULL, WEIR_E_NOMEM, 0, "x"), WEIR_E_NOMEM);
    char text[2000];
    memset(text, 'y', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    weir_error long_err = {0};
    weir_fail(&long_err, WEIR_E_IO, 0, "%s", text);
    assert_int_equal(strlen(long_err.text), sizeof long_err.text - 1);
}

static void every_status_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(weir_status_name(WEIR_OK), "ok");
    assert_string_equal(weir_status_name(WEIR_E_CANCELED), "canceled");
    for (int k = WEIR_OK; k <= WEIR_E_CANCELED; k++)
        assert_non_null(weir_status_name((weir_status)k));
    assert_string_equal(weir_status_name((weir_status)999), "unknown");
}

static void a_fixed_clock_stands_still(void **state)
{
    (void)state;
    struct clock fixed = {.fixed = 1790000000}, real = {0};
    assert_int_equal(clock_now(&fixed), 1790000000);
    assert_int_equal(clock_now_ms(&fixed), 1790000000000);
    assert_true(clock_now(&real) > 1700000000);
    assert_true(clock_mono_ms() <= clock_mono_ms());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_come_back_in_order),
        cmocka_unit_test(the_cap_is_a_status_and_leaves_the_content),
        cmocka_unit_test(the_first_failure_wins_and_is_safe_text),
        cmocka_unit_test(every_status_has_a_name),
        cmocka_unit_test(a_fixed_clock_stands_still),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
