/* One value as text in each style, and text as a value, for every kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/scope.h"
#include "weir/record.h"

static void every_kind_is_written_in_every_style(void **state)
{
    (void)state;
    static const struct {
        weir_field field;
        uint64_t number;
        const char *aws, *brief, *full;
    } rows[] = {
        {WEIR_F_VERSION, 5, "5", "5", "5"},
        {WEIR_F_DSTPORT, 22, "22", "22", "22 (ssh)"},
        {WEIR_F_DSTPORT, 1, "1", "1", "1"},
        {WEIR_F_PROTOCOL, 6, "6", "tcp", "6 (tcp)"},
        {WEIR_F_PROTOCOL, 254, "254", "254", "254"},
        {WEIR_F_PACKETS, 12345, "12345", "12.3K", "12345 (12.3K)"},
        {WEIR_F_BYTES, 1536, "1536", "1.5K", "1536 (1.5K)"},
        {WEIR_F_BYTES, 812, "812", "812", "812"},
        {WEIR_F_START, 1566848875, "1566848875", "19:47:55", "2019-08-26 19:47:55 UTC"},
        {WEIR_F_TCP_FLAGS, 18, "18", "SYN-ACK", "18 (SYN-ACK)"},
        {WEIR_F_TCP_FLAGS, 0, "0", "-", "0"},
        {WEIR_F_TRAFFIC_PATH, 8, "8", "8", "8 (internet gateway, Nitro)"},
        {WEIR_F_TRAFFIC_PATH, 3, "3", "3", "3 (virtual private gateway)"},
        {WEIR_F_TRAFFIC_PATH, 99, "99", "99", "99"},
        {WEIR_F_ENCRYPTION_STATUS, 1, "1", "1", "1 (by Nitro)"},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        char text[64];
        weir_value value = {.type = WEIR_NUMBER, .number = rows[k].number};
        assert_string_equal(weir_value_text(rows[k].field, &value, WEIR_STYLE_AWS, text, sizeof text).text,
                            rows[k].aws);
        assert_string_equal(weir_value_text(rows[k].field, &value, WEIR_STYLE_SHORT, text, sizeof text).text,
                            rows[k].brief);
        assert_string_equal(weir_value_text(rows[k].field, &value, WEIR_STYLE_LONG, text, sizeof text).text,
                            rows[k].full);
    }
    char text[64];
    weir_value absent = {.type = WEIR_ABSENT}, null = {.type = WEIR_NULL};
    weir_value word = {.type = WEIR_TEXT, .text = WEIR_SAFE("vpc-01")};
    weir_value addr = {.type = WEIR_ADDRESS};
    addr_parse("2001:db8::1", 11, &addr.addr);
    assert_string_equal(weir_value_text(WEIR_F_BYTES, &absent, WEIR_STYLE_LONG, text, sizeof text).text, "");
    assert_string_equal(weir_value_text(WEIR_F_BYTES, &null, WEIR_STYLE_LONG, text, sizeof text).text, "-");
    assert_string_equal(weir_value_text(WEIR_F_VPC_ID, &word, WEIR_STYLE_LONG, text, sizeof text).text, "vpc-01");
    assert_string_equal(weir_value_text(WEIR_F_SRCADDR, &addr, WEIR_STYLE_AWS, text, sizeof text).text, "2001:db8::1");
}

/* 64 bytes do for every number of every field, as the header promises. */
static void numbers_fit_64_bytes_in_every_style(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {0, 1, 255, 256, 65535, 253402300799, UINT64_MAX};
    for (int field = 0; field < WEIR_FIELD_COUNT; field++) {
        for (size_t k = 0; k < ARRAY_SIZE(numbers) * 3; k++) {
            char exact[64], roomy[256];
            weir_value value = {.type = WEIR_NUMBER, .number = numbers[k / 3]};
            if (weir_field_get((weir_field)field)->kind == WEIR_KIND_FLAGS)
                value.number &= 255; /* no record holds more */
            weir_value_text((weir_field)field, &value, (weir_style)(k % 3), exact, sizeof exact);
            weir_value_text((weir_field)field, &value, (weir_style)(k % 3), roomy, sizeof roomy);
            assert_string_equal(exact, roomy);
        }
    }
}

static void counts_take_five_cells_at_most(void **state)
{
    (void)state;
    static const struct {
        uint64_t number;
        const char *count, *bytes;
    } rows[] = {
        {0, "0", "0"},
        {999, "999", "999"},
        {1000, "1.0K", "1.0K"},
        {1536, "1.5K", "1.5K"},
        {9999, "10.0K", "9.8K"},
        {12345, "12.3K", "12.1K"},
        {99949, "99.9K", "97.6K"},
        {99950, "100K", "97.6K"},
        {999499, "999K", "976K"},
        {999500, "1.0M", "976K"},
        {1048576, "1.0M", "1.0M"},
        {5368709120, "5.4G", "5.0G"},
        {UINT64_MAX, "18.4E", "16.0E"},
    };
    char text[16];
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        assert_string_equal(weir_count_text(rows[k].number, text, sizeof text).text, rows[k].count);
        assert_string_equal(weir_bytes_text(rows[k].number, text, sizeof text).text, rows[k].bytes);
    }
    for (uint64_t number = 1; number; number = number > UINT64_MAX / 3 ? 0 : number * 3 + number % 7) {
        assert_true(strlen(weir_count_text(number, text, sizeof text).text) <= 5);
        assert_true(strlen(weir_bytes_text(number, text, sizeof text).text) <= 5);
    }
}

