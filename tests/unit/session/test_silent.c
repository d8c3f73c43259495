/* Accepted connection attempts that nobody answered: which are listed, which are not, how they are put together, and
 * what is said of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <fcntl.h>

#include "base/addr.h"
#include "base/clock.h"
#include "looker.h"

#define NOW INT64_C(1780000000)
#define T   (NOW - 3600)
#define WEB "eni-0a1000000000000a1" /* web-1 of the demo, 10.0.1.10 */
#define APP "eni-0b1000000000000b1" /* app-1 of the demo, 10.0.11.20 */

enum { DROPS_MAX = 64, AGAIN_LIMIT_MS = 30000 };

static char path[64];

static int make(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/weir-test-XXXXXX");
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int clean(void **state)
{
    (void)state;
    alarm(0);
    return unlink(path);
}

static FILE *begin_log(void)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("version interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status "
          "tcp-flags flow-direction\n",
          file);
    return file;
}

struct line {
    const char *interface, *src, *dst;
    int src_port, dst_port, protocol;
    int64_t start, end;
    const char *action, *flags, *direction;
};

static void put(FILE *file, const struct line *line)
{
    int protocol = line->protocol ? line->protocol : 6;
    fprintf(file, "5 %s %s %s %d %d %d 1 60 %lld %lld %s OK %s %s\n", line->interface, line->src, line->dst,
            line->src_port, line->dst_port, protocol, (long long)line->start, (long long)line->end, line->action,
            line->flags, line->direction);
}

/* A record of web-1, of the window that begins `after` seconds behind T. */
static void put_web(FILE *file, bool out, const char *remote, int port, int64_t after, const char *action,
                    const char *flags)
{
    put(file, &(struct line){.interface = WEB,
                             .src = out ? "10.0.1.10" : remote,
                             .dst = out ? remote : "10.0.1.10",
                             .src_port = out ? port : 443,
                             .dst_port = out ? 443 : port,
                             .start = T + after,
                             .end = T + after + 60,
                             .action = action,
                             .flags = flags,
                             .direction = out ? "egress" : "ingress"});
}

static void put_skip(FILE *file, const char *interface, int64_t after)
{
    fprintf(file, "5 %s - - - - - - - %lld %lld - SKIPDATA - -\n", interface, (long long)(T + after),
            (long long)(T + after + 60));
}

/* Time goes on, so that what is older has had its chance of an answer. */
static void end_log(FILE *file)
{
    put(file, &(struct line){WEB, "10.0.1.10", "203.0.113.250", 40000, 443, 6, NOW - 60, NOW, "ACCEPT", "0", "egress"});
    assert_int_equal(fclose(file), 0);
}

static weir_session *open_log(bool follow, uint64_t memory)
{
    const char *specs[] = {path};
    return open_session(&(weir_session_options){
        .sources = specs, .n_sources = 1, .now = NOW, .follow = follow, .memory_bytes = memory});
}

static size_t drops_of(weir_session *session, weir_silent_drop *drops)
{
    bool complete = false;
    size_t n = 0;
    while (!complete)
        n = weir_session_silent_drops(session, 20, drops, DROPS_MAX, &complete);
    return n;
}

static const weir_silent_drop *find(const weir_silent_drop *drops, size_t n, const char *remote)
{
    for (size_t k = 0; k < n; k++) {
        char text[ADDR_TEXT_MAX];
        addr_print(&drops[k].remote, text);
        if (strcmp(text, remote) == 0)
            return &drops[k];
    }
    return NULL;
}

static void assert_listed(const weir_silent_drop *drops, size_t n, const char *const *remotes)
{
    size_t expected = 0;
    for (; remotes[expected]; expected++)
        if (!find(drops, n, remotes[expected]))
            fail_msg("%s is not listed", remotes[expected]);
    for (size_t k = 0; n > expected && k < n; k++) {
        char text[ADDR_TEXT_MAX];
        addr_print(&drops[k].remote, text);
        print_message("listed: %s\n", text);
    }
    assert_int_equal(n, expected);
}

/* ---- tests ---- */

