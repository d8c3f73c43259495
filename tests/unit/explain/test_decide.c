/* test_decide.c - the decision table: every row, and which packets it takes. */
#include "decide_world.h"

/* ---- R1, R2 ---- */

static void aws_own_word(void **state)
{
    (void)state;
    struct rules_at none = {.at = NULL};
    deny_group(&at, false);
    ask(SYN_IN " reason=BPA", NULL);
    EXPECT("R1", 99);
    assert_int_equal(last.actor, ACTOR_BPA);
    assert_int_equal(last.group.answer, ANSWER_DENY); /* is told all the same */
    ask(IN6 "sport=50000 dport=443 flags=2 reason=BPA", NULL);
    EXPECT("R1", 99);
    ask(MID_IN " reason=EC", NULL);
    EXPECT("R2", 99);
    ask(SYN_IN " reason=SOMETHING-NEW", NULL);
    EXPECT("R2", 99);
    ask_with("src=192.0.2.7 dst=10.0.1.10 dport=443 reason=BPA", NULL, &none);
    EXPECT("R1", 99);
    ask(SYN_IN " reason=-", NULL);
    EXPECT("R4", 90);
}

/* Without the field, Block Public Access is what is left when nothing else denies it. */
static void block_public_access_without_the_field(void **state)
{
    (void)state;
    at.bpa = BPA_BLOCK_BIDIRECTIONAL;
    ask(SYN_IN, NULL);
    EXPECT("R1", 70);
    ask(SYN_IN " reason=-", NULL);
    EXPECT("R19", 0);
    ask("eni=eni-0a1 src=10.0.5.5 dst=10.0.1.10 sport=50000 dport=443 flags=2", NULL);
    EXPECT("R19", 0);
    at.subnet.bpa = BPA_ALLOW_EGRESS;
    ask(SYN_IN, NULL);
    EXPECT("R1", 70);
    ask(SYN_OUT, NULL);
    EXPECT("R19", 0);
    at.subnet.bpa = BPA_ALLOW_BIDIRECTIONAL;
    ask(SYN_IN, NULL);
    EXPECT("R19", 0);
}

/* ---- R3 to R6 ---- */

static void openings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool acl, group, egress;
        const char *row;
        bool both;
    } cases[] = {
        {SYN_IN, true, false, false, "R3", false},
        {SYN_IN, true, true, false, "R3", true},
        {SYN_IN, false, true, false, "R4", false},
        {SYN_OUT, false, true, true, "R5", false},
        {SYN_OUT, true, true, true, "R5", true},
        {SYN_OUT, true, false, true, "R6", false},
        {IN6 "sport=50000 dport=443 flags=2", true, false, false, "R3", false},
        {IN6 "sport=50000 dport=443 flags=2", false, true, false, "R4", false},
        {OUT6 "sport=50000 dport=443 flags=2", false, true, true, "R5", false},
        {OUT6 "sport=50000 dport=443 flags=2", true, false, true, "R6", false},
    };
    for (size_t k = 0; k < ARRAY_SIZE(cases); k++) {
        reset(NULL);
        if (cases[k].acl)
            deny_acl(&at, cases[k].egress);
        if (cases[k].group)
            deny_group(&at, cases[k].egress);
        ask(cases[k].text, &nothing_seen);
        EXPECT(cases[k].row, 90);
        assert_int_equal(last.both_deny, cases[k].both);
        assert_int_equal(last.second, WEIR_CAUSE_NONE);
    }
}

/* The other direction's rules are not those of the packet. */
static void openings_ask_one_direction(void **state)
{
    (void)state;
    deny_group(&at, true);
    deny_acl(&at, true);
    ask(SYN_IN, NULL);
    EXPECT("R19", 0);
    assert_int_equal(last.reply_acl.answer, ANSWER_DENY);
}

