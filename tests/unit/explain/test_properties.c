/* What must hold of the evaluators whatever the rules are, on random networks (tests/support/toy.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "toy.h"

enum { NETWORKS = 20000, PACKETS = 6, RULES = TOY_GROUPS * TOY_RULES + 8 };

static struct toy toy;
static uint64_t seed;

/* All rules of the toy as one group that a test may change. */
struct pile {
    struct vpc_rule rules[RULES];
    struct vpc_group group;
    const struct vpc_group *list[1];
};

static void pile_up(struct pile *pile)
{
    pile->group = (struct vpc_group){.rules = pile->rules, .n_rules = (size_t)toy.n_rules};
    pile->list[0] = &pile->group;
    for (int k = 0; k < toy.n_rules; k++)
        pile->rules[k] = *toy.same[k];
}

static struct group_answer ask(const struct pile *pile, bool egress, const struct packet *packet,
                               enum reference_way way)
{
    return evaluate_group_list(toy_inventory(&toy), pile->list, 1, egress, packet, way);
}

static struct group_answer ask_toy(bool egress, const struct packet *packet, enum reference_way way)
{
    return evaluate_group_list(toy_inventory(&toy), toy.list, (size_t)toy.n_groups, egress, packet, way);
}

struct question {
    bool egress;
    enum reference_way way;
    struct plain_packet plain;
    struct packet packet;
};

static struct question question(void)
{
    struct question out = {.egress = toy_pick(&seed, 2), .way = (enum reference_way)toy_pick(&seed, 5)};
    out.plain = toy_packet(&seed);
    out.packet = toy_real_packet(&out.plain, out.egress);
    return out;
}

static void on_networks(uint64_t from, void (*check)(const struct question *))
{
    seed = from;
    for (int network = 0; network < NETWORKS; network++) {
        toy_make(&toy, &seed);
        for (int k = 0; k < PACKETS; k++) {
            struct question asked = question();
            check(&asked);
        }
    }
}

/* ---- security groups ---- */

static void added(const struct question *q)
{
    struct pile pile;
    struct plain_rule plain;
    struct group_answer before = ask_toy(q->egress, &q->packet, q->way);

    pile_up(&pile);
    toy_rule(&toy, &seed, &pile.rules[pile.group.n_rules++], &plain);
    struct group_answer after = ask(&pile, q->egress, &q->packet, q->way);
    if (before.answer == ANSWER_ALLOW)
        assert_int_equal(after.answer, ANSWER_ALLOW);
    if (before.answer == ANSWER_UNKNOWN)
        assert_int_not_equal(after.answer, ANSWER_DENY);
}

static void an_added_rule_never_denies(void **state)
{
    (void)state;
    on_networks(1, added);
}

static void permuted(const struct question *q)
{
    struct pile pile;
    const struct vpc_group *groups[TOY_GROUPS];
    struct group_answer before = ask_toy(q->egress, &q->packet, q->way);

    pile_up(&pile);
    for (int k = toy.n_rules - 1; k > 0; k--) {
        int other = (int)toy_pick(&seed, (unsigned)k + 1);
        struct vpc_rule swap = pile.rules[k];
        pile.rules[k] = pile.rules[other];
        pile.rules[other] = swap;
    }
    struct group_answer after = ask(&pile, q->egress, &q->packet, q->way);
    assert_int_equal(after.answer, before.answer);
    assert_int_equal(after.doubt, before.doubt);
    assert_int_equal(after.has_rules, before.has_rules);
    for (int g = 0; g < toy.n_groups; g++)
        groups[g] = toy.list[toy.n_groups - 1 - g];
    after = evaluate_group_list(toy_inventory(&toy), groups, (size_t)toy.n_groups, q->egress, &q->packet, q->way);
    assert_int_equal(after.answer, before.answer);
    assert_int_equal(after.doubt, before.doubt);
}

static void the_order_of_rules_and_groups_is_nothing(void **state)
{
    (void)state;
    on_networks(2, permuted);
}

