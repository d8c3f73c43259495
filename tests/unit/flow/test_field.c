/* The table of fields, and the names of ports, protocols, flags and paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <string.h>

#include "base/scope.h"
#include "flow/names.h"
#include "weir/field.h"
#include "weir/record.h"

static void every_field_is_found_by_its_names(void **state)
{
    (void)state;
    for (int k = 0; k < WEIR_FIELD_COUNT; k++) {
        const weir_field_info *info = weir_field_get((weir_field)k);
        char other[64];
        size_t n = strlen(info->name);
        assert_true(n > 0 && n < sizeof other && info->title[0] && info->help[0] && info->width > 0);
        assert_int_equal(weir_field_find(info->name, n), k);
        for (size_t c = 0; c <= n; c++)
            other[c] = (char)(info->name[c] == '-' ? '_' : toupper((unsigned char)info->name[c]));
        assert_int_equal(weir_field_find(other, n), k);
        if (info->alias[0])
            assert_int_equal(weir_field_find(info->alias, strlen(info->alias)), k);
    }
}

static void versions_have_as_many_fields_as_aws_says(void **state)
{
    (void)state;
    static const struct {
        int version, fields;
    } rows[] = {{2, 14}, {3, 21}, {4, 25}, {5, 29}, {7, 39}, {8, 40}, {9, 41}, {10, 42}, {11, 54}};
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        int n = 0;
        for (int f = 0; f < WEIR_FIELD_COUNT; f++) {
            int since = weir_field_get((weir_field)f)->since;
            n += since <= rows[k].version && since != 6 && !weir_field_is_derived((weir_field)f);
        }
        assert_int_equal(n, rows[k].fields);
    }
}

static void what_is_no_field_is_not_found(void **state)
{
    (void)state;
    static const char *const rows[] = {"", "-", "srcaddr2", "src addr", "srcadd", "colour", "version "};
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++)
        assert_int_equal(weir_field_find(rows[k], strlen(rows[k])), WEIR_FIELD_NONE);
}

/* Each listed name means a number, and that number is called by a name that means it too. */
static void names_and_numbers_agree(void **state)
{
    (void)state;
    uint64_t number, again;
    size_t ports = 0, protocols = 0;
    for (const char *name; (name = name_port_at(ports)); ports++) {
        assert_true(name_port(name, strlen(name), &number));
        const char *back = weir_port_name(number);
        assert_non_null(back);
        assert_true(name_port(back, strlen(back), &again) && again == number);
    }
    for (const char *name; (name = name_protocol_at(protocols)); protocols++) {
        assert_true(name_protocol(name, strlen(name), &number));
        assert_string_equal(weir_protocol_name(number), name);
    }
    assert_true(ports >= 140 && protocols >= 50);
    assert_string_equal(weir_port_name(22), "ssh");
    assert_string_equal(weir_port_name(443), "https");
    assert_string_equal(weir_port_name(51820), "wireguard");
    assert_string_equal(weir_protocol_name(6), "tcp");
    assert_string_equal(weir_protocol_name(58), "icmp6");
    assert_null(weir_port_name(1));
    assert_null(weir_port_name(65536 + 22));
    assert_null(weir_protocol_name(200));
    assert_null(weir_path_name(0));
    assert_true(name_port("POSTGRESQL", 10, &number) && number == 5432);
    assert_true(name_protocol("ICMPv6", 6, &number) && number == 58);
    assert_false(name_port("ss", 2, &number));
}

/* Every name must come back as the number it is listed with: bisection needs the table in order. */
static void port_names_are_unique_and_sorted(void **state)
{
    (void)state;
    uint64_t before = 0, number;
    for (size_t k = 0; name_port_at(k); k++) {
        assert_true(name_port(name_port_at(k), strlen(name_port_at(k)), &number));
        if (k > 0 && number <= before)
            fail_msg("'%s' is out of order or a name twice", name_port_at(k));
        before = number;
    }
}

static void flags_are_named_as_aws_names_them(void **state)
{
    (void)state;
    static const struct {
        uint64_t flags;
        const char *name;
    } rows[] = {{0, "-"},
                {1, "FIN"},
                {2, "SYN"},
                {4, "RST"},
                {18, "SYN-ACK"},
                {3, "SYN FIN"},
                {19, "SYN-ACK FIN"},
                {22, "SYN-ACK RST"},
                {7, "SYN FIN RST"},
                {16, "ACK"},
                {23, "SYN-ACK FIN RST"},
                {255, "SYN-ACK FIN RST PSH URG ECE CWR"},
                {256, "0x100"},
                {258, "SYN 0x100"}};
    char text[64];
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++)
        assert_string_equal(weir_flags_name(rows[k].flags, text, sizeof text).text, rows[k].name);
    static const struct {
        const char *name;
        uint64_t flags;
    } names[] = {{"SYN", 2}, {"syn-ack", 18}, {"SYN+ACK", 18}, {"fin", 1}, {"SYN+FIN", 3}, {"SYN-ACK FIN", 19}};
    uint64_t flags;
    for (size_t k = 0; k < ARRAY_SIZE(names); k++)
        assert_true(name_flags(names[k].name, strlen(names[k].name), &flags) && flags == names[k].flags);
    assert_false(name_flags("", 0, &flags));
    assert_false(name_flags("SYN-", 4, &flags));
    assert_false(name_flags("NAK", 3, &flags));
    assert_non_null(name_flags_at(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_found_by_its_names), cmocka_unit_test(versions_have_as_many_fields_as_aws_says),
        cmocka_unit_test(what_is_no_field_is_not_found),     cmocka_unit_test(names_and_numbers_agree),
        cmocka_unit_test(port_names_are_unique_and_sorted),  cmocka_unit_test(flags_are_named_as_aws_names_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
