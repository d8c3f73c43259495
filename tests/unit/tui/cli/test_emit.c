/* The parts that the forms are made of: quoting, numbers, times, the buffer. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "cli/emit.h"

static struct out out;
static char text[4096];

static int begin(void **state)
{
    (void)state;
    weir_error err = {0};
    int fd = memfd_create("out", MFD_CLOEXEC);
    return fd < 0 || out_init(&out, fd, NULL, &err) != WEIR_OK;
}

static int finish(void **state)
{
    (void)state;
    close(out.fd);
    out_done(&out);
    return 0;
}

/* What was put since the last call. */
static const char *written(void)
{
    out_flush(&out);
    assert_int_equal(out.error, 0);
    ssize_t n = pread(out.fd, text, sizeof text - 1, 0);
    assert_true(n >= 0);
    text[n] = '\0';
    assert_int_equal(ftruncate(out.fd, 0), 0);
    assert_int_equal(lseek(out.fd, 0, SEEK_SET), 0);
    return text;
}

static void numbers_are_written_in_full(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {0, 9, 10, 65535, 4294967296u, UINT64_MAX};
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
        char expected[32];
        snprintf(expected, sizeof expected, "%" PRIu64, numbers[k]);
        out_number(&out, numbers[k]);
        assert_string_equal(written(), expected);
    }
}

static void csv_texts_are_quoted_and_guarded(void **state)
{
    (void)state;
    emit_csv_text(&out, WEIR_SAFE("eni-0a5b"));
    assert_string_equal(written(), "eni-0a5b");
    emit_csv_text(&out, WEIR_SAFE("a,b\"c"));
    assert_string_equal(written(), "\"a,b\"\"c\"");
    emit_csv_text(&out, WEIR_SAFE("=HYPERLINK(\"x\")"));
    assert_string_equal(written(), "\"'=HYPERLINK(\"\"x\"\")\"");
    emit_csv_text(&out, WEIR_SAFE("+1"));
    assert_string_equal(written(), "\"'+1\"");
    emit_csv_text(&out, WEIR_SAFE("-1"));
    assert_string_equal(written(), "\"'-1\"");
    emit_csv_text(&out, WEIR_SAFE("@x"));
    assert_string_equal(written(), "\"'@x\"");
    emit_csv_text(&out, WEIR_SAFE(""));
    assert_string_equal(written(), "");
}

static void json_texts_are_escaped(void **state)
{
    (void)state;
    emit_json_text(&out, WEIR_SAFE("a\"b\\c \xC3\xA9"));
    assert_string_equal(written(), "\"a\\\"b\\\\c \xC3\xA9\"");
}

static void json_values_have_their_types(void **state)
{
    (void)state;
    weir_value value = {.type = WEIR_NULL};
    emit_json_value(&out, WEIR_F_SRCADDR, &value);
    out_char(&out, ' ');
    value = (weir_value){.type = WEIR_NUMBER, .number = 22};
    emit_json_value(&out, WEIR_F_DSTPORT, &value);
    out_char(&out, ' ');
    value = (weir_value){.type = WEIR_ADDRESS, .addr = {.family = 4, .bytes = {192, 0, 2, 255}}};
    emit_json_value(&out, WEIR_F_SRCADDR, &value);
    out_char(&out, ' ');
    value = (weir_value){.type = WEIR_ADDRESS, .addr = {.family = 6, .bytes = {0x20, 1, 0xd, 0xb8, [15] = 1}}};
    emit_json_value(&out, WEIR_F_SRCADDR, &value);
    assert_string_equal(written(), "null 22 \"192.0.2.255\" \"2001:db8::1\"");
}

static void times_carry_their_zone(void **state)
{
    (void)state;
    char buffer[WHEN_SIZE];
    struct when utc = {0};
    assert_string_equal(when_text(&utc, 1795438805, buffer, sizeof buffer).text, "2026-11-23T13:00:05Z");
    assert_string_equal(when_text(&utc, 1795438799, buffer, sizeof buffer).text, "2026-11-23T12:59:59Z");
    assert_string_equal(when_text(&utc, 0, buffer, sizeof buffer).text, "1970-01-01T00:00:00Z");
    assert_string_equal(when_text(&utc, -1, buffer, sizeof buffer).text, "1969-12-31T23:59:59Z");
    assert_string_equal(when_text(&utc, INT64_MAX, buffer, sizeof buffer).text, "9223372036854775807");

    setenv("TZ", "NPT-5:45", 1);
    tzset();
    struct when local = {.local = true};
    assert_string_equal(when_text(&local, 1795438805, buffer, sizeof buffer).text, "2026-11-23T18:45:05+05:45");
    setenv("TZ", "NST3:30", 1);
    tzset();
    local = (struct when){.local = true};
    assert_string_equal(when_text(&local, 1795438805, buffer, sizeof buffer).text, "2026-11-23T09:30:05-03:30");
    unsetenv("TZ");
    tzset();
}

