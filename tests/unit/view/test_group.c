/* Groupings as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "weir/view.h"

static void groupings_are_read_and_written_back(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        {"srcaddr", "srcaddr"},
        {"saddr", "srcaddr"},
        {" SRCADDR/24 , dstport ", "srcaddr/24,dstport"},
        {"srcaddr/32/128", "srcaddr"},
        {"srcaddr/32/64", "srcaddr/32/64"},
        {"pkt-srcaddr/0/0,dstaddr/8,interface_id", "pkt-srcaddr/0/0,dstaddr/8,interface-id"},
    };
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        weir_group group;
        weir_error err = {0};
        char buffer[256];
        assert_int_equal(weir_group_parse(texts[k][0], &group, &err), WEIR_OK);
        assert_string_equal(weir_group_text(&group, buffer, sizeof buffer).text, texts[k][1]);
    }
}

static void prefixes_are_kept_apart_by_family(void **state)
{
    (void)state;
    weir_group group;
    assert_int_equal(weir_group_parse("srcaddr/24/64,dstport", &group, NULL), WEIR_OK);
    assert_int_equal(group.n, 2);
    assert_int_equal(group.part[0].field, WEIR_F_SRCADDR);
    assert_int_equal(group.part[0].prefix4, 24);
    assert_int_equal(group.part[0].prefix6, 64);
    assert_int_equal(group.part[1].field, WEIR_F_DSTPORT);
    assert_int_equal(group.part[1].prefix4, 32);
    assert_int_equal(group.part[1].prefix6, 128);
}

static void errors_point_at_their_column_and_write_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t column;
    } bad[] = {
        {"", 1},
        {"nonsense", 1},
        {"srcaddr,", 9},
        {"srcaddr,,dstport", 9},
        {"srcaddr/33", 9},
        {"srcaddr/", 9},
        {"srcaddr/24/129", 12},
        {"srcaddr/99999999999999999999", 9},
        {"dstport/24", 8},
        {"srcaddr dstport", 9},
        {"srcaddr,dstaddr,dstport,protocol", 25},
        {"srcaddr/24/64/2", 14},
    };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        weir_group group = {.n = 77};
        weir_error err = {0};
        assert_int_equal(weir_group_parse(bad[k].text, &group, &err), WEIR_E_SYNTAX);
        assert_int_equal(err.column, bad[k].column);
        assert_int_equal(group.n, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groupings_are_read_and_written_back),
        cmocka_unit_test(prefixes_are_kept_apart_by_family),
        cmocka_unit_test(errors_point_at_their_column_and_write_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
