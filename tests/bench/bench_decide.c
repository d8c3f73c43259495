/* What a verdict costs on an inventory of 5,000 interfaces and 2,000 groups: the decision alone, as the ring is
 * classified with it, and the decision in words. Fails above 50 us a decision. */
#include <time.h>

#include "../support/network_text.h"
#include "explain/decide.h"

enum { INTERFACES = 5000, GROUPS = 2000, RULES = 10, FLOWS = 4096, ROUNDS = 50, NOW = 1700000000, LIMIT_NS = 50000 };

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static json_t *group(int k)
{
    char id[32];
    json_t *rules = json_array();
    for (int r = 0; r < RULES; r++) {
        char net[32];
        snprintf(net, sizeof net, "10.%d.%d.0/24", r, k % 256);
        json_array_append_new(rules, r % 4 == 3
                                         ? json_pack("{s:s, s:i, s:i, s:[{s:s}]}", "IpProtocol", "tcp", "FromPort",
                                                     8000 + r, "ToPort", 8000 + r, "UserIdGroupPairs", "GroupId",
                                                     k % 2 ? "sg-00001" : "sg-00002")
                                         : json_pack("{s:s, s:i, s:i, s:[{s:s}]}", "IpProtocol", "tcp", "FromPort",
                                                     8000 + r, "ToPort", 8000 + r, "IpRanges", "CidrIp", net));
    }
    snprintf(id, sizeof id, "sg-%05d", k);
    return json_pack("{s:s, s:s, s:s, s:o, s:[{s:s, s:[{s:s}]}]}", "GroupId", id, "GroupName", id, "VpcId", "vpc-1",
                     "IpPermissions", rules, "IpPermissionsEgress", "IpProtocol", "-1", "IpRanges", "CidrIp",
                     "0.0.0.0/0");
}

static json_t *interface(int k)
{
    char id[32], addr[32], subnet[32], groups[3][32];
    snprintf(id, sizeof id, "eni-%05d", k);
    snprintf(addr, sizeof addr, "10.0.%d.%d", k / 200, 10 + k % 200);
    snprintf(subnet, sizeof subnet, "subnet-%d", k / 200);
    for (int g = 0; g < 3; g++)
        snprintf(groups[g], sizeof groups[g], "sg-%05d", (k * 3 + g * 7) % GROUPS);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:[{s:s, s:b}], s:[{s:s}, {s:s}, {s:s}]}", "NetworkInterfaceId", id,
                     "InterfaceType", "interface", "VpcId", "vpc-1", "SubnetId", subnet, "PrivateIpAddress", addr,
                     "PrivateIpAddresses", "PrivateIpAddress", addr, "Primary", 1, "Groups", "GroupId", groups[0],
                     "GroupId", groups[1], "GroupId", groups[2]);
}

static json_t *entries(void)
{
    json_t *list = json_array();
    for (int k = 0; k < 20; k++)
        json_array_append_new(list, json_pack("{s:i, s:b, s:s, s:s, s:s, s:{s:i, s:i}}", "RuleNumber", 10 + k * 10,
                                              "Egress", k % 2, "Protocol", "6", "RuleAction", "allow", "CidrBlock",
                                              "0.0.0.0/0", "PortRange", "From", k * 1000, "To", 65535));
    return list;
}

