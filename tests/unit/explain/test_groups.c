/* Security groups by hand: each numbered rule of how they are evaluated, references, and flows that are not tracked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_inventory.h"
#include "rules.h"

struct row {
    const char *rules, *packet;
    enum answer answer;
    unsigned doubt;
};

static struct group_answer ask(const char *rules, const char *packet, bool egress)
{
    static struct rules_group group; /* the answer points into it */
    const struct vpc_group *list[] = {&group.group};
    struct packet asked = rules_packet(packet);

    rules_group(&group, rules);
    return evaluate_group_list(NULL, list, 1, egress, &asked, WAY_PRIVATE);
}

static void check(const struct row *rows, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        struct group_answer got = ask(rows[k].rules, rows[k].packet, false);
        if (got.answer != rows[k].answer || got.doubt != rows[k].doubt)
            fail_msg("%s | %s: %d, doubt %u", rows[k].rules, rows[k].packet, got.answer, got.doubt);
    }
}

#define WEB "tcp 198.51.100.7 > 10.0.0.5 443"

static void the_union_of_all_groups_admits(void **state)
{
    (void)state;
    static struct rules_group ssh, web, none;
    const struct vpc_group *list[] = {&ssh.group, &none.group, &web.group};
    struct packet packet = rules_packet(WEB);

    rules_group(&ssh, "in tcp 22 0.0.0.0/0\nout all * 0.0.0.0/0");
    rules_group(&none, "");
    rules_group(&web, "in tcp 443 0.0.0.0/0");
    struct group_answer got = evaluate_group_list(NULL, list, 3, false, &packet, WAY_UNKNOWN);
    assert_int_equal(got.answer, ANSWER_ALLOW);
    assert_ptr_equal(got.rule, &web.rules[0]);
    got = evaluate_group_list(NULL, list, 2, false, &packet, WAY_UNKNOWN);
    assert_int_equal(got.answer, ANSWER_DENY);
    assert_true(got.has_rules);
    assert_null(got.rule);
    got = evaluate_group_list(NULL, list, 0, false, &packet, WAY_UNKNOWN);
    assert_int_equal(got.answer, ANSWER_DENY);
    assert_false(got.has_rules);
}

static void the_most_specific_rule_is_shown(void **state)
{
    (void)state;
    static const struct {
        const char *rules;
        int32_t from;
        uint8_t prefix;
    } rows[] = {
        {"in tcp * 0.0.0.0/0\nin tcp 443 198.51.100.0/24\nin tcp 443 198.51.0.0/16", 443, 24},
        {"in tcp 443 0.0.0.0/0\nin tcp * 198.51.100.0/24", 0, 24},
        {"in tcp 400-500 198.51.100.0/24\nin tcp 443 198.51.100.0/24", 443, 24},
        {"in all * 0.0.0.0/0\nin tcp * 0.0.0.0/0", 0, 0},
        {"in tcp 443 198.51.100.7/32\nin tcp 443 198.51.100.6/31", 443, 32},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        struct group_answer got = ask(rows[k].rules, WEB, false);
        assert_int_equal(got.answer, ANSWER_ALLOW);
        assert_int_equal(got.rule->from, rows[k].from);
        assert_int_equal(got.rule->net.prefix, rows[k].prefix);
    }
}

static void without_groups_there_is_nothing_to_ask(void **state)
{
    (void)state;
    static struct rules_group empty, egress_only;
    const struct vpc_group *list[] = {&empty.group};
    const weir_safe ids[] = {WEIR_SAFE("sg-1"), WEIR_SAFE("sg-2")};
    struct packet packet = rules_packet(WEB);
    struct vpc_interface nat = {.id = WEIR_SAFE("eni-nat")};
    struct vpc_interface host = {.groups = list, .group_ids = ids, .n_groups = 1, .n_group_ids = 1};

    rules_group(&empty, "");
    rules_group(&egress_only, "out all * 0.0.0.0/0");
    assert_int_equal(evaluate_groups(NULL, &nat, false, &packet, WAY_UNKNOWN).answer, ANSWER_NONE);
    struct group_answer got = evaluate_groups(NULL, &host, false, &packet, WAY_UNKNOWN);
    assert_int_equal(got.answer, ANSWER_DENY);
    assert_false(got.has_rules);
    list[0] = &egress_only.group;
    got = evaluate_groups(NULL, &host, false, &packet, WAY_UNKNOWN);
    assert_int_equal(got.answer, ANSWER_DENY);
    assert_false(got.has_rules);
    host.n_group_ids = 2; /* one of them is not in the inventory */
    got = evaluate_groups(NULL, &host, false, &packet, WAY_UNKNOWN);
    assert_int_equal(got.answer, ANSWER_UNKNOWN);
    assert_int_equal(got.doubt, DOUBT_RULES);
    assert_int_equal(evaluate_groups(NULL, &host, true, &packet, WAY_UNKNOWN).answer, ANSWER_ALLOW);
    got = evaluate_groups(NULL, NULL, false, &packet, WAY_UNKNOWN);
    assert_int_equal(got.answer, ANSWER_UNKNOWN);
    assert_int_equal(got.doubt, DOUBT_RULES);
}

