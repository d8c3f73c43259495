/* What the ring has of a connection, against the plain way of looking at every row (prior_plain.h): small rings in
 * which everything collides, rows taken in by slices, rings that evict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "prior_plain.h"
#include "rows.h"
#include "session/why.h"

/* Large rings have more interfaces: no connection has more rows than are looked at (PRIOR_STEPS_MAX). */
enum { LINE_BYTES = 512, SMALL_RINGS = 150, SMALL_ROWS = 400, LARGE_ROWS = 70000, BATCH = 3000 };
#define CAP (64ull << 20)

/* All rows that ever came. */
struct past {
    struct format_set formats;
    const struct format *layouts[2];
    struct ring *ring;
    struct priors *priors;
    uint64_t seed;
    struct flow_record *record;
    bool *is_gap, *has_tuple;
    size_t n, room;
};

static void past_open(struct past *past, uint64_t ring_cap, uint64_t priors_cap, size_t room, uint64_t seed)
{
    static const char wide[] = "version interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end "
                               "action log-status tcp-flags flow-direction pkt-srcaddr pkt-dstaddr";
    struct format layout;
    *past = (struct past){.seed = seed, .room = room};
    format_set_init(&past->formats);
    assert_int_equal(format_parse(wide, strlen(wide), &layout, NULL), WEIR_OK);
    past->layouts[0] = format_set_add(&past->formats, format_default(), NULL);
    past->layouts[1] = format_set_add(&past->formats, &layout, NULL);
    past->ring = ring_new(ring_cap, NULL, NULL);
    past->priors = priors_new(past->ring, priors_cap);
    past->record = calloc(room, sizeof *past->record);
    past->is_gap = calloc(room, sizeof *past->is_gap);
    past->has_tuple = calloc(room, sizeof *past->has_tuple);
    assert_true(past->layouts[0] && past->layouts[1] && past->ring && past->priors && past->record && past->is_gap &&
                past->has_tuple);
}

static void past_close(struct past *past)
{
    priors_free(past->priors);
    ring_free(past->ring);
    format_set_done(&past->formats);
    free(past->record);
    free(past->is_gap);
    free(past->has_tuple);
}

static unsigned below(struct past *past, unsigned bound)
{
    return (unsigned)(rows_random(&past->seed) % bound);
}

#define PICK(past, list) (list)[below(past, sizeof(list) / sizeof *(list))]

/* ---- rows by chance ---- */

static void random_line(struct past *past, bool wide, unsigned ports, char line[LINE_BYTES])
{
    static const char *const v4[] = {"192.0.2.1", "192.0.2.2", "198.51.100.7", "-"};
    static const char *const v6[] = {"2001:db8::1", "2001:db8::2", "-"};
    static const char *const protocols[] = {"6", "6", "6", "6", "6", "6", "6", "17", "17", "17", "1", "58", "47", "-"};
    static const char *const flags[] = {"2", "2", "18", "0", "1", "4", "3", "19", "-"};
    bool is_v6 = below(past, 3) == 0;
    char interface[16] = "-";
    if (below(past, 6))
        snprintf(interface, sizeof interface, "eni-%02u", below(past, ports > 100 ? 12 : 3));
    const char *protocol = PICK(past, protocols), *action = "ACCEPT";
    const char *src = is_v6 ? PICK(past, v6) : PICK(past, v4), *dst = is_v6 ? PICK(past, v6) : PICK(past, v4);
    const char *told = protocol[0] == '6' || protocol[0] == '-' ? PICK(past, flags) : below(past, 2) ? "0" : "-";
    char sport[16], dport[16], start[24], end[24];
    snprintf(sport, sizeof sport, "%u", below(past, 2) ? 22 : 50000 + below(past, ports));
    snprintf(dport, sizeof dport, "%u", below(past, 2) ? 22 : 50000 + below(past, ports));
    if (below(past, 40) == 0)
        snprintf(below(past, 2) ? sport : dport, 2, "-");
    unsigned begin = 1000 + below(past, 600);
    snprintf(start, sizeof start, "%u", begin);
    snprintf(end, sizeof end, "%u", begin + below(past, 60));
    if (below(past, 40) == 0)
        snprintf(below(past, 2) ? start : end, 2, "-");
    if (below(past, 3) == 0)
        action = "REJECT";
    if (below(past, 60) == 0) {
        snprintf(start, sizeof start, "%u", begin * 5); /* far away from most rows */
        snprintf(end, sizeof end, "%u", begin * 5 + below(past, 60));
        snprintf(line, LINE_BYTES,
                 wide ? "5 %s - - - - - - - %s %s - %s - - - -" : "2 123456789012 %s - - - - - - - %s %s - %s",
                 interface, start, end, below(past, 2) ? "SKIPDATA" : "NODATA");
    } else if (wide) {
        snprintf(line, LINE_BYTES, "5 %s %s %s %s %s %s %u %u %s %s %s OK %s - %s %s", interface, src, dst, sport,
                 dport, protocol, below(past, 9), below(past, 900), start, end, action, told,
                 below(past, 2) ? "-"
                 : is_v6        ? "2001:db8::3"
                                : "203.0.113.9",
                 below(past, 2) ? "-" : src);
    } else {
        snprintf(line, LINE_BYTES, "2 123456789012 %s %s %s %s %s %s %u %u %s %s %s OK", interface, src, dst, sport,
                 dport, protocol, below(past, 9), below(past, 900), start, end, action);
    }
}

