/* large_network.h - a network of 5,000 interfaces in 26 subnets and 2,000 security groups of 10 rules, as lists of
 * `aws ec2 describe-*` (network_text.h): interface k is eni-%05d with the address 10.0.(k / 200).(10 + k % 200). */
#ifndef WEIR_SUPPORT_LARGE_NETWORK_H
#define WEIR_SUPPORT_LARGE_NETWORK_H

#include <jansson.h>
#include <stdio.h>

enum { LARGE_INTERFACES = 5000, LARGE_GROUPS = 2000, LARGE_RULES = 10 };

static inline json_t *large_group(int k)
{
    char id[32];
    json_t *rules = json_array();
    for (int r = 0; r < LARGE_RULES; r++) {
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

static inline json_t *large_interface(int k)
{
    char id[32], addr[32], subnet[32], groups[3][32];
    snprintf(id, sizeof id, "eni-%05d", k);
    snprintf(addr, sizeof addr, "10.0.%d.%d", k / 200, 10 + k % 200);
    snprintf(subnet, sizeof subnet, "subnet-%d", k / 200);
    for (int g = 0; g < 3; g++)
        snprintf(groups[g], sizeof groups[g], "sg-%05d", (k * 3 + g * 7) % LARGE_GROUPS);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:[{s:s, s:b}], s:[{s:s}, {s:s}, {s:s}]}", "NetworkInterfaceId", id,
                     "InterfaceType", "interface", "VpcId", "vpc-1", "SubnetId", subnet, "PrivateIpAddress", addr,
                     "PrivateIpAddresses", "PrivateIpAddress", addr, "Primary", 1, "Groups", "GroupId", groups[0],
                     "GroupId", groups[1], "GroupId", groups[2]);
}

static inline json_t *large_entries(void)
{
    json_t *list = json_array();
    for (int k = 0; k < 20; k++)
        json_array_append_new(list, json_pack("{s:i, s:b, s:s, s:s, s:s, s:{s:i, s:i}}", "RuleNumber", 10 + k * 10,
                                              "Egress", k % 2, "Protocol", "6", "RuleAction", "allow", "CidrBlock",
                                              "0.0.0.0/0", "PortRange", "From", k * 1000, "To", 65535));
    return list;
}

/* Yours. */
static inline json_t *large_network(void)
{
    json_t *interfaces = json_array(), *groups = json_array(), *subnets = json_array(), *ties = json_array();
    for (int k = 0; k < LARGE_INTERFACES; k++)
        json_array_append_new(interfaces, large_interface(k));
    for (int k = 0; k < LARGE_GROUPS; k++)
        json_array_append_new(groups, large_group(k));
    for (int k = 0; k <= LARGE_INTERFACES / 200; k++) {
        char id[32], net[32];
        snprintf(id, sizeof id, "subnet-%d", k);
        snprintf(net, sizeof net, "10.0.%d.0/24", k);
        json_array_append_new(subnets,
                              json_pack("{s:s, s:s, s:s}", "SubnetId", id, "VpcId", "vpc-1", "CidrBlock", net));
        json_array_append_new(ties, json_pack("{s:s}", "SubnetId", id));
    }
    return json_pack(
        "{s:o, s:o, s:o, s:[{s:s, s:s, s:b, s:o, s:o}], s:[{s:s, s:s}], s:[{s:s, s:s, s:[{s:b}], s:[{s:s, s:s}, {s:s, "
        "s:s}]}], s:[], s:[]}",
        "NetworkInterfaces", interfaces, "SecurityGroups", groups, "Subnets", subnets, "NetworkAcls", "NetworkAclId",
        "acl-1", "VpcId", "vpc-1", "IsDefault", 1, "Entries", large_entries(), "Associations", ties, "Vpcs", "VpcId",
        "vpc-1", "CidrBlock", "10.0.0.0/16", "RouteTables", "RouteTableId", "rtb-1", "VpcId", "vpc-1", "Associations",
        "Main", 1, "Routes", "DestinationCidrBlock", "10.0.0.0/16", "GatewayId", "local", "DestinationCidrBlock",
        "0.0.0.0/0", "GatewayId", "igw-1", "VpcPeeringConnections", "TransitGatewayVpcAttachments");
}

#endif