static void a_part_that_is_not_known_never_denies(void **state)
{
    (void)state;
    static struct rules_group group;
    const struct vpc_group *list[] = {&group.group};
    struct vpc_interface host = {.groups = list, .n_groups = 1, .n_group_ids = 0};
    struct packet web = rules_packet(WEB), ssh = rules_packet("tcp 198.51.100.7 > 10.0.0.5 22");
    struct inventory inventory = {.account = WEIR_SAFE("123456789012")};

    rules_group(&group, "in tcp 443 0.0.0.0/0");
    for (int parts = 0; parts < 4; parts++) {
        inventory.parts[PART_GROUPS] = parts & 1 ? PART_KNOWN : PART_PARTIAL;
        inventory.parts[PART_GROUP_RULES] = parts & 2 ? PART_KNOWN : PART_DENIED;
        assert_int_equal(evaluate_groups(&inventory, &host, false, &web, WAY_PRIVATE).answer, ANSWER_ALLOW);
        struct group_answer got = evaluate_groups(&inventory, &host, false, &ssh, WAY_PRIVATE);
        assert_int_equal(got.answer, parts ? ANSWER_DENY : ANSWER_UNKNOWN);
        assert_int_equal(got.doubt, parts ? DOUBT_NOTHING : DOUBT_RULES);
    }
}

static void protocols_match(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"in all * 198.51.100.0/24", WEB, ANSWER_ALLOW, 0},
        {"in all * 198.51.100.0/24", "gre 198.51.100.7 > 10.0.0.5 *", ANSWER_ALLOW, 0},
        {"in all * 198.51.100.0/24", "icmp 198.51.100.7 > 10.0.0.5 ?", ANSWER_ALLOW, 0},
        {"in udp 443 198.51.100.0/24", WEB, ANSWER_DENY, 0},
        {"in udp * 0.0.0.0/0\nin icmp * 0.0.0.0/0\nin gre * 0.0.0.0/0", WEB, ANSWER_DENY, 0},
        {"in gre 443 0.0.0.0/0", "gre 198.51.100.7 > 10.0.0.5 *", ANSWER_ALLOW, 0},
        {"in esp * 0.0.0.0/0", "gre 198.51.100.7 > 10.0.0.5 *", ANSWER_DENY, 0},
        {"in icmp * 0.0.0.0/0", "icmp6 2001:db8::7 > 2001:db8:1::5 128", ANSWER_DENY, 0},
        {"in icmp6 * ::/0", "icmp6 2001:db8::7 > 2001:db8:1::5 128", ANSWER_ALLOW, 0},
    };
    check(rows, ARRAY_SIZE(rows));
}

static void the_destination_port_matches_alone(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"in tcp 443 0.0.0.0/0", WEB, ANSWER_ALLOW, 0},
        {"in tcp 442 0.0.0.0/0", WEB, ANSWER_DENY, 0},
        {"in tcp 444 0.0.0.0/0", WEB, ANSWER_DENY, 0},
        {"in tcp 443-500 0.0.0.0/0", WEB, ANSWER_ALLOW, 0},
        {"in tcp 400-443 0.0.0.0/0", WEB, ANSWER_ALLOW, 0},
        {"in tcp 40000 0.0.0.0/0", WEB, ANSWER_DENY, 0}, /* the source port */
        {"in tcp 500-400 0.0.0.0/0", WEB, ANSWER_DENY, 0},
        {"in tcp 443 0.0.0.0/0", "tcp 198.51.100.7 > 10.0.0.5 ?", ANSWER_UNKNOWN, DOUBT_PORT},
        {"in tcp 1-65535 0.0.0.0/0", "tcp 198.51.100.7 > 10.0.0.5 ?", ANSWER_UNKNOWN, DOUBT_PORT},
        {"in tcp * 0.0.0.0/0", "tcp 198.51.100.7 > 10.0.0.5 ?", ANSWER_ALLOW, 0},
        {"in tcp 500-400 0.0.0.0/0", "tcp 198.51.100.7 > 10.0.0.5 ?", ANSWER_DENY, 0},
        {"in tcp 443 203.0.113.0/24", "tcp 198.51.100.7 > 10.0.0.5 ?", ANSWER_DENY, 0},
    };
    check(rows, ARRAY_SIZE(rows));
    /* Open ends that were left as -1. */
    struct vpc_rule open = rules_rule("in tcp * 0.0.0.0/0");
    struct packet packet = rules_packet(WEB);
    unsigned doubt;
    open.from = -1;
    open.to = 443;
    assert_int_equal(evaluate_rule(NULL, &open, &packet, WAY_UNKNOWN, &doubt), ANSWER_ALLOW);
    open.from = 443;
    open.to = -1;
    assert_int_equal(evaluate_rule(NULL, &open, &packet, WAY_UNKNOWN, &doubt), ANSWER_ALLOW);
    open.from = 444;
    assert_int_equal(evaluate_rule(NULL, &open, &packet, WAY_UNKNOWN, &doubt), ANSWER_DENY);
}

