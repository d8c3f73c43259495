/* path_gateway.c - internet, egress-only and virtual private gateways: what they drop, and which address they put in
 * place of which. docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html */
#include "explain/path_walk.h"

static struct hop *add_gateway(struct walk *walk, weir_safe id, bool egress, enum part part)
{
    const struct vpc_gateway *gateway = is_told(id) ? inventory_gateway(walk->inventory, id.text) : NULL;
    struct hop *hop = walk_hop(walk, HOP_GATEWAY, WEIR_HOP_PASS, id, gateway ? gateway->name : WEIR_SAFE(""));
    hop->egress = egress;
    if (!gateway) {
        bool named = is_told(id) && inventory_part(walk->inventory, part) != PART_KNOWN;
        hop_unknown(hop, named ? CODE_UNKNOWN_RESOURCE : CODE_UNASSOCIATED_COMPONENT);
    } else if (!is_told(gateway->vpc_id)) {
        hop_block(hop, CODE_UNASSOCIATED_COMPONENT);
    } else if (is_told(gateway->state) && !same_text(gateway->state, WEIR_SAFE("available")) &&
               !same_text(gateway->state, WEIR_SAFE("attached"))) {
        hop_block(hop, CODE_BAD_STATE_ATTACHMENT);
    }
    return hop;
}

/* ---- internet gateways, outwards ---- */

static void translate_source(struct walk *walk, struct hop *hop, const struct place *at)
{
    const struct vpc *vpc = at->vpc;
    if (walk->packet.src.family != 4)
        return;
    const struct vpc_interface *owner = inventory_address_owner(walk->inventory, at->vpc_id.text, &walk->packet.src);
    weir_addr public_addr = {0};
    if (addr_equal(&at->addr, &walk->packet.src))
        public_addr = at->public_addr;
    else if (owner)
        public_addr = place_of_interface(owner, &walk->packet.src).public_addr;
    if (public_addr.family) {
        hop->from = walk->packet.src;
        hop->to = public_addr;
        walk->packet.src = public_addr;
    } else if (vpc && vpc->n_nets > 0 && !vpc_contains(vpc, &walk->packet.src)) {
        hop_block(hop, CODE_GATEWAY_REJECTS_SPOOFED_TRAFFIC);
    } else if (owner) {
        hop_block(hop, CODE_IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS);
    } else {
        hop_unknown(hop, CODE_IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS);
    }
}

/* A public address of our own: the gateway turns the packet round, or it comes in by another VPC's gateway. */
static bool turn_round(struct walk *walk, struct hop *hop, const struct place *at)
{
    const struct vpc_interface *owner = inventory_address_owner(walk->inventory, "", &walk->packet.dst);
    if (!owner || interface_has_address(owner, &walk->packet.dst))
        return false;
    struct place place = place_of_interface(owner, &walk->packet.dst);
    place.far = walk->to.far;
    place.ours = walk->to.interface == owner && walk->to.ours;
    if (same_text(owner->vpc_id, at->vpc_id)) {
        hop_tell(hop, CODE_IGW_NAT_REFLECTION);
        walk->packet.dst = place.addr;
        walk_deliver(walk, &place);
    } else {
        walk->packet.dst = place.addr;
        walk_from_internet(walk, &place, NULL);
    }
    return true;
}

static const struct vpc_route_table *edge_table(const struct inventory *inventory, weir_safe gateway)
{
    const struct vpc_route_table *table;
    for (size_t k = 0; (table = inventory_nth_route_table(inventory, k)); k++)
        for (size_t g = 0; g < table->n_gateways; g++)
            if (same_text(table->gateways[g], gateway))
                return table;
    return NULL;
}

/* A gateway whose own table sends the subnet's traffic to an appliance cannot be used past it. */
static void look_at_redirection(struct walk *walk, weir_safe gateway)
{
    const struct vpc_route_table *table = edge_table(walk->inventory, gateway);
    if (!table || walk->by_middlebox)
        return;
    struct route_answer answer = evaluate_route(table, &walk->packet.src);
    if (answer.route && answer.route->kind != TARGET_LOCAL)
        hop_block(&walk->path->hop[walk->path->n - 1], CODE_INGRESS_RTB_TRAFFIC_REDIRECTION);
}

void walk_to_internet(struct walk *walk, const struct place *at, const struct vpc_route *route)
{
    look_at_redirection(walk, route->target);
    struct hop *hop = add_gateway(walk, route->target, true, PART_INTERNET_GATEWAYS);
    bpa_look(walk, hop, at->vpc, at->subnet, walk->by_nat);
    if (addr_is_rfc1918(&walk->packet.dst))
        hop_block(hop, CODE_IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS);
    if (addr_is_rfc6598(&walk->packet.dst))
        hop_block(hop, CODE_IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS);
    translate_source(walk, hop, at);
    if (!turn_round(walk, hop, at))
        walk_end(walk, HOP_INTERNET, true);
}

/* ---- internet gateways, inwards ---- */

