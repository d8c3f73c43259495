/* test_explanation.c - decisions in words, over networks and flows drawn at random: every REJECT is explained, whatever
 * is missing or contradictory, nothing is opened to everywhere, and the JSON is one line. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/scope.h"
#include "explain/decide.h"
#include "network_text.h"

enum { NOW = 1700000000, NETWORKS = 60, FLOWS = 150 };

static uint64_t seed = 4711;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

#define PICK(list) (list)[draw(ARRAY_SIZE(list))]

/* ---- networks ---- */

static json_t *draw_permission(void)
{
    static const char *const protocols[] = {"-1", "tcp", "udp", "icmp", "icmpv6", "47", "6", "nonsense"};
    static const char *const nets[] = {"0.0.0.0/0", "10.0.0.0/8", "203.0.113.7/32", "10.0.1.0/24", "not a net"};
    static const char *const nets6[] = {"::/0", "2001:db8:f::/48"};
    static const char *const groups[] = {"sg-1", "sg-2", "sg-9"};
    int from = (int)draw(3) - 1 ? (int)draw(500) : -1;
    json_t *permission = json_pack("{s:s, s:i, s:i}", "IpProtocol", PICK(protocols), "FromPort", from, "ToPort",
                                   from < 0 ? -1 : from + (int)draw(500));
    switch (draw(4)) {
    case 0: json_object_set_new(permission, "IpRanges", json_pack("[{s:s}]", "CidrIp", PICK(nets))); break;
    case 1: json_object_set_new(permission, "Ipv6Ranges", json_pack("[{s:s}]", "CidrIpv6", PICK(nets6))); break;
    case 2: json_object_set_new(permission, "UserIdGroupPairs", json_pack("[{s:s}]", "GroupId", PICK(groups))); break;
    default: json_object_set_new(permission, "PrefixListIds", json_pack("[{s:s}]", "PrefixListId", "pl-1")); break;
    }
    return permission;
}

static json_t *draw_permissions(void)
{
    json_t *list = json_array();
    for (uint32_t n = draw(4); n > 0; n--)
        json_array_append_new(list, draw_permission());
    return list;
}

static json_t *draw_group(const char *id, const char *name)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:o}", "GroupId", id, "GroupName", name, "VpcId", "vpc-1", "IpPermissions",
                     draw_permissions(), "IpPermissionsEgress", draw_permissions());
}

static json_t *draw_entries(void)
{
    static const char *const protocols[] = {"-1", "6", "17", "1", "58"};
    static const char *const actions[] = {"allow", "deny"};
    static const char *const nets[] = {"0.0.0.0/0", "203.0.113.0/24", "10.0.0.0/8"};
    json_t *list = json_array();
    for (uint32_t n = draw(5); n > 0; n--) {
        json_t *entry = json_pack("{s:i, s:b, s:s, s:s}", "RuleNumber", 1 + (int)draw(5), "Egress", (int)draw(2),
                                  "Protocol", PICK(protocols), "RuleAction", PICK(actions));
        bool six = draw(4) == 0;
        json_object_set_new(entry, six ? "Ipv6CidrBlock" : "CidrBlock", json_string(six ? "::/0" : PICK(nets)));
        if (draw(2))
            json_object_set_new(entry, "PortRange",
                                json_pack("{s:i, s:i}", "From", (int)draw(300), "To", 300 + (int)draw(65000)));
        json_array_append_new(list, entry);
    }
    return list;
}

static json_t *draw_interface(const char *id, const char *addr, const char *six, const char *subnet, const char *group)
{
    static const char *const types[] = {"interface", "interface", "nat_gateway", "network_load_balancer"};
    json_t *interface =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:[{s:s, s:b}], s:[{s:s}]}", "NetworkInterfaceId", id, "InterfaceType",
                  PICK(types), "VpcId", "vpc-1", "SubnetId", subnet, "PrivateIpAddress", addr, "PrivateIpAddresses",
                  "PrivateIpAddress", addr, "Primary", 1, "Ipv6Addresses", "Ipv6Address", six);
    json_object_set_new(interface, "Groups", draw(6) ? json_pack("[{s:s}]", "GroupId", group) : json_array());
    return interface;
}