static void outgoing_rules_look_at_the_other_end(void **state)
{
    (void)state;
    const char *rules = "out tcp 443 203.0.113.0/24\nin tcp 22 0.0.0.0/0";

    assert_int_equal(ask(rules, "tcp 10.0.0.5 > 203.0.113.9 443", true).answer, ANSWER_ALLOW);
    assert_int_equal(ask(rules, "tcp 10.0.0.5 > 203.0.113.9 22", true).answer, ANSWER_DENY);
    assert_int_equal(ask(rules, "tcp 203.0.113.9 > 198.51.100.1 443", true).answer, ANSWER_DENY);
    assert_int_equal(ask(rules, "tcp 203.0.113.9 > 10.0.0.5 443", false).answer, ANSWER_DENY);
}

static void icmp_types_match_three_valued(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"in icmp * 0.0.0.0/0", "icmp 198.51.100.7 > 10.0.0.5 ?", ANSWER_ALLOW, 0},
        {"in icmp 8 0.0.0.0/0", "icmp 198.51.100.7 > 10.0.0.5 8/0", ANSWER_ALLOW, 0},
        {"in icmp 8 0.0.0.0/0", "icmp 198.51.100.7 > 10.0.0.5 0/0", ANSWER_DENY, 0},
        {"in icmp 8 0.0.0.0/0", "icmp 198.51.100.7 > 10.0.0.5 ?", ANSWER_UNKNOWN, DOUBT_ICMP_TYPE},
        {"in icmp 3/4 0.0.0.0/0", "icmp 198.51.100.7 > 10.0.0.5 3/4", ANSWER_ALLOW, 0},
        {"in icmp 3/4 0.0.0.0/0", "icmp 198.51.100.7 > 10.0.0.5 3/1", ANSWER_DENY, 0},
        {"in icmp 3/4 0.0.0.0/0", "icmp 198.51.100.7 > 10.0.0.5 3", ANSWER_UNKNOWN, DOUBT_ICMP_TYPE},
        {"in icmp 3/4 0.0.0.0/0", "icmp 198.51.100.7 > 10.0.0.5 8", ANSWER_DENY, 0},
        {"in icmp 0 0.0.0.0/0", "icmp 198.51.100.7 > 10.0.0.5 0/0", ANSWER_ALLOW, 0},
        {"in icmp -1/0 0.0.0.0/0", "icmp 198.51.100.7 > 10.0.0.5 8/0", ANSWER_DENY, 0}, /* malformed */
        {"in icmp -1/0 0.0.0.0/0", "icmp 198.51.100.7 > 10.0.0.5 ?", ANSWER_DENY, 0},
        {"in icmp 8 203.0.113.0/24", "icmp 198.51.100.7 > 10.0.0.5 ?", ANSWER_DENY, 0},
        {"in icmp6 128 ::/0", "icmp6 2001:db8::7 > 2001:db8:1::5 128/0", ANSWER_ALLOW, 0},
        {"in icmp6 128 ::/0", "icmp6 2001:db8::7 > 2001:db8:1::5 129/0", ANSWER_DENY, 0},
        {"in icmp6 128 ::/0", "icmp6 2001:db8::7 > 2001:db8:1::5 ?", ANSWER_UNKNOWN, DOUBT_ICMP_TYPE},
    };
    check(rows, ARRAY_SIZE(rows));
}

static void families_do_not_mix(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"in all * 0.0.0.0/0", "tcp 2001:db8::7 > 2001:db8:1::5 443", ANSWER_DENY, 0},
        {"in all * ::/0", WEB, ANSWER_DENY, 0},
        {"in all * ::/0", "tcp 2001:db8::7 > 2001:db8:1::5 443", ANSWER_ALLOW, 0},
        {"in tcp 443 2001:db8::/64", "tcp 2001:db8::7 > 2001:db8:1::5 443", ANSWER_ALLOW, 0},
        {"in tcp 443 2001:db8::/64", "tcp 2001:db8:0:1::7 > 2001:db8:1::5 443", ANSWER_DENY, 0},
        {"in tcp 443 198.51.100.99/24", WEB, ANSWER_ALLOW, 0}, /* host bits are no part of it */
    };
    check(rows, ARRAY_SIZE(rows));
}

