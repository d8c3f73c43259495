/* test_flips.c - the detectors on real records: the same flips and spikes in whatever order and pieces they come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "looker.h"

enum { LINES_MAX = 40000, LINE = 180 };
#define BEGIN 1784900040 /* a full minute */

struct log {
    char (*line)[LINE];
    size_t n;
    const char *format;
};

static uint64_t state;

static uint32_t below(uint32_t bound)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 20) % bound;
}

static void add(struct log *log, const char *src, int sport, const char *dst, int dport, int64_t start, int flags,
                const char *action)
{
    assert_true(log->n < LINES_MAX);
    if (log->format)
        snprintf(log->line[log->n++], LINE, "eni-0a1 %s %s %d %d 6 1 60 %lld %lld %s OK %d", src, dst, sport, dport,
                 (long long)start, (long long)start + 50, action, flags);
    else
        snprintf(log->line[log->n++], LINE, "2 123456789012 eni-0a1 %s %s %d %d 6 1 60 %lld %lld %s OK", src, dst,
                 sport, dport, (long long)start, (long long)start + 50, action);
}

static struct log log_new(bool with_flags)
{
    state = 0x2545f4914f6cdd1d;
    return (struct log){
        .line = calloc(LINES_MAX, LINE),
        .format = with_flags ? "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
                               "log-status tcp-flags"
                             : NULL};
}

/* A web server's life: 200 minutes well, 20 minutes rejected, 20 minutes well again; a scanner knocks all the time, and
 * makes a storm in minute 150. */
static struct log life(bool with_flags, const char *accept)
{
    struct log log = log_new(with_flags);
    int port = 20000;
    for (int minute = 0; minute < 240; minute++) {
        bool down = minute >= 200 && minute < 220;
        for (int k = 0; k < 6; k++) {
            char client[32];
            int64_t start = BEGIN + minute * 60 + (int)below(60);
            snprintf(client, sizeof client, "10.0.9.%d", 1 + (int)below(12));
            add(&log, client, ++port % 40000 + 20000, "10.0.1.10", 80, start, 2, down ? "REJECT" : accept);
            if (!down)
                add(&log, "10.0.1.10", 80, client, port % 40000 + 20000, start, 18, accept);
        }
        int knocks = minute >= 150 && minute < 153 ? 300 : 4;
        for (int k = 0; k < knocks; k++)
            add(&log, "198.51.100.7", 40000 + (int)below(20000), "10.0.1.10", 1 + (int)below(1023),
                BEGIN + minute * 60 + (int)below(60), 2, "REJECT");
    }
    return log;
}

static void shuffle(struct log *log)
{
    char swap[LINE];
    for (size_t k = log->n - 1; k > 0; k--) {
        size_t other = below((uint32_t)k + 1);
        memcpy(swap, log->line[k], LINE);
        memcpy(log->line[k], log->line[other], LINE);
        memcpy(log->line[other], swap, LINE);
    }
}

struct found {
    size_t n_flips, n_spikes;
    weir_flip flip[8];
    struct {
        weir_part_kind part;
        char value[64], source[64];
        int64_t from, to;
        uint64_t peak, total;
    } spike[8];
    char words[200];
    weir_watched watched;
};

static void look(weir_session *session, struct found *out)
{
    weir_part_spike spikes[8];
    *out = (struct found){0};
    out->n_flips = weir_session_flips(session, out->flip, 8);
    out->n_spikes = weir_session_spikes(session, spikes, 8);
    for (size_t k = 0; k < out->n_spikes; k++) {
        out->spike[k].part = spikes[k].part;
        snprintf(out->spike[k].value, 64, "%s", spikes[k].value.text);
        snprintf(out->spike[k].source, 64, "%s", spikes[k].source.text);
        out->spike[k].from = spikes[k].from;
        out->spike[k].to = spikes[k].to;
        out->spike[k].peak = spikes[k].peak;
        out->spike[k].total = spikes[k].total;
    }
    weir_session_watched(session, &out->watched);
    snprintf(out->words, sizeof out->words, "%s", out->watched.words.text);
}