static void remember(struct past *past, uint64_t first)
{
    for (; past->n < ring_end(past->ring); past->n++) {
        assert_true(past->n < past->room);
        if (past->n < first)
            continue;
        weir_row row = {.id = past->n};
        row.block = ring_find(past->ring, row.id, &row.index);
        if (!row.block)
            continue;
        struct flow_record *record = &past->record[past->n];
        past->has_tuple[past->n] = flow_record_of(&row, record);
        past->is_gap[past->n] = weir_row_kind_of(&row) == WEIR_ROW_SKIPDATA;
        if (past->is_gap[past->n]) { /* a record is not made of it */
            weir_value id = weir_row_value(&row, WEIR_F_INTERFACE_ID);
            snprintf(record->interface_id, FLOW_TEXT, "%s", id.type == WEIR_TEXT ? id.text.text : "");
            record->start = (int64_t)weir_row_value(&row, WEIR_F_START).number;
            record->end = (int64_t)weir_row_value(&row, WEIR_F_END).number;
        }
        if (!past->has_tuple[past->n])
            record->verdict = WEIR_VERDICT_NONE;
    }
}

static void append(struct past *past, struct block *batch)
{
    uint64_t first;
    assert_int_equal(ring_append(past->ring, batch, &first, NULL), WEIR_OK);
    block_free(batch);
    remember(past, first);
}

static void append_random(struct past *past, uint32_t n, unsigned ports)
{
    struct block *batch = block_new(n, 0);
    assert_non_null(batch);
    for (uint32_t k = 0; k < n; k++) {
        char line[LINE_BYTES];
        bool wide = below(past, 4) > 0;
        random_line(past, wide, ports, line);
        rows_add(batch, past->layouts[wide], line);
    }
    append(past, batch);
}

static void append_line(struct past *past, const char *line)
{
    struct block *batch = block_new(1, 0);
    assert_non_null(batch);
    rows_add(batch, past->layouts[1], line);
    uint64_t first = ring_end(past->ring);
    append(past, batch);
    priors_added(past->priors, first);
}

/* ---- the plain way ---- */

/* Connections are those of the ring; what is learned of places stays. */
static void expect(const struct past *past, size_t at, bool outbound, struct prior *out)
{
    const struct flow_record *record = &past->record[at];
    *out = (struct prior){.searched = true};
    for (size_t k = 0; k < past->n; k++) {
        const struct flow_record *other = &past->record[k];
        if (strcmp(other->interface_id, record->interface_id) != 0)
            continue;
        if (past->is_gap[k]) {
            out->has_gap |= other->start <= record->end + 60 && other->end + 60 >= record->start;
            continue;
        }
        out->log_is_all |= other->verdict == WEIR_VERDICT_ACCEPT;
        if (k == at)
            continue;
        if (k >= ring_first(past->ring))
            plain_look(record, other, k, out);
        if (plain_same(record, other) || plain_reverse(record, other))
            continue;
        bool src = plain_listens(other, &record->src, record->src_port);
        bool dst = plain_listens(other, &record->dst, record->dst_port);
        out->local_listens |= outbound ? src : dst;
        out->remote_listens |= outbound ? dst : src;
    }
}

