/* Network ACLs by hand: each numbered rule of how they are evaluated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_inventory.h"
#include "rules.h"

struct row {
    const char *entries; /* lines, ascending by direction and number */
    const char *packet;
    enum answer answer;
    unsigned number; /* of the entry that decided, or that may; 0 = none */
    unsigned doubt;
};

static struct vpc_acl_entry entries[RULES_MAX];

static struct acl_answer ask(const char *text, const char *line, bool egress)
{
    struct vpc_acl acl = {.entries = entries};
    struct packet packet = rules_packet(line);

    while (*text) {
        entries[acl.n_entries++] = rules_entry(text);
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return evaluate_acl(&acl, egress, &packet);
}

static void check(const struct row *rows, size_t n, bool egress)
{
    for (size_t k = 0; k < n; k++) {
        struct acl_answer got = ask(rows[k].entries, rows[k].packet, egress);
        unsigned number = got.entry ? got.entry->number : 0;
        if (got.answer != rows[k].answer || number != rows[k].number || got.doubt != rows[k].doubt)
            fail_msg("%s | %s: %d by %u, doubt %u", rows[k].entries, rows[k].packet, got.answer, number, got.doubt);
    }
}

#define WEB  "tcp 198.51.100.7 > 10.0.0.5 443"
#define WEB6 "tcp 2001:db8::7 > 2001:db8:1::5 443"
#define PING "icmp 198.51.100.7 > 10.0.0.5 ?"
#define STAR "\n32767 in deny all * 0.0.0.0/0\n32768 in deny all * ::/0"

static void the_first_entry_that_matches_decides(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"100 in allow tcp 443 0.0.0.0/0" STAR, WEB, ANSWER_ALLOW, 100, 0},
        {"90 in deny tcp * 198.51.100.0/24\n100 in allow tcp 443 0.0.0.0/0" STAR, WEB, ANSWER_DENY, 90, 0},
        {"90 in allow tcp 443 198.51.100.7/32\n100 in deny tcp * 0.0.0.0/0" STAR, WEB, ANSWER_ALLOW, 90, 0},
        {"90 in deny tcp 444 0.0.0.0/0\n100 in allow tcp 443 0.0.0.0/0" STAR, WEB, ANSWER_ALLOW, 100, 0},
        {"100 in allow tcp 80 0.0.0.0/0" STAR, WEB, ANSWER_DENY, 32767, 0},
        {"100 in allow tcp 80 0.0.0.0/0" STAR, WEB6, ANSWER_DENY, 32768, 0},
    };
    check(rows, ARRAY_SIZE(rows), false);
}

static void without_a_star_it_denies_all_the_same(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"", WEB, ANSWER_DENY, 0, 0},
        {"100 in allow tcp 80 0.0.0.0/0", WEB, ANSWER_DENY, 0, 0},
        {"100 in allow all * 0.0.0.0/0\n32767 in deny all * 0.0.0.0/0", WEB6, ANSWER_DENY, 0, 0},
    };
    struct packet packet = rules_packet(WEB);

    check(rows, ARRAY_SIZE(rows), false);
    struct acl_answer got = evaluate_acl(NULL, false, &packet);
    assert_int_equal(got.answer, ANSWER_UNKNOWN);
    assert_int_equal(got.doubt, DOUBT_RULES);
}

static void families_share_numbers_and_nothing_else(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"100 in deny all * ::/0\n110 in allow all * 0.0.0.0/0" STAR, WEB, ANSWER_ALLOW, 110, 0},
        {"100 in deny all * 0.0.0.0/0\n110 in allow all * ::/0" STAR, WEB6, ANSWER_ALLOW, 110, 0},
        {"100 in allow all * 0.0.0.0/0" STAR, WEB6, ANSWER_DENY, 32768, 0},
    };
    check(rows, ARRAY_SIZE(rows), false);
}

static void the_other_end_matches_alone(void **state)
{
    (void)state;
    static const struct row in[] = {
        {"100 in allow tcp 443 198.51.100.0/24" STAR, WEB, ANSWER_ALLOW, 100, 0},
        {"100 in allow tcp 443 10.0.0.0/24" STAR, WEB, ANSWER_DENY, 32767, 0}, /* the local address */
        {"100 in deny tcp 443 10.0.0.5/32\n110 in allow all * 0.0.0.0/0" STAR, WEB, ANSWER_ALLOW, 110, 0},
    };
    static const struct row out[] = {
        {"100 out allow tcp * 198.51.100.0/24", "tcp 10.0.0.5 > 198.51.100.7 40000", ANSWER_ALLOW, 100, 0},
        {"100 out allow tcp * 10.0.0.0/24", "tcp 10.0.0.5 > 198.51.100.7 40000", ANSWER_DENY, 0, 0},
        {"100 in allow all * 0.0.0.0/0", "tcp 10.0.0.5 > 198.51.100.7 443", ANSWER_DENY, 0, 0},
    };
    check(in, ARRAY_SIZE(in), false);
    check(out, ARRAY_SIZE(out), true);
}

