/* inventory.h - the network of an account and region as EC2 tells it, typed and linked: what the evaluators look at.
 *
 * An inventory is immutable once built: any thread may read it. Texts are safe text, "" where EC2 tells nothing, and
 * live as long as the inventory. A pointer to another thing is NULL when that thing is not in the inventory: whether
 * because it does not exist or because its part is unknown is told by inventory_part(). Unknown never means "deny".
 * Names and meanings are EC2's: docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Types.html */
#ifndef WEIR_VPC_INVENTORY_H
#define WEIR_VPC_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "weir/safe.h"

struct inventory;

enum part {
#define X(id, operation, list, set, shape, page, words) id,
#include "vpc/part.def"
#undef X
    PART_COUNT
};

enum part_state {
    PART_UNKNOWN, /* was not asked, or its file is not there */
    PART_DENIED,  /* may not be asked */
    PART_FAILED,  /* was asked and could not be read */
    PART_PARTIAL, /* some pages or items are missing */
    PART_KNOWN,
};

enum { PORT_ALL_FROM = 0, PORT_ALL_TO = 65535 };
enum { PROTOCOL_ICMP = 1, PROTOCOL_TCP = 6, PROTOCOL_UDP = 17, PROTOCOL_ICMP6 = 58, PROTOCOL_ALL = -1 };

/* ---- rules ---- */

enum peer_kind { PEER_NET, PEER_PREFIX_LIST, PEER_GROUP };

/* One allow rule of a security group, one peer each. */
struct vpc_rule {
    weir_safe id; /* sgr-…, "" where the grouped form alone was read */
    const struct vpc_group *group;
    bool egress;
    int16_t protocol; /* 0..255 or PROTOCOL_ALL */
    /* tcp, udp: ports, open ends filled in (0, 65535). ICMP: type and code, -1 = any. Others: not looked at. */
    int32_t from, to;
    bool malformed;           /* ICMP type any with a code: matches nothing */
    bool unsure;              /* only one of EC2's two lists of rules has it: it may be new, or gone */
    enum peer_kind peer_kind; /* a rule that cannot be read is PEER_PREFIX_LIST without a list: it may match */
    struct net net;           /* PEER_NET, host bits 0 */
    weir_safe peer_id;        /* PEER_PREFIX_LIST, PEER_GROUP: pl-…, sg-… */
    const struct vpc_prefix_list *prefix_list; /* NULL = not in the inventory */
    const struct vpc_group *peer_group;        /* NULL = not in the inventory */
    weir_safe peer_account, peer_vpc, peering; /* of a reference, "" = not told */
    weir_safe peering_status;                  /* "active", "deleted"; "" = same VPC or not told */
    weir_safe description;
};

struct vpc_group {
    weir_safe id, name, description, account, vpc_id;
    const struct vpc *vpc;
    const struct vpc_rule *rules; /* ingress before egress; by protocol, ports, peer: EC2 promises no order */
    size_t n_rules, n_ingress, n_egress;
    const struct vpc_interface *const *members; /* interfaces that have it */
    size_t n_members;
};

struct vpc_acl_entry {
    uint16_t number; /* 1..32766; 32767 and 32768 are shown as "*" */
    bool egress, allow;
    int16_t protocol;
    int32_t from, to; /* ports, or ICMP type and code, as in vpc_rule */
    struct net net;
};

struct vpc_acl {
    weir_safe id, name, vpc_id;
    bool is_default;
    const struct vpc_acl_entry *entries; /* ascending by (egress, number); "*" added per family where it lacks */
    size_t n_entries;
};

/* ---- places ---- */

enum bpa_mode { BPA_UNKNOWN, BPA_OFF, BPA_BLOCK_BIDIRECTIONAL, BPA_BLOCK_INGRESS };
enum bpa_exclusion { BPA_NOT_EXCLUDED, BPA_ALLOW_BIDIRECTIONAL, BPA_ALLOW_EGRESS };

struct vpc {
    weir_safe id, name, account;
    const struct net *nets; /* CIDR blocks that are associated, IPv4 and IPv6 */
    size_t n_nets;
    enum bpa_exclusion bpa;
    weir_safe encryption_mode; /* "monitor", "enforce", "" */
};

struct vpc_subnet {
    weir_safe id, name, vpc_id, zone, zone_id, account;
    const struct vpc *vpc;
    const struct net *nets;
    size_t n_nets;
    const struct vpc_acl *acl;                 /* associated, else the VPC's default; NULL = unknown */
    const struct vpc_route_table *route_table; /* associated, else the VPC's main; NULL = unknown */
    bool two_acls;                             /* contradictory data: acl is the first */
    enum bpa_exclusion bpa;                    /* its own, else its VPC's */
};

