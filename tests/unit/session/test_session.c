/* Sessions end to end: text in files and pipes to rows, counts, filters, states. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <zlib.h>

#include "base/clock.h"
#include "looker.h"

#define NOW INT64_C(1780000000)

static char directory[64], path_a[128], path_b[128];

static int make(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/weir-test-XXXXXX");
    if (!mkdtemp(directory))
        return -1;
    snprintf(path_a, sizeof path_a, "%s/a.log", directory);
    snprintf(path_b, sizeof path_b, "%s/b.log", directory);
    return 0;
}

static int remove_all(void **state)
{
    (void)state;
    alarm(0);
    unlink(path_a);
    unlink(path_b);
    return rmdir(directory);
}

static void put(const char *path, const char *mode, const char *text)
{
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* n records a second apart; every fourth is a REJECT of port 22, the others are ACCEPTs of 443. */
static void put_records(const char *path, const char *mode, int n)
{
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    for (int k = 0; k < n; k++)
        fprintf(file, "2 123456789012 eni-0a1b 192.0.2.%d 10.0.1.10 %d %d 6 3 180 %d %d %s OK\n", k % 200,
                1024 + k % 60000, k % 4 ? 443 : 22, 1779990000 + k, 1779990030 + k, k % 4 ? "ACCEPT" : "REJECT");
    assert_int_equal(fclose(file), 0);
}

static weir_session *open_files(const char *filter, bool follow, size_t n)
{
    static const char *specs[2];
    specs[0] = path_a;
    specs[1] = path_b;
    return open_session(
        &(weir_session_options){.sources = specs, .n_sources = n, .filter = filter, .follow = follow, .now = NOW});
}

static void a_file_is_counted_line_by_line(void **state)
{
    (void)state;
    put_records(path_a, "w", 10000);
    put(path_a, "a",
        "2 123456789012 eni-0a1b - - - - - - - 1779990000 1779990060 - NODATA\n"
        "2 123456789012 eni-0a1b - - - - - - - 1779990000 1779990060 - SKIPDATA\n"
        "\n"
        "this is no record\n");
    weir_session *session = open_files("dstport = 22", false, 1);
    pump_to_end(session);
    weir_totals t;
    weir_session_totals(session, &t);
    assert_int_equal(t.lines, 10004);
    assert_int_equal(t.records, 10000);
    assert_int_equal(t.nodata, 1);
    assert_int_equal(t.skipdata, 1);
    assert_int_equal(t.blank, 1);
    assert_int_equal(t.malformed, 1);
    assert_int_equal(t.shown, 2500);
    assert_int_equal(t.filtered, 7500);
    assert_int_equal(t.gaps, 0);
    struct stat st;
    assert_int_equal(stat(path_a, &st), 0);
    assert_int_equal(t.bytes, st.st_size);
    assert_int_equal(weir_view_matched(weir_session_view(session)), 2500);
    weir_bad_line bad;
    assert_true(weir_session_bad_line(session, 0, &bad));
    assert_string_equal(bad.line.text, "this is no record");
    assert_string_equal(bad.source.text, path_a);
    assert_int_equal(bad.number, 10004);
    assert_false(weir_session_bad_line(session, 1, &bad));
    weir_session_close(session);
}

static void the_newest_bad_lines_are_the_samples(void **state)
{
    (void)state;
    put(path_a, "w", "");
    for (int k = 1; k <= 50; k++) {
        char line[32];
        snprintf(line, sizeof line, "bad line %d\n", k);
        put(path_a, "a", line);
    }
    weir_session *session = open_files(NULL, false, 1);
    pump_to_end(session);
    for (size_t k = 0; k < 20; k++) {
        weir_bad_line bad;
        assert_true(weir_session_bad_line(session, k, &bad));
        assert_int_equal(bad.number, 50 - k);
    }
    weir_session_close(session);
}

static void several_files_come_in_the_order_given(void **state)
{
    (void)state;
    put(path_a, "w", "2 123456789012 eni-a 192.0.2.1 10.0.1.10 1 22 6 1 40 1779990000 1779990060 REJECT OK");
    put(path_b, "w", "2 123456789012 eni-b 192.0.2.2 10.0.1.10 2 22 6 1 40 1779990000 1779990060 REJECT OK");
    weir_session *session = open_files(NULL, false, 2);
    pump_to_end(session);
    assert_int_equal(weir_session_sources(session), 2);
    const weir_view *view = weir_session_view(session);
    weir_row row;
    assert_true(weir_view_nth(view, 0, &row));
    assert_string_equal(weir_row_value(&row, WEIR_F_INTERFACE_ID).text.text, "eni-a");
    assert_true(weir_view_nth(view, 1, &row));
    assert_string_equal(weir_row_value(&row, WEIR_F_INTERFACE_ID).text.text, "eni-b");
    for (size_t k = 0; k < 2; k++) {
        weir_source_status status;
        weir_session_source(session, k, &status);
        assert_int_equal(status.state, WEIR_SOURCE_ENDED);
        assert_string_equal(status.name.text, k ? path_b : path_a);
        assert_int_equal(status.done_bytes, status.total_bytes);
    }
    weir_session_close(session);
}