static void numbers_are_read_as_people_write_them(void **state)
{
    (void)state;
    static const struct {
        weir_field field;
        const char *text;
        uint64_t number;
    } rows[] = {
        {WEIR_F_VERSION, "2", 2},
        {WEIR_F_DSTPORT, "443", 443},
        {WEIR_F_DSTPORT, "https", 443},
        {WEIR_F_DSTPORT, "SSH", 22},
        {WEIR_F_PROTOCOL, "tcp", 6},
        {WEIR_F_PROTOCOL, "17", 17},
        {WEIR_F_BYTES, "1M", 1048576},
        {WEIR_F_BYTES, "1.5K", 1536},
        {WEIR_F_BYTES, "2KiB", 2048},
        {WEIR_F_BYTES, "100B", 100},
        {WEIR_F_BYTES, "1GB", 1073741824},
        {WEIR_F_BYTES, "18446744073709551615", UINT64_MAX},
        {WEIR_F_PACKETS, "1k", 1000},
        {WEIR_F_PACKETS, "2.25M", 2250000},
        {WEIR_F_TCP_FLAGS, "SYN", 2},
        {WEIR_F_TCP_FLAGS, "syn-ack", 18},
        {WEIR_F_TCP_FLAGS, "18", 18},
        {WEIR_F_TRAFFIC_PATH, "8", 8},
        {WEIR_F_TRAFFIC_PATH, "local gateway", 6},
        {WEIR_F_ENCRYPTION_STATUS, "3", 3},
        {WEIR_F_START, "1566848875", 1566848875},
        {WEIR_F_START, "2019-08-26T19:47:55Z", 1566848875},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        weir_value value;
        if (!weir_value_parse(rows[k].field, (weir_safe){rows[k].text}, &value))
            fail_msg("'%s' was refused", rows[k].text);
        assert_int_equal(value.type, WEIR_NUMBER);
        assert_int_equal(value.number, rows[k].number);
    }
}

static void what_is_no_value_of_the_field_is_refused(void **state)
{
    (void)state;
    static const struct {
        weir_field field;
        const char *text;
    } rows[] = {
        {WEIR_F_VERSION, ""},        {WEIR_F_VERSION, "two"},
        {WEIR_F_VERSION, "-1"},      {WEIR_F_DSTPORT, "65536"},
        {WEIR_F_DSTPORT, "nosuch"},  {WEIR_F_PROTOCOL, "256"},
        {WEIR_F_BYTES, "1X"},        {WEIR_F_BYTES, "1.5"},
        {WEIR_F_BYTES, "1.K"},       {WEIR_F_BYTES, "K"},
        {WEIR_F_BYTES, "1.2345K"},   {WEIR_F_BYTES, "18446744073709551616"},
        {WEIR_F_BYTES, "17E"},       {WEIR_F_BYTES, "1KBs"},
        {WEIR_F_BYTES, "1iB"},       {WEIR_F_TCP_FLAGS, "256"},
        {WEIR_F_TCP_FLAGS, "SYM"},   {WEIR_F_TRAFFIC_PATH, "256"},
        {WEIR_F_START, "10m"},       {WEIR_F_START, "253402300800"},
        {WEIR_F_SRCADDR, "10.0.0"},  {WEIR_F_SRCADDR, "10.0.0.0/8"},
        {WEIR_F_ACTION, "DROP"},     {WEIR_F_FLOW_DIRECTION, "sideways"},
        {WEIR_F_LOG_STATUS, "FINE"}, {WEIR_F_VPC_ID, ""},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        weir_value value;
        if (weir_value_parse(rows[k].field, (weir_safe){rows[k].text}, &value))
            fail_msg("'%s' was taken", rows[k].text);
    }
}

static void words_addresses_and_null_are_values_too(void **state)
{
    (void)state;
    weir_value value, other;
    assert_true(weir_value_parse(WEIR_F_ACTION, WEIR_SAFE("reject"), &value));
    assert_string_equal(value.text.text, "REJECT");
    assert_true(weir_value_parse(WEIR_F_LOG_STATUS, WEIR_SAFE("nodata"), &value));
    assert_string_equal(value.text.text, "NODATA");
    assert_true(weir_value_parse(WEIR_F_FLOW_DIRECTION, WEIR_SAFE("EGRESS"), &value));
    assert_string_equal(value.text.text, "egress");
    assert_true(weir_value_parse(WEIR_F_VPC_ID, WEIR_SAFE("vpc-01"), &value));
    assert_string_equal(value.text.text, "vpc-01");
    assert_true(weir_value_parse(WEIR_F_VPC_ID, WEIR_SAFE("vpc-02"), &other));
    assert_false(weir_value_equal(&value, &other));
    assert_true(weir_value_equal(&value, &value));
    assert_true(weir_value_parse(WEIR_F_SRCADDR, WEIR_SAFE("2001:DB8::0:1"), &value));
    assert_true(weir_value_parse(WEIR_F_DSTADDR, WEIR_SAFE("2001:db8::1"), &other));
    assert_true(weir_value_equal(&value, &other));
    for (int field = 0; field < WEIR_FIELD_COUNT; field++) {
        assert_true(weir_value_parse((weir_field)field, WEIR_SAFE("-"), &value));
        assert_int_equal(value.type, WEIR_NULL);
        assert_false(weir_value_equal(&value, &other));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_written_in_every_style),
        cmocka_unit_test(numbers_fit_64_bytes_in_every_style),
        cmocka_unit_test(counts_take_five_cells_at_most),
        cmocka_unit_test(numbers_are_read_as_people_write_them),
        cmocka_unit_test(what_is_no_value_of_the_field_is_refused),
        cmocka_unit_test(words_addresses_and_null_are_values_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
