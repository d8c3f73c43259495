/* JSON of answers: odd texts and numbers do not hide their neighbours, bombs end in a status and cost little. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "aws/json.h"
#include "base/limits.h"

static weir_status status_of(const char *bytes, size_t len)
{
    struct json_t *json = NULL;
    weir_error err = {0};
    weir_status status = json_read(bytes, len, &json, &err);
    assert_int_equal(status != WEIR_OK, json == NULL);
    assert_int_equal(status != WEIR_OK, *err.text != '\0');
    json_done(json);
    return status;
}

static struct json_t *read_text(const char *bytes, size_t len)
{
    struct json_t *json = NULL;
    weir_error err = {0};
    assert_int_equal(json_read(bytes, len, &json, &err), WEIR_OK);
    return json;
}

static void members_come_by_name_and_type(void **state)
{
    (void)state;
    static const char text[] =
        "{\"t\":\"x\",\"n\":-7,\"r\":1.9e3,\"yes\":true,\"no\":false,\"o\":{\"a\":[1,2]},\"z\":null}";
    struct json_t *json = read_text(text, sizeof text - 1);
    assert_true(slice_is(json_text(json, "t"), SLICE("x")));
    assert_null(json_text(json, "n").at);
    assert_null(json_text(json, "absent").at);
    assert_int_equal(json_number(json, "n", 0), -7);
    assert_int_equal(json_number(json, "r", 0), 1900);
    assert_int_equal(json_number(json, "t", -1), -1);
    assert_int_equal(json_number(json, "absent", -1), -1);
    assert_true(json_flag(json, "yes"));
    assert_false(json_flag(json, "no"));
    assert_false(json_flag(json, "n"));
    assert_int_equal(json_count(json_member(json_member(json, "o"), "a")), 2);
    assert_int_equal(json_count(json), 0);
    assert_null(json_at(json_member(json_member(json, "o"), "a"), 2));
    assert_null(json_member(json_at(NULL, 0), "x"));
    json_done(json);
    json_done(NULL);
}

/* The page must be read, and its second event must be what it is. */
static void check_neighbour(const char *poison, size_t poison_len)
{
    char page[1024];
    int len = snprintf(page, sizeof page, "{\"events\":[{\"m\":\"a\",\"t\":1700000000001},");
    memcpy(page + len, poison, poison_len);
    len += (int)poison_len;
    len += snprintf(page + len, sizeof page - (size_t)len,
                    ",{\"m\":\"\\u00e9\\ud83d\\ude00\xc3\xa9\",\"t\":1700000000003}]}");
    struct json_t *json = read_text(page, (size_t)len), *events = json_member(json, "events");
    assert_int_equal(json_count(events), 3);
    assert_true(slice_is(json_text(json_at(events, 0), "m"), SLICE("a")));
    assert_true(slice_is(json_text(json_at(events, 2), "m"), SLICE("\xc3\xa9\xf0\x9f\x98\x80\xc3\xa9")));
    assert_int_equal(json_number(json_at(events, 0), "t", 0), 1700000000001);
    assert_int_equal(json_number(json_at(events, 2), "t", 0), 1700000000003);
    json_done(json);
}

