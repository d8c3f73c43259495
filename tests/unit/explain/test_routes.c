/* Routes by hand: longest prefix, ties, blackholes, prefix lists that overlap or are not known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_inventory.h"
#include "rules.h"

/* Lists: "pl-a" 198.51.100.0/24 and 2001:db8:a::/48; "pl-b" the same and 203.0.113.0/24; "pl-none" is not known;
 * "pl-aws" is AWS's own and not known; "pl-gone" is not in the inventory. */
static struct net list_nets[3];
static struct vpc_prefix_list lists[4];

static void make_lists(void)
{
    list_nets[0] = rules_net("198.51.100.0/24");
    list_nets[1] = rules_net("2001:db8:a::/48");
    list_nets[2] = rules_net("203.0.113.0/24");
    lists[0] = (struct vpc_prefix_list){.id = WEIR_SAFE("pl-a"), .known = true, .nets = list_nets, .n_nets = 2};
    lists[1] = (struct vpc_prefix_list){.id = WEIR_SAFE("pl-b"), .known = true, .nets = list_nets, .n_nets = 3};
    lists[2] = (struct vpc_prefix_list){.id = WEIR_SAFE("pl-none"), .account = WEIR_SAFE("123456789012")};
    lists[3] = (struct vpc_prefix_list){.id = WEIR_SAFE("pl-aws"), .account = WEIR_SAFE("AWS")};
}

enum { ROUTES = 8, TEXT = 48 };
static struct vpc_route routes[ROUTES];
static char words[ROUTES][2][TEXT];

/* "10.0.0.0/16 local", "0.0.0.0/0 igw-1", "pl-a vpce-1", "… vgw-1 propagated", "… nat-1 blackhole" */
static void make_route(size_t k, const char *line)
{
    struct vpc_route *route = &routes[k];
    char more[TEXT] = "";

    if (sscanf(line, "%47s %47s %47[a-z]", words[k][0], words[k][1], more) < 2)
        abort();
    *route = (struct vpc_route){.prefix_list_id = WEIR_SAFE(""), .kind = TARGET_UNKNOWN, .origin = ORIGIN_CREATE};
    route->target = (weir_safe){words[k][1]};
    route->blackhole = strcmp(more, "blackhole") == 0;
    if (strcmp(more, "propagated") == 0)
        route->origin = ORIGIN_PROPAGATED;
    if (strcmp(words[k][1], "local") == 0)
        route->kind = TARGET_LOCAL;
    if (strncmp(words[k][0], "pl-", 3) != 0) {
        route->net = rules_net(words[k][0]);
        return;
    }
    route->prefix_list_id = (weir_safe){words[k][0]};
    for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
        if (strcmp(lists[l].id.text, words[k][0]) == 0)
            route->prefix_list = &lists[l];
}

struct row {
    const char *table, *dst;
    enum answer answer;
    const char *target, *loser; /* "" = none */
    bool by_priority;
    unsigned doubt;
};

static void check(const struct row *rows, size_t n)
{
    make_lists();
    for (size_t k = 0; k < n; k++) {
        struct vpc_route_table table = {.routes = routes};
        weir_addr dst = rules_addr(rows[k].dst);
        for (const char *line = rows[k].table; *line; line += *line == '\n') {
            make_route(table.n_routes++, line);
            line += strcspn(line, "\n");
        }
        struct route_answer got = evaluate_route(&table, &dst);
        const char *target = got.route ? got.route->target.text : "", *loser = got.loser ? got.loser->target.text : "";
        if (got.answer != rows[k].answer || strcmp(target, rows[k].target) != 0 || strcmp(loser, rows[k].loser) != 0 ||
            got.loser_by_priority != rows[k].by_priority || got.doubt != rows[k].doubt)
            fail_msg("%s | %s: %d by %s, not %s, %d, doubt %u", rows[k].table, rows[k].dst, got.answer, target, loser,
                     got.loser_by_priority, got.doubt);
    }
}