static void a_new_filter_looks_at_old_rows_again(void **state)
{
    (void)state;
    put_records(path_a, "w", 60000);
    weir_session *session = open_files("dstport = 22", false, 1);
    pump_to_end(session);
    weir_error err = {0};
    assert_int_equal(weir_session_filter(session, "dstport = ", &err), WEIR_E_SYNTAX);
    assert_int_equal(weir_view_matched(weir_session_view(session)), 15000);
    err = (weir_error){0};
    assert_int_equal(weir_session_filter(session, "accept", &err), WEIR_OK);
    for (unsigned more = WEIR_CHANGED_MORE; more & WEIR_CHANGED_MORE;)
        more = pump(session, 0);
    assert_false(weir_view_busy(weir_session_view(session)));
    assert_int_equal(weir_view_matched(weir_session_view(session)), 45000);
    assert_string_equal(weir_query_text(weir_session_query(session)).text, "action = ACCEPT");
    weir_session_close(session);
}

static void since_and_until_are_a_filter(void **state)
{
    (void)state;
    put_records(path_a, "w", 1000);
    const char *specs[] = {path_a};
    weir_session *session = open_session(&(weir_session_options){
        .sources = specs, .n_sources = 1, .since = 1779990100, .until = 1779990200, .now = NOW});
    pump_to_end(session);
    weir_totals t;
    weir_session_totals(session, &t);
    assert_int_equal(t.shown, 100);
    assert_int_equal(t.filtered, 900);
    weir_session_close(session);
}

static void a_file_is_followed_and_its_gap_is_counted(void **state)
{
    (void)state;
    put_records(path_a, "w", 10);
    weir_session *session = open_files(NULL, true, 1);
    pump_to_state(session, 0, WEIR_SOURCE_FOLLOWING);
    pump_to_lines(session, 10);
    put_records(path_a, "a", 5);
    pump_to_lines(session, 15);
    assert_false(weir_session_ended(session));
    put(path_a, "w", "2 123456789012 eni-a 192.0.2.1 10.0.1.10 1 22 6 1 40 1779990000 1779990060 REJECT OK\n");
    pump_to_lines(session, 16);
    weir_totals t;
    weir_session_totals(session, &t);
    assert_int_equal(t.records, 16);
    assert_int_equal(t.gaps, 1);
    weir_source_status status;
    weir_session_source(session, 0, &status);
    assert_int_equal(status.state, WEIR_SOURCE_FOLLOWING);
    assert_non_null(strstr(status.text.text, "was truncated"));
    weir_session_close(session);
}

static void a_rotation_keeps_the_last_line_without_a_newline(void **state)
{
    (void)state;
    put(path_a, "w", "2 123456789012 eni-a 192.0.2.1 10.0.1.10 1 22 6 1 40 1779990000 1779990060 REJECT OK");
    weir_session *session = open_files(NULL, true, 1);
    pump_to_state(session, 0, WEIR_SOURCE_FOLLOWING);
    assert_int_equal(rename(path_a, path_b), 0);
    put_records(path_a, "w", 3);
    pump_to_lines(session, 4);
    weir_totals t;
    weir_session_totals(session, &t);
    assert_int_equal(t.records, 4);
    assert_int_equal(t.gaps, 0);
    weir_session_close(session);
}

static void gzip_members_one_after_the_other_are_read(void **state)
{
    (void)state;
    for (int member = 0; member < 3; member++) {
        gzFile file = gzopen(path_a, member ? "ab" : "wb");
        assert_non_null(file);
        for (int k = 0; k < 100; k++)
            assert_true(gzprintf(file,
                                 "2 123456789012 eni-a 192.0.2.1 10.0.1.10 %d 22 6 1 40 1779990000 1779990060 "
                                 "REJECT OK\n",
                                 k) > 0);
        assert_int_equal(gzclose(file), Z_OK);
    }
    weir_session *session = open_files(NULL, true, 1);
    pump_to_end(session);
    weir_totals t;
    weir_session_totals(session, &t);
    assert_int_equal(t.records, 300);
    assert_int_equal(t.malformed, 0);
    weir_session_close(session);
}

static void a_damaged_gzip_file_fails_and_the_next_is_read(void **state)
{
    (void)state;
    gzFile file = gzopen(path_a, "wb");
    for (int k = 0; k < 2000; k++)
        gzprintf(file, "2 123456789012 eni-a 192.0.2.1 10.0.1.10 %d 22 6 1 40 1779990000 1779990060 REJECT OK\n", k);
    assert_int_equal(gzclose(file), Z_OK);
    assert_int_equal(truncate(path_a, 2000), 0);
    put_records(path_b, "w", 7);
    weir_session *session = open_files(NULL, false, 2);
    pump_to_end(session);
    weir_source_status status;
    weir_session_source(session, 0, &status);
    assert_int_equal(status.state, WEIR_SOURCE_FAILED);
    assert_non_null(strstr(status.text.text, path_a));
    weir_session_source(session, 1, &status);
    assert_int_equal(status.state, WEIR_SOURCE_ENDED);
    weir_totals t;
    weir_session_totals(session, &t);
    assert_true(t.records > 7);
    assert_int_equal(t.gaps, 1);
    weir_session_close(session);
}