static void prefix_lists_match_any_entry_or_are_unknown(void **state)
{
    (void)state;
    const struct net nets[] = {rules_net("203.0.113.0/24"), rules_net("198.51.100.0/28"), rules_net("2001:db8::/48")};
    struct vpc_prefix_list list = {.known = true, .nets = nets, .n_nets = 3};
    struct vpc_rule rule = rules_rule("in tcp 443 pl");
    struct packet packet = rules_packet(WEB);
    unsigned doubt;

    rule.prefix_list = &list;
    assert_int_equal(evaluate_rule(NULL, &rule, &packet, WAY_UNKNOWN, &doubt), ANSWER_ALLOW);
    packet.src = rules_addr("198.51.100.17");
    assert_int_equal(evaluate_rule(NULL, &rule, &packet, WAY_UNKNOWN, &doubt), ANSWER_DENY);
    packet.src = rules_addr("2001:db8::9");
    assert_int_equal(evaluate_rule(NULL, &rule, &packet, WAY_UNKNOWN, &doubt), ANSWER_ALLOW);
    list.known = false;
    assert_int_equal(evaluate_rule(NULL, &rule, &packet, WAY_UNKNOWN, &doubt), ANSWER_UNKNOWN);
    assert_int_equal(doubt, DOUBT_PREFIX_LIST);
    rule.prefix_list = NULL;
    assert_int_equal(evaluate_rule(NULL, &rule, &packet, WAY_UNKNOWN, &doubt), ANSWER_UNKNOWN);
    assert_int_equal(doubt, DOUBT_PREFIX_LIST);
    packet.dst_port = 80;
    assert_int_equal(evaluate_rule(NULL, &rule, &packet, WAY_UNKNOWN, &doubt), ANSWER_DENY);
    assert_int_equal(doubt, DOUBT_NOTHING);
}

static void doubts_add_up_and_one_allow_ends_them(void **state)
{
    (void)state;
    static struct rules_group group;
    const struct vpc_group *list[] = {&group.group};
    struct packet packet = rules_packet("tcp 198.51.100.7 > 10.0.0.5 ?");

    rules_group(&group, "in tcp 22 0.0.0.0/0\nin tcp * pl");
    struct group_answer got = evaluate_group_list(NULL, list, 1, false, &packet, WAY_UNKNOWN);
    assert_int_equal(got.answer, ANSWER_UNKNOWN);
    assert_ptr_equal(got.rule, &group.rules[0]);
    assert_int_equal(got.doubt, DOUBT_PORT | DOUBT_PREFIX_LIST);
    rules_group(&group, "in tcp 22 0.0.0.0/0\nin tcp * pl\nin tcp * 198.51.100.0/24\nin tcp 22 pl");
    got = evaluate_group_list(NULL, list, 1, false, &packet, WAY_UNKNOWN);
    assert_int_equal(got.answer, ANSWER_ALLOW);
    assert_ptr_equal(got.rule, &group.rules[2]);
    assert_int_equal(got.doubt, DOUBT_NOTHING);
}

/* ---- references ---- */

static struct vpc_address member_addresses[3];
static struct net member_prefixes[2];
static struct vpc_interface member, stranger;
static const struct vpc_interface *members[] = {&member};
static struct vpc_group peer;
static const struct vpc_group *member_groups[] = {&peer};
static weir_safe member_ids[1];
static struct vpc_rule reference;
static struct inventory inventory;

static void references_begin(void)
{
    member_addresses[0] = (struct vpc_address){rules_addr("10.0.1.9"), true, rules_addr("203.0.113.9")};
    member_addresses[1] = (struct vpc_address){.addr = rules_addr("10.0.1.10")};
    member_addresses[2] = (struct vpc_address){.addr = rules_addr("2001:db8::9")};
    member_prefixes[0] = rules_net("10.0.2.16/28");
    member_prefixes[1] = rules_net("2001:db8:0:0:8000::/80");
    member_ids[0] = WEIR_SAFE("sg-peer");
    member = (struct vpc_interface){.addresses = member_addresses, .n_addresses = 3, .prefixes = member_prefixes};
    member.n_prefixes = 2;
    member.groups = member_groups;
    member.n_groups = 1;
    peer = (struct vpc_group){.id = WEIR_SAFE("sg-peer"), .vpc_id = WEIR_SAFE("vpc-1"), .members = members};
    peer.n_members = 1;
    reference = rules_rule("in tcp 443 sg");
    reference.peer_group = &peer;
    reference.peer_id = WEIR_SAFE("sg-peer");
    inventory = (struct inventory){.account = WEIR_SAFE("123456789012")};
    fake_known(&inventory);
    static const char *const own[] = {"10.0.1.9",   "10.0.1.10", "2001:db8::9", "10.0.2.20", "2001:db8::8000:0:0:1",
                                      "203.0.113.9"};
    for (size_t k = 0; k < ARRAY_SIZE(own); k++)
        fake_owner(&inventory, "vpc-1", rules_addr(own[k]), &member);
    fake_owner(&inventory, "vpc-1", rules_addr("10.0.1.77"), &stranger);
    fake_owner(&inventory, "vpc-2", rules_addr("10.0.1.10"), &stranger);
}