static void attempts_without_an_answer_are_listed_and_no_others(void **state)
{
    (void)state;
    FILE *file = begin_log();
    put_web(file, true, "203.0.113.1", 50000, 0, "ACCEPT", "2"); /* nobody answers */
    put(file, &(struct line){WEB, "203.0.113.2", "10.0.1.10", 50000, 80, 6, T, T + 60, "ACCEPT", "2",
                             "ingress"});                        /* … here */
    put_web(file, true, "203.0.113.3", 50000, 0, "ACCEPT", "2"); /* answered in the same window */
    put_web(file, false, "203.0.113.3", 50000, 0, "ACCEPT", "18");
    put_web(file, true, "203.0.113.4", 50000, 0, "ACCEPT", "2"); /* … in the next one */
    put_web(file, false, "203.0.113.4", 50000, 60, "ACCEPT", "18");
    put_web(file, true, "203.0.113.5", 50000, 0, "ACCEPT", "2"); /* the answer was rejected */
    put_web(file, false, "203.0.113.5", 50000, 0, "REJECT", "18");
    put_web(file, true, "203.0.113.6", 50000, 3600 - 60 - 100, "ACCEPT", "2"); /* too young */
    put_web(file, true, "203.0.113.7", 50000, 3600 - 60 - 120, "ACCEPT", "2"); /* just old enough */
    put_web(file, true, "203.0.113.8", 50000, 0, "ACCEPT", "-");               /* no flags */
    put_web(file, true, "203.0.113.9", 50000, 0, "ACCEPT", "3");               /* more than an opening packet */
    put_web(file, true, "203.0.113.10", 50000, 0, "REJECT", "2");
    put_web(file, true, "203.0.113.11", 50000, 0, "ACCEPT", "2"); /* refused: that is an answer */
    put_web(file, false, "203.0.113.11", 50000, 0, "ACCEPT", "4");
    put_web(file, false, "203.0.113.12", 50000, -300, "ACCEPT", "18"); /* of an older connection */
    put_web(file, true, "203.0.113.12", 50000, 0, "ACCEPT", "2");
    put_web(file, true, "203.0.113.13", 50000, 0, "ACCEPT", "2"); /* the refusal was rejected */
    put_web(file, false, "203.0.113.13", 50000, 0, "REJECT", "4");
    put_web(file, true, "203.0.113.14", 50000, 0, "ACCEPT", "2"); /* somebody else's answer is none */
    put_web(file, false, "203.0.113.14", 50001, 0, "ACCEPT", "18");
    put(file, &(struct line){WEB, "10.0.1.10", "203.0.113.15", 50000, 53, 17, T, T + 60, "ACCEPT", "2", "egress"});
    put(file, &(struct line){"eni-0e", "10.0.1.9", "203.0.113.16", 50000, 80, 6, T, T + 60, "ACCEPT", "2", "-"});
    put(file, &(struct line){WEB, "2001:db8::1", "2001:db8::2", 50000, 80, 6, T, T + 60, "ACCEPT", "2", "egress"});
    end_log(file);
    weir_session *session = open_log(false, 0);
    pump_to_end(session);
    weir_silent_drop drops[DROPS_MAX];
    size_t n = drops_of(session, drops);
    assert_listed(drops, n,
                  (const char *const[]){"203.0.113.1", "203.0.113.2", "203.0.113.7", "203.0.113.12", "203.0.113.14",
                                        "2001:db8::2", NULL});
    assert_false(find(drops, n, "203.0.113.1")->inbound);
    assert_int_equal(find(drops, n, "203.0.113.1")->port, 443);
    assert_true(find(drops, n, "203.0.113.2")->inbound);
    assert_int_equal(find(drops, n, "203.0.113.2")->port, 80);
    assert_int_equal(find(drops, n, "203.0.113.2")->protocol, 6);
    weir_session_close(session);
}

static void put_attempt(FILE *file, const char *interface, const char *remote)
{
    put(file, &(struct line){interface, "10.0.9.9", remote, 50000, 443, 6, T, T + 60, "ACCEPT", "2", "egress"});
}