static void same_subnet_has_no_acl(void **state)
{
    (void)state;
    deny_acl(&at, false);
    ask("eni=eni-0a1 src=10.0.1.99 dst=10.0.1.10 sport=50000 dport=443 flags=2", NULL);
    EXPECT("R19", 0);
    assert_false(last.acl_applies);
    assert_int_equal(last.acl.answer, ANSWER_NONE);
    deny_group(&at, false);
    ask("eni=eni-0a1 src=10.0.1.99 dst=10.0.1.10 sport=50000 dport=443 flags=2", NULL);
    EXPECT("R4", 90);
}

static void nobody_filters_the_resolver(void **state)
{
    (void)state;
    deny_group(&at, true);
    deny_acl(&at, true);
    ask("eni=eni-0a1 src=10.0.1.10 dst=169.254.169.253 sport=50000 dport=53 proto=udp", NULL);
    EXPECT("R19", 0);
}

/* ---- R7, R8 ---- */

static void replies(void **state)
{
    (void)state;
    struct prior request = nothing_seen;
    request.request = (struct prior_record){.found = true, .start = T - 1, .end = T, .tcp_flags = 2};
    deny_acl(&at, true);
    deny_acl(&at, false);
    deny_group(&at, true); /* never consulted */
    deny_group(&at, false);
    ask(REPLY_OUT, &nothing_seen);
    EXPECT("R7", 90);
    assert_false(last.both_deny);
    ask(REPLY_OUT, &request);
    EXPECT("R7", 99);
    ask(OUT6 "sport=443 dport=50000 flags=18", &request);
    EXPECT("R7", 99);
    ask(REPLY_IN, &nothing_seen);
    EXPECT("R8", 90);
    ask(REPLY_IN, &request);
    EXPECT("R8", 99);
    struct prior udp = asked(5, -1);
    ask(IN "sport=53 dport=50000 proto=udp", &udp);
    EXPECT("R8", 99);
    ask(IN "proto=icmp", &udp);
    EXPECT("R8", 99);
    assert_int_equal(last.packet.icmp_type, 0);
}

/* A reply in mid-stream of which nothing earlier is known: the ACL denies it whatever it was. */
static void replies_in_mid_stream(void **state)
{
    (void)state;
    deny_acl(&at, true);
    deny_acl(&at, false);
    ask(MID_OUT, &nothing_seen);
    EXPECT("R7", 70);
    ask(ANSWER_IN, &nothing_seen);
    EXPECT("R8", 70);
}

/* ---- R9 ---- */

static void asymmetric_replies(void **state)
{
    (void)state;
    struct prior rejects_only = {.searched = true};
    deny_group(&at, false);
    ask(REPLY_IN, &nothing_seen);
    EXPECT("R9", 70);
    ask(REPLY_OUT, &nothing_seen);
    EXPECT("R9", 70);
    ask(IN6 "sport=443 dport=50000 flags=18", &nothing_seen);
    EXPECT("R9", 70);
    ask(REPLY_IN, &rejects_only);
    EXPECT("R9", 40);
    ask(REPLY_IN, NULL);
    EXPECT("R9", 40);
    struct prior request = nothing_seen;
    request.request.found = true;
    ask(REPLY_IN, &request);
    EXPECT("R19", 0);
}

/* ---- R10 to R12 ---- */

static void late_packets(void **state)
{
    (void)state;
    deny_group(&at, false); /* a rule would not have helped */
    deny_acl(&at, false);
    struct prior prior = closed(12, 1);
    ask(MID_IN, &prior);
    EXPECT("R10", 90);
    assert_int_equal(last.gap_s, 12);
    ask(IN "sport=50000 dport=443 flags=1", &prior);
    EXPECT("R10", 90);
    ask(IN6 "sport=50000 dport=443 flags=4", &prior);
    EXPECT("R10", 90);
    prior = closed(600, 4);
    ask(MID_IN, &prior);
    EXPECT("R10", 90);
    prior = closed(601, 4);
    ask(MID_IN, &prior);
    EXPECT("R10", 70);
    prior = closed(-20, 5); /* both in one window */
    ask(ANSWER_IN, &prior);
    EXPECT("R10", 90);
    assert_int_equal(last.gap_s, 0);
    ask(SYN_IN, &prior);
    EXPECT("R3", 90);
    prior = closed(100, 1); /* the ports were used again */
    prior.same = (struct prior_record){.found = true, .start = T - 50, .end = T - 40, .tcp_flags = 2};
    at.acl[0].answer = ANSWER_ALLOW;
    ask(MID_IN, &prior);
    EXPECT("R15", 70);
}