static enum answer refer(const struct inventory *known, const char *src, enum reference_way way, unsigned *doubt)
{
    struct packet packet = rules_packet("tcp 198.51.100.7 > 10.0.0.5 443");

    packet.src = rules_addr(src);
    return evaluate_rule(known, &reference, &packet, way, doubt);
}

static void references_match_private_addresses_of_members(void **state)
{
    (void)state;
    static const struct {
        const char *src;
        enum answer answer;
    } rows[] = {
        {"10.0.1.9", ANSWER_ALLOW},  {"10.0.1.10", ANSWER_ALLOW},  {"2001:db8::9", ANSWER_ALLOW},
        {"10.0.2.20", ANSWER_ALLOW}, {"10.0.2.32", ANSWER_DENY},   {"2001:db8::8000:0:0:1", ANSWER_ALLOW},
        {"10.0.1.77", ANSWER_DENY},  {"203.0.113.9", ANSWER_DENY}, /* its public address */
        {"10.0.1.78", ANSWER_DENY},
    };
    unsigned doubt;

    references_begin();
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++)
        for (int way = WAY_PRIVATE; way <= WAY_TRANSIT; way++) {
            assert_int_equal(refer(NULL, rows[k].src, (enum reference_way)way, &doubt), rows[k].answer);
            assert_int_equal(refer(&inventory, rows[k].src, (enum reference_way)way, &doubt), rows[k].answer);
            assert_int_equal(doubt, DOUBT_NOTHING);
        }
}

static void references_need_a_way_that_preserves_them(void **state)
{
    (void)state;
    unsigned doubt;

    references_begin();
    assert_int_equal(refer(&inventory, "10.0.1.9", WAY_NOT_PRESERVED, &doubt), ANSWER_DENY);
    assert_int_equal(refer(&inventory, "10.0.1.9", WAY_UNKNOWN, &doubt), ANSWER_UNKNOWN);
    assert_int_equal(doubt, DOUBT_REFERENCE);
    assert_int_equal(refer(&inventory, "10.0.1.77", WAY_UNKNOWN, &doubt), ANSWER_DENY);
    assert_int_equal(doubt, DOUBT_NOTHING);
}

static void stale_references_match_nothing(void **state)
{
    (void)state;
    unsigned doubt;

    references_begin();
    reference.peering_status = WEIR_SAFE("active");
    assert_int_equal(refer(&inventory, "10.0.1.9", WAY_PEERING, &doubt), ANSWER_ALLOW);
    reference.peering_status = WEIR_SAFE("deleted");
    assert_int_equal(refer(&inventory, "10.0.1.9", WAY_PEERING, &doubt), ANSWER_DENY);
    reference.peering_status = WEIR_SAFE("active");
    /* Of our own account, beyond a peering, all groups known, and it is not there: deleted. */
    reference.peer_group = NULL;
    reference.peer_id = WEIR_SAFE("sg-gone");
    reference.peering = WEIR_SAFE("pcx-1");
    reference.peer_account = WEIR_SAFE("123456789012");
    assert_int_equal(refer(&inventory, "10.9.9.9", WAY_PEERING, &doubt), ANSWER_DENY);
    inventory.parts[PART_GROUPS] = PART_PARTIAL;
    assert_int_equal(refer(&inventory, "10.9.9.9", WAY_PEERING, &doubt), ANSWER_UNKNOWN);
    assert_int_equal(doubt, DOUBT_PEER_GROUP);
}

static void members_that_cannot_be_seen_are_a_doubt(void **state)
{
    (void)state;
    unsigned doubt;

    references_begin();
    inventory.parts[PART_INTERFACES] = PART_DENIED;
    assert_int_equal(refer(&inventory, "10.0.1.9", WAY_PRIVATE, &doubt), ANSWER_ALLOW);
    assert_int_equal(refer(&inventory, "10.0.1.77", WAY_PRIVATE, &doubt), ANSWER_DENY);
    assert_int_equal(refer(&inventory, "10.0.1.78", WAY_PRIVATE, &doubt), ANSWER_UNKNOWN);
    assert_int_equal(doubt, DOUBT_PEER_GROUP);
    inventory.parts[PART_INTERFACES] = PART_KNOWN;
    peer.account = WEIR_SAFE("210987654321"); /* a shared VPC: its members may be somebody else's */
    assert_int_equal(refer(&inventory, "10.0.1.78", WAY_PRIVATE, &doubt), ANSWER_UNKNOWN);
    peer.account = WEIR_SAFE("");
    /* Another account's group. */
    reference.peer_group = NULL;
    reference.peer_account = WEIR_SAFE("210987654321");
    reference.peering = WEIR_SAFE("pcx-1");
    reference.peer_vpc = WEIR_SAFE("vpc-far");
    assert_int_equal(refer(&inventory, "10.9.9.9", WAY_PEERING, &doubt), ANSWER_UNKNOWN);
    assert_int_equal(doubt, DOUBT_PEER_GROUP);
    assert_int_equal(refer(NULL, "10.9.9.9", WAY_PEERING, &doubt), ANSWER_UNKNOWN);
    assert_int_equal(refer(&inventory, "10.9.9.9", WAY_UNKNOWN, &doubt), ANSWER_UNKNOWN);
    assert_int_equal(doubt, DOUBT_PEER_GROUP | DOUBT_REFERENCE);
    /* Somebody else's owner of the same address, in a VPC that need not be the one, says nothing. */
    reference.peer_vpc = WEIR_SAFE("");
    assert_int_equal(refer(&inventory, "10.0.1.77", WAY_PEERING, &doubt), ANSWER_UNKNOWN);
}