struct hop *walk_internet_in(struct walk *walk, const struct place *to, weir_safe gateway)
{
    struct hop *hop = add_gateway(walk, gateway, false, PART_INTERNET_GATEWAYS);
    bpa_look(walk, hop, to->vpc, to->subnet, walk->by_nat || walk->forward_by_nat);
    if (addr_is_rfc1918(&walk->packet.src))
        hop_block(hop, CODE_IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS);
    if (addr_is_rfc6598(&walk->packet.src))
        hop_block(hop, CODE_IGW_SOURCE_ADDRESS_NOT_IN_RFC6598_INGRESS);
    if (to->vpc && to->vpc->n_nets > 0 && !vpc_contains(to->vpc, &to->addr))
        hop_block(hop, CODE_IGW_DESTINATION_ADDRESS_IN_VPC_CIDRS);
    if (to->addr.family == 4 && to->public_addr.family) {
        hop->from = to->public_addr;
        hop->to = to->addr;
    } else if (to->addr.family == 4 && to->interface) {
        hop_block(hop, CODE_IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS);
    } else if (to->addr.family == 4) {
        hop_unknown(hop, CODE_IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS);
    }
    return hop;
}

/* The gateway's own route table may send it to an appliance first. */
static bool redirect_at_edge(struct walk *walk, const struct place *to, weir_safe gateway)
{
    const struct vpc_route_table *table = edge_table(walk->inventory, gateway);
    if (!table)
        return false;
    struct vpc_subnet edge = {.route_table = table, .id = WEIR_SAFE(""), .zone = WEIR_SAFE("")};
    struct place at = {.vpc = to->vpc, .vpc_id = to->vpc_id, .subnet = &edge, .interface_id = WEIR_SAFE("")};
    struct route_answer answer = evaluate_route(table, &walk->packet.dst);
    size_t before = walk->path->n;
    walk_follow(walk, &at);
    if (!answer.route || (answer.route->kind != TARGET_INTERFACE && answer.route->kind != TARGET_INSTANCE))
        return true;
    const struct vpc_interface *box = inventory_interface(walk->inventory, answer.route->target.text);
    bool reachable = !box;
    for (size_t k = 0; box && k < box->n_addresses; k++)
        reachable |= box->addresses[k].public_addr.family != 0;
    if (!reachable && before < PATH_HOPS_MAX)
        hop_block(&walk->path->hop[before], CODE_INGRESS_RTB_NO_PUBLIC_IP);
    return true;
}

void walk_from_internet(struct walk *walk, const struct place *to, const struct vpc_route *route)
{
    const struct vpc_gateway *own = inventory_vpc_gateway(walk->inventory, to->vpc_id.text, GATEWAY_INTERNET);
    weir_safe gateway = route ? route->target : own ? own->id : WEIR_SAFE("");
    walk_end(walk, HOP_INTERNET, false);
    struct hop *hop = walk_internet_in(walk, to, gateway);
    walk->packet.dst = to->addr;
    hop->packet.dst = to->public_addr.family ? to->public_addr : to->addr;
    if (!redirect_at_edge(walk, to, gateway))
        walk_deliver(walk, to);
}

/* ---- egress-only and virtual private gateways ---- */

struct hop *walk_egress_only(struct walk *walk, weir_safe id, const struct vpc_subnet *subnet, const struct vpc *vpc)
{
    struct hop *hop = add_gateway(walk, id, walk->from.subnet == subnet, PART_EGRESS_GATEWAYS);
    bpa_look(walk, hop, vpc, subnet, true);
    return hop;
}

void walk_to_egress_only(struct walk *walk, const struct place *at, const struct vpc_route *route)
{
    struct hop *hop = walk_egress_only(walk, route->target, at->subnet, at->vpc);
    hop->egress = true;
    if (!walk->opens)
        hop_block(hop, CODE_FL_ASYMMETRIC_REPLY);
    walk_end(walk, HOP_INTERNET, true);
}

/* The address on our side has to be an interface's. */
struct hop *walk_vpn(struct walk *walk, const struct vpc *vpc, weir_safe id, bool egress)
{
    struct hop *hop = add_gateway(walk, id, egress, PART_VPN_GATEWAYS);
    const weir_addr *inner = egress ? &walk->packet.src : &walk->packet.dst;
    const struct vpc_interface *owner = vpc ? inventory_address_owner(walk->inventory, vpc->id.text, inner) : NULL;
    bool owned = owner && interface_has_address(owner, inner);
    if (!owned && inventory_part(walk->inventory, PART_INTERFACES) == PART_KNOWN)
        hop_block(hop,
                  egress ? CODE_VGW_PRIVATE_IP_ASSOCIATION_FOR_EGRESS : CODE_VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS);
    return hop;
}

void walk_to_vpn(struct walk *walk, const struct place *at, const struct vpc_route *route)
{
    walk_vpn(walk, at->vpc, route->target, true);
    walk_end(walk, HOP_REMOTE, true);
}
