/* test_text.c - widths and cuts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "screen/text.h"

static void widths_are_those_of_a_terminal(void **state)
{
    static const struct {
        const char *text;
        int width;
    } rows[] = {
        {"", 0},         {"10.0.0.1", 8}, {"日本", 4}, {"e\xcc\x81", 1}, {"e\xcc\x81\xcc\x82\xcc\x83\xcc\x84x", 2},
        {"\xcc\x81", 1}, {"─…é", 3},      {"한글", 4}, {"😀", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(text_width((weir_safe){rows[i].text}), rows[i].width);
}

static void a_step_takes_a_character_with_its_marks(void **state)
{
    const char *text = "a日e\xcc\x81z", *at = text;
    (void)state;
    assert_int_equal(text_next(&at), 1);
    assert_int_equal(at - text, 1);
    assert_int_equal(text_next(&at), 2);
    assert_int_equal(at - text, 4);
    assert_int_equal(text_next(&at), 1);
    assert_int_equal(at - text, 7);
    assert_int_equal(text_next(&at), 1);
    assert_int_equal(text_next(&at), 0);
    assert_int_equal(*at, 0);
}

static void a_cut_never_splits_a_character(void **state)
{
    const char *text = "a日本e\xcc\x81";
    static const struct {
        int cells, used;
        size_t bytes;
    } rows[] = {{-1, 0, 0}, {0, 0, 0}, {1, 1, 1}, {2, 1, 1}, {3, 3, 4}, {4, 3, 4}, {5, 5, 7}, {6, 6, 10}, {99, 6, 10}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int used = -1;
        assert_int_equal(text_fit((weir_safe){text}, rows[i].cells, &used), rows[i].bytes);
        assert_int_equal(used, rows[i].used);
    }
}

static void only_a_leading_mark_is_a_mark(void **state)
{
    (void)state;
    assert_true(text_is_mark("\xcc\x81"));
    assert_false(text_is_mark("a\xcc\x81"));
    assert_false(text_is_mark(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths_are_those_of_a_terminal),
        cmocka_unit_test(a_step_takes_a_character_with_its_marks),
        cmocka_unit_test(a_cut_never_splits_a_character),
        cmocka_unit_test(only_a_leading_mark_is_a_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