struct vpc_instance {
    weir_safe id, name, state; /* "running", "stopped" … */
};

struct vpc_address {
    weir_addr addr;
    bool primary;
    weir_addr public_addr; /* family 0 = none */
};

struct vpc_interface {
    weir_safe id, name, type, description, status, vpc_id, subnet_id, zone, account, requester;
    weir_safe instance_id; /* "" = none */
    weir_safe attachment_status;
    const struct vpc *vpc;
    const struct vpc_subnet *subnet;
    const struct vpc_instance *instance;
    const struct vpc_address *addresses; /* IPv4 and IPv6, the primary IPv4 first */
    size_t n_addresses;
    const struct net *prefixes; /* delegated */
    size_t n_prefixes;
    const struct vpc_group *const *groups; /* those in the inventory */
    const weir_safe *group_ids;            /* all it has; "" = one that was not told */
    size_t n_groups, n_group_ids;
    bool source_dest_check;
    bool requester_managed;
    int tcp_established_s, udp_stream_s, udp_s; /* connection tracking; 0 = EC2's default */
    weir_safe label; /* the name a person would look for: tag Name, instance's name, "NAT nat-…", "ALB shop",
                        "Lambda thumbnails", "endpoint s3" …; else the id */
};

/* ---- ways ---- */

enum target_kind {
    TARGET_UNKNOWN,
    TARGET_LOCAL,
    TARGET_INTERNET_GATEWAY,
    TARGET_EGRESS_GATEWAY,
    TARGET_NAT_GATEWAY,
    TARGET_INTERFACE,
    TARGET_INSTANCE,
    TARGET_PEERING,
    TARGET_TRANSIT_GATEWAY,
    TARGET_VPN_GATEWAY,
    TARGET_ENDPOINT, /* vpce-…: gateway endpoint, or Gateway Load Balancer endpoint */
    TARGET_LOCAL_GATEWAY,
    TARGET_CARRIER_GATEWAY,
    TARGET_CORE_NETWORK,
};

enum route_origin { ORIGIN_CREATE_TABLE, ORIGIN_CREATE, ORIGIN_PROPAGATED };

struct vpc_route {
    struct net net; /* where prefix_list_id is "" */
    weir_safe prefix_list_id;
    const struct vpc_prefix_list *prefix_list;
    enum target_kind kind;
    weir_safe target; /* "local", "igw-…" … */
    enum route_origin origin;
    bool blackhole;
};

struct vpc_route_table {
    weir_safe id, name, vpc_id;
    bool main;
    const struct vpc_route *routes;
    size_t n_routes;
    const weir_safe *gateways; /* igw-…, vgw-… whose incoming traffic it routes (edge association) */
    size_t n_gateways;
};

enum gateway_kind { GATEWAY_INTERNET, GATEWAY_EGRESS_ONLY, GATEWAY_VPN };

struct vpc_gateway {
    enum gateway_kind kind;
    weir_safe id, name;
    weir_safe vpc_id, state; /* of its attachment; "" = none */
};

struct vpc_nat {
    weir_safe id, name, vpc_id, subnet_id, state, connectivity; /* "public", "private" */
    const struct vpc_subnet *subnet;
    const struct vpc_address *addresses; /* private with its public one */
    const weir_safe *interface_ids;      /* of each address */
    size_t n_addresses;
    bool regional;
};

struct vpc_peering {
    weir_safe id, name, status;
    struct {
        weir_safe vpc_id, account, region;
        const struct net *nets;
        size_t n_nets;
    } requester, accepter;
};

struct vpc_endpoint {
    weir_safe id, name, vpc_id, service, type, state; /* type: "Gateway", "Interface", "GatewayLoadBalancer" */
    const weir_safe *route_table_ids, *subnet_ids, *interface_ids, *group_ids;
    size_t n_route_tables, n_subnets, n_interfaces, n_groups;
};

struct vpc_prefix_list {
    weir_safe id, name, account; /* account "AWS" = AWS's own */
    bool known;                  /* its entries are */
    const struct net *nets;
    size_t n_nets;
};

struct vpc_attachment {
    weir_safe id, name, transit_gateway, resource_type, resource_id, resource_account, state;
    weir_safe table_id;          /* associated route table, "" = none or not told */
    weir_safe association_state; /* "associated" */
    const weir_safe *subnet_ids; /* of a VPC attachment */
    size_t n_subnets;
    enum { OPTION_UNKNOWN, OPTION_OFF, OPTION_ON } group_referencing, appliance_mode, ipv6;
};