/* Reads a log from a pipe, in pieces of up to `piece` bytes. */
static struct found run(const struct log *log, size_t piece)
{
    int ends[2];
    struct found found;
    const char *specs[] = {"-"};
    size_t size = log->n * LINE, len = 0;
    char *text = malloc(size);
    for (size_t k = 0; k < log->n; k++)
        len += (size_t)snprintf(text + len, size - len, "%s\n", log->line[k]);
    assert_int_equal(pipe(ends), 0);
    weir_session *session = open_session(
        &(weir_session_options){.sources = specs, .n_sources = 1, .stdin_fd = ends[0], .format = log->format});
    weir_session_watch(session);
    for (size_t at = 0; at < len;) {
        size_t n = piece ? 1 + below((uint32_t)piece) : 32768;
        n = n < len - at ? n : len - at;
        ssize_t wrote = write(ends[1], text + at, n < 32768 ? n : 32768);
        assert_true(wrote > 0);
        at += (size_t)wrote;
        weir_session_pump(session, 2);
    }
    close(ends[1]);
    pump_to_end(session);
    look(session, &found);
    weir_session_close(session);
    close(ends[0]);
    free(text);
    return found;
}

static void assert_same(const struct found *a, const struct found *b)
{
    assert_int_equal(a->n_flips, b->n_flips);
    for (size_t k = 0; k < a->n_flips; k++) {
        assert_int_equal(a->flip[k].first_reject, b->flip[k].first_reject);
        assert_int_equal(a->flip[k].last_accept, b->flip[k].last_accept);
        assert_int_equal(a->flip[k].found, b->flip[k].found);
        assert_int_equal(a->flip[k].rejects, b->flip[k].rejects);
        assert_int_equal(a->flip[k].recovered, b->flip[k].recovered);
        assert_int_equal(a->flip[k].first_accept, b->flip[k].first_accept);
    }
    assert_int_equal(a->n_spikes, b->n_spikes);
    assert_memory_equal(a->spike, b->spike, sizeof a->spike);
}

static void check_life(const struct found *found)
{
    assert_int_equal(found->n_flips, 1);
    const weir_flip *flip = &found->flip[0];
    assert_int_equal(flip->service.port, 80);
    assert_false(flip->service.outbound);
    assert_true(flip->last_accept >= BEGIN + 199 * 60 && flip->last_accept < BEGIN + 200 * 60);
    assert_true(flip->first_reject >= BEGIN + 200 * 60 && flip->first_reject < BEGIN + 201 * 60);
    assert_true(flip->found <= BEGIN + 203 * 60);
    assert_true(flip->recovered && !flip->partial && !flip->provisional);
    assert_true(flip->last_reject < BEGIN + 220 * 60 && flip->first_accept >= BEGIN + 220 * 60);
    assert_int_equal(flip->rejects, 120);
    assert_int_equal(found->n_spikes, 1);
    assert_int_equal(found->spike[0].part, WEIR_PART_ALL);
    assert_string_equal(found->spike[0].source, "198.51.100.7");
    assert_int_equal(found->spike[0].from, BEGIN + 150 * 60);
    assert_int_equal(found->spike[0].to, BEGIN + 153 * 60);
    assert_true(found->spike[0].total >= 900 && found->spike[0].total < 930);
}

static void any_order_and_any_pieces_give_the_same(void **unused)
{
    (void)unused;
    for (int with_flags = 0; with_flags < 2; with_flags++) {
        struct log log = life(with_flags, "ACCEPT");
        struct found first = run(&log, 0);
        check_life(&first);
        for (int k = 0; k < 3; k++) {
            shuffle(&log);
            struct found again = run(&log, k == 1 ? 700 : 0);
            assert_same(&first, &again);
        }
        free(log.line);
    }
}

static void without_accepts_there_are_no_flips_and_it_says_so(void **unused)
{
    (void)unused;
    struct log log = life(true, "REJECT");
    struct found found = run(&log, 0);
    assert_int_equal(found.n_flips, 0);
    assert_non_null(strstr(found.words, "no ACCEPT"));
    free(log.line);
}

static void a_gap_is_not_judged(void **unused)
{
    (void)unused;
    struct log log = life(false, "ACCEPT");
    for (int minute = 200; minute < 220; minute++)
        snprintf(log.line[log.n++], LINE, "2 123456789012 eni-0a1 - - - - - - - %d %d - SKIPDATA", BEGIN + minute * 60,
                 BEGIN + minute * 60 + 59);
    struct found found = run(&log, 0);
    assert_int_equal(found.n_flips, 0);
    free(log.line);
}

