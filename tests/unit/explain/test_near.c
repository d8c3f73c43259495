/* Near misses by hand: which rules come closest, and why they miss. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_inventory.h"
#include "rules.h"

static struct rules_group group;
static struct near_miss near[NEAR_MAX];

static size_t ask(const char *rules, const char *packet, bool egress)
{
    const struct vpc_group *list[] = {&group.group};
    struct packet asked = rules_packet(packet);

    rules_group(&group, rules);
    return near_misses(NULL, list, 1, egress, &asked, WAY_PRIVATE, near);
}

#define WEB "tcp 172.16.3.4 > 10.0.0.5 443"

static void each_field_that_differs_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *packet;
        unsigned misses;
        uint32_t port_away;
        uint8_t common;
    } rows[] = {
        {"in tcp 443 10.0.0.0/8", WEB, MISS_PEER, 0, 0},
        {"in tcp 443 172.16.2.0/24", WEB, MISS_PEER, 0, 23},
        {"in tcp 443 172.16.3.5/32", WEB, MISS_PEER, 0, 31},
        {"in tcp 80 172.16.0.0/16", WEB, MISS_PORT, 363, 16},
        {"in tcp 444-500 172.16.0.0/16", WEB, MISS_PORT, 1, 16},
        {"in tcp 1-442 172.16.0.0/16", WEB, MISS_PORT, 1, 16},
        {"in udp 443 172.16.0.0/16", WEB, MISS_PROTOCOL, 0, 16},
        {"in udp 53 10.0.0.0/8", WEB, MISS_PROTOCOL | MISS_PORT | MISS_PEER, 390, 0},
        {"in icmp 8 172.16.0.0/16", WEB, MISS_PROTOCOL | MISS_PORT, 65536, 16},
        {"in gre * 172.16.0.0/16", WEB, MISS_PROTOCOL | MISS_PORT, 65536, 16},
        {"in all * 10.0.0.0/8", WEB, MISS_PEER, 0, 0},
        {"in tcp 500-400 172.16.0.0/16", WEB, MISS_PORT, 65536, 16},
        {"in icmp 0 172.16.0.0/16", "icmp 172.16.3.4 > 10.0.0.5 8/0", MISS_PORT, 8, 16},
        {"in icmp 3/4 172.16.0.0/16", "icmp 172.16.3.4 > 10.0.0.5 3/1", MISS_PORT, 3, 16},
        {"in icmp -1/0 172.16.0.0/16", "icmp 172.16.3.4 > 10.0.0.5 8/0", MISS_PORT, 65536, 16},
        {"in icmp 8 10.0.0.0/8", "icmp 172.16.3.4 > 10.0.0.5 ?", MISS_PEER, 0, 0}, /* the type may fit */
        {"in tcp 443 sg", WEB, MISS_PEER, 0, 0},
        {"in tcp 443 2001:db8:8000::/33", "tcp 2001:db8::7 > 2001:db8:1::5 443", MISS_PEER, 0, 32},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        static struct vpc_group empty;
        const struct vpc_group *list[] = {&group.group};
        struct packet packet = rules_packet(rows[k].packet);
        rules_group(&group, rows[k].rule);
        if (group.rules[0].peer_kind == PEER_GROUP)
            group.rules[0].peer_group = &empty;
        assert_int_equal(near_misses(NULL, list, 1, false, &packet, WAY_PRIVATE, near), 1);
        if (near[0].misses != rows[k].misses || near[0].port_away != rows[k].port_away ||
            near[0].common_prefix != rows[k].common || near[0].rule != group.rules)
            fail_msg("%s: %u, %u, %u", rows[k].rule, near[0].misses, near[0].port_away, near[0].common_prefix);
    }
}

static void what_is_no_near_miss_is_left_out(void **state)
{
    (void)state;
    assert_int_equal(ask("", WEB, false), 0);
    assert_int_equal(ask("out tcp 443 10.0.0.0/8", WEB, false), 0);                   /* the other direction */
    assert_int_equal(ask("in tcp 443 ::/0\nin tcp 80 2001:db8::/32", WEB, false), 0); /* the other family */
    assert_int_equal(ask("in tcp 443 172.16.0.0/12", WEB, false), 0);                 /* it fits */
    assert_int_equal(ask("in tcp 443 pl", WEB, false), 0);                            /* it may fit */
    assert_int_equal(ask("out tcp 443 203.0.113.0/24", "tcp 10.0.0.5 > 198.51.100.7 443", true), 1);
}