static void idle_connections(void **state)
{
    (void)state;
    struct prior prior = seen(432000, 0);
    ask(MID_IN, &prior);
    EXPECT("R11", 90);
    assert_int_equal(last.timeout_kind, TIMEOUT_TCP);
    assert_int_equal(last.timeout_s, 432000);
    prior = seen(431999, 0);
    ask(MID_IN, &prior);
    EXPECT("R15", 70);
    at.interface.tcp_established_s = 60;
    prior = seen(61, 0);
    ask(MID_IN, &prior);
    EXPECT("R11", 90);
    assert_int_equal(last.timeout_kind, TIMEOUT_TCP_SET);
    ask(IN6 "sport=50000 dport=443 flags=0", &prior);
    EXPECT("R11", 90);
    at.interface.tcp_established_s = 0;
    at.interface.type = WEIR_SAFE("network_load_balancer");
    prior = seen(350, 0);
    ask(MID_IN, &prior);
    EXPECT("R11", 90);
    assert_int_equal(last.timeout_kind, TIMEOUT_NAT);
    at.interface.type = WEIR_SAFE("interface");
    struct vpc_interface nat = {.type = WEIR_SAFE("nat_gateway")};
    at.far = &nat;
    ask("eni=eni-0a1 src=10.0.9.9 dst=10.0.1.10 pkt-srcaddr=192.0.2.7 sport=443 dport=50000 flags=0", &prior);
    EXPECT("R11", 90);
    assert_int_equal(last.timeout_kind, TIMEOUT_NAT);
    deny_group(&at, false);
    prior = asked(601, -1);
    ask(IN "proto=47", &prior);
    EXPECT("R11", 90);
    assert_int_equal(last.timeout_kind, TIMEOUT_OTHER);
}

static void late_udp_replies(void **state)
{
    (void)state;
    deny_group(&at, false);
    struct prior prior = asked(45, -1);
    ask(IN "sport=53 dport=50000 proto=udp", &prior);
    EXPECT("R12", 90);
    assert_int_equal(last.gap_s, 45);
    assert_int_equal(last.timeout_s, 30);
    ask(IN6 "sport=123 dport=123 proto=udp", &prior);
    EXPECT("R12", 90);
    ask(IN "sport=40000 dport=50000 proto=udp", &prior); /* no service's port, but we did ask */
    EXPECT("R12", 70);
    prior.exchanges = 8;
    ask(IN "sport=53 dport=50000 proto=udp", &prior);
    assert_int_equal(last.cause, WEIR_CAUSE_UNKNOWN); /* 45 s is no time for a stream */
    prior = asked(200, -1);
    prior.exchanges = 8;
    ask(IN "sport=443 dport=50000 proto=udp", &prior);
    EXPECT("R12", 90);
    assert_int_equal(last.timeout_s, 180);
    at.interface.udp_stream_s = 90;
    prior = asked(95, -1);
    prior.exchanges = 8;
    ask(IN "sport=443 dport=50000 proto=udp", &prior);
    EXPECT("R12", 90);
    deny_acl(&at, false); /* a denying ACL is sufficient */
    prior = asked(200, -1);
    ask(IN "sport=443 dport=50000 proto=udp", &prior);
    EXPECT("R8", 70);
}

/* ---- R13, R14 ---- */

static void cut_by_an_acl(void **state)
{
    (void)state;
    struct prior prior = seen(20, 2);
    deny_acl(&at, false);
    ask(MID_IN, &prior);
    EXPECT("R13", 90);
    ask(IN6 "sport=50000 dport=443 flags=0", &prior);
    EXPECT("R13", 90);
    at.acl[0].answer = ANSWER_ALLOW;
    deny_acl(&now, false);
    ask_changed(MID_IN, &prior);
    EXPECT("R13", 90);
    assert_int_equal(last.acl.answer, ANSWER_DENY);
    prior = seen(20, 0);
    deny_acl(&at, true);
    ask(MID_OUT, &prior);
    EXPECT("R13", 90);
    prior = opened_again(20);
    ask(MID_OUT, &prior);
    EXPECT("R13", 90);
}