static void the_longest_prefix_wins(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"10.0.0.0/16 local\n0.0.0.0/0 igw-1", "10.0.1.2", ANSWER_ALLOW, "local", "igw-1", false, 0},
        {"10.0.0.0/16 local\n0.0.0.0/0 igw-1", "198.51.100.7", ANSWER_ALLOW, "igw-1", "", false, 0},
        {"0.0.0.0/0 igw-1\n10.0.0.0/16 local\n10.1.0.0/16 pcx-1", "10.1.0.9", ANSWER_ALLOW, "pcx-1", "igw-1", false, 0},
        {"10.0.0.0/16 local\n10.0.1.0/24 vpce-1", "10.0.1.2", ANSWER_ALLOW, "vpce-1", "local", false, 0},
        {"10.0.0.0/16 local", "198.51.100.7", ANSWER_DENY, "", "", false, 0},
        {"", "198.51.100.7", ANSWER_DENY, "", "", false, 0},
        {"0.0.0.0/0 igw-1", "2001:db8::1", ANSWER_DENY, "", "", false, 0},
        {"::/0 eigw-1\n2001:db8::/56 local", "2001:db8::1", ANSWER_ALLOW, "local", "eigw-1", false, 0},
        {"::/0 eigw-1\n0.0.0.0/0 igw-1", "2001:db8:9::1", ANSWER_ALLOW, "eigw-1", "", false, 0},
        {"0.0.0.0/0 igw-1\n10.0.0.0/8 tgw-1\n10.0.0.0/16 pcx-1", "10.0.0.1", ANSWER_ALLOW, "pcx-1", "tgw-1", false, 0},
        {"198.51.100.7/32 eni-1\n198.51.100.0/24 tgw-1", "198.51.100.7", ANSWER_ALLOW, "eni-1", "tgw-1", false, 0},
    };
    check(rows, ARRAY_SIZE(rows));
    weir_addr dst = rules_addr("198.51.100.7");
    struct route_answer got = evaluate_route(NULL, &dst);
    assert_int_equal(got.answer, ANSWER_UNKNOWN);
    assert_int_equal(got.doubt, DOUBT_RULES);
}

static void ties_go_by_priority(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"172.31.0.0/24 vgw-1 propagated\n172.31.0.0/24 igw-1", "172.31.0.9", ANSWER_ALLOW, "igw-1", "vgw-1", true, 0},
        {"172.31.0.0/24 igw-1\n172.31.0.0/24 vgw-1 propagated", "172.31.0.9", ANSWER_ALLOW, "igw-1", "vgw-1", true, 0},
        {"pl-a tgw-1\n198.51.100.0/24 igw-1", "198.51.100.7", ANSWER_ALLOW, "igw-1", "tgw-1", true, 0},
        {"198.51.100.0/24 vgw-1 propagated\npl-a tgw-1", "198.51.100.7", ANSWER_ALLOW, "tgw-1", "vgw-1", true, 0},
        /* A propagated route that is more specific wins over a static one … */
        {"0.0.0.0/0 igw-1\n172.31.0.0/24 vgw-1 propagated", "172.31.0.9", ANSWER_ALLOW, "vgw-1", "igw-1", false, 0},
        {"pl-a tgw-1\n198.51.100.0/25 vgw-1 propagated", "198.51.100.7", ANSWER_ALLOW, "vgw-1", "tgw-1", false, 0},
        /* … but not over the local one. */
        {"10.0.0.0/16 local\n10.0.1.0/24 vgw-1 propagated", "10.0.1.2", ANSWER_ALLOW, "local", "vgw-1", true, 0},
        {"10.0.0.0/16 local\n10.0.1.0/24 vgw-1 propagated\n10.0.0.0/20 vpce-1", "10.0.1.2", ANSWER_ALLOW, "vpce-1",
         "local", false, 0},
        {"10.0.0.0/16 local\n0.0.0.0/0 vgw-1 propagated", "10.0.1.2", ANSWER_ALLOW, "local", "vgw-1", false, 0},
        {"2001:db8:a::/48 vgw-1 propagated\npl-a tgw-1", "2001:db8:a::1", ANSWER_ALLOW, "tgw-1", "vgw-1", true, 0},
    };
    check(rows, ARRAY_SIZE(rows));
}

static void blackholes_win_and_drop(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"0.0.0.0/0 nat-1 blackhole", "198.51.100.7", ANSWER_DENY, "nat-1", "", false, 0},
        {"0.0.0.0/0 igw-1\n198.51.100.0/24 pcx-1 blackhole", "198.51.100.7", ANSWER_DENY, "pcx-1", "igw-1", false, 0},
        {"0.0.0.0/0 igw-1 blackhole\n198.51.100.0/24 pcx-1", "198.51.100.7", ANSWER_ALLOW, "pcx-1", "igw-1", false, 0},
        {"::/0 eigw-1 blackhole\n0.0.0.0/0 igw-1", "198.51.100.7", ANSWER_ALLOW, "igw-1", "", false, 0},
        {"pl-a vpce-1 blackhole", "198.51.100.7", ANSWER_DENY, "vpce-1", "", false, 0},
    };
    check(rows, ARRAY_SIZE(rows));
}