/* The group is not in the inventory, but the interface tells that it has it. */
static void ids_of_groups_are_enough(void **state)
{
    (void)state;
    static struct vpc_group own;
    unsigned doubt;

    references_begin();
    own = (struct vpc_group){.id = WEIR_SAFE("sg-own"), .vpc_id = WEIR_SAFE("vpc-1")};
    reference.group = &own;
    reference.peer_group = NULL;
    member.n_groups = 0;
    member.group_ids = member_ids;
    member.n_group_ids = 1;
    assert_int_equal(refer(&inventory, "10.0.1.9", WAY_PRIVATE, &doubt), ANSWER_ALLOW);
    assert_int_equal(refer(&inventory, "10.0.1.77", WAY_PRIVATE, &doubt), ANSWER_DENY);
    /* A group of the own VPC cannot have been deleted: it is missing from the data. */
    assert_int_equal(refer(&inventory, "10.0.1.78", WAY_PRIVATE, &doubt), ANSWER_UNKNOWN);
    assert_int_equal(doubt, DOUBT_PEER_GROUP);
}

static void the_owner_is_looked_up_in_the_right_vpc_and_once(void **state)
{
    (void)state;
    static struct rules_group group;
    const struct vpc_group *list[] = {&group.group};
    struct vpc_interface home = {.vpc_id = WEIR_SAFE("vpc-2"), .groups = list, .n_groups = 1};
    struct packet packet = rules_packet("tcp 10.0.1.10 > 10.0.0.5 443");

    references_begin();
    rules_group(&group, "in tcp 443 sg\nin tcp * sg\nin all * sg");
    for (int k = 0; k < 3; k++) {
        group.rules[k].peer_group = &peer;
        group.rules[k].peer_id = WEIR_SAFE("sg-peer");
    }
    /* 10.0.1.10 is a stranger in vpc-2, a member in vpc-1. */
    assert_int_equal(evaluate_groups(&inventory, &home, false, &packet, WAY_PRIVATE).answer, ANSWER_DENY);
    assert_int_equal(inventory.asked, 1);
    struct group_answer got = evaluate_groups(&inventory, &home, false, &packet, WAY_PEERING);
    assert_int_equal(got.answer, ANSWER_ALLOW);
    assert_ptr_equal(got.rule, &group.rules[0]);
    assert_int_equal(inventory.asked, 2);
}

static void the_default_group_admits_itself(void **state)
{
    (void)state;
    static struct rules_group self;
    const struct vpc_group *list[] = {&self.group};
    struct packet packet = rules_packet("udp 10.0.1.9 > 10.0.1.10 53");

    references_begin();
    rules_group(&self, "in all * sg\nout all * 0.0.0.0/0");
    self.group.members = members;
    self.group.n_members = 1;
    self.rules[0].peer_group = &self.group;
    assert_int_equal(evaluate_group_list(NULL, list, 1, false, &packet, WAY_PRIVATE).answer, ANSWER_ALLOW);
    packet.src = rules_addr("10.0.1.11");
    assert_int_equal(evaluate_group_list(NULL, list, 1, false, &packet, WAY_PRIVATE).answer, ANSWER_DENY);
    packet = rules_packet("tcp 10.0.1.10 > 203.0.113.9 443");
    assert_int_equal(evaluate_group_list(NULL, list, 1, true, &packet, WAY_NOT_PRESERVED).answer, ANSWER_ALLOW);
}

/* Rules of the referenced group itself are not taken over. */
static void referenced_rules_are_not_imported(void **state)
{
    (void)state;
    static struct rules_group group, open;
    const struct vpc_group *list[] = {&group.group};
    struct packet packet = rules_packet("tcp 198.51.100.7 > 10.0.0.5 443");

    references_begin();
    rules_group(&open, "in all * 0.0.0.0/0");
    rules_group(&group, "in tcp 443 sg");
    group.rules[0].peer_group = &open.group;
    assert_int_equal(evaluate_group_list(NULL, list, 1, false, &packet, WAY_PRIVATE).answer, ANSWER_DENY);
}