/* The ports were closed a while ago and are used by a new connection now. */
static void cut_after_the_ports_were_opened_again(void **state)
{
    (void)state;
    struct prior prior = opened_again(20);
    ask(MID_IN, &prior);
    EXPECT("R15", 70);
    at.untracked = true;
    deny_group(&now, false);
    ask_changed(MID_IN, &prior);
    EXPECT("R14", 90);
}

static void cut_by_a_group(void **state)
{
    (void)state;
    struct prior prior = seen(20, 2);
    at.untracked = true;
    deny_group(&now, false);
    ask_changed(MID_IN, &prior);
    EXPECT("R14", 90);
    assert_int_equal(last.group.answer, ANSWER_DENY);
    ask_changed(IN6 "sport=50000 dport=443 flags=0", &prior);
    EXPECT("R14", 90);
    at.untracked = false; /* a tracked connection goes on */
    ask_changed(MID_IN, &prior);
    EXPECT("R15", 70);
    /* One inventory: what was accepted before is not admitted any more, and the way out is open to all. */
    deny_group(&at, false);
    ask(MID_IN, &prior);
    EXPECT("R15", 70);
    at.interface.groups = open_groups;
    at.interface.n_groups = 1;
    ask(MID_IN, &prior);
    EXPECT("R14", 70);
    ask(MID_IN, &nothing_seen);
    EXPECT("R16", 40);
}

/* ---- R15, R16 ---- */

static void stale_packets(void **state)
{
    (void)state;
    deny_group(&at, false); /* rules for new connections are not asked */
    ask(ANSWER_IN, &nothing_seen);
    EXPECT("R15", 70);
    ask(IN6 "sport=443 dport=50000 flags=4", &nothing_seen);
    EXPECT("R15", 70);
    struct prior prior = seen(5, 0);
    ask(MID_IN, &prior);
    EXPECT("R15", 70);
    deny_group(&at, true);
    ask(MID_OUT, &nothing_seen); /* our server's reply: security groups let it out by itself */
    EXPECT("R15", 70);
    at.group[0].answer = ANSWER_ALLOW;
    ask(MID_IN, &nothing_seen);
    EXPECT("R15", 70);
    ask(IN "sport=40000 dport=50000 flags=0", &nothing_seen);
    EXPECT("R15", 40);
    at.untracked = true; /* nothing is ever out of date: every packet is admitted by a rule */
    ask(MID_IN, &nothing_seen);
    EXPECT("R19", 0);
}

static void mid_stream(void **state)
{
    (void)state;
    deny_group(&at, false);
    ask(MID_IN, &nothing_seen);
    EXPECT("R16", 40);
    assert_int_equal(last.second, WEIR_CAUSE_SG_INGRESS);
    ask(IN6 "sport=50000 dport=443 flags=1", &nothing_seen);
    EXPECT("R16", 40);
    ask(IN "sport=40000 dport=50000 flags=-", &nothing_seen); /* nothing tells what it was */
    EXPECT("R16", 40);
    deny_acl(&at, false);
    ask(MID_IN, &nothing_seen);
    EXPECT("R16", 40);
    assert_int_equal(last.second, WEIR_CAUSE_NACL_IN);
    deny_acl(&at, true);
    ask(ASKING_OUT, &nothing_seen);
    EXPECT("R16", 40);
    assert_int_equal(last.second, WEIR_CAUSE_NACL_OUT);
}

/* ---- R17 to R19 ---- */