/* Every second of two days around a change of the zone says the same as strftime. */
static void times_are_right_when_the_zone_changes(void **state)
{
    (void)state;
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    struct when local = {.local = true};
    for (int64_t t = 1792800000; t < 1792800000 + 2 * 86400; t += 7) {
        char buffer[WHEN_SIZE], expected[WHEN_SIZE], zone[8];
        struct tm tm;
        time_t seconds = (time_t)t;
        localtime_r(&seconds, &tm);
        strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S", &tm);
        strftime(zone, sizeof zone, "%z", &tm);
        when_text(&local, t, buffer, sizeof buffer);
        assert_memory_equal(buffer, expected, 19);
        assert_int_equal(buffer[21], zone[2]);
    }
    unsetenv("TZ");
    tzset();
}

static void the_buffer_keeps_the_order_at_its_edges(void **state)
{
    (void)state;
    char line[1001];
    for (int k = 0; k < 1000; k++)
        line[k] = (char)('a' + k % 26);
    for (int k = 0; k < 700; k++)
        out_bytes(&out, line, 1000);
    out_flush(&out);
    assert_int_equal(lseek(out.fd, 0, SEEK_END), 700000);
    char seen[1000];
    for (int k = 0; k < 700; k++) {
        assert_int_equal(pread(out.fd, seen, 1000, 1000 * k), 1000);
        assert_memory_equal(seen, line, 1000);
    }
}

static void a_reader_that_went_is_remembered(void **state)
{
    (void)state;
    int fds[2];
    weir_error err = {0};
    struct out gone;
    assert_int_equal(pipe(fds), 0);
    close(fds[0]);
    assert_int_equal(out_init(&gone, fds[1], NULL, &err), WEIR_OK);
    out_text(&gone, WEIR_SAFE("x"));
    out_flush(&gone);
    assert_int_equal(gone.error, EPIPE);
    assert_true(out_is_dead(&gone));
    out_text(&gone, WEIR_SAFE("y"));
    out_flush(&gone);
    assert_int_equal(gone.len, 0);
    close(fds[1]);
    out_done(&gone);
}

static void unknown_fields_are_refused_with_the_nearest(void **state)
{
    (void)state;
    struct emit emit;
    weir_error err = {0};
    struct emit_options options = {.output = OUTPUT_CSV, .fields = "srcaddr,dstpotr"};
    assert_int_equal(emit_init(&emit, &options, &out, &err), WEIR_E_USAGE);
    assert_non_null(strstr(err.text, "did you mean dstport?"));
    err = (weir_error){0};
    options.fields = "srcaddr,saddr";
    assert_int_equal(emit_init(&emit, &options, &out, &err), WEIR_E_USAGE);
    err = (weir_error){0};
    options.fields = "";
    assert_int_equal(emit_init(&emit, &options, &out, &err), WEIR_E_USAGE);
    err = (weir_error){0};
    options.fields = "dstport,srcaddr";
    assert_int_equal(emit_init(&emit, &options, &out, &err), WEIR_OK);
    emit_end(&emit);
    assert_string_equal(written(), "dstport,srcaddr\n");
    emit_done(&emit);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_are_written_in_full, begin, finish),
        cmocka_unit_test_setup_teardown(csv_texts_are_quoted_and_guarded, begin, finish),
        cmocka_unit_test_setup_teardown(json_texts_are_escaped, begin, finish),
        cmocka_unit_test_setup_teardown(json_values_have_their_types, begin, finish),
        cmocka_unit_test(times_carry_their_zone),
        cmocka_unit_test(times_are_right_when_the_zone_changes),
        cmocka_unit_test_setup_teardown(the_buffer_keeps_the_order_at_its_edges, begin, finish),
        cmocka_unit_test(a_reader_that_went_is_remembered),
        cmocka_unit_test_setup_teardown(unknown_fields_are_refused_with_the_nearest, begin, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