/* Who does not see everything does not accuse: an answer may be in what is missing. */
static void what_lies_in_a_hole_of_the_log_is_not_listed(void **state)
{
    (void)state;
    FILE *file = begin_log();
    put_attempt(file, "eni-0b", "203.0.113.1");
    put_skip(file, "eni-0b", 0);
    put_attempt(file, "eni-0c", "203.0.113.2");
    put_skip(file, "eni-0c", 60); /* the answer's window */
    put_attempt(file, "eni-0d", "203.0.113.3");
    put_skip(file, "eni-0d", 125); /* … or the one behind it */
    put_attempt(file, "eni-0e", "203.0.113.4");
    put_skip(file, "eni-0e", -200);
    put_attempt(file, "eni-0f", "203.0.113.5");
    put_skip(file, "eni-0f", 400);
    end_log(file);
    weir_session *session = open_log(false, 0);
    pump_to_end(session);
    weir_silent_drop drops[DROPS_MAX];
    size_t n = drops_of(session, drops);
    assert_listed(drops, n, (const char *const[]){"203.0.113.4", "203.0.113.5", NULL});
    weir_session_close(session);
}

static void a_gap_in_the_ledger_is_a_hole_too(void **state)
{
    (void)state;
    FILE *file = begin_log();
    for (int k = 0; k < 50; k++)
        put_web(file, true, "203.0.113.1", 50000 + k, 0, "ACCEPT", "2");
    end_log(file);
    weir_session *session = open_log(true, 0);
    pump_to_lines(session, 52);
    file = begin_log(); /* truncated: what stood there may be lost */
    put_web(file, true, "203.0.113.1", 50000, 0, "ACCEPT", "2");
    end_log(file);
    pump_to_lines(session, 55);
    weir_totals t;
    weir_session_totals(session, &t);
    assert_int_equal(t.gaps, 1);
    weir_silent_drop drops[DROPS_MAX];
    assert_int_equal(drops_of(session, drops), 0);
    weir_session_close(session);
}

static void attempts_are_put_together_by_their_ends(void **state)
{
    (void)state;
    FILE *file = begin_log();
    for (int k = 0; k < 5; k++)
        put_web(file, true, "203.0.113.5", 50000 + k, k * 60, "ACCEPT", "2");
    put_web(file, true, "203.0.113.5", 50000, 600, "ACCEPT", "2"); /* again, from the same port */
    for (int k = 0; k < 3; k++)
        put(file, &(struct line){APP, "10.0.11.20", "203.0.113.5", 50000 + k, 443, 6, T + 60 - k * 20, T + 120 - k * 20,
                                 "ACCEPT", "2", "egress"});
    for (int k = 0; k < 3; k++)
        put(file,
            &(struct line){WEB, "10.0.1.10", "203.0.113.5", 50000 + k, 80, 6, T, T + 60, "ACCEPT", "2", "egress"});
    put(file, &(struct line){WEB, "203.0.113.5", "10.0.1.10", 50009, 443, 6, T, T + 60, "ACCEPT", "2", "ingress"});
    end_log(file);
    weir_session *session = open_log(false, 0);
    pump_to_end(session);
    weir_silent_drop drops[DROPS_MAX];
    assert_int_equal(drops_of(session, drops), 4);
    static const struct {
        const char *interface;
        uint32_t port;
        bool inbound;
        uint64_t attempts, newest_row;
        int64_t first, last;
    } expected[] = {{WEB, 443, false, 6, 5, T, T + 600},
                    {WEB, 80, false, 3, 11, T, T},
                    {APP, 443, false, 3, 8, T + 20, T + 60},
                    {WEB, 443, true, 1, 12, T, T}};
    for (size_t k = 0; k < 4; k++) {
        assert_string_equal(drops[k].interface_id.text, expected[k].interface);
        assert_int_equal(drops[k].port, expected[k].port);
        assert_int_equal(drops[k].inbound, expected[k].inbound);
        assert_int_equal(drops[k].attempts, expected[k].attempts);
        assert_int_equal(drops[k].newest_row, expected[k].newest_row);
        assert_int_equal(drops[k].first, expected[k].first);
        assert_int_equal(drops[k].last, expected[k].last);
        assert_string_equal(drops[k].name.text, "");
    }
    assert_int_equal(weir_session_silent_drops(session, 0, drops, 2, NULL), 2);
    assert_int_equal(drops[0].attempts, 6);
    weir_session_close(session);
}

