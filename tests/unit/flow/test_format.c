/* Layouts: LogFormat strings, header lines, the set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/scope.h"
#include "flow/format.h"

static void formats_are_read_with_and_without_braces(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "${version} ${srcaddr} ${dst-service}",
        "version srcaddr dst-service",
        "version,srcaddr,dst-service",
        "  version,  srcaddr\n pkt-dst-aws-service ",
        "${version}${srcaddr}${pkt_dst_aws_service}",
        "VERSION saddr pkt-dst-aws-service",
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        struct format format;
        assert_int_equal(format_parse(rows[k], strlen(rows[k]), &format, NULL), WEIR_OK);
        assert_int_equal(format.n, 3);
        assert_int_equal(format.column[0], WEIR_F_VERSION);
        assert_int_equal(format.column[1], WEIR_F_SRCADDR);
        assert_int_equal(format.column[2], WEIR_F_PKT_DST_AWS_SERVICE);
        assert_int_equal(format.column_of[WEIR_F_SRCADDR], 1);
        assert_int_equal(format.column_of[WEIR_F_DSTADDR], -1);
        assert_int_equal(format.column[3], WEIR_FIELD_NONE);
    }
}

static void errors_point_at_the_column(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t column;
        const char *says;
    } rows[] = {
        {"", 1, "expected field names"},
        {"  ", 1, "expected field names"},
        {"${version} ${colour}", 14, "unknown field \"colour\""},
        {"version srcaddr version", 17, "twice"},
        {"${srcaddr} ${saddr}", 14, "twice"},
        {"${srcaddr", 1, "expected a field name"},
        {"version ${} srcaddr", 9, "expected a field name"},
        {"version }", 9, "expected a field name"},
        {"version $srcaddr", 9, "expected a field name"},
        {"\x1b[31m", 1, "^[[31m"},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        struct format format;
        weir_error err = {0};
        assert_int_equal(format_parse(rows[k].text, strlen(rows[k].text), &format, &err), WEIR_E_SYNTAX);
        assert_int_equal(err.column, rows[k].column);
        if (!strstr(err.text, rows[k].says))
            fail_msg("'%s': %s", rows[k].text, err.text);
    }
}

static void all_fields_make_one_format(void **state)
{
    (void)state;
    char text[4096];
    size_t n = 0;
    struct format format;
    weir_field fields[WEIR_FIELD_COUNT];
    size_t n_fields = 0;
    for (int k = 0; k < WEIR_FIELD_COUNT; k++) {
        if (weir_field_is_derived((weir_field)k))
            continue;
        n += (size_t)snprintf(text + n, sizeof text - n, "${%s} ", weir_field_get((weir_field)k)->name);
        fields[n_fields++] = (weir_field)k;
    }
    assert_int_equal(format_parse(text, n, &format, NULL), WEIR_OK);
    assert_int_equal(format.n, n_fields);
    for (size_t k = 0; k < n_fields; k++)
        assert_int_equal(format.column_of[fields[k]], k);
}

static void derived_fields_are_in_no_line(void **state)
{
    (void)state;
    unsigned n = 0;
    for (int k = 0; k < WEIR_FIELD_COUNT; k++) {
        struct format format;
        const char *name = weir_field_get((weir_field)k)->name;
        if (!weir_field_is_derived((weir_field)k))
            continue;
        assert_int_equal(format_parse(name, strlen(name), &format, NULL), WEIR_E_SYNTAX);
        n++;
    }
    assert_true(n >= 5);
}

static void header_lines_are_told_from_records(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int columns; /* 0 = no header */
    } rows[] = {
        {"version account-id interface-id", 3},
        {"version  account_id\tinterface_id\r", 3},
        {"srcaddr dstaddr", 2},
        {"srcaddr colour", 2},
        {"srcaddr colour smell", 0},
        {"srcaddr", 0},
        {"srcaddr 10.0.0.1", 0},
        {"", 0},
        {"eni-01 ACCEPT OK", 0},
        {"2 123456789012", 0},
        {"- -", 0},
        {"srcaddr srcaddr dstaddr", 3},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        struct format format = {0};
        bool is_header = format_from_header(rows[k].line, strlen(rows[k].line), &format);
        if (is_header != (rows[k].columns > 0) || format.n != rows[k].columns)
            fail_msg("'%s'", rows[k].line);
    }
    struct format format;
    assert_true(format_from_header("srcaddr srcaddr dstaddr", 23, &format));
    assert_int_equal(format.column_of[WEIR_F_SRCADDR], 0);
    assert_int_equal(format.column[1], WEIR_FIELD_NONE);
}

static void the_default_is_that_of_version_2(void **state)
{
    (void)state;
    static const char text[] = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes "
                               "start end action log-status";
    struct format format;
    assert_int_equal(format_parse(text, sizeof text - 1, &format, NULL), WEIR_OK);
    assert_int_equal(format.n, format_default()->n);
    assert_memory_equal(format.column, format_default()->column, sizeof format.column);
    assert_memory_equal(format.column_of, format_default()->column_of, sizeof format.column_of);
}

static void the_set_keeps_one_of_each_up_to_its_cap(void **state)
{
    (void)state;
    struct format_set set;
    format_set_init(&set);
    const struct format *first = format_set_add(&set, format_default(), NULL);
    assert_ptr_equal(format_set_add(&set, format_default(), NULL), first);
    assert_int_equal(set.n, 1);
    weir_error err = {0};
    for (int k = 0; k < LAYOUTS_MAX + 5; k++) {
        struct format format;
        char text[128];
        int n = snprintf(text, sizeof text, "%s %s", weir_field_get((weir_field)(k % 60))->name,
                         weir_field_get((weir_field)(k % 60 + 1 + k / 60))->name);
        assert_int_equal(format_parse(text, (size_t)n, &format, NULL), WEIR_OK);
        const struct format *kept = format_set_add(&set, &format, &err);
        assert_int_equal(kept != NULL, k < LAYOUTS_MAX - 1);
        if (kept)
            assert_ptr_equal(set.at[kept->id], kept);
    }
    assert_int_equal(err.status, WEIR_E_LIMIT);
    format_set_done(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_are_read_with_and_without_braces),
        cmocka_unit_test(errors_point_at_the_column),
        cmocka_unit_test(all_fields_make_one_format),
        cmocka_unit_test(derived_fields_are_in_no_line),
        cmocka_unit_test(header_lines_are_told_from_records),
        cmocka_unit_test(the_default_is_that_of_version_2),
        cmocka_unit_test(the_set_keeps_one_of_each_up_to_its_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
