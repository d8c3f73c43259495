/* The demo: the same text for the same seed and time, and the story that it tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>

#include "base/clock.h"
#include "reader.h"

enum { COLUMNS = 25, TEXT_ROOM = 64 << 20 };
enum {
    INTERFACE = 2,
    SRCADDR,
    DSTADDR,
    SRCPORT,
    DSTPORT,
    PROTOCOL,
    PACKETS,
    BYTES,
    START,
    END,
    ACTION,
    LOG_STATUS,
    FLAGS = 17,
    TYPE,
    DIRECTION = 23,
    PATH
};

#define NOW INT64_C(1780000000)

static struct reader reader;

static void open_demo(const char *spec, uint64_t seed, int64_t now, bool follow)
{
    const struct source_options options = {
        .specs = &spec, .n_specs = 1, .seed = seed, .clock = {now}, .follow = follow, .stdin_fd = -1};
    weir_error err = {0};
    assert_int_equal(reader_open(&reader, &options, &err), WEIR_OK);
}

/* All of its history; yours. */
static char *history(const char *spec, uint64_t seed, int64_t now)
{
    open_demo(spec, seed, now, false);
    char *text = malloc(TEXT_ROOM);
    assert_non_null(text);
    size_t len = 0;
    for (;;) {
        struct source_chunk chunk;
        weir_status status = reader.class->read(reader.source, &chunk, NULL);
        if (status == WEIR_END)
            break;
        assert_int_equal(status, WEIR_OK);
        assert_int_equal(chunk.begins, len == 0);
        assert_true(len + chunk.len < TEXT_ROOM);
        memcpy(text + len, chunk.bytes, chunk.len);
        len += chunk.len;
    }
    text[len] = '\0';
    reader_close(&reader);
    return text;
}

/* Splits the next line in place; false at the end. */
static bool next_line(char **at, char *column[COLUMNS])
{
    char *line = *at, *end = strchr(line, '\n');
    if (!end)
        return false;
    *end = '\0';
    *at = end + 1;
    for (int k = 0; k < COLUMNS; k++) {
        assert_non_null(line);
        column[k] = line;
        line = strchr(line, ' ');
        if (line)
            *line++ = '\0';
    }
    assert_null(line);
    return true;
}

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static int64_t number(const char *text)
{
    char *end;
    int64_t value = strtoll(text, &end, 10);
    assert_true(end > text && *end == '\0');
    return value;
}

static void the_same_seed_and_time_give_the_same_text(void **state)
{
    (void)state;
    char *one = history("demo", 7, NOW), *two = history("demo:web", 7, NOW);
    char *seed = history("demo", 8, NOW), *later = history("demo", 7, NOW + 60);
    assert_true(is(one, two));
    assert_false(is(one, seed));
    assert_false(is(one, later));
    free(one);
    free(two);
    free(seed);
    free(later);
}

static void every_record_is_well_formed_and_in_time(void **state)
{
    (void)state;
    char *text = history("demo", 1, NOW), *at = text, *column[COLUMNS];
    uint64_t records = 0, v6 = 0, nodata = 0, skipdata = 0;
    assert_true(next_line(&at, column));
    assert_string_equal(column[0], "version");
    assert_string_equal(column[PATH], "traffic-path");
    while (next_line(&at, column)) {
        int64_t start = number(column[START]), end = number(column[END]);
        assert_true(start <= end && end - start < 60);
        assert_true(start >= NOW - 7200 - 60 && end <= NOW - 60);
        assert_string_equal(column[1], "123456789012");
        nodata += is(column[LOG_STATUS], "NODATA");
        skipdata += is(column[LOG_STATUS], "SKIPDATA");
        if (!is(column[LOG_STATUS], "OK")) {
            assert_string_equal(column[ACTION], "-");
            continue;
        }
        records++;
        v6 += is(column[TYPE], "IPv6");
        assert_true(number(column[BYTES]) >= 28 * number(column[PACKETS]));
        assert_int_equal(is(column[PATH], "-"), is(column[DIRECTION], "ingress"));
        assert_true(is(column[PROTOCOL], "6") || is(column[FLAGS], "0"));
    }
    assert_in_range(records, 60000, 110000);
    assert_true(v6 > 1000);
    assert_in_range(nodata, 100, 121);
    assert_int_equal(skipdata, 1);
    free(text);
}