static void poison_does_not_hide_neighbours(void **state)
{
    (void)state;
    static const struct slice rows[] = {
        SLICE("{\"m\":\"a\\u0000b\"}"),
        SLICE("{\"n\":9223372036854775808}"),
        SLICE("{\"n\":18446744073709551616}"),
        SLICE("{\"n\":-99999999999999999999999999}"),
        SLICE("{\"n\":1e999}"),
        SLICE("{\"n\":-1E+400,\"m\":\"1e999\"}"),
        SLICE("{\"m\":\"\\ud800\"}"),
        SLICE("{\"m\":\"\\udc00\\ud800 \\uD83D\\u0041\"}"),
        SLICE("{\"m\":\"\xff\xc3(\xed\xa0\x80\xf5\xe2\x82\"}"),
        SLICE("{\"m\":\"a\nb\tc\x01\"}"),
        SLICE("{\"a\\u0000b\":1}"),
        SLICE("{\"m\":\"\\\\\\\"\\u0000\\\\\",\"n\":9223372036854775808}"),
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        check_neighbour(rows[k].at, rows[k].len);
    char digits[420] = "{\"n\":";
    memset(digits + 5, '9', 400);
    digits[405] = '}';
    check_neighbour(digits, 406);
}

static void numbers_beyond_are_the_fallback(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":9223372036854775807,\"b\":-9223372036854775808}";
    struct json_t *json = read_text(text, sizeof text - 1);
    assert_int_equal(json_number(json, "a", 0), INT64_MAX);
    assert_int_equal(json_number(json, "b", 0), INT64_MIN);
    json_done(json);
    static const char large[] = "{\"a\":9223372036854775808,\"b\":1e30,\"c\":-1e300,\"d\":1700000000000}";
    json = read_text(large, sizeof large - 1);
    assert_int_equal(json_number(json, "a", -1), -1);
    assert_int_equal(json_number(json, "b", -1), -1);
    assert_int_equal(json_number(json, "c", -1), -1);
    assert_int_equal(json_number(json, "d", -1), 1700000000000);
    json_done(json);
}

static void a_text_with_nul_is_whole(void **state)
{
    (void)state;
    static const char text[] = "{\"m\":\"a\\u0000b\"}";
    struct json_t *json = read_text(text, sizeof text - 1);
    assert_true(slice_is(json_text(json, "m"), SLICE("a\0b")));
    json_done(json);
}

static void what_is_no_json_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",     " ",     "{",        "[1,2",         "{\"a\":}", "nul",
                                        "{}x",  "{} {}", "\"open",   "[\"\\",        "[\"\\u12", "{\"a\":\"\\x\"}",
                                        "[1e]", "<a/>",  "[\"\\ud8", "{\"a\":1e999", "[\x01]"};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        assert_int_equal(status_of(texts[k], strlen(texts[k])), WEIR_E_DATA);
    assert_int_equal(status_of(NULL, 0), WEIR_E_DATA);
}

static long resident_max_kib(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

static char *repeat(const char *begin, const char *unit, size_t len)
{
    char *bytes = malloc(len);
    assert_non_null(bytes);
    size_t at = strlen(begin), step = strlen(unit);
    memcpy(bytes, begin, at);
    for (; at < len; at += step)
        memcpy(bytes + at, unit, len - at < step ? len - at : step);
    return bytes;
}

static void bombs_are_refused(void **state)
{
    (void)state;
    static const char *const units[] = {"{},", "[],", "{\"a\":{}},", "\"\",", "1.5,", "[[[[]]]],"};
    enum { LEN = 7 * 1000 * 1000 };
    for (size_t k = 0; k < sizeof units / sizeof *units; k++) {
        char *bytes = repeat("[", units[k], LEN);
        bytes[LEN - 1] = ']';
        long before = resident_max_kib();
        assert_int_equal(status_of(bytes, LEN), WEIR_E_LIMIT);
        /* The sanitizers need several times as much around each small block, and keep what was freed. */
        assert_true(resident_max_kib() - before < 1024 * 1024);
        free(bytes);
    }
}

static void depth_ends(void **state)
{
    (void)state;
    static const char *const units[] = {"[", "{\"a\":", "[{\"a\":"};
    for (size_t k = 0; k < sizeof units / sizeof *units; k++) {
        char *bytes = repeat("", units[k], 1000 * 1000);
        assert_int_equal(status_of(bytes, 1000 * 1000), WEIR_E_DATA);
        free(bytes);
    }
}

static void size_ends(void **state)
{
    (void)state;
    char *bytes = repeat("[", " ", ANSWER_MAX_BYTES + 1);
    bytes[ANSWER_MAX_BYTES - 1] = ']';
    assert_int_equal(status_of(bytes, ANSWER_MAX_BYTES), WEIR_OK);
    assert_int_equal(status_of(bytes, ANSWER_MAX_BYTES + 1), WEIR_E_LIMIT);
    free(bytes);
}

/* The second reading has the whole budget again. */
static void one_odd_number_costs_no_memory(void **state)
{
    (void)state;
    size_t len = 0, room = 3 * 1024 * 1024, n = 0;
    char *bytes = malloc(room);
    assert_non_null(bytes);
    len += (size_t)snprintf(bytes, room, "[");
    for (; len < room - 100 && n < 90000; n++)
        len += (size_t)snprintf(bytes + len, room - len, "{\"a\":%zu,\"b\":\"text\"},", n);
    len += (size_t)snprintf(bytes + len, room - len, "9223372036854775808]");
    struct json_t *json = read_text(bytes, len);
    assert_int_equal(json_count(json), n + 1);
    json_done(json);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_come_by_name_and_type),
        cmocka_unit_test(poison_does_not_hide_neighbours),
        cmocka_unit_test(numbers_beyond_are_the_fallback),
        cmocka_unit_test(a_text_with_nul_is_whole),
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(depth_ends),
        cmocka_unit_test(size_ends),
        cmocka_unit_test(one_odd_number_costs_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