static bool halve(struct net net, struct net *low, struct net *high)
{
    if (net.prefix == (net.addr.family == 4 ? 32 : 128))
        return false;
    *low = *high = net;
    low->prefix = high->prefix = (uint8_t)(net.prefix + 1);
    high->addr.bytes[net.prefix / 8] |= (uint8_t)(0x80 >> net.prefix % 8);
    return true;
}

static void halved(const struct question *q)
{
    struct pile pile;
    struct group_answer before = ask_toy(q->egress, &q->packet, q->way);
    int k = toy.n_rules ? (int)toy_pick(&seed, (unsigned)toy.n_rules) : 0;

    pile_up(&pile);
    struct vpc_rule *half = &pile.rules[pile.group.n_rules];
    *half = pile.rules[k];
    if (!toy.n_rules || half->peer_kind != PEER_NET || !halve(half->net, &pile.rules[k].net, &half->net))
        return;
    pile.group.n_rules++;
    struct group_answer after = ask(&pile, q->egress, &q->packet, q->way);
    assert_int_equal(after.answer, before.answer);
    assert_int_equal(after.doubt, before.doubt);
}

static void a_network_in_two_halves_is_the_same(void **state)
{
    (void)state;
    on_networks(3, halved);
}

static void isolated(const struct question *q)
{
    struct pile pile;
    uint8_t family = (q->egress ? q->packet.dst : q->packet.src).family;
    struct group_answer before = ask_toy(q->egress, &q->packet, q->way);
    size_t n = 0;

    pile_up(&pile);
    for (size_t k = 0; k < pile.group.n_rules; k++)
        if (pile.rules[k].peer_kind != PEER_NET || pile.rules[k].net.addr.family == family)
            pile.rules[n++] = pile.rules[k];
    pile.group.n_rules = n;
    struct group_answer after = ask(&pile, q->egress, &q->packet, q->way);
    assert_int_equal(after.answer, before.answer);
    assert_int_equal(after.doubt, before.doubt);
}

static void rules_of_the_other_family_are_nothing(void **state)
{
    (void)state;
    on_networks(4, isolated);
}

/* ---- network ACLs ---- */

static int by_number(const void *a, const void *b)
{
    const struct vpc_acl_entry *x = a, *y = b;

    if (x->egress != y->egress)
        return x->egress ? 1 : -1;
    return x->number - y->number;
}

static void renumbered(const struct question *q)
{
    struct vpc_acl_entry entries[TOY_ENTRIES];
    struct vpc_acl acl = {.entries = entries, .n_entries = toy.acl.n_entries};
    struct acl_answer before = evaluate_acl(&toy.acl, q->egress, &q->packet);
    unsigned number = 1;

    memcpy(entries, toy.entries, sizeof entries);
    for (size_t k = 0; k < acl.n_entries; k++) {
        entries[k].number = (uint16_t)number;
        number += 1 + toy_pick(&seed, 4000);
    }
    for (size_t k = acl.n_entries; k > 1; k--) {
        size_t other = toy_pick(&seed, (unsigned)k);
        struct vpc_acl_entry swap = entries[k - 1];
        entries[k - 1] = entries[other];
        entries[other] = swap;
    }
    qsort(entries, acl.n_entries, sizeof *entries, by_number);
    struct acl_answer after = evaluate_acl(&acl, q->egress, &q->packet);
    assert_int_equal(after.answer, before.answer);
    assert_int_equal(after.doubt, before.doubt);
    if (before.entry)
        assert_int_equal(after.entry - entries, before.entry - toy.entries);
    else
        assert_null(after.entry);
}

static void numbers_of_entries_matter_by_their_order_alone(void **state)
{
    (void)state;
    on_networks(5, renumbered);
}

