/* path_nat.c - NAT gateways: the network ACL of their subnet is passed twice, source and port are changed, and the
 * reply finds its way back by that. docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html */
#include <string.h>

#include "explain/path_walk.h"

static bool translates(uint8_t protocol)
{
    return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP || protocol == PROTOCOL_ICMP ||
           protocol == PROTOCOL_ICMP6;
}

static struct hop *add_nat(struct walk *walk, weir_safe id, const struct vpc_nat *nat)
{
    struct hop *hop = walk_hop(walk, HOP_NAT, WEIR_HOP_PASS, id, nat ? nat->name : WEIR_SAFE(""));
    if (nat && is_told(nat->state) && !same_text(nat->state, WEIR_SAFE("available")))
        hop_block(hop, CODE_BAD_STATE);
    if (!translates(walk->packet.protocol))
        hop_block(hop, CODE_PROTOCOL_RESTRICTION);
    return hop;
}

static bool is_nat64(const weir_addr *addr)
{
    static const struct net net = {{6, {0x00, 0x64, 0xff, 0x9b}}, 96};
    return net_contains(&net, addr);
}

/* An IPv6 packet to 64:ff9b::/96 leaves as an IPv4 one. */
static void leave_as_ipv4(struct packet *packet)
{
    weir_addr inner = {.family = 4};
    memcpy(inner.bytes, packet->dst.bytes + 12, 4);
    packet->dst = inner;
    if (packet->protocol == PROTOCOL_ICMP6)
        packet->protocol = PROTOCOL_ICMP;
}

static void translate_source(struct walk *walk, struct hop *hop, const struct vpc_nat *nat)
{
    if (!nat || nat->n_addresses == 0)
        return;
    hop->from = walk->packet.src;
    hop->to = nat->addresses[0].addr;
    walk->packet.src = nat->addresses[0].addr;
    if (walk->packet.protocol == PROTOCOL_TCP || walk->packet.protocol == PROTOCOL_UDP)
        walk->packet.src_port = -1;
    if (is_nat64(&walk->packet.dst))
        leave_as_ipv4(&walk->packet);
    hop_tell(hop, CODE_NGW_SOURCE_ADDRESS_REASSIGN);
}

static struct place place_of_nat(const struct walk *walk, const struct vpc_nat *nat)
{
    const struct vpc_interface *interface =
        nat->n_addresses > 0 ? inventory_interface(walk->inventory, nat->interface_ids[0].text) : NULL;
    struct place place = {
        .interface_id = interface ? interface->id : WEIR_SAFE(""),
        .interface = interface,
        .subnet = nat->subnet,
        .vpc = nat->subnet && nat->subnet->vpc ? nat->subnet->vpc : inventory_vpc(walk->inventory, nat->vpc_id.text),
        .vpc_id = nat->vpc_id,
    };
    if (nat->n_addresses > 0) {
        place.addr = nat->addresses[0].addr;
        place.public_addr = nat->addresses[0].public_addr;
    }
    return place;
}

static void end_unknown(struct walk *walk)
{
    bool outside = addr_is_public(&walk->packet.dst);
    walk_end(walk, outside ? HOP_INTERNET : HOP_REMOTE, true);
}

void walk_to_nat(struct walk *walk, const struct place *at, const struct vpc_route *route)
{
    const struct vpc_nat *nat = inventory_nat(walk->inventory, route->target.text);
    bool has_session = walk->opens || walk->by_nat;
    walk->by_nat = true;
    if (nat && nat->subnet && nat->subnet != at->subnet)
        walk_acl(walk, nat->subnet, false, false);
    bool own_subnet = nat && nat->subnet && nat->subnet == at->subnet;
    struct hop *hop = add_nat(walk, route->target, nat);
    hop->egress = true;
    if (!nat)
        hop_unknown(hop, CODE_UNKNOWN_RESOURCE);
    if (own_subnet)
        hop_block(hop, CODE_NO_PATH);
    if (nat && !same_text(nat->vpc_id, at->vpc_id))
        hop_block(hop, CODE_NGW_REQUIRES_SOURCE_IN_VPC);
    if (!has_session)
        hop_block(hop, CODE_FL_ASYMMETRIC_REPLY);
    translate_source(walk, hop, nat);
    if (!nat || own_subnet) { /* its subnet's route would lead to itself again */
        end_unknown(walk);
        return;
    }
    struct place place = place_of_nat(walk, nat);
    walk_acl(walk, nat->subnet, true, false);
    walk_follow(walk, &place);
}