static void services_of_aws_are_not_filtered(void **state)
{
    (void)state;
    static struct rules_group group;
    const struct vpc_group *list[] = {&group.group};
    const struct net nets[] = {rules_net("10.0.0.0/16"), rules_net("2001:db8::/56"), rules_net("10.7.0.0/16")};
    struct vpc vpc = {.nets = nets, .n_nets = 3};
    struct vpc_interface host = {.vpc = &vpc, .groups = list, .n_groups = 1};
    static const struct {
        const char *packet;
        bool egress;
        enum answer answer;
    } rows[] = {
        {"udp 10.0.0.5 > 169.254.169.253 53", true, ANSWER_NONE},
        {"tcp 10.0.0.5 > 169.254.169.254 80", true, ANSWER_NONE},
        {"udp 10.0.0.5 > 169.254.169.123 123", true, ANSWER_NONE},
        {"tcp 10.0.0.5 > 169.254.170.2 80", true, ANSWER_NONE},
        {"tcp 10.0.0.5 > 169.254.169.250 1688", true, ANSWER_NONE},
        {"tcp 10.0.0.5 > 169.254.169.251 1688", true, ANSWER_NONE},
        {"tcp 169.254.169.254 > 10.0.0.5 40001", false, ANSWER_NONE},
        {"tcp 2001:db8::5 > fd00:ec2::254 80", true, ANSWER_NONE},
        {"udp 2001:db8::5 > fd00:ec2::253 53", true, ANSWER_NONE},
        {"udp 2001:db8::5 > fd00:ec2::123 123", true, ANSWER_NONE},
        {"udp 10.0.0.5 > 10.0.0.2 53", true, ANSWER_NONE},
        {"udp 10.0.0.5 > 10.7.0.2 53", true, ANSWER_NONE},
        {"udp 10.0.0.5 > 10.0.0.3 53", true, ANSWER_DENY},
        {"tcp 10.0.0.5 > 10.0.0.2 443", true, ANSWER_DENY},
        {"tcp 10.0.0.5 > 169.254.169.252 80", true, ANSWER_DENY},
        {"tcp 10.0.0.5 > 169.254.1.1 80", true, ANSWER_DENY},
    };
    rules_group(&group, "in tcp 443 0.0.0.0/0\nout tcp 443 203.0.113.0/24");
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        struct packet packet = rules_packet(rows[k].packet);
        assert_int_equal(evaluate_groups(NULL, &host, rows[k].egress, &packet, WAY_PRIVATE).answer, rows[k].answer);
    }
}

/* ---- flows that are not tracked ---- */