static struct inventory *network(void)
{
    json_t *interfaces = json_array(), *groups = json_array(), *subnets = json_array(), *ties = json_array();
    for (int k = 0; k < INTERFACES; k++)
        json_array_append_new(interfaces, interface(k));
    for (int k = 0; k < GROUPS; k++)
        json_array_append_new(groups, group(k));
    for (int k = 0; k <= INTERFACES / 200; k++) {
        char id[32], net[32];
        snprintf(id, sizeof id, "subnet-%d", k);
        snprintf(net, sizeof net, "10.0.%d.0/24", k);
        json_array_append_new(subnets,
                              json_pack("{s:s, s:s, s:s}", "SubnetId", id, "VpcId", "vpc-1", "CidrBlock", net));
        json_array_append_new(ties, json_pack("{s:s}", "SubnetId", id));
    }
    json_t *document = json_pack(
        "{s:o, s:o, s:o, s:[{s:s, s:s, s:b, s:o, s:o}], s:[{s:s, s:s}], s:[{s:s, s:s, s:[{s:b}], s:[{s:s, s:s}, {s:s, "
        "s:s}]}], s:[], s:[]}",
        "NetworkInterfaces", interfaces, "SecurityGroups", groups, "Subnets", subnets, "NetworkAcls", "NetworkAclId",
        "acl-1", "VpcId", "vpc-1", "IsDefault", 1, "Entries", entries(), "Associations", ties, "Vpcs", "VpcId", "vpc-1",
        "CidrBlock", "10.0.0.0/16", "RouteTables", "RouteTableId", "rtb-1", "VpcId", "vpc-1", "Associations", "Main", 1,
        "Routes", "DestinationCidrBlock", "10.0.0.0/16", "GatewayId", "local", "DestinationCidrBlock", "0.0.0.0/0",
        "GatewayId", "igw-1", "VpcPeeringConnections", "TransitGatewayVpcAttachments");
    struct inventory *inventory = document ? network_of_json(document) : NULL;
    json_decref(document);
    return inventory;
}

static bool make_flows(struct flow_record *records)
{
    for (int k = 0; k < FLOWS; k++) {
        char text[256];
        int at = k * 7 % INTERFACES;
        weir_error err = {0};
        snprintf(text, sizeof text, "eni=eni-%05d src=%s.%d dst=10.0.%d.%d sport=%d dport=%d flags=%d dir=in", at,
                 k % 3 ? "203.0.113" : "10.0.9", 1 + k % 200, at / 200, 10 + at % 200, 30000 + k, 8000 + k % 16,
                 k % 4 == 3 ? 0 : 2);
        if (flow_record_parse(text, NOW, &records[k], &err) != WEIR_OK) {
            printf("%s: %s\n", text, err.text);
            return false;
        }
    }
    return true;
}

int main(void)
{
    static struct flow_record records[FLOWS];
    static size_t causes[WEIR_CAUSE_COUNT];
    struct inventory *inventory = network();
    struct rules_at rules = {.at = inventory, .now = inventory, .exact = true};
    struct prior prior = {.searched = true, .log_is_all = true};
    if (!inventory || !make_flows(records))
        return EXIT_FAILURE;
    double begin = now_ns();
    for (int round = 0; round < ROUNDS; round++) {
        for (int k = 0; k < FLOWS; k++) {
            struct flow flow;
            struct decision decision;
            flow_of(&records[k], inventory, &prior, NULL, &flow);
            decide(&flow, &prior, &rules, &decision);
            causes[decision.cause]++;
        }
    }
    double decided = (now_ns() - begin) / (ROUNDS * FLOWS);
    begin = now_ns();
    for (int k = 0; k < FLOWS; k++) {
        struct flow flow;
        struct decision decision;
        weir_explanation *told = NULL;
        flow_of(&records[k], inventory, &prior, NULL, &flow);
        decide(&flow, &prior, &rules, &decision);
        if (explanation_make(&flow, &prior, &rules, &decision, &told, NULL) != WEIR_OK)
            return EXIT_FAILURE;
        weir_explanation_free(told);
    }
    double told = (now_ns() - begin) / FLOWS;
    for (int cause = 0; cause < WEIR_CAUSE_COUNT; cause++)
        if (causes[cause])
            printf("%-16s %zu\n", weir_cause_get((weir_cause)cause)->name, causes[cause] / ROUNDS);
    printf("decision         %8.0f ns\nin words         %8.0f ns\n", decided, told);
    inventory_free(inventory);
    return decided < LIMIT_NS ? EXIT_SUCCESS : EXIT_FAILURE;
}
