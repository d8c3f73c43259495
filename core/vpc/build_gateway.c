/* build_gateway.c - gateways, NAT gateways, peering connections, endpoints and attachments to transit gateways. */
#include <stdlib.h>
#include <string.h>

#include "vpc/build.h"

/* ---- internet, egress-only and VPN gateways ---- */

static const struct {
    const char *id, *attachments;
    enum gateway_kind kind;
} gateways[] = {
    {"InternetGatewayId", "Attachments", GATEWAY_INTERNET},
    {"EgressOnlyInternetGatewayId", "Attachments", GATEWAY_EGRESS_ONLY},
    {"VpnGatewayId", "VpcAttachments", GATEWAY_VPN},
};

static bool is_attached(struct slice state)
{
    return slice_is(state, SLICE("available")) || slice_is(state, SLICE("attached"));
}

enum made read_gateway(struct build *build, const struct json_t *item, void *out)
{
    struct vpc_gateway *gateway = out;
    size_t row = 0;
    while (row + 1 < ARRAY_SIZE(gateways) && !json_member(item, gateways[row].id))
        row++;
    const struct json_t *list = json_member(item, gateways[row].attachments), *best = json_at(list, 0);
    for (size_t k = 0; k < json_count(list) && !is_attached(json_text(best, "State")); k++)
        if (is_attached(json_text(json_at(list, k), "State")))
            best = json_at(list, k);
    gateway->kind = gateways[row].kind;
    gateway->name = build_tag(build, item, "Tags", "Name");
    gateway->vpc_id = build_text(build, best, "VpcId");
    gateway->state = build_text(build, best, "State");
    return MADE;
}

static int compare_gateways(const void *a, const void *b)
{
    const struct vpc_gateway *one = *(struct vpc_gateway *const *)a, *other = *(struct vpc_gateway *const *)b;
    int order = strcmp(one->vpc_id.text, other->vpc_id.text);
    if (!order)
        order = (int)one->kind - (int)other->kind;
    return order ? order : strcmp(one->id.text, other->id.text);
}

static int compare_attachments(const void *a, const void *b)
{
    const struct vpc_attachment *one = *(struct vpc_attachment *const *)a, *other = *(struct vpc_attachment *const *)b;
    int order = strcmp(one->resource_id.text, other->resource_id.text);
    if (!order)
        order = strcmp(one->transit_gateway.text, other->transit_gateway.text);
    return order ? order : strcmp(one->id.text, other->id.text);
}

void build_attached(struct build *build)
{
    struct inventory *inventory = build->inventory;
    const struct things *all = &inventory->things[THING_GATEWAY], *attachments = &inventory->things[THING_ATTACHMENT];
    inventory->gateways = build_take(build, all->n, sizeof(struct vpc_gateway *));
    inventory->attachments = build_take(build, attachments->n, sizeof(struct vpc_attachment *));
    if (build->is_out_of_memory)
        return;
    for (size_t k = 0; k < all->n; k++) {
        const struct vpc_gateway *gateway = things_nth(all, k);
        if (*gateway->vpc_id.text)
            inventory->gateways[inventory->n_gateways++] = gateway;
    }
    for (size_t k = 0; k < attachments->n; k++) {
        const struct vpc_attachment *attachment = things_nth(attachments, k);
        if (strcmp(attachment->resource_type.text, "vpc") == 0)
            inventory->attachments[inventory->n_attachments++] = attachment;
    }
    if (inventory->n_gateways)
        qsort(inventory->gateways, inventory->n_gateways, sizeof *inventory->gateways, compare_gateways);
    if (inventory->n_attachments)
        qsort(inventory->attachments, inventory->n_attachments, sizeof *inventory->attachments, compare_attachments);
}

/* ---- NAT gateways ---- */

struct nat_address {
    struct vpc_address address;
    weir_safe interface_id;
};

static int compare_nat_addresses(const void *a, const void *b)
{
    const struct nat_address *one = a, *other = b;
    if (one->address.primary != other->address.primary)
        return one->address.primary ? -1 : 1;
    int order = addr_compare(&one->address.addr, &other->address.addr);
    return order ? order : strcmp(one->interface_id.text, other->interface_id.text);
}

static void read_nat_addresses(struct build *build, const struct json_t *list, struct vpc_nat *nat)
{
    size_t n = json_count(list);
    struct nat_address *both = build_take(build, n, sizeof *both);
    struct vpc_address *addresses = build_take(build, n, sizeof *addresses);
    weir_safe *interface_ids = build_take(build, n, sizeof *interface_ids);
    if (!both || !addresses || !interface_ids)
        return;
    for (size_t k = 0; k < n; k++) {
        const struct json_t *item = json_at(list, k);
        both[k].address.primary = json_flag(item, "IsPrimary") || n == 1;
        build_addr(item, "PrivateIp", &both[k].address.addr);
        build_addr(item, "PublicIp", &both[k].address.public_addr);
        both[k].interface_id = build_text(build, item, "NetworkInterfaceId");
    }
    qsort(both, n, sizeof *both, compare_nat_addresses);
    for (size_t k = 0; k < n; k++) {
        addresses[k] = both[k].address;
        interface_ids[k] = both[k].interface_id;
    }
    nat->addresses = addresses;
    nat->interface_ids = interface_ids;
    nat->n_addresses = n;
}

