/* What weir_sanitize lets through, and what it makes of the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "payloads.h"

#include "base/scope.h"
#include "weir/safe.h"

#define PAYLOADS WEIR_CASES "/sanitize/payloads.txt"

static void every_form_of_the_header_is_as_it_says(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"plain text", "plain text"},
        {"\x1b[31m", "^[[31m"},
        {"a\rb", "a^Mb"},
        {"a\tb", "a^Ib"},
        {"\x7f", "^?"},
        {"\x01\x1f", "^A^_"},
        {"\xC2\x9B", "<9B>"},
        {"\xC2\x80\xC2\x9F", "<80><9F>"},
        {"\x9b", "\xEF\xBF\xBD"},
        {"\xE2\x80\xAE", "<U+202E>"},
        {"\xE2\x80\x8B", "<U+200B>"},
        {"\xE2\x80\xA8\xE2\x80\xA9", "<U+2028><U+2029>"},
        {"\xC2\xAD", "<U+00AD>"},
        {"\xEF\xBB\xBF", "<U+FEFF>"},
        {"\xF3\xA0\x81\x81", "<U+E0041>"},
        {"\xEE\x80\x80", "<U+E000>"},
        {"\xCD\xB8", "<U+0378>"},
        {"\xF4\x8F\xBF\xBF", "<U+10FFFF>"},
        {"caf\xC3\xA9 \xE6\x97\xA5 \xF0\x9F\x98\x80", "caf\xC3\xA9 \xE6\x97\xA5 \xF0\x9F\x98\x80"},
        {"e\xCC\x81\xCC\x81\xCC\x81\xCC\x81", "e\xCC\x81\xCC\x81\xCC\x81\xCC\x81"},
        {"e\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81", "e\xCC\x81\xCC\x81\xCC\x81\xCC\x81<U+0301><U+0301>"},
        {"^[ <9B> <U+202E>", "^[ <9B> <U+202E>"},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        char buffer[256];
        assert_string_equal(weir_sanitize(rows[k].in, strlen(rows[k].in), buffer, sizeof buffer).text, rows[k].out);
    }
    char nul[8];
    assert_string_equal(weir_sanitize("a\0b", 3, nul, sizeof nul).text, "a^@b");
}

/* The example of Unicode 3.9 (table 3-8) and its kin: one replacement for each maximal subpart. */
static void ill_formed_utf8_becomes_one_replacement_a_subpart(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        int replacements;
        const char *rest;
    } rows[] = {
        {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", 4, "A"},
        {"\xC0\xAF", 2, ""},
        {"\xE0\x80\xAF", 3, ""},
        {"\xED\xA0\x80", 3, ""},
        {"\xF4\x90\x80\x80", 4, ""},
        {"\xF0\x9F\x98", 1, ""},
        {"\xF0\x9F\x98(", 1, "("},
        {"\xE2\x82(", 1, "("},
        {"\xF5\x80\x80\x80", 4, ""},
        {"\xFF\xFE", 2, ""},
        {"\xF0\x80\x80\xAF", 4, ""},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        char buffer[64];
        const char *at = weir_sanitize(rows[k].in, strlen(rows[k].in), buffer, sizeof buffer).text;
        for (int n = 0; n < rows[k].replacements; n++, at += 3)
            assert_int_equal(strncmp(at, "\xEF\xBF\xBD", 3), 0);
        assert_string_equal(at, rows[k].rest);
    }
}

static void assert_nothing_drives_a_terminal(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        assert_true(*at >= 0x20 && *at != 0x7f);
        if (at[0] == 0xC2)
            assert_true(at[1] >= 0xA0 && at[1] != 0xAD);
        if (at[0] == 0xE2 && at[1] == 0x80)
            assert_true(!(at[2] >= 0x8B && at[2] <= 0x8F) && !(at[2] >= 0xA8 && at[2] <= 0xAE));
        if (at[0] == 0xE2 && at[1] == 0x81)
            assert_true(at[2] < 0xA0 || at[2] > 0xAF);
        assert_false(at[0] == 0xEF && at[1] == 0xBB && at[2] == 0xBF);
        assert_false(at[0] == 0xF3 && at[1] == 0xA0 && at[2] < 0x84); /* tags */
    }
}

