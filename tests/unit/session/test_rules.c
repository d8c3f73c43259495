/* Rules against the ring's traffic, and proposals: what is counted against a count of rows by hand, in slices, under
 * filters, by scopes, and with a network that changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "looker.h"

#define NOW INT64_C(1780000000)

enum { SYN = 2, ACK = 16, TCP = 6 };

static const char *const web_servers[] = {"eni-0a1000000000000a1", "eni-0a2000000000000a2", "eni-0a3000000000000a3"};

static weir_network *open_network(const char *scenario)
{
    size_t len;
    weir_network *network = NULL;
    weir_error err = {0};
    bool changed = false;
    char *bytes = weir_demo_network(scenario, NOW, &len);
    assert_non_null(bytes);
    weir_network_options options = {.snapshot = bytes, .snapshot_len = len};
    assert_int_equal(weir_network_open(&options, &network, &err), WEIR_OK);
    free(bytes);
    assert_int_equal(weir_network_pump(network, &changed, &err), WEIR_OK);
    return network;
}

struct world {
    weir_network *network;
    weir_session *session;
};

static void open_world(struct world *world, const char *filter)
{
    static const char *const specs[] = {"demo:web"};
    world->network = open_network("web");
    world->session = open_session(&(weir_session_options){
        .sources = specs, .n_sources = 1, .filter = filter, .now = NOW, .seed = 1, .memory_bytes = 256u << 20});
    weir_session_set_network(world->session, world->network);
    pump_to_end(world->session);
}

static void close_world(struct world *world)
{
    weir_session_close(world->session);
    weir_network_close(world->network);
}

/* ---- by hand ---- */

static uint64_t number(const weir_row *row, weir_field field)
{
    weir_value value = weir_row_value(row, field);
    return value.type == WEIR_NUMBER ? value.number : 0;
}

static bool text_is(const weir_row *row, weir_field field, const char *text)
{
    weir_value value = weir_row_value(row, field);
    return value.type == WEIR_TEXT && strcmp(value.text.text, text) == 0;
}

static bool is_at_web(const weir_row *row)
{
    for (size_t k = 0; k < sizeof web_servers / sizeof *web_servers; k++)
        if (text_is(row, WEIR_F_INTERFACE_ID, web_servers[k]))
            return true;
    return false;
}

/* A connection that is opened to a port of a web server, over IPv4. */
static bool is_knock(const weir_row *row, uint64_t port)
{
    weir_value dst = weir_row_value(row, WEIR_F_DSTADDR);
    uint64_t flags = number(row, WEIR_F_TCP_FLAGS);
    return is_at_web(row) && text_is(row, WEIR_F_FLOW_DIRECTION, "ingress") && dst.type == WEIR_ADDRESS &&
           dst.addr.family == 4 && number(row, WEIR_F_PROTOCOL) == TCP && number(row, WEIR_F_DSTPORT) == port &&
           flags & SYN && !(flags & ACK);
}

static uint64_t knocks(const struct world *world, uint64_t port, weir_verdict verdict)
{
    const weir_view *view = weir_session_view(world->session);
    uint64_t n = 0;
    weir_row row;
    for (uint64_t id = weir_view_oldest(view); weir_view_row(view, id, &row); id++)
        n += weir_row_verdict(&row) == verdict && is_knock(&row, port);
    return n;
}

/* ---- rules ---- */

static weir_rules *all_rules(const struct world *world, const char *scope, bool filtered)
{
    weir_rules *rules = NULL;
    weir_error err = {0};
    if (weir_rules_new(world->session, scope, filtered, &rules, &err) != WEIR_OK)
        fail_msg("%s: %s", scope, err.text);
    while (weir_rules_work(rules, 50))
        continue;
    assert_true(weir_rules_done(rules) == 1);
    return rules;
}

static bool find_rule(const weir_rules *rules, const char *id, weir_rule *out)
{
    for (size_t k = 0; weir_rules_get(rules, k, out); k++)
        if (strcmp(out->id.text, id) == 0)
            return true;
    return false;
}