static bool expect_answer(const struct past *past, size_t at)
{
    const struct flow_record *record = &past->record[at];
    for (size_t k = ring_first(past->ring); k < past->n; k++) {
        const struct flow_record *other = &past->record[k];
        if (strcmp(other->interface_id, record->interface_id) == 0 && other->verdict == WEIR_VERDICT_ACCEPT &&
            plain_reverse(record, other) && other->end >= record->start)
            return true;
    }
    return false;
}

static void assert_record(const struct prior_record *got, const struct prior_record *want)
{
    assert_int_equal(got->found, want->found);
    if (!want->found)
        return;
    assert_int_equal(got->row, want->row);
    assert_int_equal(got->start, want->start);
    assert_int_equal(got->end, want->end);
    assert_int_equal(got->tcp_flags, want->tcp_flags);
    assert_int_equal(got->verdict, want->verdict);
    assert_int_equal(got->packets, want->packets);
    assert_int_equal(got->bytes, want->bytes);
}

static void assert_prior(const struct prior *got, const struct prior *want)
{
    assert_true(got->searched && want->searched);
    assert_int_equal(got->log_is_all, want->log_is_all);
    assert_int_equal(got->has_gap, want->has_gap);
    assert_int_equal(got->exchanges, want->exchanges);
    assert_record(&got->same, &want->same);
    assert_record(&got->reverse, &want->reverse);
    assert_record(&got->request, &want->request);
    assert_record(&got->close, &want->close);
    assert_int_equal(got->local_listens, want->local_listens);
    assert_int_equal(got->remote_listens, want->remote_listens);
}

static void assert_row(const struct past *past, size_t at, bool outbound)
{
    struct prior got, want;
    priors_find(past->priors, at, &past->record[at], outbound, &got);
    expect(past, at, outbound, &want);
    assert_prior(&got, &want);
    assert_int_equal(priors_answered(past->priors, &past->record[at]), expect_answer(past, at));
    assert_int_equal(priors_gap(past->priors, &past->record[at], past->record[at].end), want.has_gap);
}

/* ---- tests ---- */

/* The expectations above are those of prior_plain.h while nothing is evicted. */
static void assert_plain(const struct past *past, struct plain_log *log)
{
    log->n = past->n;
    memcpy(log->record, past->record, past->n * sizeof *log->record);
    memcpy(log->is_gap, past->is_gap, past->n * sizeof *log->is_gap);
    for (size_t at = 0; at < past->n; at++) {
        struct prior got, want;
        if (!past->has_tuple[at])
            continue;
        bool outbound = at % 2;
        plain_prior(log, at, outbound ? DIRECTION_OUT : DIRECTION_IN, &want);
        priors_find(past->priors, at, &past->record[at], outbound, &got);
        assert_prior(&got, &want);
        assert_row(past, at, !outbound);
    }
}

static void small_rings_agree_with_the_plain_way(void **state)
{
    (void)state;
    struct plain_log *log = calloc(1, sizeof *log);
    assert_non_null(log);
    for (uint64_t seed = 1; seed <= SMALL_RINGS; seed++) {
        struct past past;
        past_open(&past, CAP, CAP / 16, SMALL_ROWS, seed);
        bool early = seed % 3 == 0; /* asked for before rows come, or behind them, or in between */
        while (past.n < SMALL_ROWS) {
            uint32_t n = 1 + below(&past, 60);
            uint64_t first = ring_end(past.ring);
            append_random(&past, n < SMALL_ROWS - past.n ? n : (uint32_t)(SMALL_ROWS - past.n), 1 + seed % 5);
            if (early)
                priors_added(past.priors, first);
            else if (seed % 3 == 1 && below(&past, 3) == 0)
                (void)priors_work(past.priors, 0);
        }
        while (priors_work(past.priors, 0))
            continue;
        assert_plain(&past, log);
        past_close(&past);
    }
    free(log);
}

static void rows_are_taken_in_by_slices(void **state)
{
    (void)state;
    struct past past;
    past_open(&past, CAP, CAP, LARGE_ROWS, 7);
    unsigned slices = 0;
    append_random(&past, BATCH, 800);
    for (int k = 0; k < 12; k++) {
        uint64_t first = ring_end(past.ring);
        append_random(&past, BATCH, 800);
        priors_added(past.priors, first); /* behind rows that are not taken in: it waits for its turn */
        assert_true(priors_work(past.priors, 0));
    }
    while (priors_work(past.priors, 0))
        slices++;
    assert_true(slices > 10);
    assert_false(priors_work(past.priors, 0));
    for (int k = 0; k < 100; k++) {
        size_t at = below(&past, (unsigned)past.n);
        if (past.has_tuple[at])
            assert_row(&past, at, k % 2);
    }
    past_close(&past);
}