static void changed_rules(void **state)
{
    (void)state;
    deny_group(&now, false);
    ask_changed(SYN_IN, &nothing_seen);
    EXPECT("R17", 90);
    assert_int_equal(last.second, WEIR_CAUSE_SG_INGRESS);
    ask_changed(IN6 "sport=50000 dport=443 flags=2", &nothing_seen);
    EXPECT("R17", 90);
    struct rules_at rules = {.at = &at, .now = &now, .exact = false};
    ask_with(SYN_IN, &nothing_seen, &rules);
    EXPECT("R17", 70);
    deny_acl(&now, true);
    struct prior request = nothing_seen;
    request.request.found = true;
    ask_changed(REPLY_OUT, &request);
    EXPECT("R17", 90);
    assert_int_equal(last.second, WEIR_CAUSE_NACL_OUT_REPLY);
    reset(NULL);
    deny_group(&at, false);
    ask_changed(SYN_IN, &nothing_seen);
    EXPECT("R4", 90);
    assert_true(last.allowed_now);
    deny_acl(&now, false);
    ask_changed(SYN_IN, &nothing_seen);
    assert_false(last.allowed_now);
}

static void undetermined(void **state)
{
    (void)state;
    struct rules_at none = {.at = NULL};
    ask_with(SYN_IN " dir=in", &nothing_seen, &none);
    EXPECT("R18", 40);
    assert_true(last.premises & PREMISE_NO_INVENTORY);
    ask_with(MID_IN " dir=in", &nothing_seen, &none);
    EXPECT("R18", 40);
    assert_int_equal(last.second, WEIR_CAUSE_STALE);
    ask_with(REPLY_IN " dir=in", &nothing_seen, &none);
    EXPECT("R18", 40);
    struct prior prior = closed(3, 1);
    ask_with(MID_IN " dir=in", &prior, &none);
    EXPECT("R10", 90); /* the record and the log are enough */
    prior = asked(100, -1);
    ask_with(IN "sport=53 dport=50000 proto=udp dir=in", &prior, &none);
    EXPECT("R12", 90);
    at.empty = true;
    ask(SYN_IN " dir=in", &nothing_seen);
    EXPECT("R18", 40);
    assert_true(last.premises & PREMISE_NO_INTERFACE);
    deny_acl(&at, false); /* the record names its subnet: enough for the ACL */
    ask(SYN_IN " dir=in subnet=subnet-0a1", &nothing_seen);
    EXPECT("R3", 90);
    reset(NULL);
    at.group[0].answer = ANSWER_UNKNOWN;
    ask(IN6 "proto=58", &nothing_seen);
    EXPECT("R18", 40);
}

static void unknown(void **state)
{
    (void)state;
    ask(SYN_IN, &nothing_seen);
    EXPECT("R19", 0);
    ask(IN6 "sport=50000 dport=443 flags=2", &nothing_seen);
    EXPECT("R19", 0);
    ask(IN "proto=47", &nothing_seen);
    EXPECT("R19", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(aws_own_word, reset),
        cmocka_unit_test_setup(block_public_access_without_the_field, reset),
        cmocka_unit_test_setup(openings, reset),
        cmocka_unit_test_setup(openings_ask_one_direction, reset),
        cmocka_unit_test_setup(same_subnet_has_no_acl, reset),
        cmocka_unit_test_setup(nobody_filters_the_resolver, reset),
        cmocka_unit_test_setup(replies, reset),
        cmocka_unit_test_setup(replies_in_mid_stream, reset),
        cmocka_unit_test_setup(asymmetric_replies, reset),
        cmocka_unit_test_setup(late_packets, reset),
        cmocka_unit_test_setup(idle_connections, reset),
        cmocka_unit_test_setup(late_udp_replies, reset),
        cmocka_unit_test_setup(cut_by_an_acl, reset),
        cmocka_unit_test_setup(cut_by_a_group, reset),
        cmocka_unit_test_setup(cut_after_the_ports_were_opened_again, reset),
        cmocka_unit_test_setup(stale_packets, reset),
        cmocka_unit_test_setup(mid_stream, reset),
        cmocka_unit_test_setup(changed_rules, reset),
        cmocka_unit_test_setup(undetermined, reset),
        cmocka_unit_test_setup(unknown, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
