/* Marks and edits of the conditions at the top, and joining two filters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "weir/query.h"

#define NOW 1763900000

static weir_query *parse(const char *text)
{
    weir_query *query = NULL;
    weir_error err = {0};

    if (weir_query_parse(text, NOW, &query, &err) != WEIR_OK)
        fail_msg("%s: %s", text, err.text);
    return query;
}

static weir_value value_of(weir_field field, const char *text)
{
    weir_value value = {0};

    assert_true(weir_value_parse(field, (weir_safe){text}, &value));
    return value;
}

static const char *edit(const char *filter, weir_edit how, weir_field field, const char *text)
{
    static char buffer[2048];
    weir_query *query = parse(filter);
    weir_value value = value_of(field, text);
    weir_error err = {0};

    assert_int_equal(weir_query_edit(query, how, field, &value, buffer, sizeof buffer, &err), WEIR_OK);
    weir_query_free(query);
    weir_query_free(parse(buffer));
    return buffer;
}

static weir_mark mark(const char *filter, weir_field field, const char *text)
{
    weir_query *query = parse(filter);
    weir_value value = value_of(field, text);
    weir_mark result = weir_query_mark(query, field, &value);

    weir_query_free(query);
    return result;
}

static void edits_print_canonical_conditions(void **state)
{
    static const struct {
        const char *filter;
        weir_edit edit;
        weir_field field;
        const char *value, *expected;
    } rows[] = {
        {"", WEIR_EDIT_INCLUDE, WEIR_F_DSTPORT, "22", "dstport = 22"},
        {"dstport = 22", WEIR_EDIT_INCLUDE, WEIR_F_DSTPORT, "80", "dstport in (22, 80)"},
        {"dstport in (22, 80)", WEIR_EDIT_INCLUDE, WEIR_F_DSTPORT, "22", "dstport = 80"},
        {"dstport = 80", WEIR_EDIT_INCLUDE, WEIR_F_DSTPORT, "80", ""},
        {"dstport = 22 and tcp", WEIR_EDIT_INCLUDE, WEIR_F_DSTPORT, "80", "dstport in (22, 80) and protocol = tcp"},
        {"dstport in 8000-8100", WEIR_EDIT_INCLUDE, WEIR_F_DSTPORT, "80", "dstport in (8000-8100, 80)"},
        {"dstport in (22, 80) and dstport = 22", WEIR_EDIT_INCLUDE, WEIR_F_DSTPORT, "443",
         "dstport in (22, 80, 443) and dstport in (22, 443)"},
        {"", WEIR_EDIT_EXCLUDE, WEIR_F_ACTION, "REJECT", "action != REJECT"},
        {"action != REJECT", WEIR_EDIT_EXCLUDE, WEIR_F_ACTION, "REJECT", ""},
        {"not reject", WEIR_EDIT_INCLUDE, WEIR_F_ACTION, "REJECT", ""},
        {"reject", WEIR_EDIT_INCLUDE, WEIR_F_ACTION, "REJECT", ""},
        {"reject", WEIR_EDIT_EXCLUDE, WEIR_F_ACTION, "REJECT", "action != REJECT"},
        {"tcp", WEIR_EDIT_INCLUDE, WEIR_F_PROTOCOL, "17", "protocol in (tcp, udp)"},
        {"dstport != 22", WEIR_EDIT_EXCLUDE, WEIR_F_DSTPORT, "80", "dstport not in (22, 80)"},
        {"dstport != 22 and tcp and dstport != 23", WEIR_EDIT_EXCLUDE, WEIR_F_DSTPORT, "80",
         "dstport not in (22, 80, 23) and protocol = tcp"},
        {"dstport not in (22, 80)", WEIR_EDIT_INCLUDE, WEIR_F_DSTPORT, "22", "dstport != 80"},
        {"dstport in (22, 80)", WEIR_EDIT_EXCLUDE, WEIR_F_DSTPORT, "22", "dstport = 80 and dstport != 22"},
        {"srcaddr in 10.0.0.0/8", WEIR_EDIT_EXCLUDE, WEIR_F_SRCADDR, "10.0.0.1",
         "srcaddr in 10.0.0.0/8 and srcaddr != 10.0.0.1"},
        {"src 10.0.0.1", WEIR_EDIT_INCLUDE, WEIR_F_SRCADDR, "10.0.0.2", "srcaddr in (10.0.0.1, 10.0.0.2)"},
        {"22", WEIR_EDIT_INCLUDE, WEIR_F_DSTPORT, "22", "port 22 and dstport = 22"},
        {"tcp or udp", WEIR_EDIT_INCLUDE, WEIR_F_DSTPORT, "22", "(protocol = tcp or protocol = udp) and dstport = 22"},
        {"tcp and dstport in (1,2) and dstport != 7", WEIR_EDIT_ONLY, WEIR_F_DSTPORT, "22",
         "protocol = tcp and dstport = 22"},
        {"tcp", WEIR_EDIT_ONLY, WEIR_F_DSTPORT, "22", "protocol = tcp and dstport = 22"},
        {"tcp and dstport in (1,2) and dstport > 7", WEIR_EDIT_CLEAR, WEIR_F_DSTPORT, "22",
         "protocol = tcp and dstport > 7"},
        {"dstport = 22", WEIR_EDIT_CLEAR, WEIR_F_DSTPORT, "22", ""},
        {"", WEIR_EDIT_INCLUDE, WEIR_F_DSTPORT, "-", "dstport = -"},
        {"", WEIR_EDIT_INCLUDE, WEIR_F_INTERFACE_ID, "eni-0a5b", "interface-id = eni-0a5b"},
        {"", WEIR_EDIT_INCLUDE, WEIR_F_SRCADDR, "2001:db8::1", "srcaddr = 2001:db8::1"},
    };

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        const char *result = edit(rows[k].filter, rows[k].edit, rows[k].field, rows[k].value);

        if (strcmp(result, rows[k].expected) != 0)
            fail_msg("row %zu: \"%s\" became \"%s\", not \"%s\"", k, rows[k].filter, result, rows[k].expected);
    }
}

static void marks_follow_the_conditions_at_the_top(void **state)
{
    (void)state;
    assert_int_equal(mark("", WEIR_F_DSTPORT, "22"), WEIR_MARK_NONE);
    assert_int_equal(mark("dstport = 22", WEIR_F_DSTPORT, "22"), WEIR_MARK_INCLUDED);
    assert_int_equal(mark("dstport = 22", WEIR_F_DSTPORT, "23"), WEIR_MARK_NONE);
    assert_int_equal(mark("dstport != 22 tcp", WEIR_F_DSTPORT, "22"), WEIR_MARK_EXCLUDED);
    assert_int_equal(mark("reject", WEIR_F_ACTION, "REJECT"), WEIR_MARK_INCLUDED);
    assert_int_equal(mark("not reject", WEIR_F_ACTION, "REJECT"), WEIR_MARK_EXCLUDED);
    assert_int_equal(mark("srcaddr in 10/8", WEIR_F_SRCADDR, "10.1.2.3"), WEIR_MARK_INCLUDED);
    assert_int_equal(mark("srcaddr in 10/8 srcaddr != 10.1.2.3", WEIR_F_SRCADDR, "10.1.2.3"), WEIR_MARK_EXCLUDED);
    assert_int_equal(mark("dstport in (1,2) dstport in (2,3)", WEIR_F_DSTPORT, "1"), WEIR_MARK_NONE);
    assert_int_equal(mark("22", WEIR_F_DSTPORT, "22"), WEIR_MARK_NONE);
    assert_int_equal(mark("dstport = 22 or tcp", WEIR_F_DSTPORT, "22"), WEIR_MARK_NONE);
    assert_int_equal(mark("dstport = -", WEIR_F_DSTPORT, "-"), WEIR_MARK_INCLUDED);
    assert_int_equal(mark("interface-id = ENI-0A", WEIR_F_INTERFACE_ID, "eni-0a"), WEIR_MARK_INCLUDED);
}

static void an_edit_reaches_its_mark_and_toggles_back(void **state)
{
    static const char *const filters[] = {"", "tcp", "dstport = 1", "dstport != 1", "22 or tcp", "dstport in (1, 2)"};
    char once[2048];

    (void)state;
    for (size_t k = 0; k < sizeof filters / sizeof *filters; k++) {
        snprintf(once, sizeof once, "%s", edit(filters[k], WEIR_EDIT_INCLUDE, WEIR_F_DSTPORT, "9"));
        assert_int_equal(mark(once, WEIR_F_DSTPORT, "9"), WEIR_MARK_INCLUDED);
        assert_int_equal(mark(edit(once, WEIR_EDIT_INCLUDE, WEIR_F_DSTPORT, "9"), WEIR_F_DSTPORT, "9"), WEIR_MARK_NONE);
        snprintf(once, sizeof once, "%s", edit(filters[k], WEIR_EDIT_EXCLUDE, WEIR_F_DSTPORT, "9"));
        assert_int_equal(mark(once, WEIR_F_DSTPORT, "9"), WEIR_MARK_EXCLUDED);
        assert_int_equal(mark(edit(once, WEIR_EDIT_EXCLUDE, WEIR_F_DSTPORT, "9"), WEIR_F_DSTPORT, "9"), WEIR_MARK_NONE);
    }
}

static void an_edit_that_does_not_fit_writes_nothing(void **state)
{
    char buffer[8] = "before";
    weir_query *query = parse("tcp");
    weir_value value = value_of(WEIR_F_DSTPORT, "22");
    weir_error err = {0};

    (void)state;
    assert_int_equal(weir_query_edit(query, WEIR_EDIT_INCLUDE, WEIR_F_DSTPORT, &value, buffer, sizeof buffer, &err),
                     WEIR_E_LIMIT);
    assert_string_equal(buffer, "before");
    weir_query_free(query);
}

static void joining_keeps_both_and_may_replace_the_time(void **state)
{
    static const struct {
        const char *filter, *more;
        bool replace;
        const char *expected;
    } rows[] = {
        {"", "tcp", false, "protocol = tcp"},
        {"tcp", "", false, "protocol = tcp"},
        {"tcp", "22", false, "protocol = tcp and port 22"},
        {"tcp", "tcp 22", false, "protocol = tcp and port 22"},
        {"tcp or udp", "22 or 23", false, "(protocol = tcp or protocol = udp) and (port 22 or port 23)"},
        {"start > 5 and tcp", "start > 9", true, "protocol = tcp and start > 1970-01-01T00:00:09Z"},
        {"start > 5 and tcp", "start > 9", false,
         "start > 1970-01-01T00:00:05Z and protocol = tcp and start > 1970-01-01T00:00:09Z"},
        {"(start > 5 or start < 2) tcp", "start in 1-9", true,
         "protocol = tcp and start in 1970-01-01T00:00:01Z-1970-01-01T00:00:09Z"},
        {"start > 5 tcp", "start > 9 udp", true,
         "start > 1970-01-01T00:00:05Z and protocol = tcp and start > 1970-01-01T00:00:09Z and protocol = udp"},
    };
    char buffer[2048];

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        weir_query *query = parse(rows[k].filter);
        weir_error err = {0};

        assert_int_equal(weir_query_and(query, rows[k].more, NOW, rows[k].replace, buffer, sizeof buffer, &err),
                         WEIR_OK);
        assert_string_equal(buffer, rows[k].expected);
        weir_query_free(query);
    }
}

static void joining_with_an_error_says_where(void **state)
{
    char buffer[64];
    weir_query *query = parse("tcp");
    weir_error err = {0};

    (void)state;
    assert_int_equal(weir_query_and(query, "dstport = foo", NOW, false, buffer, sizeof buffer, &err), WEIR_E_SYNTAX);
    assert_int_equal(err.column, 11);
    weir_query_free(query);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_print_canonical_conditions),
        cmocka_unit_test(marks_follow_the_conditions_at_the_top),
        cmocka_unit_test(an_edit_reaches_its_mark_and_toggles_back),
        cmocka_unit_test(an_edit_that_does_not_fit_writes_nothing),
        cmocka_unit_test(joining_keeps_both_and_may_replace_the_time),
        cmocka_unit_test(joining_with_an_error_says_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
