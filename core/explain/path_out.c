/* path_out.c - from a place that is known, along its routes, to wherever they lead. */
#include <string.h>

#include "base/scope.h"
#include "explain/path_walk.h"

static bool same_subnet(const struct place *a, const struct place *b)
{
    return a->subnet && a->subnet == b->subnet;
}

/* Classic Load Balancers have "ELB name" for a description, the others "ELB app/…" and "ELB net/…". */
static bool is_classic_balancer(const struct place *place)
{
    const struct vpc_interface *interface = place->interface;
    return interface && interface->requester_managed && strncmp(interface->description.text, "ELB ", 4) == 0 &&
           !strchr(interface->description.text, '/');
}

static void stay_in_subnet(struct walk *walk)
{
    if (is_classic_balancer(&walk->from)) {
        walk_acl(walk, walk->from.subnet, true, walk->from.far);
        struct hop *hop = &walk->path->hop[walk->path->n - 1];
        if (hop->verdict == WEIR_HOP_BLOCK)
            hop->code = CODE_ELB_ACL_RESTRICTION;
        else
            hop_tell(hop, CODE_ELB_ACL_RESTRICTION);
    }
    walk_arrive(walk, &walk->to);
}

void walk_deliver(struct walk *walk, const struct place *place)
{
    if (place->subnet || place->ours)
        walk_acl(walk, place->subnet, false, place->far);
    walk_arrive(walk, place);
}

/* ---- what a route leads to ---- */

static void to_local(struct walk *walk, const struct place *at, const struct vpc_route *route)
{
    (void)route;
    struct place place = place_at(walk, at->vpc_id, &walk->packet.dst);
    struct hop *hop = &walk->path->hop[walk->path->n - 1];
    if (at->subnet && place.subnet && is_told(at->subnet->zone) && is_told(place.subnet->zone) &&
        !same_text(at->subnet->zone, place.subnet->zone))
        hop_tell(hop, CODE_AVAILABILITY_ZONE_CROSSED);
    walk_deliver(walk, &place);
}

const struct vpc_interface *walk_middlebox(const struct walk *walk, const struct vpc_route *route)
{
    if (route->kind == TARGET_INTERFACE)
        return inventory_interface(walk->inventory, route->target.text);
    const struct vpc_interface *interface;
    for (size_t k = 0; (interface = inventory_nth_interface(walk->inventory, k)); k++)
        if (same_text(interface->instance_id, route->target))
            return interface;
    return NULL;
}

/* An appliance takes what is not its own and sends it on. Whether it does is not to be seen; the way behind it is. */
static void to_middlebox(struct walk *walk, const struct place *at, const struct vpc_route *route)
{
    const struct vpc_interface *interface = walk_middlebox(walk, route);
    walk->by_middlebox = true;
    if (!interface) {
        hop_unknown(walk_hop(walk, HOP_INTERFACE, WEIR_HOP_PASS, route->target, WEIR_SAFE("")), CODE_UNKNOWN_RESOURCE);
        walk_arrive(walk, &walk->to);
        return;
    }
    struct place box = place_of_interface(interface, &walk->packet.dst);
    if (!same_subnet(at, &box))
        walk_acl(walk, box.subnet, false, false);
    walk_group(walk, &box, false);
    walk_interface(walk, &box, false);
    struct place next = place_at(walk, box.vpc_id, &walk->packet.dst);
    if (same_subnet(&next, &box)) {
        walk_arrive(walk, &next);
        return;
    }
    walk_acl(walk, box.subnet, true, false);
    walk_follow(walk, &box);
}

static void to_unsupported(struct walk *walk, const struct place *at, const struct vpc_route *route)
{
    (void)at;
    hop_unknown(walk_hop(walk, HOP_GATEWAY, WEIR_HOP_PASS, route->target, WEIR_SAFE("")), CODE_UNSUPPORTED_COMPONENT);
    walk_arrive(walk, &walk->to);
}

typedef void step(struct walk *walk, const struct place *at, const struct vpc_route *route);

static step *const steps[] = {
    [TARGET_UNKNOWN] = to_unsupported,
    [TARGET_LOCAL] = to_local,
    [TARGET_INTERNET_GATEWAY] = walk_to_internet,
    [TARGET_EGRESS_GATEWAY] = walk_to_egress_only,
    [TARGET_NAT_GATEWAY] = walk_to_nat,
    [TARGET_INTERFACE] = to_middlebox,
    [TARGET_INSTANCE] = to_middlebox,
    [TARGET_PEERING] = walk_to_peering,
    [TARGET_TRANSIT_GATEWAY] = walk_to_transit,
    [TARGET_VPN_GATEWAY] = walk_to_vpn,
    [TARGET_ENDPOINT] = walk_to_endpoint,
    [TARGET_LOCAL_GATEWAY] = to_unsupported,
    [TARGET_CARRIER_GATEWAY] = to_unsupported,
    [TARGET_CORE_NETWORK] = to_unsupported,
};

/* Where it would have gone: what lies there is evaluated all the same. */
static void go_on_without_route(struct walk *walk)
{
    struct place *to = &walk->to;
    const struct hop *table = &walk->path->hop[walk->path->n - 1];
    if (table->verdict == WEIR_HOP_UNKNOWN && walk->from.ours)
        walk_between(walk, true);
    if (place_is_known(to) && !to->by_public)
        walk_deliver(walk, to);
    else if (addr_is_public(&walk->packet.dst))
        walk_end(walk, HOP_INTERNET, true);
    else
        walk_arrive(walk, to);
}

/* The same table asked about the same packet again. */
static bool goes_in_circles(const struct walk *walk, const struct place *at)
{
    const struct vpc_route_table *table = at->subnet ? at->subnet->route_table : NULL;
    for (size_t k = 0; table && k < walk->path->n; k++) {
        const struct hop *hop = &walk->path->hop[k];
        if (hop->kind == HOP_ROUTE_TABLE && hop->reply == walk->reply && same_text(hop->id, table->id) &&
            addr_equal(&hop->packet.src, &walk->packet.src) && addr_equal(&hop->packet.dst, &walk->packet.dst))
            return true;
    }
    return false;
}

void walk_follow(struct walk *walk, const struct place *at)
{
    if (++walk->stops > WALK_STOPS_MAX || goes_in_circles(walk, at)) {
        walk->path->cut = true;
        return;
    }
    const struct vpc_route *route = walk_route(walk, at);
    if (!route)
        go_on_without_route(walk);
    else if ((size_t)route->kind < ARRAY_SIZE(steps))
        steps[route->kind](walk, at, route);
}

void walk_out(struct walk *walk)
{
    struct place from = walk->from;
    if (from.by_public || walk->to.by_public) { /* inside the VPC the sender's own address is private */
        walk->packet.src = from.addr;
        walk->packet.dst = walk->to.public_addr.family ? walk->to.public_addr : walk->packet.dst;
    }
    walk_depart(walk, &from);
    bool hop_in_subnet = walk->flow->same_subnet && (from.ours || walk->to.ours) && !walk->to.by_public;
    if (same_subnet(&from, &walk->to) ? !walk->to.by_public && !from.by_public : hop_in_subnet) {
        stay_in_subnet(walk);
        return;
    }
    walk_acl(walk, from.subnet, true, from.far);
    walk_follow(walk, &from);
}