static void rejected_answers_are_a_flip(void **unused)
{
    (void)unused;
    struct log log = log_new(true);
    for (int minute = 0; minute < 220; minute++)
        for (int k = 0; k < 5; k++) {
            char client[32];
            snprintf(client, sizeof client, "203.0.113.%d", 1 + k);
            int port = 20000 + minute * 5 + k;
            add(&log, client, port, "10.0.1.10", 443, BEGIN + minute * 60 + k, 2, "ACCEPT");
            add(&log, "10.0.1.10", 443, client, port, BEGIN + minute * 60 + k, 18, minute < 200 ? "ACCEPT" : "REJECT");
        }
    struct found found = run(&log, 0);
    assert_int_equal(found.n_flips, 1);
    assert_true(found.flip[0].answers);
    assert_int_equal(found.flip[0].service.port, 443);
    assert_int_equal(found.flip[0].first_reject, BEGIN + 200 * 60);
    assert_int_equal(found.flip[0].last_accept, BEGIN + 199 * 60 + 4);
    free(log.line);
}

static void the_demo_flips(void **unused)
{
    (void)unused;
    const char *specs[] = {"demo"};
    weir_session *session =
        open_session(&(weir_session_options){.sources = specs, .n_sources = 1, .seed = 1, .now = BEGIN + 7200});
    weir_session_watch(session);
    pump_to_end(session);
    struct found found;
    look(session, &found);
    assert_true(found.n_flips >= 1);
    for (size_t k = 0; k < found.n_flips; k++)
        assert_int_equal(found.flip[k].service.port, 80);
    weir_history history[120];
    weir_session_history(session, &found.flip[0].service, BEGIN, 60, history, 120);
    uint64_t accepts = 0, rejects = 0;
    for (size_t k = 0; k < 120; k++) {
        bool before = BEGIN + (int64_t)k * 60 + 60 <= found.flip[0].last_accept;
        assert_true(!before || !history[k].known || history[k].rejects <= 2);
        accepts += history[k].accepts;
        rejects += history[k].rejects;
    }
    assert_true(accepts > 100 && rejects > 50);
    weir_session_close(session);
}

struct demo {
    weir_session *session;
    weir_network *network;
    weir_trail *trail;
    char *snapshot, *events;
};

static struct demo demo_open(const char *scenario, const char *spec)
{
    struct demo demo = {0};
    const char *specs[] = {spec};
    weir_error err = {0};
    size_t len = 0, events_len = 0;
    demo.snapshot = weir_demo_network(scenario, BEGIN + 7200, &len);
    demo.events = weir_demo_trail(scenario, BEGIN + 7200, &events_len);
    const weir_network_options network = {.snapshot = demo.snapshot, .snapshot_len = len};
    const weir_trail_options trail = {.text = demo.events, .text_len = events_len};
    assert_int_equal(weir_network_open(&network, &demo.network, &err), WEIR_OK);
    bool changed;
    assert_int_equal(weir_network_pump(demo.network, &changed, &err), WEIR_OK);
    assert_int_equal(weir_trail_open(&trail, &demo.trail, &err), WEIR_OK);
    demo.session =
        open_session(&(weir_session_options){.sources = specs, .n_sources = 1, .seed = 1, .now = BEGIN + 7200});
    weir_session_set_network(demo.session, demo.network);
    weir_session_watch(demo.session);
    weir_session_set_trail(demo.session, demo.trail);
    pump_to_end(demo.session);
    return demo;
}

static void demo_close(struct demo *demo)
{
    weir_session_close(demo->session);
    weir_network_close(demo->network);
    weir_trail_close(demo->trail);
    free(demo->snapshot);
    free(demo->events);
}

static void print_incident(const weir_incident *incident)
{
    print_message("%s\n  %s\n  cause: %s\n  common: %s\n", incident->title.text, incident->summary.text,
                  incident->cause.text, incident->common.text);
    for (size_t k = 0; k < incident->n_suspects; k++) {
        const weir_suspect *suspect = &incident->suspects[k];
        print_message("  %.2f %s %s: %s\n   undo %s [%s]\n", suspect->score, suspect->change.name.text,
                      suspect->change.who.text, suspect->why.text, suspect->undo.text, suspect->undo_note.text);
        for (size_t l = 0; l < suspect->change.n_lines; l++)
            print_message("    %s\n", suspect->change.lines[l].text);
    }
    print_message("  refused %zu others %zu\n", incident->n_refused, incident->n_others);
}

static void the_demo_is_solved(void **unused)
{
    (void)unused;
    struct demo demo = demo_open("web", "demo");
    weir_flip flips[8];
    weir_incident *incident = NULL;
    weir_error err = {0};
    size_t n = weir_session_flips(demo.session, flips, 8);
    assert_true(n >= 1);
    for (size_t k = 0; k < n; k++) {
        assert_int_equal(weir_session_incident(demo.session, flips[k].id, &incident, &err), WEIR_OK);
        print_incident(incident);
        assert_int_equal(incident->certainty, WEIR_CERTAIN);
        assert_int_equal(incident->n_suspects, 1);
        assert_string_equal(incident->suspects[0].change.name.text, "RevokeSecurityGroupIngress");
        assert_string_equal(incident->suspects[0].change.who.text, "role/InfraPipeline");
        assert_non_null(strstr(incident->suspects[0].undo.text, "authorize-security-group-ingress"));
        assert_int_equal(incident->suspects[0].change.n_lines, 2);
        assert_int_equal(incident->n_refused, 1);
        assert_int_equal(incident->n_others, 1);
        weir_incident_free(incident);
    }
    demo_close(&demo);
}

