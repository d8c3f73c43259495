/* Several layouts that a stream's records may have: which of them each line is read with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dump.h"

#define DEFAULT "2 123456789012 eni-0a 203.0.113.9 10.0.0.1 443 22 6 10 840 1763899990 1763899999 REJECT OK\n"
#define LONG    "203.0.113.9 10.0.0.1 443 22 6 10 840 1763899990 1763899999 REJECT OK vpc-1 subnet-1 i-1 ingress 3\n"
#define SHORT   "10.0.0.1 22 ACCEPT\n"
#define TAIL    "2026-09-01T12:00:00 "

static const char *const columns[] = {
    "srcaddr dstport action",
    "srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status vpc-id subnet-id instance-id "
    "flow-direction version",
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
    "log-status",
};

struct told {
    struct dump dump;
    struct format_set set;
    struct format layouts[3];
    struct decoder *decoder;
};

static void open_told(struct told *told, const char *given)
{
    struct format layout;

    memset(told, 0, sizeof *told);
    format_set_init(&told->set);
    for (size_t k = 0; k < 3; k++)
        assert_int_equal(format_parse(columns[k], strlen(columns[k]), &told->layouts[k], NULL), WEIR_OK);
    if (given)
        assert_int_equal(format_parse(given, strlen(given), &layout, NULL), WEIR_OK);
    told->decoder =
        decoder_new(given ? &layout : NULL, &told->set, (struct decode_sink){dump_block, dump_bad, &told->dump});
    assert_non_null(told->decoder);
}

static void feed(struct told *told, const char *text)
{
    assert_int_equal(decoder_feed(told->decoder, text, strlen(text), NULL), WEIR_OK);
}

static void tell(struct told *told, size_t from, size_t n)
{
    assert_int_equal(decoder_layouts(told->decoder, told->layouts + from, n, NULL), WEIR_OK);
}

/* What came of the lines since the last look. */
static void expect(struct told *told, const char *expected)
{
    dump_rows(&told->dump);
    assert_string_equal(told->dump.text ? told->dump.text : "", expected);
    free(told->dump.text);
    told->dump.text = NULL;
    told->dump.len = told->dump.room = 0;
}

static void close_told(struct told *told)
{
    decoder_free(told->decoder);
    dump_rows(&told->dump);
    free(told->dump.text);
    format_set_done(&told->set);
}

static void each_line_is_read_with_the_layout_that_it_fits(void **state)
{
    struct told told;

    (void)state;
    open_told(&told, NULL);
    tell(&told, 0, 3);
    feed(&told, DEFAULT SHORT LONG LONG DEFAULT SHORT);
    const struct decode_counts *counts = decoder_counts(told.decoder);
    assert_int_equal(counts->records, 6);
    assert_int_equal(counts->surplus, 0);
    assert_int_equal(told.set.n, 3);
    expect(&told, "record reject: " DEFAULT "record accept: " SHORT "record reject: " LONG "record reject: " LONG
                  "record reject: " DEFAULT "record accept: " SHORT);
    close_told(&told);
}

/* Two layouts that cannot be told apart by a line: the one that fitted last. */
static void the_layout_that_fitted_last_is_tried_first(void **state)
{
    static const char *const twins[] = {"srcaddr dstport packets", "srcaddr packets srcport"};
    struct told told;
    weir_row row;

    (void)state;
    open_told(&told, NULL);
    for (size_t k = 0; k < 2; k++)
        assert_int_equal(format_parse(twins[k], strlen(twins[k]), &told.layouts[k], NULL), WEIR_OK);
    tell(&told, 0, 2);
    feed(&told, "10.0.0.1 7 8\n"        /* the first one */
                "10.0.0.1 99999999 8\n" /* no port: the second */
                "10.0.0.1 7 8\n"        /* the second again */
                "10.0.0.1 7 99999999\n" /* the first */
                "10.0.0.1 7 8\n");
    static const bool has_dstport[] = {true, false, false, true, true};
    for (uint32_t k = 0; k < 5; k++) {
        row = (weir_row){.block = told.dump.block, .index = k};
        assert_int_equal(weir_row_value(&row, WEIR_F_DSTPORT).type == WEIR_NUMBER, has_dstport[k]);
    }
    close_told(&told);
}