/* ---- words ---- */

/* The demo's network with every `from` in its text replaced. */
static weir_network *network_with(const char *from, const char *to)
{
    size_t len, n = 0, out = 0;
    char *bytes = weir_demo_network("quiet", NOW, &len);
    assert_non_null(bytes);
    char *text = calloc(1, len * 2);
    assert_non_null(text);
    for (size_t k = 0; k < len;) {
        if (*from && len - k >= strlen(from) && memcmp(bytes + k, from, strlen(from)) == 0) {
            memcpy(text + out, to, strlen(to));
            out += strlen(to);
            k += strlen(from);
            n++;
        } else {
            text[out++] = bytes[k++];
        }
    }
    assert_true(n > 0 || !*from);
    weir_network *network = NULL;
    weir_error err = {0};
    weir_network_options options = {.snapshot = text, .snapshot_len = out};
    assert_int_equal(weir_network_open(&options, &network, &err), WEIR_OK);
    assert_int_equal(weir_network_pump(network, NULL, &err), WEIR_OK);
    free(bytes);
    free(text);
    return network;
}

static void assert_candidates(weir_session *session, const weir_network *network, const char *out_has,
                              const char *out_has_not, const char *in_has)
{
    weir_silent_drop drops[DROPS_MAX];
    weir_session_set_network(session, network);
    size_t n = drops_of(session, drops);
    assert_int_equal(n, 2);
    const weir_silent_drop *out = find(drops, n, "203.0.113.1"), *in = find(drops, n, "203.0.113.2");
    if (!strstr(out->candidates.text, out_has) || (*out_has_not && strstr(out->candidates.text, out_has_not)))
        fail_msg("%s", out->candidates.text);
    if (!strstr(in->candidates.text, in_has))
        fail_msg("%s", in->candidates.text);
    assert_non_null(strstr(out->candidates.text, "far side"));
    assert_non_null(strstr(in->candidates.text, "firewall"));
    assert_non_null(strstr(in->candidates.text, "203.0.113.2"));
    assert_string_equal(out->name.text, network ? "web-1" : "");
}

static void the_candidates_are_what_the_network_says(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *out_has, *out_has_not, *in_has;
    } cases[] = {
        {NULL, NULL, "--network", "", "--network"},
        {"", "", "far side", "route table", "firewall"},
        {"\"GatewayId\":\"igw-0a1b2c3d4e5f60718\",\"Origin\":\"CreateRoute\",\"State\":\"active\"",
         "\"GatewayId\":\"igw-0a1b2c3d4e5f60718\",\"Origin\":\"CreateRoute\",\"State\":\"blackhole\"",
         "rtb-0a000000000000a01", "", "on the way back: "},
        {"\"0.0.0.0/0\",\"GatewayId\":\"igw-", "\"192.0.2.0/29\",\"GatewayId\":\"igw-", "does not cover its address",
         "", "on the way back: "},
    };
    FILE *file = begin_log();
    put_web(file, true, "203.0.113.1", 50000, 0, "ACCEPT", "2");
    put(file, &(struct line){WEB, "203.0.113.2", "10.0.1.10", 50000, 80, 6, T, T + 60, "ACCEPT", "2", "ingress"});
    end_log(file);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        weir_network *network = cases[k].from ? network_with(cases[k].from, cases[k].to) : NULL;
        weir_session *session = open_log(false, 0);
        pump_to_end(session);
        assert_candidates(session, network, cases[k].out_has, cases[k].out_has_not, cases[k].in_has);
        weir_session_close(session);
        weir_network_close(network);
    }
}

/* ---- a ring that changes ---- */

