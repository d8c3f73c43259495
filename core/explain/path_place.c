/* path_place.c - where the ends of a flow are: interface, subnet and VPC of an address. */
#include <string.h>

#include "explain/path_walk.h"

bool same_text(weir_safe a, weir_safe b)
{
    return strcmp(a.text, b.text) == 0;
}

bool addr_equal(const weir_addr *a, const weir_addr *b)
{
    return addr_compare(a, b) == 0;
}

static bool lies_in_any(const struct net *nets, size_t n, const weir_addr *addr)
{
    for (size_t k = 0; k < n; k++)
        if (net_contains(&nets[k], addr))
            return true;
    return false;
}

bool addr_is_rfc1918(const weir_addr *addr)
{
    static const struct net nets[] = {{{4, {10}}, 8}, {{4, {172, 16}}, 12}, {{4, {192, 168}}, 16}};
    return lies_in_any(nets, sizeof nets / sizeof *nets, addr);
}

bool addr_is_rfc6598(const weir_addr *addr)
{
    static const struct net net = {{4, {100, 64}}, 10};
    return net_contains(&net, addr);
}

bool addr_is_public(const weir_addr *addr)
{
    static const struct net inner[] = {{{4, {169, 254}}, 16},   {{4, {127}}, 8},  {{4, {224}}, 3},
                                       {{6, {0xfe, 0x80}}, 10}, {{6, {0xfc}}, 7}, {{6, {0xff}}, 8}};
    return addr->family != 0 && !addr_is_rfc1918(addr) && !addr_is_rfc6598(addr) &&
           !lies_in_any(inner, sizeof inner / sizeof *inner, addr);
}

void packet_turn(struct packet *packet)
{
    struct packet turned = *packet;
    turned.src = packet->dst;
    turned.dst = packet->src;
    turned.src_port = packet->dst_port;
    turned.dst_port = packet->src_port;
    turned.icmp_type = turned.icmp_code = -1;
    *packet = turned;
}

/* ---- places ---- */

/* Addresses of an interface that a public one stands for, either way. */
static const struct vpc_address *address_of(const struct vpc_interface *interface, const weir_addr *addr)
{
    for (size_t k = 0; k < interface->n_addresses; k++) {
        const struct vpc_address *own = &interface->addresses[k];
        if (addr_equal(&own->addr, addr) || (own->public_addr.family && addr_equal(&own->public_addr, addr)))
            return own;
    }
    return NULL;
}

struct place place_of_interface(const struct vpc_interface *interface, const weir_addr *addr)
{
    struct place place = {
        .interface_id = interface->id,
        .interface = interface,
        .subnet = interface->subnet,
        .vpc = interface->vpc      ? interface->vpc
               : interface->subnet ? interface->subnet->vpc
                                   : NULL,
        .vpc_id = interface->vpc_id,
        .addr = *addr,
    };
    const struct vpc_address *own = address_of(interface, addr);
    if (!own)
        return place;
    place.addr = own->addr;
    place.public_addr = own->public_addr;
    place.by_public = !addr_equal(&own->addr, addr);
    return place;
}

static struct place place_of_nobody(const struct inventory *inventory, weir_safe vpc_id, const weir_addr *addr)
{
    struct place place = {
        .interface_id = WEIR_SAFE(""),
        .subnet = is_told(vpc_id) ? inventory_address_subnet(inventory, vpc_id.text, addr) : NULL,
        .vpc = is_told(vpc_id) ? inventory_vpc(inventory, vpc_id.text) : NULL,
        .vpc_id = vpc_id,
        .addr = *addr,
    };
    return place;
}

static bool is_place(const struct place *place, weir_safe vpc_id, const weir_addr *addr)
{
    return place_is_known(place) && same_text(place->vpc_id, vpc_id) && addr_equal(&place->addr, addr);
}

struct place place_at(const struct walk *walk, weir_safe vpc_id, const weir_addr *addr)
{
    if (is_place(&walk->to, vpc_id, addr))
        return walk->to;
    const struct vpc_interface *owner = inventory_address_owner(walk->inventory, vpc_id.text, addr);
    bool owned = owner && same_text(owner->vpc_id, vpc_id) && interface_has_address(owner, addr);
    struct place place = owned ? place_of_interface(owner, addr) : place_of_nobody(walk->inventory, vpc_id, addr);
    place.far = walk->to.far;
    return place;
}

static bool is_forwarder(const struct vpc_interface *interface)
{
    return !interface->source_dest_check || same_text(interface->type, WEIR_SAFE("nat_gateway"));
}