static void untracked_flows_are_open_both_ways(void **state)
{
    (void)state;
    static const struct {
        const char *rules, *packet;
        bool egress, untracked;
    } rows[] = {
        {"in tcp 80 0.0.0.0/0\nout all * 0.0.0.0/0", "tcp 198.51.100.7 > 10.0.0.5 80", false, true},
        {"in tcp 80 0.0.0.0/0\nout tcp * 0.0.0.0/0", "tcp 198.51.100.7 > 10.0.0.5 80", false, true},
        {"in tcp 80 0.0.0.0/0\nout tcp 0-65535 0.0.0.0/0", "tcp 198.51.100.7 > 10.0.0.5 80", false, true},
        {"in tcp 80 0.0.0.0/0\nout tcp 1-65535 0.0.0.0/0", "tcp 198.51.100.7 > 10.0.0.5 80", false, false},
        {"in tcp 80 0.0.0.0/0\nout tcp 0-65534 0.0.0.0/0", "tcp 198.51.100.7 > 10.0.0.5 80", false, false},
        {"in tcp 80 0.0.0.0/0\nout udp * 0.0.0.0/0", "tcp 198.51.100.7 > 10.0.0.5 80", false, false},
        {"in tcp 80 0.0.0.0/0\nout all * 0.0.0.0/1", "tcp 198.51.100.7 > 10.0.0.5 80", false, false},
        {"in tcp 80 0.0.0.0/0\nout all * ::/0", "tcp 198.51.100.7 > 10.0.0.5 80", false, false},
        {"in tcp 80 0.0.0.0/0\nin all * ::/0", "tcp 198.51.100.7 > 10.0.0.5 80", false, false},
        {"in tcp 22 203.0.113.1/32\nout all * 0.0.0.0/0", "tcp 203.0.113.1 > 10.0.0.5 22", false, false},
        {"in tcp 80 0.0.0.0/0\nout all * 0.0.0.0/0", "tcp 198.51.100.7 > 10.0.0.5 81", false, false},
        {"in tcp 80 0.0.0.0/0\nout all * 0.0.0.0/0", "udp 198.51.100.7 > 10.0.0.5 80", false, false},
        {"in udp 53 0.0.0.0/0\nout all * 0.0.0.0/0", "udp 198.51.100.7 > 10.0.0.5 53", false, true},
        {"in icmp * 0.0.0.0/0\nout all * 0.0.0.0/0", "icmp 198.51.100.7 > 10.0.0.5 8", false, false},
        {"in all * 0.0.0.0/0\nout all * 0.0.0.0/0", "icmp 198.51.100.7 > 10.0.0.5 8", false, false},
        {"in all * 0.0.0.0/0\nout all * 0.0.0.0/0", "gre 198.51.100.7 > 10.0.0.5 *", false, false},
        {"in all * 0.0.0.0/0\nout all * 0.0.0.0/0", "tcp 198.51.100.7 > 10.0.0.5 ?", false, true},
        {"in tcp 80 0.0.0.0/0\nout all * 0.0.0.0/0", "tcp 198.51.100.7 > 10.0.0.5 ?", false, false},
        {"in tcp 80 ::/0\nout all * ::/0", "tcp 2001:db8::7 > 2001:db8:1::5 80", false, true},
        {"in tcp 80 0.0.0.0/0\nout all * 0.0.0.0/0", "tcp 2001:db8::7 > 2001:db8:1::5 80", false, false},
        {"in tcp 80 ::/0\nout all * 0.0.0.0/0", "tcp 2001:db8::7 > 2001:db8:1::5 80", false, false},
        {"out tcp 443 0.0.0.0/0\nin tcp * 0.0.0.0/0", "tcp 10.0.0.5 > 198.51.100.7 443", true, true},
        {"out all * 0.0.0.0/0\nin tcp 80 0.0.0.0/0", "tcp 10.0.0.5 > 198.51.100.7 443", true, false},
        {"out all * 0.0.0.0/0\nin tcp * 0.0.0.0/0", "udp 10.0.0.5 > 198.51.100.7 53", true, false},
        {"in tcp 80 pl\nin tcp 80 sg\nout all * 0.0.0.0/0", "tcp 198.51.100.7 > 10.0.0.5 80", false, false},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        static struct rules_group group;
        const struct vpc_group *list[] = {&group.group};
        struct vpc_interface host = {.groups = list, .n_groups = 1, .n_group_ids = 1};
        struct packet packet = rules_packet(rows[k].packet);
        rules_group(&group, rows[k].rules);
        if (flow_is_untracked(&host, rows[k].egress, &packet) != rows[k].untracked)
            fail_msg("%s | %s", rows[k].rules, rows[k].packet);
    }
}

static void untracked_flows_may_rest_on_two_groups(void **state)
{
    (void)state;
    static struct rules_group web, out;
    const struct vpc_group *list[] = {&web.group, &out.group};
    struct vpc_interface host = {.groups = list, .n_groups = 2, .n_group_ids = 2};
    struct packet packet = rules_packet("tcp 198.51.100.7 > 10.0.0.5 80");

    rules_group(&web, "in tcp 80 0.0.0.0/0");
    rules_group(&out, "out all * 0.0.0.0/0");
    assert_true(flow_is_untracked(&host, false, &packet));
    host.n_groups = 1;
    assert_false(flow_is_untracked(&host, false, &packet));
    host.n_groups = 0;
    assert_false(flow_is_untracked(&host, false, &packet));
    assert_false(flow_is_untracked(NULL, false, &packet));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_union_of_all_groups_admits),
        cmocka_unit_test(the_most_specific_rule_is_shown),
        cmocka_unit_test(without_groups_there_is_nothing_to_ask),
        cmocka_unit_test(a_part_that_is_not_known_never_denies),
        cmocka_unit_test(protocols_match),
        cmocka_unit_test(the_destination_port_matches_alone),
        cmocka_unit_test(outgoing_rules_look_at_the_other_end),
        cmocka_unit_test(icmp_types_match_three_valued),
        cmocka_unit_test(families_do_not_mix),
        cmocka_unit_test(prefix_lists_match_any_entry_or_are_unknown),
        cmocka_unit_test(doubts_add_up_and_one_allow_ends_them),
        cmocka_unit_test(references_match_private_addresses_of_members),
        cmocka_unit_test(references_need_a_way_that_preserves_them),
        cmocka_unit_test(stale_references_match_nothing),
        cmocka_unit_test(members_that_cannot_be_seen_are_a_doubt),
        cmocka_unit_test(ids_of_groups_are_enough),
        cmocka_unit_test(the_owner_is_looked_up_in_the_right_vpc_and_once),
        cmocka_unit_test(the_default_group_admits_itself),
        cmocka_unit_test(referenced_rules_are_not_imported),
        cmocka_unit_test(services_of_aws_are_not_filtered),
        cmocka_unit_test(untracked_flows_are_open_both_ways),
        cmocka_unit_test(untracked_flows_may_rest_on_two_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
