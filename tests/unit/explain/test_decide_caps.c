/* test_decide_caps.c - the decision table: the order of its rows, what caps the confidence, and that every REJECT has
 * one cause. */
#include "decide_world.h"

/* ---- order and caps ---- */

static void order_of_rows(void **state)
{
    (void)state;
    struct prior prior = closed(500000, 1); /* closed, and idle, and now denied */
    deny_acl(&at, false);
    deny_group(&at, false);
    ask(MID_IN, &prior);
    EXPECT("R10", 70);
    prior.close.found = false;
    ask(MID_IN, &prior);
    EXPECT("R11", 90);
    prior = seen(5, 0);
    at.untracked = true;
    ask(MID_IN, &prior);
    EXPECT("R13", 90);
    at.acl[0].answer = ANSWER_ALLOW;
    ask(MID_IN, &prior);
    EXPECT("R14", 90);
    ask(REPLY_IN, &nothing_seen);
    EXPECT("R9", 70);
    deny_acl(&at, false);
    ask(REPLY_IN, &nothing_seen);
    EXPECT("R8", 90);
}

static void caps(void **state)
{
    (void)state;
    deny_group(&at, false);
    struct rules_at inexact = {.at = &at, .now = &at, .exact = false};
    ask_with(SYN_IN, &nothing_seen, &inexact);
    EXPECT("R4", 70);
    struct prior prior = closed(3, 1);
    ask_with(MID_IN, &prior, &inexact); /* does not rest on rules */
    EXPECT("R10", 90);
    prior.has_gap = true;
    ask(MID_IN, &prior);
    EXPECT("R10", 85);
    at.acl[0].answer = ANSWER_UNKNOWN;
    ask(SYN_IN, &nothing_seen);
    EXPECT("R4", 70);
    assert_true(last.premises & PREMISE_HOP_UNKNOWN);
    at.acl[0].answer = ANSWER_DENY;
    at.group[0].answer = ANSWER_UNKNOWN; /* behind the hop that denies */
    ask(SYN_IN, &nothing_seen);
    EXPECT("R3", 90);
    ask(IN "sport=50000 dport=443 flags=-", &nothing_seen);
    EXPECT("R3", 70);
    assert_true(last.premises & PREMISE_PHASE_BY_PORT);
    assert_true(last.premises & PREMISE_NO_FLAGS);
    ask(IN "sport=50000 dport=40000 flags=- packets=3 bytes=180", &nothing_seen);
    EXPECT("R3", 70);
    assert_true(last.premises & PREMISE_PHASE_BY_SIZE);
    struct prior rejects_only = closed(3, 1);
    rejects_only.log_is_all = false;
    ask(MID_IN, &rejects_only);
    EXPECT("R10", 70);
    ask(IN "proto=icmp", &nothing_seen);
    assert_true(last.premises & PREMISE_ICMP_ECHO);
    EXPECT("R3", 90);
}

static void direction_caps(void **state)
{
    (void)state;
    struct rules_at rules = {.at = &at, .now = &at, .exact = true};
    static struct flow_record record;
    weir_error err = {0};
    struct flow flow;
    at.empty = true;
    assert_int_equal(
        flow_record_parse("eni=eni-0a1 subnet=subnet-0a1 src=192.0.2.7 dst=10.0.1.10 dport=443", T, &record, &err),
        WEIR_OK);
    deny_acl(&at, false);
    flow_of(&record, &at, NULL, &record.dst, &flow);
    decide(&flow, &nothing_seen, &rules, &last);
    EXPECT("R3", 85);
    flow_of(&record, &at, NULL, NULL, &flow);
    decide(&flow, &nothing_seen, &rules, &last); /* inbound it is the ACL, outbound not known */
    EXPECT("R18", 40);
    assert_true(last.premises & PREMISE_DIRECTION_UNKNOWN);
    assert_int_equal(last.second, WEIR_CAUSE_NACL_IN);
    struct prior prior = closed(3, 1);
    record.tcp_flags = 0;
    flow_of(&record, &at, &prior, NULL, &flow);
    decide(&flow, &prior, &rules, &last); /* both ways it is the same */
    EXPECT("R10", 40);
}

static void words_of_confidence(void **state)
{
    (void)state;
    assert_string_equal(confidence_word(99), "certain");
    assert_string_equal(confidence_word(90), "high");
    assert_string_equal(confidence_word(70), "medium");
    assert_string_equal(confidence_word(40), "low");
    assert_string_equal(confidence_word(0), "none");
}

