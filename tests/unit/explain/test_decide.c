/* test_decide.c - the decision table: every row, their order, and what caps the confidence. What rules say is set by
 * the test: the evaluators are stood in for (their own tests are elsewhere). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/scope.h"
#include "explain/decide.h"
#include "explain/path.h"

/* ---- a network whose rules say what the test wants ---- */

struct inventory {
    struct acl_answer acl[2]; /* by egress */
    struct group_answer group[2];
    bool untracked;
    enum bpa_mode bpa;
    struct vpc_interface interface;
    struct vpc_subnet subnet;
    struct vpc_acl network_acl;
    bool empty;                      /* the interface is not in it */
    const struct vpc_interface *far; /* owner of 10.0.9.9 */
};

static struct inventory at, now;
static const struct vpc_rule open_egress = {
    .egress = true, .protocol = PROTOCOL_ALL, .peer_kind = PEER_NET, .net = {.addr = {.family = 4}}};
static const struct vpc_group group_open = {.rules = &open_egress, .n_rules = 1};
static const struct vpc_group *const open_groups[] = {&group_open};

static const struct inventory *asked_of(const struct vpc_interface *interface)
{
    return interface == &now.interface ? &now : &at;
}

const struct vpc_interface *inventory_interface(const struct inventory *inventory, const char *id)
{
    return inventory->empty || strcmp(id, "eni-0a1") != 0 ? NULL : &inventory->interface;
}

const struct vpc_subnet *inventory_subnet(const struct inventory *inventory, const char *id)
{
    return strcmp(id, "subnet-0a1") == 0 ? &inventory->subnet : NULL;
}

const struct vpc_attachment *inventory_vpc_attachment(const struct inventory *inventory, const char *vpc_id,
                                                      const char *transit_gateway)
{
    (void)inventory;
    (void)vpc_id;
    (void)transit_gateway;
    return NULL;
}

const struct vpc_interface *inventory_address_owner(const struct inventory *inventory, const char *vpc_id,
                                                    const weir_addr *addr)
{
    (void)vpc_id;
    return addr->family == 4 && addr_v4(addr) == 0x0A000909 ? inventory->far : NULL;
}

enum bpa_mode inventory_bpa(const struct inventory *inventory)
{
    return inventory->bpa;
}

bool interface_has_address(const struct vpc_interface *interface, const weir_addr *addr)
{
    (void)interface;
    return addr->family == 4 ? addr_v4(addr) == 0x0A00010A : addr->bytes[15] == 0x10;
}

bool vpc_contains(const struct vpc *vpc, const weir_addr *addr)
{
    (void)vpc;
    return addr->family == 4 && addr->bytes[0] == 10;
}

struct group_answer evaluate_groups(const struct inventory *inventory, const struct vpc_interface *interface,
                                    bool egress, const struct packet *packet, enum reference_way way)
{
    (void)interface;
    (void)packet;
    (void)way;
    return inventory->group[egress];
}

struct acl_answer evaluate_acl(const struct vpc_acl *acl, bool egress, const struct packet *packet)
{
    (void)packet;
    if (!acl)
        return (struct acl_answer){.answer = ANSWER_UNKNOWN, .doubt = DOUBT_RULES};
    return (acl == &now.network_acl ? &now : &at)->acl[egress];
}

struct route_answer evaluate_route(const struct vpc_route_table *table, const weir_addr *dst)
{
    (void)table;
    (void)dst;
    return (struct route_answer){.answer = ANSWER_UNKNOWN};
}

bool flow_is_untracked(const struct vpc_interface *interface, bool egress, const struct packet *packet)
{
    (void)egress;
    (void)packet;
    return asked_of(interface)->untracked;
}

enum reference_way path_reference_way(const struct flow *flow, const struct inventory *inventory)
{
    (void)flow;
    (void)inventory;
    return WAY_NOT_PRESERVED;
}

static struct net subnet_net;

static void reset_one(struct inventory *inventory)
{
    *inventory = (struct inventory){
        .acl = {{.answer = ANSWER_ALLOW}, {.answer = ANSWER_ALLOW}},
        .group = {{.answer = ANSWER_ALLOW}, {.answer = ANSWER_ALLOW}},
        .bpa = BPA_OFF,
        .subnet = {.acl = &inventory->network_acl, .nets = &subnet_net, .n_nets = 1},
    };
    inventory->interface.vpc_id = WEIR_SAFE("vpc-0a1");
    inventory->interface.type = WEIR_SAFE("interface");
    inventory->interface.subnet = &inventory->subnet;
}