struct vpc_transit_route {
    struct net net;
    weir_safe prefix_list_id, state, type, attachment_id, resource_type, resource_id;
    bool blackhole;
};

struct vpc_transit_table {
    weir_safe id, name, transit_gateway, state;
    bool known; /* its routes are */
    const struct vpc_transit_route *routes;
    size_t n_routes;
};

/* ---- the whole ---- */

void inventory_free(struct inventory *inventory); /* accepts NULL */

weir_safe inventory_region(const struct inventory *inventory);
weir_safe inventory_account(const struct inventory *inventory);
int64_t inventory_taken(const struct inventory *inventory); /* Unix seconds when it was asked; 0 = not told */

enum part_state inventory_part(const struct inventory *inventory, enum part part);
/* "security groups are unknown: ec2:DescribeSecurityGroups is denied to …"; "" when the part is known. */
weir_safe inventory_part_words(const struct inventory *inventory, enum part part);
/* Contradictions found while building: "subnet-… has two network ACLs". False past the last. */
bool inventory_warning(const struct inventory *inventory, size_t k, weir_safe *out);
size_t inventory_bytes(const struct inventory *inventory);
enum bpa_mode inventory_bpa(const struct inventory *inventory);

/* By id, without regard to nothing: exact. NULL = not in the inventory. */
const struct vpc_interface *inventory_interface(const struct inventory *inventory, const char *id);
const struct vpc_group *inventory_group(const struct inventory *inventory, const char *id);
const struct vpc_acl *inventory_acl(const struct inventory *inventory, const char *id);
const struct vpc_subnet *inventory_subnet(const struct inventory *inventory, const char *id);
const struct vpc *inventory_vpc(const struct inventory *inventory, const char *id);
const struct vpc_instance *inventory_instance(const struct inventory *inventory, const char *id);
const struct vpc_route_table *inventory_route_table(const struct inventory *inventory, const char *id);
const struct vpc_gateway *inventory_gateway(const struct inventory *inventory, const char *id);
const struct vpc_nat *inventory_nat(const struct inventory *inventory, const char *id);
const struct vpc_peering *inventory_peering(const struct inventory *inventory, const char *id);
const struct vpc_endpoint *inventory_endpoint(const struct inventory *inventory, const char *id);
const struct vpc_prefix_list *inventory_prefix_list(const struct inventory *inventory, const char *id);
const struct vpc_attachment *inventory_attachment(const struct inventory *inventory, const char *id);
const struct vpc_transit_table *inventory_transit_table(const struct inventory *inventory, const char *id);

/* The interface that has a private (or IPv6) address in a VPC; "" = any VPC if only one has it. Delegated prefixes
 * count. A public IPv4 address finds the interface it is associated with. */
const struct vpc_interface *inventory_address_owner(const struct inventory *inventory, const char *vpc_id,
                                                    const weir_addr *addr);
/* The subnet of a VPC that an address lies in; NULL = none. */
const struct vpc_subnet *inventory_address_subnet(const struct inventory *inventory, const char *vpc_id,
                                                  const weir_addr *addr);
/* Whether the address lies in a CIDR block of the VPC. */
bool vpc_contains(const struct vpc *vpc, const weir_addr *addr);
bool interface_has_address(const struct vpc_interface *interface, const weir_addr *addr);
/* The internet or egress-only gateway attached to a VPC; NULL = none known. */
const struct vpc_gateway *inventory_vpc_gateway(const struct inventory *inventory, const char *vpc_id,
                                                enum gateway_kind kind);
/* The attachment of a VPC to a transit gateway; NULL = none known. */
const struct vpc_attachment *inventory_vpc_attachment(const struct inventory *inventory, const char *vpc_id,
                                                      const char *transit_gateway);

/* All of a kind, by k from 0; NULL past the last. In the order of ids. */
const struct vpc_interface *inventory_nth_interface(const struct inventory *inventory, size_t k);
const struct vpc_group *inventory_nth_group(const struct inventory *inventory, size_t k);
const struct vpc_acl *inventory_nth_acl(const struct inventory *inventory, size_t k);
const struct vpc_subnet *inventory_nth_subnet(const struct inventory *inventory, size_t k);
const struct vpc *inventory_nth_vpc(const struct inventory *inventory, size_t k);
const struct vpc_route_table *inventory_nth_route_table(const struct inventory *inventory, size_t k);
const struct vpc_peering *inventory_nth_peering(const struct inventory *inventory, size_t k);
const struct vpc_attachment *inventory_nth_attachment(const struct inventory *inventory, size_t k);

#endif