static void errors_at_the_start_leave_nothing_behind(void **state)
{
    (void)state;
    put_records(path_a, "w", 1);
    const char *specs[] = {path_a, path_b};
    static const struct {
        weir_session_options options;
        weir_status status;
    } cases[] = {
        {{.n_sources = 0}, WEIR_E_USAGE},
        {{.n_sources = 2}, WEIR_E_IO},
        {{.n_sources = 1, .filter = "dstport ="}, WEIR_E_SYNTAX},
        {{.n_sources = 1, .format = "${nosuch}"}, WEIR_E_SYNTAX},
        {{.n_sources = 1, .group = "nosuch"}, WEIR_E_SYNTAX},
        {{.n_sources = 1, .memory_bytes = 1000}, WEIR_E_USAGE},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        weir_session_options options = cases[k].options;
        options.sources = specs;
        weir_session *session = NULL;
        weir_error err = {0};
        assert_int_equal(weir_session_open(&options, &session, &err), cases[k].status);
        assert_null(session);
        assert_true(err.text[0] != '\0');
    }
    weir_session_close(NULL);
}

static void the_demo_is_a_finite_history_for_commands(void **state)
{
    (void)state;
    const char *specs[] = {"demo"};
    weir_session *session = open_session(&(weir_session_options){
        .sources = specs, .n_sources = 1, .seed = 1, .now = NOW, .filter = "dstaddr = 10.0.1.10 dstport = 80 reject"});
    pump_to_end(session);
    weir_totals t;
    weir_session_totals(session, &t);
    assert_true(t.records > 60000);
    assert_int_equal(t.headers, 1);
    assert_int_equal(t.malformed, 0);
    assert_int_equal(t.surplus, 0);
    assert_true(t.shown > 1000);
    assert_int_equal(t.skipdata, 1);
    weir_session_close(session);
}

static void the_demo_is_live_after_its_history(void **state)
{
    (void)state;
    const char *specs[] = {"demo"};
    weir_session *session =
        open_session(&(weir_session_options){.sources = specs, .n_sources = 1, .seed = 1, .now = NOW, .follow = true});
    weir_rates rates = {.lag_p50 = -1};
    for (unsigned changed = 0; rates.lag_p50 < 0; weir_session_rates(session, &rates))
        changed = turn(session, changed, 5);
    assert_in_range(rates.lag_p50, 60, 155);
    assert_true(rates.lag_p95 >= rates.lag_p50);
    assert_true(rates.ring_fill > 0 && rates.ring_fill <= 1);
    assert_in_range(rates.oldest_start, NOW - 7300, NOW);
    weir_row row;
    assert_true(weir_view_nth(weir_session_view(session), 0, &row));
    assert_int_equal(weir_session_arrival(session, row.id), 0);
    assert_int_equal(weir_session_arrival(session, weir_view_newest(weir_session_view(session))), NOW);
    weir_session_close(session);
}

static void a_blocked_pipe_is_closed_at_once(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const char *specs[] = {"-"};
    weir_session *session =
        open_session(&(weir_session_options){.sources = specs, .n_sources = 1, .stdin_fd = ends[0]});
    int64_t began = clock_mono_ms();
    weir_session_close(session);
    assert_true(clock_mono_ms() - began < 200);
    close(ends[0]);
    close(ends[1]);
}

static void a_full_gate_does_not_hold_up_the_end(void **state)
{
    (void)state;
    put_records(path_a, "w", 100000);
    weir_session *session = open_files(NULL, false, 1);
    struct pollfd fd = {.fd = weir_session_fd(session), .events = POLLIN};
    assert_int_equal(poll(&fd, 1, -1), 1);
    pump(session, 0);
    int64_t began = clock_mono_ms();
    weir_session_close(session);
    assert_true(clock_mono_ms() - began < 200);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, remove_all)
    const struct CMUnitTest tests[] = {
        TEST(a_file_is_counted_line_by_line),
        TEST(the_newest_bad_lines_are_the_samples),
        TEST(several_files_come_in_the_order_given),
        TEST(a_new_filter_looks_at_old_rows_again),
        TEST(since_and_until_are_a_filter),
        TEST(a_file_is_followed_and_its_gap_is_counted),
        TEST(a_rotation_keeps_the_last_line_without_a_newline),
        TEST(gzip_members_one_after_the_other_are_read),
        TEST(a_damaged_gzip_file_fails_and_the_next_is_read),
        TEST(errors_at_the_start_leave_nothing_behind),
        TEST(the_demo_is_a_finite_history_for_commands),
        TEST(the_demo_is_live_after_its_history),
        TEST(a_blocked_pipe_is_closed_at_once),
        TEST(a_full_gate_does_not_hold_up_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