static void a_network_acl_is_blamed_too(void **unused)
{
    (void)unused;
    struct demo demo = demo_open("nacl", "demo:nacl");
    weir_flip flips[8];
    weir_incident *incident = NULL;
    weir_error err = {0};
    size_t n = weir_session_flips(demo.session, flips, 8);
    assert_true(n >= 1);
    for (size_t k = 0; k < n; k++) {
        assert_int_equal(weir_session_incident(demo.session, flips[k].id, &incident, &err), WEIR_OK);
        print_incident(incident);
        assert_int_equal(incident->certainty, WEIR_CERTAIN);
        assert_string_equal(incident->suspects[0].change.name.text, "DeleteNetworkAclEntry");
        assert_non_null(strstr(incident->common.text, "network ACL shop-public-b"));
        assert_non_null(strstr(incident->suspects[0].undo.text, "create-network-acl-entry"));
        weir_incident_free(incident);
    }
    demo_close(&demo);
}

/* Without CloudTrail it still says which resource it must be. */
static void what_they_have_in_common_needs_no_changes(void **unused)
{
    (void)unused;
    struct demo demo = demo_open("nacl", "demo:nacl");
    weir_session_set_trail(demo.session, NULL);
    weir_flip flip;
    weir_incident *incident = NULL;
    weir_error err = {0};
    assert_int_equal(weir_session_flips(demo.session, &flip, 1), 1);
    assert_int_equal(weir_session_incident(demo.session, flip.id, &incident, &err), WEIR_OK);
    assert_int_equal(incident->n_suspects, 0);
    assert_int_equal(incident->certainty, WEIR_UNEXPLAINED);
    assert_non_null(strstr(incident->common.text, "network ACL shop-public-b"));
    assert_non_null(strstr(incident->summary.text, "who changed it is not known"));
    weir_incident_free(incident);
    demo_close(&demo);
}

/* On a thread of its own it comes to the same; closing the session in the middle of it is fine. */
static void beside_the_screen_it_is_the_same(void **unused)
{
    (void)unused;
    struct demo demo = demo_open("web", "demo");
    weir_flip flip;
    weir_incident *incident = NULL, *again = NULL;
    weir_error err = {0};
    uint64_t id = 0;
    assert_int_equal(weir_session_incident_take(demo.session, &id, &again, &err), WEIR_E_USAGE);
    assert_int_equal(weir_session_flips(demo.session, &flip, 1), 1);
    assert_false(weir_session_incident_begin(demo.session, flip.id + 1));
    assert_true(weir_session_incident_begin(demo.session, flip.id));
    assert_false(weir_session_incident_begin(demo.session, flip.id));
    assert_int_equal(weir_session_incident(demo.session, flip.id, &incident, &err), WEIR_OK);
    weir_status status;
    while ((status = weir_session_incident_take(demo.session, &id, &again, &err)) == WEIR_AGAIN)
        poll(NULL, 0, 1);
    assert_int_equal(status, WEIR_OK);
    assert_true(id == flip.id);
    assert_string_equal(again->summary.text, incident->summary.text);
    assert_string_equal(again->title.text, incident->title.text);
    assert_string_equal(again->suspects[0].undo.text, incident->suspects[0].undo.text);
    assert_int_equal(again->n_others, incident->n_others);
    weir_incident_free(incident);
    weir_incident_free(again);
    assert_true(weir_session_incident_begin(demo.session, flip.id));
    demo_close(&demo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_and_any_pieces_give_the_same),
        cmocka_unit_test(without_accepts_there_are_no_flips_and_it_says_so),
        cmocka_unit_test(a_gap_is_not_judged),
        cmocka_unit_test(rejected_answers_are_a_flip),
        cmocka_unit_test(the_demo_flips),
        cmocka_unit_test(the_demo_is_solved),
        cmocka_unit_test(a_network_acl_is_blamed_too),
        cmocka_unit_test(what_they_have_in_common_needs_no_changes),
        cmocka_unit_test(beside_the_screen_it_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