static void test_counts_are_those_of_the_rows(void **state)
{
    struct world world;
    weir_rule rule;
    (void)state;
    open_world(&world, NULL);
    weir_rules *rules = all_rules(&world, "", false);
    assert_true(find_rule(rules, "sgr-0a10000000000443a", &rule));
    assert_string_equal(rule.words.text, "tcp 443 from 0.0.0.0/0");
    assert_string_equal(rule.owner_name.text, "shop-web");
    assert_int_equal(rule.accepted, knocks(&world, 443, WEIR_VERDICT_ACCEPT));
    assert_true(rule.accepted > 1000 && rule.rejected == 0);
    assert_true(find_rule(rules, "sgr-0a10000000000022a", &rule));
    assert_true(rule.accepted == 0 && rule.last == 0 && rule.newest_row == UINT64_MAX);
    assert_false(weir_rules_missing(rules, 0, &rule.words));
    weir_rules_free(rules);
    close_world(&world);
}

/* The newest record that a rule names is one of its own time, and no rule of either kind is counted twice. */
static void test_rules_name_their_newest_record(void **state)
{
    struct world world;
    weir_rule rule;
    uint64_t of_groups = 0, of_acls = 0;
    (void)state;
    open_world(&world, NULL);
    const weir_view *view = weir_session_view(world.session);
    weir_rules *rules = all_rules(&world, "", false);
    for (size_t k = 0; weir_rules_get(rules, k, &rule); k++) {
        weir_row row;
        *(rule.is_acl ? &of_acls : &of_groups) += rule.accepted + rule.rejected;
        assert_int_equal(rule.last != 0, rule.accepted + rule.rejected > 0);
        if (!rule.last)
            continue;
        assert_true(weir_view_row(view, rule.newest_row, &row));
        assert_int_equal(number(&row, WEIR_F_START), rule.last);
    }
    assert_int_equal(weir_rules_count(rules) > 20, 1);
    assert_true(of_groups > 1000 && of_groups <= weir_view_total(view) && of_acls <= weir_view_total(view));
    weir_rules_free(rules);
    close_world(&world);
}

static void test_what_no_rule_admits_are_the_causes(void **state)
{
    struct world world;
    uint64_t by_group = 0;
    weir_row row;
    (void)state;
    open_world(&world, NULL);
    const weir_view *view = weir_session_view(world.session);
    for (uint64_t id = weir_view_oldest(view); weir_view_row(view, id, &row); id++) {
        weir_cause cause = weir_session_cause(world.session, &row);
        by_group += cause == WEIR_CAUSE_SG_INGRESS || cause == WEIR_CAUSE_SG_EGRESS;
    }
    weir_rules *rules = all_rules(&world, "", false);
    assert_true(by_group > 1000);
    assert_int_equal(weir_rules_unmatched(rules), by_group);
    weir_rules_free(rules);
    close_world(&world);
}

static void test_scopes_are_parts(void **state)
{
    static const char *const scopes[] = {"web-1",
                                         "shop-web",
                                         "sg-0a000000000000a01",
                                         "eni-0a1000000000000a1",
                                         "acl-0a000000000000a01",
                                         "vpc-0a1b2c3d4e5f60718"};
    struct world world;
    weir_rule rule, of_all;
    (void)state;
    open_world(&world, NULL);
    weir_rules *all = all_rules(&world, "", false);
    uint64_t at_interface = 0;
    for (size_t s = 0; s < sizeof scopes / sizeof *scopes; s++) {
        weir_rules *rules = all_rules(&world, scopes[s], false);
        bool is_whole = strncmp(scopes[s], "vpc", 3) == 0;
        assert_true(weir_rules_count(rules) > 0);
        assert_int_equal(weir_rules_count(rules) == weir_rules_count(all), is_whole);
        for (size_t k = 0; weir_rules_get(rules, k, &rule); k++) {
            if (rule.is_acl)
                continue;
            assert_true(find_rule(all, rule.id.text, &of_all));
            assert_true(rule.accepted <= of_all.accepted);
        }
        if (strcmp(scopes[s], "web-1") == 0 && find_rule(rules, "sgr-0a10000000000443a", &rule))
            at_interface = rule.accepted;
        weir_rules_free(rules);
    }
    assert_true(find_rule(all, "sgr-0a10000000000443a", &of_all));
    assert_true(at_interface > 0 && at_interface < of_all.accepted);
    weir_rules_free(all);
    close_world(&world);
}