static struct place local_end(const struct flow *flow, const struct inventory *inventory)
{
    const struct flow_record *record = flow->record;
    if (flow->interface && flow->local_is_foreign && is_forwarder(flow->interface)) {
        const struct vpc_interface *owner =
            inventory_address_owner(inventory, flow->interface->vpc_id.text, &flow->local);
        bool inside = owner && interface_has_address(owner, &flow->local);
        return inside ? place_of_interface(owner, &flow->local)
                      : place_of_nobody(inventory, WEIR_SAFE(""), &flow->local);
    }
    struct place place;
    if (flow->interface) {
        place = place_of_interface(flow->interface, &flow->local);
        place.addr = flow->local;
    } else {
        place = place_of_nobody(inventory, (weir_safe){record->vpc_id}, &flow->local);
        if (record->subnet_id[0])
            place.subnet = inventory_subnet(inventory, record->subnet_id);
        if (place.subnet && !place.vpc)
            place.vpc = place.subnet->vpc;
        if (place.subnet && !is_told(place.vpc_id))
            place.vpc_id = place.subnet->vpc_id;
        place.interface_id = (weir_safe){record->interface_id};
    }
    place.ours = true;
    return place;
}

weir_safe peering_other_vpc(const struct vpc_peering *peering, weir_safe vpc_id)
{
    return same_text(peering->requester.vpc_id, vpc_id) ? peering->accepter.vpc_id : peering->requester.vpc_id;
}

weir_safe route_other_vpc(const struct inventory *inventory, weir_safe vpc_id, const struct vpc_route *route,
                          const weir_addr *dst)
{
    if (route->kind == TARGET_PEERING) {
        const struct vpc_peering *peering = inventory_peering(inventory, route->target.text);
        return peering ? peering_other_vpc(peering, vpc_id) : WEIR_SAFE("");
    }
    if (route->kind != TARGET_TRANSIT_GATEWAY)
        return WEIR_SAFE("");
    const struct vpc_attachment *own = inventory_vpc_attachment(inventory, vpc_id.text, route->target.text);
    if (!own || !is_told(own->table_id))
        return WEIR_SAFE("");
    const struct vpc_transit_route *next =
        transit_table_route(inventory, inventory_transit_table(inventory, own->table_id.text), dst);
    if (!next)
        return WEIR_SAFE("");
    const struct vpc_attachment *other = inventory_attachment(inventory, next->attachment_id.text);
    if (other && same_text(other->resource_type, WEIR_SAFE("vpc")))
        return other->resource_id;
    return same_text(next->resource_type, WEIR_SAFE("vpc")) ? next->resource_id : WEIR_SAFE("");
}

static bool find_by_route(const struct inventory *inventory, const struct place *local, const weir_addr *addr,
                          struct place *out)
{
    if (!local->subnet || !local->subnet->route_table)
        return false;
    struct route_answer answer = evaluate_route(local->subnet->route_table, addr);
    weir_safe other = answer.route ? route_other_vpc(inventory, local->vpc_id, answer.route, addr) : WEIR_SAFE("");
    if (!is_told(other))
        return false;
    const struct vpc_interface *owner = inventory_address_owner(inventory, other.text, addr);
    if (owner && interface_has_address(owner, addr)) {
        *out = place_of_interface(owner, addr);
        return true;
    }
    *out = place_of_nobody(inventory, other, addr);
    return place_is_known(out);
}

static struct place remote_end(const struct flow *flow, const struct inventory *inventory, const struct place *local)
{
    const weir_addr *addr = &flow->remote;
    const struct vpc_interface *owner =
        is_told(local->vpc_id) ? inventory_address_owner(inventory, local->vpc_id.text, addr) : NULL;
    struct place place;
    if (owner && same_text(owner->vpc_id, local->vpc_id)) {
        place = place_of_interface(owner, addr);
    } else if (local->vpc && vpc_contains(local->vpc, addr)) {
        place = place_of_nobody(inventory, local->vpc_id, addr);
    } else if (!find_by_route(inventory, local, addr, &place)) {
        owner = owner ? owner : inventory_address_owner(inventory, "", addr);
        place = owner ? place_of_interface(owner, addr) : place_of_nobody(inventory, WEIR_SAFE(""), addr);
    }
    place.far = true;
    return place;
}

void place_ends(const struct flow *flow, const struct inventory *inventory, struct place *local, struct place *remote)
{
    *local = local_end(flow, inventory);
    *remote = remote_end(flow, inventory, local);
    if (!flow->interface || place_can_depart(local) || place_can_depart(remote))
        return;
    *local = place_of_interface(flow->interface, &flow->local);
    local->ours = true;
    *remote = remote_end(flow, inventory, local);
}