static json_t *draw_routes(void)
{
    static const char *const targets[] = {"igw-1", "local", "vgw-1"};
    json_t *routes =
        json_pack("[{s:s, s:s, s:s}]", "DestinationCidrBlock", "10.0.0.0/16", "GatewayId", "local", "State", "active");
    if (draw(2))
        json_array_append_new(routes, json_pack("{s:s, s:s, s:s}", "DestinationCidrBlock", "0.0.0.0/0", "GatewayId",
                                                PICK(targets), "State", draw(4) ? "active" : "blackhole"));
    return routes;
}

static struct inventory *draw_network(void)
{
    static const char *const modes[] = {"off", "block-ingress", "block-bidirectional", "new-mode"};
    json_t *document = json_pack(
        "{s:s, s:[o, o], s:[o, o], s:[{s:s, s:s, s:b, s:o, s:[{s:s}]}], s:[{s:s, s:s, s:s}, {s:s, s:s, s:s}], "
        "s:[{s:s, s:s}], s:[{s:s, s:s, s:[{s:b}], s:o}], s:[{s:s}]}",
        "Region", "eu-west-1", "NetworkInterfaces",
        draw_interface("eni-1", "10.0.1.10", "2001:db8:10::10", "subnet-1", "sg-1"),
        draw_interface("eni-2", "10.0.2.20", "2001:db8:10::20", "subnet-2", "sg-2"), "SecurityGroups",
        draw_group("sg-1", "shop"), draw_group("sg-2", "app"), "NetworkAcls", "NetworkAclId", "acl-1", "VpcId", "vpc-1",
        "IsDefault", (int)draw(2), "Entries", draw_entries(), "Associations", "SubnetId", "subnet-1", "Subnets",
        "SubnetId", "subnet-1", "VpcId", "vpc-1", "CidrBlock", "10.0.1.0/24", "SubnetId", "subnet-2", "VpcId", "vpc-1",
        "CidrBlock", "10.0.2.0/24", "Vpcs", "VpcId", "vpc-1", "CidrBlock", "10.0.0.0/16", "RouteTables", "RouteTableId",
        "rtb-1", "VpcId", "vpc-1", "Associations", "Main", 1, "Routes", draw_routes(), "VpcBlockPublicAccessOptions",
        "InternetGatewayBlockMode", PICK(modes));
    static const char *const parts[] = {"NetworkInterfaces", "SecurityGroups", "NetworkAcls", "Subnets", "Vpcs",
                                        "RouteTables",       "none",           "none",        "none",    "none"};
    assert_non_null(document);
    json_object_del(document, PICK(parts));
    struct inventory *inventory = network_of_json(document);
    assert_non_null(inventory);
    json_decref(document);
    return inventory;
}

/* ---- flows ---- */

static struct prior_record draw_record(void)
{
    if (draw(2))
        return (struct prior_record){.found = false};
    int64_t end = NOW - (int64_t)draw(1000);
    return (struct prior_record){.found = true, .start = end - 10, .end = end, .tcp_flags = (int32_t)draw(32) - 1};
}

static void draw_flow(struct flow_record *record, struct prior *prior)
{
    static const char *const addresses[] = {"10.0.1.10",       "10.0.2.20", "10.0.1.77", "203.0.113.7",
                                            "169.254.169.253", "10.0.0.2",  "100.64.1.1"};
    static const char *const sixes[] = {"2001:db8:10::10", "2001:db8:f::7", "fd00:ec2::253"};
    static const char *const protocols[] = {"tcp", "tcp", "tcp", "udp", "icmp", "47"};
    static const char *const interfaces[] = {"eni-1", "eni-1", "eni-2", "eni-9"};
    static const char *const directions[] = {"-", "in", "out"};
    static const char *const reasons[] = {"-", "-", "-", "-", "BPA", "EC", "x"};
    char text[256];
    weir_error err = {0};
    bool six = draw(4) == 0;
    snprintf(text, sizeof text, "eni=%s src=%s dst=%s sport=%u dport=%u proto=%s dir=%s reason=%s flags=%u path=%u",
             PICK(interfaces), six ? PICK(sixes) : PICK(addresses), six ? PICK(sixes) : PICK(addresses), draw(60000),
             draw(2) ? draw(600) : draw(60000), PICK(protocols), PICK(directions), PICK(reasons), draw(32), draw(10));
    if (flow_record_parse(text, NOW, record, &err) != WEIR_OK)
        fail_msg("%s: %s", text, err.text);
    if (draw(3) == 0)
        record->tcp_flags = -1;
    if (draw(9) == 0)
        record->protocol = -1;
    if (draw(9) == 0)
        memcpy(record->subnet_id, "subnet-1", 9);
    *prior = (struct prior){.searched = draw(2), .log_is_all = draw(2), .has_gap = draw(9) == 0, .exchanges = draw(5)};
    prior->same = draw_record();
    prior->reverse = draw_record();
    prior->request = draw_record();
    prior->close = draw_record();
    prior->local_listens = draw(2);
    prior->remote_listens = draw(2);
}