static void lists_are_as_near_as_their_nearest_entry(void **state)
{
    (void)state;
    const struct net nets[] = {rules_net("10.0.0.0/8"), rules_net("172.16.2.0/24"), rules_net("2001:db8::/32")};
    struct vpc_prefix_list list = {.known = true, .nets = nets, .n_nets = 3};
    const struct vpc_group *one[] = {&group.group};
    struct packet packet = rules_packet(WEB);

    rules_group(&group, "in tcp 443 pl");
    group.rules[0].prefix_list = &list;
    assert_int_equal(near_misses(NULL, one, 1, false, &packet, WAY_PRIVATE, near), 1);
    assert_int_equal(near[0].misses, MISS_PEER);
    assert_int_equal(near[0].common_prefix, 23);
    list.nets = &nets[2]; /* IPv6 alone */
    list.n_nets = 1;
    assert_int_equal(near_misses(NULL, one, 1, false, &packet, WAY_PRIVATE, near), 0);
}

/* The best three by fields, ports, prefix, order; as indexes of rules. */
static void they_are_ranked(void **state)
{
    (void)state;
    static const struct {
        const char *rules;
        size_t n;
        int order[NEAR_MAX];
    } rows[] = {
        {"in udp 53 10.0.0.0/8\nin tcp 80 172.16.0.0/12\nin tcp 444 10.0.0.0/8", 3, {1, 2, 0}},
        {"in tcp 22 172.16.0.0/12\nin tcp 442 172.16.0.0/12\nin tcp 440 172.16.0.0/12", 3, {1, 2, 0}},
        {"in tcp 443 10.0.0.0/8\nin tcp 443 172.16.2.0/24\nin tcp 443 172.24.0.0/13", 3, {1, 2, 0}},
        {"in tcp 22 172.16.0.0/12\nin tcp 443 10.0.0.0/8", 2, {1, 0}}, /* a peer alone is 0 ports away */
        {"in tcp 443 10.0.0.0/8\nin tcp 443 11.0.0.0/8\nin tcp 443 12.0.0.0/8\nin tcp 443 13.0.0.0/8", 3, {0, 1, 2}},
        {"in tcp 443 10.0.0.0/8\nin tcp 443 11.0.0.0/8\nin tcp 443 12.0.0.0/8\nin tcp 443 172.17.0.0/16", 3, {3, 0, 1}},
        {"in udp 1 10.0.0.0/8\nin tcp 22 10.0.0.0/8\nin tcp 80 10.0.0.0/8\nin udp 443 172.16.0.0/12", 3, {3, 2, 1}},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        assert_int_equal(ask(rows[k].rules, WEB, false), rows[k].n);
        for (size_t at = 0; at < rows[k].n; at++)
            if (near[at].rule - group.rules != rows[k].order[at])
                fail_msg("%s: place %zu is %d", rows[k].rules, at, (int)(near[at].rule - group.rules));
    }
}

static void they_come_from_all_groups(void **state)
{
    (void)state;
    static struct rules_group other;
    const struct vpc_group *list[] = {&group.group, &other.group};
    struct packet packet = rules_packet(WEB);

    rules_group(&group, "in tcp 22 172.16.0.0/12");
    rules_group(&other, "in tcp 442 172.16.0.0/12");
    assert_int_equal(near_misses(NULL, list, 2, false, &packet, WAY_PRIVATE, near), 2);
    assert_ptr_equal(near[0].rule, &other.rules[0]);
    assert_ptr_equal(near[1].rule, &group.rules[0]);
    assert_int_equal(near_misses(NULL, list, 0, false, &packet, WAY_PRIVATE, near), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_that_differs_is_named),
        cmocka_unit_test(what_is_no_near_miss_is_left_out),
        cmocka_unit_test(lists_are_as_near_as_their_nearest_entry),
        cmocka_unit_test(they_are_ranked),
        cmocka_unit_test(they_come_from_all_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