static void accepted_needs_no_cause(void **state)
{
    (void)state;
    ask(SYN_IN " action=ACCEPT", NULL);
    assert_int_equal(last.cause, WEIR_CAUSE_NONE);
    assert_int_equal(last.confidence, 0);
}

/* ---- totality ---- */

static uint64_t seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

static struct prior_record draw_record(void)
{
    static const int64_t gaps[] = {-30, 0, 5, 31, 181, 351, 601, 432001};
    if (draw(2))
        return (struct prior_record){.found = false};
    int64_t end = T - gaps[draw(ARRAY_SIZE(gaps))];
    return (struct prior_record){
        .found = true, .start = end - draw(60), .end = end, .tcp_flags = (int32_t)draw(32) - 1};
}

static void draw_rules(struct inventory *inventory)
{
    for (int k = 0; k < 2; k++) {
        inventory->acl[k] = (struct acl_answer){.answer = (enum answer)draw(4)};
        inventory->group[k] = (struct group_answer){.answer = (enum answer)draw(4)};
    }
    inventory->untracked = draw(2);
    inventory->bpa = (enum bpa_mode)draw(4);
    inventory->empty = draw(8) == 0;
    inventory->subnet.acl = draw(8) ? &inventory->network_acl : NULL;
}

static void draw_flow(struct flow_record *record, struct prior *prior)
{
    static const int32_t ports[] = {-1, 0, 22, 53, 123, 443, 3306, 8080, 40000, 50000, 65535};
    static const int32_t protocols[] = {-1, 0, 1, 6, 6, 6, 6, 17, 17, 47, 58, 255};
    static const char *const texts[] = {SYN_IN, SYN_OUT, IN6 "dport=1", OUT6 "dport=1"};
    const char *text = texts[draw(4)];
    weir_error err = {0};
    assert_int_equal(flow_record_parse(text, T, record, &err), WEIR_OK);
    record->protocol = protocols[draw(ARRAY_SIZE(protocols))];
    record->src_port = ports[draw(ARRAY_SIZE(ports))];
    record->dst_port = ports[draw(ARRAY_SIZE(ports))];
    record->tcp_flags = (int32_t)draw(33) - 1;
    record->packets = draw(20);
    record->bytes = draw(4000);
    record->direction = (enum direction)draw(3);
    if (draw(16) == 0)
        record->dst = record->src;
    *prior = (struct prior){.searched = draw(2), .log_is_all = draw(2), .has_gap = draw(8) == 0};
    prior->same = draw_record();
    prior->reverse = draw_record();
    prior->request = draw_record();
    prior->close = draw_record();
    prior->exchanges = draw(6);
    prior->local_listens = draw(2);
    prior->remote_listens = draw(2);
}

/* Every REJECT has one cause, its confidence is in range, and no row fires against what it says. */
static void every_reject_has_one_cause(void **state)
{
    (void)state;
    size_t seen_causes[WEIR_CAUSE_COUNT] = {0};
    seed = 4711;
    for (int k = 0; k < 200000; k++) {
        static struct flow_record record;
        struct prior prior;
        struct flow flow;
        draw_rules(&at);
        draw_rules(&now);
        draw_flow(&record, &prior);
        struct rules_at rules = {.at = draw(8) ? &at : NULL, .now = draw(2) ? &now : &at, .exact = draw(2)};
        rules.now = rules.at ? rules.now : NULL;
        flow_of(&record, rules.at, draw(8) ? &prior : NULL, NULL, &flow);
        decide(&flow, &prior, &rules, &last);
        assert_in_range(last.cause, 0, WEIR_CAUSE_COUNT - 1);
        assert_in_range(last.confidence, 0, 99);
        seen_causes[last.cause]++;
        bool opening = last.cause == WEIR_CAUSE_SG_INGRESS || last.cause == WEIR_CAUSE_SG_EGRESS;
        if (opening && record.protocol == PROTOCOL_TCP && record.tcp_flags >= 0)
            assert_true(record.tcp_flags & 2 && (record.tcp_flags & 18) != 18);
    }
    for (int cause = 0; cause < WEIR_CAUSE_COUNT; cause++)
        if (seen_causes[cause] == 0 && cause != WEIR_CAUSE_REASON)
            fail_msg("never %s", weir_cause_get((weir_cause)cause)->name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(order_of_rows, reset),
        cmocka_unit_test_setup(caps, reset),
        cmocka_unit_test_setup(direction_caps, reset),
        cmocka_unit_test_setup(words_of_confidence, reset),
        cmocka_unit_test_setup(accepted_needs_no_cause, reset),
        cmocka_unit_test_setup(every_reject_has_one_cause, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