/* The story of web-1: accepted until a minute about 25 minutes ago, then rejected, while 443 goes on. */
static void port_80_is_accepted_and_then_rejected(void **state)
{
    (void)state;
    char *text = history("demo", 1, NOW), *at = text, *column[COLUMNS];
    int64_t incident = (NOW - 25 * 60) / 60 * 60;
    uint64_t accepted = 0, rejected = 0, https_after = 0, retries = 0;
    assert_true(next_line(&at, column));
    while (next_line(&at, column)) {
        if (!is(column[DSTADDR], "10.0.1.10") || !is(column[LOG_STATUS], "OK"))
            continue;
        int64_t start = number(column[START]);
        bool is_rejected = is(column[ACTION], "REJECT");
        https_after += is(column[DSTPORT], "443") && !is_rejected && start >= incident;
        if (!is(column[DSTPORT], "80"))
            continue;
        assert_string_equal(column[DIRECTION], "ingress");
        if (start < incident)
            assert_false(is_rejected);
        else if (number(column[FLAGS]) & 2)
            assert_true(is_rejected);
        if (is_rejected)
            assert_string_equal(column[FLAGS], "2");
        accepted += !is_rejected;
        rejected += is_rejected;
        retries += is_rejected && number(column[PACKETS]) > 1;
    }
    assert_true(accepted > 1000);
    assert_true(rejected > 1000);
    assert_true(retries > 100);
    assert_true(https_after > 100);
    free(text);
}

static void a_burst_of_rejects_came_70_minutes_ago(void **state)
{
    (void)state;
    char *text = history("demo", 3, NOW), *at = text, *column[COLUMNS];
    uint64_t burst = 0;
    assert_true(next_line(&at, column));
    while (next_line(&at, column)) {
        if (!is(column[SRCADDR], "192.0.2.77"))
            continue;
        assert_string_equal(column[DSTPORT], "445");
        assert_string_equal(column[ACTION], "REJECT");
        int64_t start = number(column[START]);
        assert_true(start >= NOW - 71 * 60 && start <= NOW - 66 * 60);
        burst++;
    }
    assert_true(burst > 1500);
    free(text);
}

/* The ACL of web-2's and web-3's subnet: answers to new connections are rejected, and those of the ones that were open
 * in that minute; IPv6 has an entry of its own. */
static void a_network_acl_rejects_the_reply_alone(void **state)
{
    (void)state;
    char *text = history("demo:nacl", 1, NOW), *at = text, *column[COLUMNS];
    int64_t incident = (NOW - 25 * 60) / 60 * 60;
    uint64_t replies[2] = {0}, cut = 0, requests = 0;
    assert_true(next_line(&at, column));
    while (next_line(&at, column)) {
        bool web_2 = is(column[SRCADDR], "10.0.2.10"), web_3 = is(column[SRCADDR], "10.0.2.11");
        bool client = strncmp(column[DSTADDR], "203.0.113.", 10) == 0;
        int64_t start = number(column[START]);
        if (is(column[ACTION], "REJECT") && is(column[DIRECTION], "egress")) {
            assert_true((web_2 || web_3) && client);
            assert_true(start >= incident);
            replies[web_3] += is(column[FLAGS], "18");
            cut += is(column[FLAGS], "0");
            assert_true(is(column[FLAGS], "18") || (is(column[FLAGS], "0") && start < incident + 60));
        }
        assert_false((web_2 || web_3) && client && start >= incident && is(column[ACTION], "ACCEPT"));
        requests += is(column[DSTADDR], "10.0.2.10") && is(column[ACTION], "ACCEPT") && is(column[DSTPORT], "443") &&
                    is(column[TYPE], "IPv4") && start >= incident && is(column[FLAGS], "2");
    }
    assert_true(replies[0] > 100 && replies[1] > 100 && cut > 5 && requests > 50);
    free(text);
}

static void a_quiet_demo_has_no_incident(void **state)
{
    (void)state;
    char *text = history("demo:quiet", 1, NOW), *at = text, *column[COLUMNS];
    assert_true(next_line(&at, column));
    while (next_line(&at, column)) {
        assert_false(is(column[SRCADDR], "192.0.2.77"));
        assert_false(is(column[ACTION], "REJECT") && is(column[DSTPORT], "80"));
    }
    free(text);
}

/* Everything that is rejected and is no scanner's first packet has its connection before it, long enough. */
struct before {
    char tuple[128];
    int64_t end;
    bool closed;
};

static void remember(struct before *known, size_t *n, size_t max, char *const column[COLUMNS])
{
    assert_true(*n < max);
    struct before *at = &known[(*n)++];
    bool out = is(column[DIRECTION], "egress");
    snprintf(at->tuple, sizeof at->tuple, "%s %s %s %s %s", column[INTERFACE], column[out ? DSTADDR : SRCADDR],
             column[out ? DSTPORT : SRCPORT], column[out ? SRCPORT : DSTPORT], column[PROTOCOL]);
    at->end = number(column[END]);
    at->closed = number(column[FLAGS]) & 1;
}

static const struct before *last_before(const struct before *known, size_t n, char *const column[COLUMNS])
{
    struct before one;
    size_t none = 0;
    remember(&one, &none, 1, column);
    const struct before *found = NULL;
    for (size_t k = 0; k < n; k++) {
        if (strcmp(known[k].tuple, one.tuple) == 0 && known[k].end < number(column[START]) &&
            (!found || known[k].end > found->end))
            found = &known[k];
    }
    return found;
}