static void test_filters(void **state)
{
    struct world world;
    weir_rule rule;
    (void)state;
    open_world(&world, "action = REJECT");
    weir_rules *filtered = all_rules(&world, "", true), *all = all_rules(&world, "", false);
    assert_true(find_rule(filtered, "sgr-0a10000000000443a", &rule));
    assert_int_equal(rule.accepted, 0);
    assert_true(find_rule(all, "sgr-0a10000000000443a", &rule));
    assert_int_equal(rule.accepted, knocks(&world, 443, WEIR_VERDICT_ACCEPT));
    assert_int_equal(weir_rules_unmatched(all), weir_rules_unmatched(filtered));
    weir_rules_free(filtered);
    weir_rules_free(all);
    close_world(&world);
}

static void test_slices_do_not_matter(void **state)
{
    struct world world;
    weir_rule one, other;
    weir_rules *rules = NULL;
    (void)state;
    open_world(&world, NULL);
    weir_rules *whole = all_rules(&world, "", false);
    assert_int_equal(weir_rules_new(world.session, "", false, &rules, NULL), WEIR_OK);
    double done = 0;
    size_t slices = 0;
    while (weir_rules_work(rules, 0)) {
        assert_true(weir_rules_done(rules) >= done);
        done = weir_rules_done(rules);
        slices++;
    }
    assert_true(slices > 10);
    for (size_t k = 0; weir_rules_get(whole, k, &one); k++) {
        assert_true(weir_rules_get(rules, k, &other));
        assert_int_equal(one.accepted, other.accepted);
        assert_int_equal(one.rejected, other.rejected);
        assert_int_equal(one.newest_row, other.newest_row);
    }
    weir_rules_free(whole);
    weir_rules_free(rules);
    close_world(&world);
}

static void test_another_network_begins_anew(void **state)
{
    struct world world;
    weir_rules *rules = NULL;
    weir_what_if *what_if = NULL;
    weir_what_if_totals totals;
    weir_rule rule;
    (void)state;
    open_world(&world, NULL);
    assert_int_equal(weir_rules_new(world.session, "shop-web", false, &rules, NULL), WEIR_OK);
    assert_int_equal(weir_what_if_new(world.session, "remove sgr-0a10000000000443a", false, &what_if, NULL), WEIR_OK);
    assert_true(weir_rules_work(rules, 0));
    assert_true(weir_what_if_work(what_if, 0));
    weir_network *other = open_network("nacl");
    weir_session_set_network(world.session, other);
    weir_network_close(world.network); /* nothing of it may be looked at any more */
    world.network = other;
    while (weir_rules_work(rules, 20))
        continue;
    while (weir_what_if_work(what_if, 20))
        continue;
    assert_true(find_rule(rules, "sgr-0a10000000000443a", &rule));
    assert_int_equal(rule.accepted, knocks(&world, 443, WEIR_VERDICT_ACCEPT));
    weir_what_if_totals_get(what_if, &totals);
    assert_int_equal(totals.closed, rule.accepted);
    weir_rules_free(rules);
    weir_what_if_free(what_if);
    close_world(&world);
}

static void test_without_a_network(void **state)
{
    static const char *const specs[] = {"demo:web"};
    weir_rules *rules = NULL;
    weir_what_if *what_if = NULL;
    weir_error err = {0};
    char text[64];
    (void)state;
    weir_session *session = open_session(&(weir_session_options){.sources = specs, .n_sources = 1, .now = NOW});
    assert_int_equal(weir_rules_new(session, "", false, &rules, &err), WEIR_E_USAGE);
    assert_non_null(strstr(err.text, "--network"));
    assert_int_equal(weir_what_if_new(session, "remove sgr-1", false, &what_if, NULL), WEIR_E_USAGE);
    assert_int_equal(weir_what_if_check(session, "remove sgr-1", NULL), WEIR_E_USAGE);
    assert_false(weir_what_if_suggest(session, 0, text, sizeof text));
    weir_session_close(session);
}

/* ---- what if ---- */

static weir_what_if *ask(const struct world *world, const char *proposal, weir_what_if_totals *totals)
{
    weir_what_if *what_if = NULL;
    weir_error err = {0};
    if (weir_what_if_new(world->session, proposal, false, &what_if, &err) != WEIR_OK)
        fail_msg("%s: %s", proposal, err.text);
    while (weir_what_if_work(what_if, 50))
        continue;
    assert_true(weir_what_if_done(what_if) == 1);
    weir_what_if_totals_get(what_if, totals);
    return what_if;
}