static void overlapping_lists_are_aws_s_choice(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"pl-a vpce-1\n0.0.0.0/0 igw-1", "198.51.100.7", ANSWER_ALLOW, "vpce-1", "igw-1", false, 0},
        {"pl-a vpce-1\n0.0.0.0/0 igw-1", "203.0.113.7", ANSWER_ALLOW, "igw-1", "", false, 0},
        {"pl-a tgw-1\npl-b tgw-2", "198.51.100.7", ANSWER_UNKNOWN, "tgw-1", "tgw-2", false, DOUBT_ROUTE},
        {"pl-b tgw-2\npl-a tgw-1", "198.51.100.7", ANSWER_UNKNOWN, "tgw-2", "tgw-1", false, DOUBT_ROUTE},
        {"pl-a tgw-1\npl-b tgw-2", "203.0.113.7", ANSWER_ALLOW, "tgw-2", "", false, 0},
        {"pl-a tgw-1\npl-b tgw-1", "198.51.100.7", ANSWER_ALLOW, "tgw-1", "tgw-1", true, 0},
        {"pl-a tgw-1\npl-b tgw-1 blackhole", "198.51.100.7", ANSWER_UNKNOWN, "tgw-1", "tgw-1", false, DOUBT_ROUTE},
        {"pl-a tgw-1 blackhole\npl-b tgw-2 blackhole", "198.51.100.7", ANSWER_DENY, "tgw-1", "tgw-2", true, 0},
        {"pl-a tgw-1\npl-b tgw-2\n198.51.100.0/24 igw-1", "198.51.100.7", ANSWER_ALLOW, "igw-1", "tgw-1", true, 0},
        {"pl-a tgw-1\npl-b tgw-2\n198.51.100.0/28 igw-1", "198.51.100.7", ANSWER_ALLOW, "igw-1", "tgw-1", false, 0},
        {"pl-a tgw-1\npl-b tgw-2", "2001:db8:a::1", ANSWER_UNKNOWN, "tgw-1", "tgw-2", false, DOUBT_ROUTE},
    };
    check(rows, ARRAY_SIZE(rows));
}

static void lists_that_are_not_known_are_a_doubt(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"pl-none vpce-1\n0.0.0.0/0 igw-1", "198.51.100.7", ANSWER_UNKNOWN, "igw-1", "vpce-1", false,
         DOUBT_PREFIX_LIST},
        {"pl-gone vpce-1", "198.51.100.7", ANSWER_UNKNOWN, "", "vpce-1", false, DOUBT_PREFIX_LIST},
        {"10.0.0.0/16 local\npl-gone vpce-1", "10.0.0.7", ANSWER_UNKNOWN, "local", "vpce-1", false, DOUBT_PREFIX_LIST},
        /* It cannot be longer, or it makes no difference. */
        {"198.51.100.7/32 eni-1\npl-none vpce-1", "198.51.100.7", ANSWER_ALLOW, "eni-1", "", false, 0},
        {"2001:db8:b::1/128 eni-1\npl-none vpce-1", "2001:db8:b::1", ANSWER_ALLOW, "eni-1", "", false, 0},
        {"0.0.0.0/0 tgw-1\npl-none tgw-1", "198.51.100.7", ANSWER_ALLOW, "tgw-1", "", false, 0},
        {"198.51.100.7/32 vgw-1 propagated\npl-none vpce-1", "198.51.100.7", ANSWER_UNKNOWN, "vgw-1", "vpce-1", false,
         DOUBT_PREFIX_LIST},
        /* AWS's own lists are public networks. */
        {"10.0.0.0/16 local\npl-aws vpce-1", "10.0.0.7", ANSWER_ALLOW, "local", "", false, 0},
        {"10.0.0.0/16 local\npl-none vpce-1", "10.0.0.7", ANSWER_UNKNOWN, "local", "vpce-1", false, DOUBT_PREFIX_LIST},
        {"172.16.0.0/12 local\npl-aws vpce-1", "172.31.0.7", ANSWER_ALLOW, "local", "", false, 0},
        {"192.168.0.0/16 local\npl-aws vpce-1", "192.168.9.7", ANSWER_ALLOW, "local", "", false, 0},
        {"fd12::/16 local\npl-aws vpce-1", "fd12::7", ANSWER_ALLOW, "local", "", false, 0},
        {"0.0.0.0/0 igw-1\npl-aws vpce-1", "198.51.100.7", ANSWER_UNKNOWN, "igw-1", "vpce-1", false, DOUBT_PREFIX_LIST},
        {"0.0.0.0/0 igw-1\npl-aws vpce-1", "172.32.0.7", ANSWER_UNKNOWN, "igw-1", "vpce-1", false, DOUBT_PREFIX_LIST},
        {"::/0 igw-1\npl-aws vpce-1", "fd00:ec2::80", ANSWER_UNKNOWN, "igw-1", "vpce-1", false, DOUBT_PREFIX_LIST},
    };
    check(rows, ARRAY_SIZE(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_prefix_wins),
        cmocka_unit_test(ties_go_by_priority),
        cmocka_unit_test(blackholes_win_and_drop),
        cmocka_unit_test(overlapping_lists_are_aws_s_choice),
        cmocka_unit_test(lists_that_are_not_known_are_a_doubt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