static void protocols_and_ports_match(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"100 in allow all * 0.0.0.0/0", WEB, ANSWER_ALLOW, 100, 0},
        {"100 in allow all * 0.0.0.0/0", "gre 198.51.100.7 > 10.0.0.5 *", ANSWER_ALLOW, 100, 0},
        {"100 in allow gre 80 0.0.0.0/0", "gre 198.51.100.7 > 10.0.0.5 *", ANSWER_ALLOW, 100, 0},
        {"100 in allow udp * 0.0.0.0/0", WEB, ANSWER_DENY, 0, 0},
        {"100 in allow tcp * 0.0.0.0/0", WEB, ANSWER_ALLOW, 100, 0},
        {"100 in allow tcp 443-443 0.0.0.0/0", WEB, ANSWER_ALLOW, 100, 0},
        {"100 in allow tcp 444-65535 0.0.0.0/0", WEB, ANSWER_DENY, 0, 0},
        {"100 in allow tcp 0-442 0.0.0.0/0", WEB, ANSWER_DENY, 0, 0},
        {"100 in allow tcp 40000 0.0.0.0/0", WEB, ANSWER_DENY, 0, 0}, /* the source port */
        {"100 in allow icmp * 0.0.0.0/0", "icmp 198.51.100.7 > 10.0.0.5 8/0", ANSWER_ALLOW, 100, 0},
        {"100 in allow icmp 3/4 0.0.0.0/0", "icmp 198.51.100.7 > 10.0.0.5 3/4", ANSWER_ALLOW, 100, 0},
        {"100 in allow icmp 3/4 0.0.0.0/0", "icmp 198.51.100.7 > 10.0.0.5 3/1", ANSWER_DENY, 0, 0},
        {"100 in allow icmp6 128 ::/0", "icmp6 2001:db8::7 > 2001:db8:1::5 128/0", ANSWER_ALLOW, 100, 0},
    };
    check(rows, ARRAY_SIZE(rows), false);
}

/* A reply leaves to the client's ephemeral port: the other direction has to allow it. */
static void each_direction_is_asked_alone(void **state)
{
    (void)state;
    static const char acl[] = "100 in allow tcp 443 0.0.0.0/0\n32767 in deny all * 0.0.0.0/0\n"
                              "100 out allow tcp 32768-61000 0.0.0.0/0\n32767 out deny all * 0.0.0.0/0";
    assert_int_equal(ask(acl, WEB, false).answer, ANSWER_ALLOW);
    assert_int_equal(ask(acl, "tcp 10.0.0.5 > 198.51.100.7 40000", true).answer, ANSWER_ALLOW);
    struct acl_answer got = ask(acl, "tcp 10.0.0.5 > 198.51.100.7 61001", true); /* a Windows client */
    assert_int_equal(got.answer, ANSWER_DENY);
    assert_int_equal(got.entry->number, 32767);
    assert_true(got.entry->egress);
}

static void entries_that_may_match_fork(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"100 in allow icmp 8 0.0.0.0/0" STAR, PING, ANSWER_UNKNOWN, 100, DOUBT_ICMP_TYPE},
        {"100 in deny icmp 8 0.0.0.0/0" STAR, PING, ANSWER_DENY, 32767, 0},
        {"100 in deny icmp 8 0.0.0.0/0", PING, ANSWER_DENY, 0, 0},
        {"100 in allow icmp 8 0.0.0.0/0\n110 in allow all * 0.0.0.0/0" STAR, PING, ANSWER_ALLOW, 110, 0},
        {"100 in deny icmp 8 0.0.0.0/0\n110 in allow all * 0.0.0.0/0" STAR, PING, ANSWER_UNKNOWN, 100, DOUBT_ICMP_TYPE},
        {"90 in deny icmp 0 0.0.0.0/0\n100 in allow icmp 8 0.0.0.0/0" STAR, PING, ANSWER_UNKNOWN, 90, DOUBT_ICMP_TYPE},
        {"90 in deny icmp * 0.0.0.0/0\n100 in allow icmp 8 0.0.0.0/0" STAR, PING, ANSWER_DENY, 90, 0},
        {"100 in allow icmp 8 203.0.113.0/24" STAR, PING, ANSWER_DENY, 32767, 0},
        {"100 in allow tcp 443 0.0.0.0/0" STAR, "tcp 198.51.100.7 > 10.0.0.5 ?", ANSWER_UNKNOWN, 100, DOUBT_PORT},
        {"100 in allow tcp * 0.0.0.0/0" STAR, "tcp 198.51.100.7 > 10.0.0.5 ?", ANSWER_ALLOW, 100, 0},
        {"90 in deny tcp 22 0.0.0.0/0\n100 in allow tcp * 0.0.0.0/0" STAR, "tcp 198.51.100.7 > 10.0.0.5 ?",
         ANSWER_UNKNOWN, 90, DOUBT_PORT},
        {"100 in allow icmp6 128 ::/0" STAR, "icmp6 2001:db8::7 > 2001:db8:1::5 ?", ANSWER_UNKNOWN, 100,
         DOUBT_ICMP_TYPE},
    };
    check(rows, ARRAY_SIZE(rows), false);
}

static void services_of_aws_are_not_filtered(void **state)
{
    (void)state;
    assert_int_equal(ask("", "udp 10.0.0.5 > 169.254.169.253 53", true).answer, ANSWER_NONE);
    assert_int_equal(ask("", "tcp 169.254.169.254 > 10.0.0.5 40000", false).answer, ANSWER_NONE);
    assert_int_equal(ask("", "tcp 2001:db8::5 > fd00:ec2::254 80", true).answer, ANSWER_NONE);
    assert_int_equal(ask("", "tcp 10.0.0.5 > 169.254.169.252 80", true).answer, ANSWER_DENY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_entry_that_matches_decides),
        cmocka_unit_test(without_a_star_it_denies_all_the_same),
        cmocka_unit_test(families_share_numbers_and_nothing_else),
        cmocka_unit_test(the_other_end_matches_alone),
        cmocka_unit_test(protocols_and_ports_match),
        cmocka_unit_test(each_direction_is_asked_alone),
        cmocka_unit_test(entries_that_may_match_fork),
        cmocka_unit_test(services_of_aws_are_not_filtered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