enum made read_nat(struct build *build, const struct json_t *item, void *out)
{
    struct vpc_nat *nat = out;
    nat->name = build_tag(build, item, "Tags", "Name");
    nat->vpc_id = build_text(build, item, "VpcId");
    nat->subnet_id = build_text(build, item, "SubnetId");
    nat->state = build_text(build, item, "State");
    nat->connectivity = build_text(build, item, "ConnectivityType");
    nat->regional = slice_is(json_text(item, "AvailabilityMode"), SLICE("regional"));
    read_nat_addresses(build, json_member(item, "NatGatewayAddresses"), nat);
    return MADE;
}

void link_nat(struct build *build, void *at)
{
    struct vpc_nat *nat = at;
    nat->subnet = inventory_subnet(build->inventory, nat->subnet_id.text);
}

/* ---- peering connections ---- */

static void read_peer_nets(struct build *build, const struct json_t *info, weir_safe whose, const struct net **nets,
                           size_t *n)
{
    const struct json_t *four = json_member(info, "CidrBlockSet"), *six = json_member(info, "Ipv6CidrBlockSet");
    struct net_list list;
    if (!net_list_begin(build, &list, json_count(four) + json_count(six) + 1))
        return;
    net_list_add(build, &list, info, "CidrBlock", 4, PART_PEERINGS, whose);
    for (size_t k = 0; k < json_count(four); k++)
        net_list_add(build, &list, json_at(four, k), "CidrBlock", 4, PART_PEERINGS, whose);
    for (size_t k = 0; k < json_count(six); k++)
        net_list_add(build, &list, json_at(six, k), "Ipv6CidrBlock", 6, PART_PEERINGS, whose);
    *nets = net_list_end(&list, n);
}

#define READ_SIDE(side, member)                                                               \
    do {                                                                                      \
        const struct json_t *info = json_member(item, member);                                \
        peering->side.vpc_id = build_text(build, info, "VpcId");                              \
        peering->side.account = build_text(build, info, "OwnerId");                           \
        peering->side.region = build_text(build, info, "Region");                             \
        read_peer_nets(build, info, peering->id, &peering->side.nets, &peering->side.n_nets); \
    } while (0)

enum made read_peering(struct build *build, const struct json_t *item, void *out)
{
    struct vpc_peering *peering = out;
    peering->name = build_tag(build, item, "Tags", "Name");
    peering->status = build_text(build, json_member(item, "Status"), "Code");
    READ_SIDE(requester, "RequesterVpcInfo");
    READ_SIDE(accepter, "AccepterVpcInfo");
    return MADE;
}

/* ---- endpoints ---- */

enum made read_endpoint(struct build *build, const struct json_t *item, void *out)
{
    struct vpc_endpoint *endpoint = out;
    endpoint->name = build_tag(build, item, "Tags", "Name");
    endpoint->vpc_id = build_text(build, item, "VpcId");
    endpoint->service = build_text(build, item, "ServiceName");
    endpoint->type = build_text(build, item, "VpcEndpointType");
    endpoint->state = build_text(build, item, "State");
    endpoint->route_table_ids = build_texts(build, json_member(item, "RouteTableIds"), NULL, &endpoint->n_route_tables);
    endpoint->subnet_ids = build_texts(build, json_member(item, "SubnetIds"), NULL, &endpoint->n_subnets);
    endpoint->interface_ids =
        build_texts(build, json_member(item, "NetworkInterfaceIds"), NULL, &endpoint->n_interfaces);
    endpoint->group_ids = build_texts(build, json_member(item, "Groups"), "GroupId", &endpoint->n_groups);
    return MADE;
}

/* ---- attachments to transit gateways ---- */

static int read_option(const struct json_t *options, const char *name)
{
    struct slice text = json_text(options, name);
    return slice_is(text, SLICE("enable")) ? OPTION_ON : slice_is(text, SLICE("disable")) ? OPTION_OFF : OPTION_UNKNOWN;
}

static weir_safe text_or(struct build *build, const struct json_t *item, const char *name, const char *other)
{
    return build_text(build, item, json_text(item, name).len ? name : other);
}

enum made read_attachment(struct build *build, const struct json_t *item, void *out)
{
    struct vpc_attachment *attachment = out;
    const struct json_t *options = json_member(item, "Options"), *association = json_member(item, "Association");
    attachment->name = build_tag(build, item, "Tags", "Name");
    attachment->transit_gateway = build_text(build, item, "TransitGatewayId");
    attachment->resource_type = build_text(build, item, "ResourceType");
    if (!*attachment->resource_type.text && json_text(item, "VpcId").len)
        attachment->resource_type = WEIR_SAFE("vpc");
    attachment->resource_id = text_or(build, item, "ResourceId", "VpcId");
    attachment->resource_account = text_or(build, item, "ResourceOwnerId", "VpcOwnerId");
    attachment->state = build_text(build, item, "State");
    attachment->table_id = build_text(build, association, "TransitGatewayRouteTableId");
    attachment->association_state = build_text(build, association, "State");
    attachment->subnet_ids = build_texts(build, json_member(item, "SubnetIds"), NULL, &attachment->n_subnets);
    attachment->group_referencing = read_option(options, "SecurityGroupReferencingSupport");
    attachment->appliance_mode = read_option(options, "ApplianceModeSupport");
    attachment->ipv6 = read_option(options, "Ipv6Support");
    return MADE;
}