static void check_payload(const char *bytes, size_t len, void *user)
{
    (void)user;
    char once[8192], twice[8192], small[16];
    weir_sanitize(bytes, len, once, sizeof once);
    assert_nothing_drives_a_terminal(once);
    assert_string_equal(weir_sanitize(once, strlen(once), twice, sizeof twice).text, once);
    for (size_t size = 4; size <= sizeof small; size++) {
        weir_sanitize(bytes, len, small, size);
        assert_true(strlen(small) < size);
        assert_nothing_drives_a_terminal(small);
    }
}

static void no_payload_comes_through_and_the_result_is_stable(void **state)
{
    (void)state;
    assert_true(payload_each(PAYLOADS, check_payload, NULL) >= 200);
}

static void what_does_not_fit_is_cut_at_a_character(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        size_t size;
        const char *out;
    } rows[] = {
        {"abcdef", 7, "abcdef"},
        {"abcdef", 6, "ab\xE2\x80\xA6"},
        {"abcdef", 4, "\xE2\x80\xA6"},
        {"ab\x1b[m", 8, "ab^[[m"},
        {"abc\x1b[m", 7, "abc\xE2\x80\xA6"},
        {"ab\x1b[mmm", 8, "ab^[\xE2\x80\xA6"},
        {"a\xE6\x97\xA5\xE6\x9C\xAC", 7, "a\xE2\x80\xA6"},
        {"a\xE6\x97\xA5\xE6\x9C\xAC", 8, "a\xE6\x97\xA5\xE6\x9C\xAC"},
        {"a\xC2\x9B\xC2\x9B", 8, "a\xE2\x80\xA6"}, /* "a<9B>" and the ellipsis would need 9 */
        {"a\xC2\x9B\xC2\x9B", 9, "a<9B>\xE2\x80\xA6"},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        char buffer[64];
        assert_string_equal(weir_sanitize(rows[k].in, strlen(rows[k].in), buffer, rows[k].size).text, rows[k].out);
    }
}

static void formatting_filters_its_arguments_too(void **state)
{
    (void)state;
    char buffer[32], long_text[3000];
    assert_string_equal(weir_safe_format(buffer, sizeof buffer, "%s=%d", "a\x1b", 7).text, "a^[=7");
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    assert_int_equal(strlen(weir_safe_format(buffer, sizeof buffer, "%s", long_text).text), 31);
    char large[4096];
    assert_int_equal(strlen(weir_safe_format(large, sizeof large, "%s", long_text).text), 2999);
    assert_string_equal(weir_safe_format(buffer, sizeof buffer, "%s", buffer + 5).text,
                        "xxxxxxxxxxxxxxxxxxxxxxx\xE2\x80\xA6");
}

static void the_heap_form_is_the_same_and_bounded(void **state)
{
    (void)state;
    char *text = weir_sanitize_new("a\xC2\xADz", 4, 100);
    assert_string_equal(text, "a<U+00AD>z");
    free(text);
    text = weir_sanitize_new("a\xC2\xADz", 4, 9);
    assert_string_equal(text, "a\xE2\x80\xA6");
    free(text);
    text = weir_sanitize_new("", 0, 0);
    assert_string_equal(text, "");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_the_header_is_as_it_says),
        cmocka_unit_test(ill_formed_utf8_becomes_one_replacement_a_subpart),
        cmocka_unit_test(no_payload_comes_through_and_the_result_is_stable),
        cmocka_unit_test(what_does_not_fit_is_cut_at_a_character),
        cmocka_unit_test(formatting_filters_its_arguments_too),
        cmocka_unit_test(the_heap_form_is_the_same_and_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