static void evicted_rows_are_no_earlier_records_but_what_they_taught_stays(void **state)
{
    (void)state;
    struct past past;
    past_open(&past, 3 << 20, CAP, LARGE_ROWS, 11);
    uint64_t most = 0;
    append_line(&past, "5 eni-0f 203.0.113.1 192.0.2.9 40000 8443 6 1 60 1000 1010 ACCEPT OK 2 ingress - -");
    append_line(&past, "5 eni-0f 203.0.113.2 192.0.2.9 40000 8444 6 1 60 1000 1010 REJECT OK 2 ingress - -");
    while (past.n + BATCH + 1 < LARGE_ROWS) {
        uint64_t first = ring_end(past.ring);
        append_random(&past, 1 + below(&past, BATCH), 300);
        priors_added(past.priors, first);
        assert_false(priors_work(past.priors, 0));
        for (int k = 0; k < 6; k++) {
            size_t at = ring_first(past.ring) + below(&past, (unsigned)(past.n - ring_first(past.ring)));
            if (past.has_tuple[at])
                assert_row(&past, at, k % 2);
        }
        uint64_t bytes = priors_bytes(past.priors);
        if (ring_first(past.ring) == 0)
            most = bytes;
    }
    assert_true(ring_first(past.ring) > 16384);
    assert_true(priors_bytes(past.priors) <= 2 * most);
    append_line(&past, "5 eni-0f 203.0.113.3 192.0.2.9 40000 8443 6 1 60 1000 1010 REJECT OK 0 ingress - -");
    append_line(&past, "5 eni-0f 203.0.113.3 192.0.2.9 40000 8444 6 1 60 1000 1010 REJECT OK 0 ingress - -");
    struct prior prior;
    priors_find(past.priors, past.n - 2, &past.record[past.n - 2], false, &prior);
    assert_true(prior.local_listens && prior.log_is_all && !prior.remote_listens && prior.exchanges == 0);
    priors_find(past.priors, past.n - 1, &past.record[past.n - 1], false, &prior);
    assert_false(prior.local_listens || prior.remote_listens);
    past_close(&past);
}

/* Rows may be evicted before anybody looked at them. */
static void rows_that_went_before_they_were_taken_in_are_missing_and_nothing_else(void **state)
{
    (void)state;
    struct past past;
    past_open(&past, 3 << 20, CAP, LARGE_ROWS, 13);
    while (past.n + BATCH < LARGE_ROWS) {
        append_random(&past, 1 + below(&past, BATCH), 300);
        (void)priors_work(past.priors, 0);
    }
    while (priors_work(past.priors, 0))
        continue;
    assert_true(ring_first(past.ring) > 16384);
    for (int k = 0; k < 200; k++) {
        size_t at = ring_first(past.ring) + below(&past, (unsigned)(past.n - ring_first(past.ring)));
        struct prior got, want;
        if (!past.has_tuple[at])
            continue;
        priors_find(past.priors, at, &past.record[at], false, &got);
        expect(&past, at, false, &want);
        assert_int_equal(got.exchanges, want.exchanges);
        assert_record(&got.same, &want.same);
        assert_record(&got.reverse, &want.reverse);
        assert_record(&got.request, &want.request);
        assert_record(&got.close, &want.close);
        assert_true(want.local_listens || !got.local_listens);
        assert_true(want.remote_listens || !got.remote_listens);
    }
    past_close(&past);
}

/* Memory: tables in proportion to the cap, four bytes a row. */
static void memory_is_bounded_and_counted(void **state)
{
    (void)state;
    for (uint64_t cap = 4ull << 20; cap <= 1ull << 30; cap *= 4) {
        struct past past;
        past_open(&past, CAP, cap, LARGE_ROWS, 17);
        uint64_t empty = priors_bytes(past.priors);
        assert_true(empty <= cap / 10 + (1 << 16));
        for (int k = 0; k < 6; k++)
            append_random(&past, BATCH, 9);
        (void)priors_work(past.priors, 1000);
        uint64_t bytes = priors_bytes(past.priors);
        assert_true(bytes >= empty + past.n * 4);
        assert_true(bytes <= empty + past.n * 8 + (1 << 16));
        past_close(&past);
    }
}