/* ---- what holds of all ---- */

static void check_command(weir_safe command)
{
    if (!command.text[0])
        return;
    assert_memory_equal(command.text, "aws ec2 ", 8);
    assert_null(strstr(command.text, "/0"));
    assert_null(strstr(command.text, "IpProtocol=-1"));
}

static void check(const weir_explanation *told)
{
    assert_in_range(told->cause, 0, WEIR_CAUSE_COUNT - 1);
    assert_in_range(told->confidence, 0, 99);
    assert_true(told->title.text[0]);
    assert_true(told->flow.text[0]);
    assert_true(told->fix.words.text[0]);
    check_command(told->fix.command);
    check_command(told->fix.second_command);
    check_command(told->fix.third_command);
    size_t acted = 0;
    for (size_t k = 0; k < told->n_hops; k++)
        acted += told->hops[k].acted;
    assert_true(acted <= 1);
    if (told->cause == WEIR_CAUSE_UNDETERMINED)
        assert_true(told->n_missing > 0 || told->n_assumptions > 0);
}

static void explain(const struct inventory *at, const struct inventory *now)
{
    static struct flow_record record;
    struct prior prior;
    struct flow flow;
    struct decision decision;
    weir_explanation *told = NULL;
    weir_error err = {0};
    draw_flow(&record, &prior);
    struct rules_at rules = {.at = at, .now = draw(2) ? now : at, .exact = draw(2)};
    flow_of(&record, at, &prior, NULL, &flow);
    decide(&flow, &prior, &rules, &decision);
    assert_int_equal(explanation_make(&flow, &prior, &rules, &decision, &told, &err), WEIR_OK);
    check(told);
    char *text = weir_explanation_json(told);
    assert_non_null(text);
    json_t *again = json_loads(text, 0, NULL);
    assert_non_null(again);
    assert_null(strchr(text, '\n'));
    assert_string_equal(json_string_value(json_object_get(again, "cause")), weir_cause_get(told->cause)->name);
    json_decref(again);
    free(text);
    weir_explanation_free(told);
}

static void every_reject_is_explained(void **state)
{
    (void)state;
    struct inventory *before = NULL;
    for (int n = 0; n < NETWORKS; n++) {
        struct inventory *network = draw_network();
        for (int k = 0; k < FLOWS; k++)
            explain(draw(12) ? network : NULL, before ? before : network);
        inventory_free(before);
        before = network;
    }
    inventory_free(before);
}

static void an_accept_has_nothing_to_explain(void **state)
{
    (void)state;
    struct flow_record record;
    struct flow flow;
    struct decision decision;
    weir_explanation *told = NULL;
    weir_error err = {0};
    assert_int_equal(flow_record_parse("src=192.0.2.1 dst=192.0.2.2 dport=80 action=ACCEPT", NOW, &record, &err),
                     WEIR_OK);
    flow_of(&record, NULL, NULL, NULL, &flow);
    decide(&flow, NULL, NULL, &decision);
    assert_int_equal(explanation_make(&flow, NULL, NULL, &decision, &told, &err), WEIR_OK);
    assert_int_equal(told->cause, WEIR_CAUSE_NONE);
    assert_int_equal(strncmp(told->flow.text, "192.0.2.1 -> 192.0.2.2:80 tcp SYN", 33), 0);
    assert_int_equal(told->n_also_blocking, 0);
    char *text = weir_explanation_json(told);
    assert_non_null(strstr(text, "\"cause\":null"));
    free(text);
    weir_explanation_free(told);
    weir_explanation_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reject_is_explained),
        cmocka_unit_test(an_accept_has_nothing_to_explain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
