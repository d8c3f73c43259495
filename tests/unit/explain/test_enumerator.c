/* The evaluators equal a naive enumerator (tests/support/enumerate.h) on 100,000 random networks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "toy.h"

enum { NETWORKS = 100000, PACKETS = 16, WHOLE_NETWORKS = 200 };

static const enum answer answers[] = {
    [PLAIN_NO] = ANSWER_DENY, [PLAIN_YES] = ANSWER_ALLOW, [PLAIN_MAYBE] = ANSWER_UNKNOWN};
static const enum plain_way ways[] = {[WAY_UNKNOWN] = PLAIN_WAY_UNKNOWN,
                                      [WAY_PRIVATE] = PLAIN_WAY_KEEPS,
                                      [WAY_PEERING] = PLAIN_WAY_KEEPS,
                                      [WAY_TRANSIT] = PLAIN_WAY_KEEPS,
                                      [WAY_NOT_PRESERVED] = PLAIN_WAY_LOSES};

static size_t seen[3][4]; /* groups, ACLs, routes; by answer */

static void groups_agree(const struct toy *toy, const struct plain_packet *plain, bool egress, enum reference_way way)
{
    struct packet packet = toy_real_packet(plain, egress);
    const struct inventory *inventory = toy_inventory(toy);
    struct plain_verdict wanted = plain_groups(toy->plain_rules, toy->n_rules, egress, plain, ways[way]);
    struct group_answer got = evaluate_group_list(inventory, toy->list, (size_t)toy->n_groups, egress, &packet, way);
    struct group_answer home = evaluate_groups(inventory, &toy->home, egress, &packet, way);

    assert_int_equal(got.answer, answers[wanted.answer]);
    assert_int_equal(got.has_rules, wanted.has_rules);
    assert_ptr_equal(got.rule, wanted.which < 0 ? NULL : toy->same[wanted.which]);
    assert_int_equal(got.doubt != 0, got.answer == ANSWER_UNKNOWN);
    assert_int_equal(home.answer, got.answer);
    assert_ptr_equal(home.rule, got.rule);
    assert_int_equal(home.doubt, got.doubt);
    seen[0][got.answer]++;
    for (int k = 0; k < toy->n_rules; k++) {
        if (toy->plain_rules[k].egress != egress)
            continue;
        unsigned doubt;
        enum answer one = evaluate_rule(inventory, toy->same[k], &packet, way, &doubt);
        assert_int_equal(one, answers[plain_rule_admits(&toy->plain_rules[k], plain, ways[way])]);
        assert_int_equal(doubt != 0, one == ANSWER_UNKNOWN);
    }
}

static void acls_agree(const struct toy *toy, const struct plain_packet *plain, bool egress)
{
    struct packet packet = toy_real_packet(plain, egress);
    unsigned wanted = plain_acl_from(toy->plain_entries, (int)toy->acl.n_entries, egress, plain, 0);
    struct acl_answer got = evaluate_acl(&toy->acl, egress, &packet);

    assert_int_equal(got.answer, wanted == PLAIN_DENIED    ? ANSWER_DENY
                                 : wanted == PLAIN_ALLOWED ? ANSWER_ALLOW
                                                           : ANSWER_UNKNOWN);
    assert_int_equal(got.doubt != 0, got.answer == ANSWER_UNKNOWN);
    if (got.answer == ANSWER_ALLOW)
        assert_true(got.entry->allow && got.entry->egress == egress);
    seen[1][got.answer]++;
}

static int fate_of(const struct vpc_route *route)
{
    if (!route)
        return PLAIN_NO_ROUTE;
    if (route->blackhole)
        return PLAIN_DEAD;
    return route->kind == TARGET_LOCAL ? 3 : route->target.text[0] == 'i' ? 0 : route->target.text[0] == 'n' ? 1 : 2;
}

static void routes_agree(const struct toy *toy, int remote)
{
    struct plain_fates wanted = {.n = 0};
    int breadth[TOY_ROUTES] = {0};
    weir_addr dst = toy_addr(remote);

    plain_routes(toy->plain_routes, (int)toy->table.n_routes, remote, 0, breadth, &wanted);
    struct route_answer got = evaluate_route(&toy->table, &dst);
    assert_ptr_equal(got.route, wanted.route < 0 ? NULL : &toy->routes[wanted.route]);
    assert_int_equal(got.doubt != 0, got.answer == ANSWER_UNKNOWN);
    seen[2][got.answer]++;
    if (wanted.n > 1) {
        assert_int_equal(got.answer, ANSWER_UNKNOWN);
        assert_int_not_equal(fate_of(got.route), fate_of(got.loser));
        return;
    }
    assert_int_equal(got.answer, wanted.seen[0] >= 0 ? ANSWER_ALLOW : ANSWER_DENY);
    assert_int_equal(fate_of(got.route), wanted.seen[0]);
}

static void random_networks_agree(void **state)
{
    (void)state;
    static struct toy toy;
    uint64_t seed = 4;

    for (int network = 0; network < NETWORKS; network++) {
        toy_make(&toy, &seed);
        for (int k = 0; k < PACKETS; k++) {
            struct plain_packet plain = toy_packet(&seed);
            groups_agree(&toy, &plain, k & 1, (enum reference_way)toy_pick(&seed, 5));
            acls_agree(&toy, &plain, k & 1);
            routes_agree(&toy, plain.remote);
        }
    }
    for (int what = 0; what < 3; what++)
        for (int answer = ANSWER_ALLOW; answer <= ANSWER_UNKNOWN; answer++)
            assert_true(seen[what][answer] > 20000);
}

/* Every packet of the toy universe. */
static void whole_universes_agree(void **state)
{
    (void)state;
    static const int protocols[] = {6, 17, 1, 58, 47};
    static struct toy toy;
    uint64_t seed = 17;

    for (int network = 0; network < WHOLE_NETWORKS; network++) {
        toy_make(&toy, &seed);
        for (int a = 0; a < PLAIN_ADDRESSES; a++) {
            routes_agree(&toy, a);
            for (int p = 0; p < 5; p++)
                for (int port = -1; port < 8; port++) {
                    bool types = protocols[p] == 1 || protocols[p] == 58;
                    struct plain_packet plain = {a, protocols[p], port < 0 ? -1 : plain_ports[port], -1, -1};
                    plain.type = types && port >= 0 ? (int[]){0, 8, 3, 11, 128, 129, 1, 4}[port] : -1;
                    plain.code = types ? port / 2 - 1 : -1;
                    acls_agree(&toy, &plain, port & 1);
                    groups_agree(&toy, &plain, port & 1, (enum reference_way)(network % 5));
                }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_networks_agree),
        cmocka_unit_test(whole_universes_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