/* EC2 says "Interface for NAT Gateway nat-…". */
static const struct vpc_nat *nat_of(const struct walk *walk, const struct vpc_interface *interface)
{
    const char *id = strstr(interface->description.text, "nat-");
    return id ? inventory_nat(walk->inventory, id) : NULL;
}

/* The same when the gateway is not in the inventory. */
void walk_back_through_unknown_nat(struct walk *walk, const struct place *to, weir_safe id)
{
    walk->by_nat = true;
    walk_end(walk, addr_is_public(&walk->packet.src) ? HOP_INTERNET : HOP_REMOTE, false);
    hop_unknown(add_nat(walk, id, NULL), CODE_UNKNOWN_RESOURCE);
    walk_deliver(walk, to);
}

/* From or to the gateway's own address. Nothing but replies comes in from outside. */
void walk_at_nat(struct walk *walk, const struct place *place, bool arrives)
{
    const struct vpc_interface *interface = place->interface;
    const struct vpc_nat *nat = nat_of(walk, interface);
    struct hop *hop = add_nat(walk, nat ? nat->id : interface->id, nat);
    hop->interface = interface;
    hop->far = place->far;
    if (!arrives || !walk->opens)
        return;
    if (place->vpc && !addr_is_public(&walk->packet.src) && !vpc_contains(place->vpc, &walk->packet.src))
        hop_block(hop, CODE_NGW_REQUIRES_SOURCE_IN_VPC);
    else
        hop_block(hop, CODE_NGW_DEST_ADDRESS_PRESERVATION);
}

/* The reply to what the gateway sent on: to its public address, and with a port that it chose. */
void walk_back_through_nat(struct walk *walk, const struct place *to, const struct vpc_nat *nat)
{
    struct place gateway = place_of_nat(walk, nat);
    struct packet inner = walk->packet;
    walk->by_nat = true;
    bool public_nat = same_text(nat->connectivity, WEIR_SAFE("public")) || !is_told(nat->connectivity);
    if (is_nat64(&inner.src)) {
        walk->packet.src = (weir_addr){.family = 4};
        memcpy(walk->packet.src.bytes, inner.src.bytes + 12, 4);
    }
    walk->packet.dst = gateway.addr.family ? gateway.addr : inner.dst;
    bool has_ports = inner.protocol == PROTOCOL_TCP || inner.protocol == PROTOCOL_UDP;
    if (has_ports)
        walk->packet.dst_port = -1;
    enum hop_kind end = public_nat ? HOP_INTERNET : HOP_REMOTE;
    walk_end(walk, end, false);
    if (public_nat) {
        const struct vpc_gateway *own = inventory_vpc_gateway(walk->inventory, nat->vpc_id.text, GATEWAY_INTERNET);
        struct hop *hop = walk_internet_in(walk, &gateway, own ? own->id : WEIR_SAFE(""));
        hop->packet.dst = gateway.public_addr.family ? gateway.public_addr : gateway.addr;
    }
    if (has_ports)
        walk_acl_remapped(walk, nat->subnet, false);
    else
        walk_acl(walk, nat->subnet, false, false);
    struct hop *hop = add_nat(walk, nat->id, nat);
    hop->from = gateway.addr;
    hop->to = inner.dst;
    if (hop->verdict == WEIR_HOP_PASS)
        hop->verdict = WEIR_HOP_STATE;
    walk->packet = inner;
    if (!nat->subnet || nat->subnet != to->subnet) {
        walk_acl(walk, nat->subnet, true, false);
        walk_deliver(walk, to);
    } else {
        walk_arrive(walk, to);
    }
}
