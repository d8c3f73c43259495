/* The filter language as text: what parses to what, what fails where, and that canonical text is a fixed point. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/limits.h"
#include "weir/query.h"

#define NOW 1763900000

static void expect_error(const char *filter, const char *expected, unsigned number)
{
    weir_query *query = NULL;
    weir_error err = {0};
    char *end;
    unsigned long column = strtoul(expected + 1, &end, 10);

    weir_status status = weir_query_parse(filter, NOW, &query, &err);
    if (status != WEIR_E_SYNTAX || err.column != column || !strstr(err.text, end + (*end == ' ')))
        fail_msg("line %u: %s: status %d, column %zu, \"%s\", not \"%s\"", number, filter, status, err.column, err.text,
                 expected);
    assert_null(query);
}

static void expect_text(const char *filter, const char *expected, unsigned number)
{
    weir_query *query = NULL, *again = NULL;
    weir_error err = {0};

    if (weir_query_parse(filter, NOW, &query, &err) != WEIR_OK)
        fail_msg("line %u: %s: column %zu: %s", number, filter, err.column, err.text);
    if (strcmp(weir_query_text(query).text, expected) != 0)
        fail_msg("line %u: %s is \"%s\", not \"%s\"", number, filter, weir_query_text(query).text, expected);
    if (weir_query_parse(weir_query_text(query).text, 0, &again, &err) != WEIR_OK)
        fail_msg("line %u: \"%s\" does not parse again: %s", number, expected, err.text);
    assert_string_equal(weir_query_text(again).text, expected);
    assert_int_equal(weir_query_is_empty(query), !*expected);
    weir_query_free(query);
    weir_query_free(again);
}

static void every_case_of_the_table_holds(void **state)
{
    FILE *file = fopen(WEIR_CASES "/query/filters.tsv", "r");
    char line[1024];
    unsigned number = 0, seen = 0;

    (void)state;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        char *tab = strchr(line, '\t');

        number++;
        line[strcspn(line, "\n")] = '\0';
        if (*line == '#' || !tab)
            continue;
        *tab++ = '\0';
        seen++;
        if (*tab == '!')
            expect_error(line, tab, number);
        else
            expect_text(line, tab, number);
    }
    fclose(file);
    assert_true(seen > 150);
}

static char *repeated(const char *unit, size_t n)
{
    size_t len = strlen(unit);
    char *text = malloc(len * n + 1);

    assert_non_null(text);
    for (size_t k = 0; k < n; k++)
        memcpy(text + k * len, unit, len);
    text[len * n] = '\0';
    return text;
}

static void expect_status(char *text, weir_status expected)
{
    weir_query *query = NULL;
    weir_error err = {0};

    assert_int_equal(weir_query_parse(text, NOW, &query, &err), expected);
    assert_int_equal(err.status, expected);
    weir_query_free(query);
    free(text);
}

static void a_megabyte_of_parentheses_is_refused(void **state)
{
    (void)state;
    expect_status(repeated("(", 1 << 20), WEIR_E_LIMIT);
    expect_status(repeated("(", FILTER_MAX_BYTES), WEIR_E_LIMIT);
    expect_status(repeated("(", FILTER_MAX_DEPTH), WEIR_E_SYNTAX);
    expect_status(repeated("!", FILTER_MAX_BYTES), WEIR_E_SYNTAX);
}

static void caps_are_statuses(void **state)
{
    (void)state;
    expect_status(repeated("22 ", FILTER_MAX_NODES + 1), WEIR_E_LIMIT);
    expect_status(repeated("start>-1 ", 1000), WEIR_E_LIMIT); /* longer in canonical form */
    char *regex = repeated("a", PATTERN_MAX_BYTES + 20);
    memcpy(regex, "srcaddr ~ ", 10);
    expect_status(regex, WEIR_E_LIMIT);
}

static void deep_but_allowed_nesting_parses(void **state)
{
    char text[4 * FILTER_MAX_DEPTH * 8] = "";
    weir_query *query = NULL, *again = NULL;
    weir_error err = {0};
    size_t len = 0;

    (void)state;
    for (int k = 0; k < FILTER_MAX_DEPTH; k++)
        len += (size_t)snprintf(text + len, sizeof text - len, k % 2 ? "22 (" : "22 or (");
    len += (size_t)snprintf(text + len, sizeof text - len, "tcp");
    memset(text + len, ')', FILTER_MAX_DEPTH);
    assert_int_equal(weir_query_parse(text, NOW, &query, &err), WEIR_OK);
    assert_int_equal(weir_query_parse(weir_query_text(query).text, NOW, &again, &err), WEIR_OK);
    assert_string_equal(weir_query_text(query).text, weir_query_text(again).text);
    weir_query_free(query);
    weir_query_free(again);
}

static void the_first_error_wins(void **state)
{
    weir_query *query = NULL;
    weir_error err = {.status = WEIR_E_IO, .column = 7, .text = "before"};

    (void)state;
    assert_int_equal(weir_query_parse("dstport = foo", NOW, &query, &err), WEIR_E_SYNTAX);
    assert_string_equal(err.text, "before");
    assert_int_equal(weir_query_parse("dstport = foo", NOW, &query, NULL), WEIR_E_SYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_of_the_table_holds),
        cmocka_unit_test(a_megabyte_of_parentheses_is_refused),
        cmocka_unit_test(caps_are_statuses),
        cmocka_unit_test(deep_but_allowed_nesting_parses),
        cmocka_unit_test(the_first_error_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