/* Ends of UDP exchanges and of TCP without flags are as many as there are ephemeral ports; they must not keep a
 * service from being learned. */
static void a_full_table_still_learns_who_listens(void **state)
{
    (void)state;
    struct past past;
    past_open(&past, CAP, 4 << 20, 60000, 19);
    for (unsigned part = 0; part < 15; part++) {
        struct block *batch = block_new(3000, 0);
        for (unsigned k = 0; k < 3000; k++) {
            char line[LINE_BYTES];
            snprintf(line, sizeof line, "5 eni-0a 192.0.2.53 198.51.100.7 53 %u 17 1 90 1000 1010 ACCEPT OK 0 - - -",
                     1024 + part * 3000 + k);
            rows_add(batch, past.layouts[1], line);
        }
        append(&past, batch);
    }
    while (priors_work(past.priors, 1000))
        continue;
    unsigned known = 0;
    for (unsigned port = 100; port < 200; port++) {
        char line[LINE_BYTES];
        struct prior prior;
        snprintf(line, sizeof line, "5 eni-0a 203.0.113.1 198.51.100.7 40000 %u 6 1 60 1000 1010 ACCEPT OK 2 - - -",
                 port);
        append_line(&past, line);
        snprintf(line, sizeof line, "5 eni-0a 203.0.113.2 198.51.100.7 40000 %u 6 1 60 1000 1010 REJECT OK 0 - - -",
                 port);
        append_line(&past, line);
        priors_find(past.priors, past.n - 1, &past.record[past.n - 1], false, &prior);
        known += prior.local_listens;
    }
    assert_int_equal(known, 100);
    past_close(&past);
}

static void the_address_in_every_record_is_the_interface_s_own(void **state)
{
    (void)state;
    struct past past;
    weir_addr own;
    char text[ADDR_TEXT_MAX];
    past_open(&past, CAP, CAP, 100, 23);
    assert_false(priors_learned(past.priors, "eni-0a", &own));
    append_line(&past, "5 eni-0a 192.0.2.1 198.51.100.7 40000 443 6 1 60 1000 1010 ACCEPT OK 2 - - -");
    assert_false(priors_learned(past.priors, "eni-0a", &own)); /* one of two */
    append_line(&past, "5 eni-0a 198.51.100.7 192.0.2.1 443 40000 6 1 60 1000 1010 ACCEPT OK 18 - - -");
    assert_false(priors_learned(past.priors, "eni-0a", &own));
    append_line(&past, "5 eni-0a 192.0.2.1 198.51.100.8 40001 443 6 1 60 1000 1010 REJECT OK 2 - - -");
    assert_true(priors_learned(past.priors, "eni-0a", &own));
    addr_print(&own, text);
    assert_string_equal(text, "192.0.2.1");
    append_line(&past, "5 eni-0a 203.0.113.1 203.0.113.2 40001 443 6 1 60 1000 1010 REJECT OK 2 - - -"); /* forwards */
    assert_false(priors_learned(past.priors, "eni-0a", &own));
    append_line(&past, "5 - 192.0.2.1 198.51.100.7 40000 443 6 1 60 1000 1010 ACCEPT OK 2 - - -");
    append_line(&past, "5 - 192.0.2.1 198.51.100.8 40000 443 6 1 60 1000 1010 ACCEPT OK 2 - - -");
    assert_false(priors_learned(past.priors, "", &own));
    assert_false(priors_learned(past.priors, "eni-0z", &own));
    past_close(&past);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_rings_agree_with_the_plain_way),
        cmocka_unit_test(rows_are_taken_in_by_slices),
        cmocka_unit_test(evicted_rows_are_no_earlier_records_but_what_they_taught_stays),
        cmocka_unit_test(rows_that_went_before_they_were_taken_in_are_missing_and_nothing_else),
        cmocka_unit_test(memory_is_bounded_and_counted),
        cmocka_unit_test(a_full_table_still_learns_who_listens),
        cmocka_unit_test(the_address_in_every_record_is_the_interface_s_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