static void rows_that_come_between_two_slices_are_for_the_next_scan(void **state)
{
    (void)state;
    FILE *file = begin_log();
    for (int k = 0; k < 4000; k++) {
        put_web(file, true, "203.0.113.100", 20000 + k, k % 1000, "ACCEPT", "2");
        put_web(file, false, "203.0.113.100", 20000 + k, k % 1000, "ACCEPT", "18");
    }
    put_web(file, true, "203.0.113.1", 50000, 0, "ACCEPT", "2");
    end_log(file);
    weir_session *session = open_log(true, 0);
    pump_to_lines(session, 8003);
    weir_silent_drop drops[DROPS_MAX];
    bool complete = true;
    assert_int_equal(weir_session_silent_drops(session, 0, drops, DROPS_MAX, &complete), 0);
    assert_false(complete);
    file = fopen(path, "a");
    put_web(file, true, "203.0.113.2", 50000, 0, "ACCEPT", "2");
    put_web(file, true, "203.0.113.1", 50001, 0, "ACCEPT", "2");
    fclose(file);
    pump_to_lines(session, 8005);
    unsigned slices = 0;
    size_t n = 0;
    for (; !complete; slices++)
        n = weir_session_silent_drops(session, 0, drops, DROPS_MAX, &complete);
    assert_true(slices > 3 && n >= 1 && n <= 2);
    assert_non_null(find(drops, n, "203.0.113.1"));
    file = fopen(path, "a");
    put_web(file, false, "203.0.113.1", 50000, 0, "ACCEPT", "18"); /* the answers came late */
    put_web(file, false, "203.0.113.1", 50001, 0, "ACCEPT", "18");
    fclose(file);
    pump_to_lines(session, 8007);
    int64_t began = clock_mono_ms();
    do {
        poll(NULL, 0, 20);
        n = drops_of(session, drops);
    } while (find(drops, n, "203.0.113.1") && clock_mono_ms() - began < AGAIN_LIMIT_MS);
    assert_listed(drops, n, (const char *const[]){"203.0.113.2", NULL});
    weir_session_close(session);
}

static void rows_may_go_while_they_are_scanned(void **state)
{
    (void)state;
    FILE *file = begin_log();
    for (int k = 0; k < 140000; k++) {
        char remote[24];
        snprintf(remote, sizeof remote, "203.0.113.%d", k % 50);
        put_web(file, true, remote, 1 + k % 60000, k % 3000, "ACCEPT", "2");
    }
    end_log(file);
    weir_session *session = open_log(false, 4 << 20);
    weir_silent_drop drops[DROPS_MAX];
    unsigned changed = 0;
    bool complete = false;
    while (!weir_session_ended(session) || changed & WEIR_CHANGED_MORE) {
        changed = turn(session, changed, 0);
        (void)weir_session_silent_drops(session, 0, drops, DROPS_MAX, &complete);
        weir_totals t;
        weir_session_totals(session, &t);
        assert_true(t.memory_bytes <= t.memory_cap_bytes);
    }
    weir_totals t;
    weir_session_totals(session, &t);
    assert_true(t.evicted > 0);
    int64_t began = clock_mono_ms();
    uint64_t attempts;
    do {
        attempts = 0;
        size_t n = drops_of(session, drops);
        for (size_t k = 0; k < n; k++)
            attempts += drops[k].attempts;
        poll(NULL, 0, 20);
    } while (attempts != weir_view_total(weir_session_view(session)) - 1 && clock_mono_ms() - began < AGAIN_LIMIT_MS);
    assert_int_equal(attempts, weir_view_total(weir_session_view(session)) - 1);
    weir_session_close(session);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, clean)
    const struct CMUnitTest tests[] = {
        TEST(attempts_without_an_answer_are_listed_and_no_others),
        TEST(what_lies_in_a_hole_of_the_log_is_not_listed),
        TEST(a_gap_in_the_ledger_is_a_hole_too),
        TEST(attempts_are_put_together_by_their_ends),
        TEST(the_candidates_are_what_the_network_says),
        TEST(rows_that_come_between_two_slices_are_for_the_next_scan),
        TEST(rows_may_go_while_they_are_scanned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