/* Directions, and entries of the other family or of half a network, do not mix. */
static void dissected(const struct question *q)
{
    struct vpc_acl_entry entries[2 * TOY_ENTRIES];
    struct vpc_acl acl = {.entries = entries};
    uint8_t family = (q->egress ? q->packet.dst : q->packet.src).family;
    struct acl_answer before = evaluate_acl(&toy.acl, q->egress, &q->packet);

    for (size_t k = 0; k < toy.acl.n_entries; k++) {
        if (toy.entries[k].net.addr.family != family || toy.entries[k].egress != q->egress)
            continue;
        struct vpc_acl_entry *low = &entries[acl.n_entries], *high = low + 1;
        *low = *high = toy.entries[k];
        acl.n_entries += halve(toy.entries[k].net, &low->net, &high->net) ? 2 : 1;
    }
    for (size_t k = 0; k < acl.n_entries; k++)
        entries[k].number = (uint16_t)(k + 1);
    struct acl_answer after = evaluate_acl(&acl, q->egress, &q->packet);
    assert_int_equal(after.answer, before.answer);
    assert_int_equal(after.doubt, before.doubt);
}

static void entries_of_another_family_or_direction_are_nothing(void **state)
{
    (void)state;
    on_networks(6, dissected);
}

/* ---- what is not known ---- */

/* An answer given in doubt's presence holds whatever the doubtful value turns out to be. */
static void assert_consistent(enum answer before, enum answer after)
{
    if (before == ANSWER_ALLOW || before == ANSWER_DENY)
        assert_int_equal(after, before);
}

static void packet_learned(const struct question *q)
{
    struct plain_packet known = q->plain;
    struct group_answer groups = ask_toy(q->egress, &q->packet, q->way);
    struct acl_answer acl = evaluate_acl(&toy.acl, q->egress, &q->packet);

    for (int step = 0; step < 12; step++) {
        known.port = q->plain.port < 0 ? (int)toy_pick(&seed, 65536) : q->plain.port;
        known.type = q->plain.type < 0 ? (int)toy_pick(&seed, 256) : q->plain.type;
        known.code = q->plain.code < 0 ? (int)toy_pick(&seed, 16) : q->plain.code;
        struct packet packet = toy_real_packet(&known, q->egress);
        for (int way = WAY_UNKNOWN; way <= WAY_NOT_PRESERVED; way++)
            if (way == (int)q->way || q->way == WAY_UNKNOWN)
                assert_consistent(groups.answer, ask_toy(q->egress, &packet, (enum reference_way)way).answer);
        struct acl_answer after = evaluate_acl(&toy.acl, q->egress, &packet);
        assert_consistent(acl.answer, after.answer);
        assert_true(after.answer == ANSWER_ALLOW || after.answer == ANSWER_DENY);
    }
}

static void a_packet_known_better_is_not_answered_otherwise(void **state)
{
    (void)state;
    on_networks(7, packet_learned);
}

static void network_learned(const struct question *q)
{
    static struct toy known;
    struct net nets[3];
    const struct vpc_interface *members[TOY_HOSTS];
    size_t n_nets = toy_pick(&seed, 4), n_members = 0;
    struct group_answer groups = ask_toy(q->egress, &q->packet, q->way);
    const weir_addr *dst = q->egress ? &q->packet.dst : &q->packet.src;
    struct route_answer route = evaluate_route(&toy.table, dst);

    for (size_t k = 0; k < n_nets; k++)
        nets[k] = toy_net((int)toy_pick(&seed, PLAIN_ADDRESSES), toy_bits(&seed));
    for (int h = 0; h < TOY_HOSTS; h++)
        if (toy_pick(&seed, 2))
            members[n_members++] = &toy.hosts[h];
    /* The same network, its last list and its far group told. */
    struct vpc_prefix_list list = {.known = true, .nets = nets, .n_nets = n_nets};
    struct vpc_group far = {.id = WEIR_SAFE("sg-far"), .members = members, .n_members = n_members};
    struct pile pile;
    pile_up(&pile);
    for (size_t k = 0; k < pile.group.n_rules; k++) {
        struct vpc_rule *rule = &pile.rules[k];
        if (rule->peer_kind == PEER_PREFIX_LIST && !(rule->prefix_list && rule->prefix_list->known))
            rule->prefix_list = &list;
        if (rule->peer_kind == PEER_GROUP && !rule->peer_group)
            rule->peer_group = &far;
    }
    known = toy;
    known.table.routes = known.routes;
    for (size_t k = 0; k < known.table.n_routes; k++)
        if (known.routes[k].prefix_list && !known.routes[k].prefix_list->known)
            known.routes[k].prefix_list = &list;
    /* Members are scanned: the toy's inventory does not know the far group's. */
    assert_consistent(groups.answer, evaluate_group_list(NULL, pile.list, 1, q->egress, &q->packet, q->way).answer);
    struct route_answer after = evaluate_route(&known.table, dst);
    if (after.answer != ANSWER_UNKNOWN)
        assert_consistent(route.answer, after.answer);
    else
        assert_int_equal(route.answer, ANSWER_UNKNOWN);
}