/* A longer record is no shorter one with something behind it, but a record of no layout may be. */
static void surplus_is_the_last_resort(void **state)
{
    struct told told;

    (void)state;
    open_told(&told, NULL);
    assert_int_equal(format_parse("srcaddr", 7, &told.layouts[1], NULL), WEIR_OK);
    tell(&told, 0, 2);
    feed(&told, "10.0.0.1\n10.0.0.1 22 ACCEPT\n10.0.0.1 22 ACCEPT more\n10.0.0.1 words\n");
    assert_int_equal(decoder_counts(told.decoder)->records, 4);
    assert_int_equal(decoder_counts(told.decoder)->surplus, 2);
    expect(&told, "record none: 10.0.0.1\nrecord accept: 10.0.0.1 22 ACCEPT\n"
                  "record accept: 10.0.0.1 22 ACCEPT more\nrecord none: 10.0.0.1 words\n");
    close_told(&told);
}

static void no_header_changes_them_and_none_takes_them_back(void **state)
{
    struct told told;

    (void)state;
    open_told(&told, "dstport action");
    tell(&told, 0, 1);
    feed(&told, "dstport action\n" SHORT "22 ACCEPT\n");
    assert_int_equal(decoder_counts(told.decoder)->headers, 1);
    assert_int_equal(decoder_counts(told.decoder)->records, 1);
    decoder_reset(told.decoder);
    feed(&told, SHORT);
    assert_int_equal(decoder_counts(told.decoder)->records, 2);
    tell(&told, 0, 0);
    feed(&told, "22 ACCEPT\n" SHORT);
    assert_int_equal(decoder_counts(told.decoder)->records, 3);
    assert_int_equal(decoder_counts(told.decoder)->malformed, 2);
    close_told(&told);
}

static void prefixes_of_aws_logs_tail_and_known_shapes_are_still_seen(void **state)
{
    struct told told;

    (void)state;
    open_told(&told, NULL);
    tell(&told, 0, 2);
    feed(&told, TAIL SHORT TAIL "eni-0a-all " LONG DEFAULT "{\"message\": \"10.0.0.1 22 ACCEPT\"}\n");
    assert_int_equal(decoder_counts(told.decoder)->records, 4);
    assert_int_equal(decoder_counts(told.decoder)->surplus, 0);
    expect(&told, "record accept: " SHORT "record reject: " LONG "record reject: " DEFAULT "record accept: " SHORT);
    close_told(&told);
}

/* The reason is told for the layout that the line is most like. */
static void what_fits_none_is_explained_by_its_columns(void **state)
{
    struct told told;

    (void)state;
    open_told(&told, NULL);
    tell(&told, 0, 3);
    feed(&told, DEFAULT "10.0.0.1 ssh ACCEPT\n");
    expect(&told, "bad 2: column 2 (dstport): expected a port from 0 to 65535, found 'ssh'\n    10.0.0.1 ssh ACCEPT\n"
                  "record reject: " DEFAULT);
    close_told(&told);
}

static void there_is_a_cap(void **state)
{
    static struct format many[LAYOUTS_MAX + 1];
    struct told told;
    weir_error err = {0};

    (void)state;
    open_told(&told, NULL);
    tell(&told, 0, 1);
    assert_int_equal(decoder_layouts(told.decoder, many, LAYOUTS_MAX + 1, &err), WEIR_E_LIMIT);
    feed(&told, SHORT);
    assert_int_equal(decoder_counts(told.decoder)->records, 1);
    close_told(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_is_read_with_the_layout_that_it_fits),
        cmocka_unit_test(the_layout_that_fitted_last_is_tried_first),
        cmocka_unit_test(surplus_is_the_last_resort),
        cmocka_unit_test(no_header_changes_them_and_none_takes_them_back),
        cmocka_unit_test(prefixes_of_aws_logs_tail_and_known_shapes_are_still_seen),
        cmocka_unit_test(what_fits_none_is_explained_by_its_columns),
        cmocka_unit_test(there_is_a_cap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