static int reset(void **state)
{
    (void)state;
    assert_true(net_parse("10.0.1.0/24", 11, &subnet_net));
    reset_one(&at);
    reset_one(&now);
    return 0;
}

/* ---- asking ---- */

enum { T = 1700000000 };

static struct decision last;

static void ask_with(const char *text, const struct prior *prior, const struct rules_at *rules)
{
    static struct flow_record record;
    weir_error err = {0};
    struct flow flow;
    if (flow_record_parse(text, T, &record, &err) != WEIR_OK)
        fail_msg("%s: %s", text, err.text);
    if (strstr(text, "flags=-"))
        record.tcp_flags = -1;
    flow_of(&record, rules->at, prior, NULL, &flow);
    memset(&last, 0xA5, sizeof last);
    decide(&flow, prior, rules, &last);
}

static void ask(const char *text, const struct prior *prior)
{
    struct rules_at rules = {.at = &at, .now = &at, .exact = true};
    ask_with(text, prior, &rules);
}

static void ask_changed(const char *text, const struct prior *prior)
{
    struct rules_at rules = {.at = &at, .now = &now, .exact = true};
    ask_with(text, prior, &rules);
}

static void expect(const char *row, int confidence, int line)
{
    const char *got = last.cause == WEIR_CAUSE_NONE ? "nothing" : weir_cause_get(last.cause)->row;
    if (strcmp(got, row) != 0 || last.confidence != confidence)
        fail_msg("line %d: %s with %d instead of %s with %d", line, got, last.confidence, row, confidence);
}

#define EXPECT(row, confidence) expect(row, confidence, __LINE__)

#define IN                      "eni=eni-0a1 src=192.0.2.7 dst=10.0.1.10 "
#define OUT                     "eni=eni-0a1 src=10.0.1.10 dst=192.0.2.7 "
#define IN6                     "eni=eni-0a1 src=2001:db8::7 dst=2001:db8::10 "
#define OUT6                    "eni=eni-0a1 src=2001:db8::10 dst=2001:db8::7 "

#define SYN_IN                  IN "sport=50000 dport=443 flags=2"
#define SYN_OUT                 OUT "sport=50000 dport=443 flags=2"
#define REPLY_IN                IN "sport=443 dport=50000 flags=18"
#define REPLY_OUT               OUT "sport=443 dport=50000 flags=18"
#define MID_IN                  IN "sport=50000 dport=443 flags=0"
#define MID_OUT                 OUT "sport=443 dport=50000 flags=0"
#define ANSWER_IN               IN "sport=443 dport=50000 flags=0" /* mid-stream of our own connection */
#define ASKING_OUT              OUT "sport=50000 dport=443 flags=0"

static void deny_acl(struct inventory *inventory, bool egress)
{
    inventory->acl[egress].answer = ANSWER_DENY;
}

static void deny_group(struct inventory *inventory, bool egress)
{
    inventory->group[egress].answer = ANSWER_DENY;
}

static const struct prior nothing_seen = {.searched = true, .log_is_all = true};

static struct prior seen(int64_t ago, int32_t flags)
{
    struct prior prior = nothing_seen;
    prior.same = (struct prior_record){.found = true, .start = T - ago - 60, .end = T - ago, .tcp_flags = flags};
    prior.exchanges = 2;
    return prior;
}

static struct prior closed(int64_t ago, int32_t flags)
{
    struct prior prior = seen(ago, flags);
    prior.close = prior.same;
    return prior;
}

static struct prior asked(int64_t ago, int32_t flags)
{
    struct prior prior = nothing_seen;
    prior.reverse = (struct prior_record){.found = true, .start = T - ago, .end = T - ago, .tcp_flags = flags};
    prior.exchanges = 1;
    return prior;
}

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
        cmocka_unit_test_setup(stale_packets, reset),
        cmocka_unit_test_setup(mid_stream, reset),
        cmocka_unit_test_setup(changed_rules, reset),
        cmocka_unit_test_setup(undetermined, reset),
        cmocka_unit_test_setup(unknown, reset),
        cmocka_unit_test_setup(order_of_rows, reset),
        cmocka_unit_test_setup(caps, reset),
        cmocka_unit_test_setup(direction_caps, reset),
        cmocka_unit_test_setup(words_of_confidence, reset),
        cmocka_unit_test_setup(accepted_needs_no_cause, reset),
        cmocka_unit_test_setup(every_reject_has_one_cause, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