static void what_comes_too_late_has_something_before_it(void **state)
{
    (void)state;
    enum { MAX = 120000 };
    char *text = history("demo:quiet", 1, NOW), *at = text, *column[COLUMNS];
    struct before *known = calloc(MAX, sizeof *known);
    assert_non_null(known);
    size_t n = 0, late = 0, idle = 0, answers = 0;
    assert_true(next_line(&at, column));
    while (next_line(&at, column)) {
        bool rejected = is(column[ACTION], "REJECT"), udp = is(column[PROTOCOL], "17");
        if (!is(column[LOG_STATUS], "OK"))
            continue;
        if (!rejected)
            remember(known, &n, MAX, column);
        if (!rejected || (udp ? !is(column[SRCPORT], "123") : is(column[FLAGS], "2")) || is(column[PROTOCOL], "1"))
            continue;
        const struct before *before = last_before(known, n, column);
        assert_non_null(before);
        int64_t gap = number(column[START]) - before->end;
        answers += udp && gap > 30;
        idle += is(column[DSTPORT], "5432") && gap > 350 && !before->closed;
        late += is(column[DSTPORT], "443") && before->closed && gap < 350;
        assert_true(udp || is(column[DSTPORT], "5432") || is(column[DSTPORT], "443"));
    }
    assert_true(late > 30 && idle >= 3 && answers > 3);
    free(known);
    free(text);
}

static void a_scan_tries_many_ports(void **state)
{
    (void)state;
    char *text = history("demo:scan", 1, NOW), *at = text, *column[COLUMNS];
    static bool tried[65536];
    size_t ports = 0;
    assert_true(next_line(&at, column));
    while (next_line(&at, column)) {
        if (!is(column[SRCADDR], "192.0.2.77"))
            continue;
        assert_string_equal(column[ACTION], "REJECT");
        ports += !tried[number(column[DSTPORT])];
        tried[number(column[DSTPORT])] = true;
    }
    assert_true(ports > 5000);
    free(text);
}

static void an_unknown_scenario_names_those_there_are(void **state)
{
    (void)state;
    const char *spec = "demo:nosuch";
    weir_error err = {0};
    const struct source_options options = {.specs = &spec, .n_specs = 1};
    assert_int_equal(reader_open(&reader, &options, &err), WEIR_E_USAGE);
    for (size_t k = 0; weir_scenario_name(k); k++)
        assert_non_null(strstr(err.text, weir_scenario_name(k)));
    assert_null(weir_scenario_help(99));
    reader_close(&reader);
}

static void history_is_followed_by_live_seconds(void **state)
{
    (void)state;
    open_demo("demo", 1, 0, true);
    struct source_chunk chunk = {0};
    while (!chunk.caught_up || chunk.done_bytes < chunk.total_bytes)
        assert_int_equal(reader.class->read(reader.source, &chunk, NULL), WEIR_OK);
    assert_int_equal(reader.class->read(reader.source, &chunk, NULL), WEIR_OK);
    size_t live = 0;
    for (int k = 0; k < 3 && live == 0; k++) {
        assert_int_equal(reader.class->read(reader.source, &chunk, NULL), WEIR_OK);
        assert_true(chunk.idle && !chunk.begins && !chunk.ends);
        live += chunk.len;
    }
    assert_true(live > 0);
    reader_close(&reader);
}

static void a_clock_that_stands_still_waits_until_cancelled(void **state)
{
    (void)state;
    open_demo("demo", 1, NOW, true);
    struct source_chunk chunk = {0};
    while (!chunk.caught_up || chunk.done_bytes < chunk.total_bytes)
        assert_int_equal(reader.class->read(reader.source, &chunk, NULL), WEIR_OK);
    close(reader.cancel[1]);
    int64_t began = clock_mono_ms();
    assert_int_equal(reader.class->read(reader.source, &chunk, NULL), WEIR_E_CANCELED);
    assert_true(clock_mono_ms() - began < 200);
    reader.cancel[1] = -1;
    reader_close(&reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_and_time_give_the_same_text),
        cmocka_unit_test(every_record_is_well_formed_and_in_time),
        cmocka_unit_test(port_80_is_accepted_and_then_rejected),
        cmocka_unit_test(a_burst_of_rejects_came_70_minutes_ago),
        cmocka_unit_test(a_network_acl_rejects_the_reply_alone),
        cmocka_unit_test(a_quiet_demo_has_no_incident),
        cmocka_unit_test(what_comes_too_late_has_something_before_it),
        cmocka_unit_test(a_scan_tries_many_ports),
        cmocka_unit_test(an_unknown_scenario_names_those_there_are),
        cmocka_unit_test(history_is_followed_by_live_seconds),
        cmocka_unit_test(a_clock_that_stands_still_waits_until_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