/* The flows are all of what changes, the most frequent first. */
static void check_flows(weir_what_if *what_if, const weir_what_if_totals *totals)
{
    weir_change change;
    uint64_t records = 0, before = UINT64_MAX;
    size_t k = 0;
    for (; weir_what_if_get(what_if, k, &change); k++) {
        assert_true(change.records > 0 && change.records <= before && change.first <= change.last);
        before = change.records;
        records += change.records;
    }
    assert_int_equal(k, totals->flows);
    assert_int_equal(records + totals->uncounted, totals->opened + totals->closed);
}

static void test_a_rule_more_opens_what_knocked(void **state)
{
    struct world world;
    weir_what_if_totals totals;
    weir_change change;
    weir_safe text;
    (void)state;
    open_world(&world, NULL);
    weir_what_if *what_if = ask(&world, "add shop-web in tcp 80 from 0.0.0.0/0", &totals);
    uint64_t knocked = knocks(&world, 80, WEIR_VERDICT_REJECT);
    assert_true(knocked > 1000);
    assert_int_equal(totals.opened, knocked);
    assert_int_equal(totals.closed + totals.still_denied + totals.unknown, 0);
    check_flows(what_if, &totals);
    assert_true(weir_what_if_get(what_if, 0, &change));
    assert_true(change.opens && change.inbound && change.port == 80 && change.protocol == TCP);
    assert_string_equal(change.interface_name.text, "web-1");
    assert_non_null(strstr(totals.warning.text, "whole internet"));
    assert_true(weir_what_if_command(what_if, 0, &text));
    assert_non_null(strstr(text.text, "authorize-security-group-ingress"));
    assert_false(weir_what_if_command(what_if, 1, &text));
    weir_what_if_free(what_if);
    close_world(&world);
}

static void test_a_rule_less_closes_what_came_in(void **state)
{
    struct world world;
    weir_what_if_totals totals;
    (void)state;
    open_world(&world, NULL);
    weir_what_if *what_if = ask(&world, "remove sgr-0a10000000000443a", &totals);
    assert_int_equal(totals.closed, knocks(&world, 443, WEIR_VERDICT_ACCEPT));
    assert_int_equal(totals.opened, 0);
    check_flows(what_if, &totals);
    weir_what_if_free(what_if);
    /* What another rule admits as well goes on. */
    what_if = ask(&world, "remove sgr-0a10000000000443a; add shop-web in tcp 400-500 from 0.0.0.0/0", &totals);
    assert_int_equal(totals.closed, 0);
    weir_what_if_free(what_if);
    close_world(&world);
}

static void test_what_is_suggested_opens_the_record(void **state)
{
    struct world world;
    weir_row row;
    size_t tried = 0;
    (void)state;
    open_world(&world, NULL);
    const weir_view *view = weir_session_view(world.session);
    for (uint64_t id = weir_view_oldest(view); weir_view_row(view, id, &row) && tried < 5; id += 501) {
        char text[256];
        weir_what_if_totals totals;
        weir_cause cause = weir_session_cause(world.session, &row);
        bool is_suggested = weir_what_if_suggest(world.session, id, text, sizeof text);
        if (cause != WEIR_CAUSE_SG_INGRESS && cause != WEIR_CAUSE_SG_EGRESS) {
            assert_false(is_suggested);
            continue;
        }
        assert_true(is_suggested);
        assert_int_equal(weir_what_if_check(world.session, text, NULL), WEIR_OK);
        weir_what_if *what_if = ask(&world, text, &totals);
        assert_true(totals.opened >= 1 && totals.closed == 0);
        check_flows(what_if, &totals);
        weir_what_if_free(what_if);
        tried++;
    }
    assert_int_equal(tried, 5);
    close_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_are_those_of_the_rows),
        cmocka_unit_test(test_rules_name_their_newest_record),
        cmocka_unit_test(test_what_no_rule_admits_are_the_causes),
        cmocka_unit_test(test_scopes_are_parts),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_slices_do_not_matter),
        cmocka_unit_test(test_another_network_begins_anew),
        cmocka_unit_test(test_without_a_network),
        cmocka_unit_test(test_a_rule_more_opens_what_knocked),
        cmocka_unit_test(test_a_rule_less_closes_what_came_in),
        cmocka_unit_test(test_what_is_suggested_opens_the_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