static void a_network_known_better_is_not_answered_otherwise(void **state)
{
    (void)state;
    on_networks(8, network_learned);
}

/* ---- routes, near misses ---- */

static void route_isolated(const struct question *q)
{
    struct vpc_route routes[TOY_ROUTES];
    struct vpc_route_table table = {.routes = routes};
    const weir_addr *dst = q->egress ? &q->packet.dst : &q->packet.src;
    struct route_answer before = evaluate_route(&toy.table, dst);

    for (size_t k = 0; k < toy.table.n_routes; k++)
        if (toy.routes[k].prefix_list || toy.routes[k].net.addr.family == dst->family)
            routes[table.n_routes++] = toy.routes[k];
    struct route_answer after = evaluate_route(&table, dst);
    assert_int_equal(after.answer, before.answer);
    assert_int_equal(after.doubt, before.doubt);
    assert_int_equal(after.loser_by_priority, before.loser_by_priority);
    /* Without the winner, the loser wins. */
    if (before.answer == ANSWER_UNKNOWN || !before.route)
        return;
    table = (struct vpc_route_table){.routes = routes};
    for (size_t k = 0; k < toy.table.n_routes; k++)
        if (&toy.routes[k] != before.route)
            routes[table.n_routes++] = toy.routes[k];
    after = evaluate_route(&table, dst);
    assert_int_equal(before.loser != NULL, after.route != NULL);
    if (before.loser)
        assert_memory_equal(before.loser, after.route, sizeof *before.loser);
}

static void routes_of_the_other_family_are_nothing_and_losers_come_second(void **state)
{
    (void)state;
    on_networks(9, route_isolated);
}

static void near_misses_hold(const struct question *q)
{
    struct near_miss near[NEAR_MAX];
    size_t n = near_misses(toy_inventory(&toy), toy.list, (size_t)toy.n_groups, q->egress, &q->packet, q->way, near);

    assert_true(n <= NEAR_MAX);
    for (size_t k = 0; k < n; k++) {
        unsigned doubt;
        assert_int_equal(near[k].rule->egress, q->egress);
        assert_int_equal(evaluate_rule(toy_inventory(&toy), near[k].rule, &q->packet, q->way, &doubt), ANSWER_DENY);
        assert_true(near[k].misses > 0 && near[k].misses <= (MISS_PROTOCOL | MISS_PORT | MISS_PEER));
        assert_int_equal(near[k].port_away != 0, (near[k].misses & MISS_PORT) != 0);
        if (k)
            assert_true(__builtin_popcount(near[k - 1].misses) <= __builtin_popcount(near[k].misses));
        for (size_t other = 0; other < k; other++)
            assert_ptr_not_equal(near[other].rule, near[k].rule);
    }
}

static void near_misses_are_denying_rules_of_the_direction(void **state)
{
    (void)state;
    on_networks(10, near_misses_hold);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_added_rule_never_denies),
        cmocka_unit_test(the_order_of_rules_and_groups_is_nothing),
        cmocka_unit_test(a_network_in_two_halves_is_the_same),
        cmocka_unit_test(rules_of_the_other_family_are_nothing),
        cmocka_unit_test(numbers_of_entries_matter_by_their_order_alone),
        cmocka_unit_test(entries_of_another_family_or_direction_are_nothing),
        cmocka_unit_test(a_packet_known_better_is_not_answered_otherwise),
        cmocka_unit_test(a_network_known_better_is_not_answered_otherwise),
        cmocka_unit_test(routes_of_the_other_family_are_nothing_and_losers_come_second),
        cmocka_unit_test(near_misses_are_denying_rules_of_the_direction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
