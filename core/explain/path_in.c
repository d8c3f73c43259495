/* path_in.c - from an end that is not described, by the way that the routes back to it tell. */
#include "base/scope.h"
#include "explain/path_walk.h"

static void add_remote(struct walk *walk, enum hop_kind kind)
{
    walk_end(walk, kind, false);
}

/* An address of the VPC that no interface is known to have. */
static void from_local(struct walk *walk, const struct vpc_route *route)
{
    (void)route;
    add_remote(walk, HOP_REMOTE);
    struct hop *hop = &walk->path->hop[walk->path->n - 1];
    hop_unknown(hop, walk->from.interface ? CODE_NONE : CODE_UNKNOWN_DESTINATION);
    if (walk->from.subnet && walk->from.subnet != walk->to.subnet)
        walk_acl(walk, walk->from.subnet, true, true);
    if (walk->from.subnet && walk->from.subnet == walk->to.subnet)
        walk_arrive(walk, &walk->to);
    else
        walk_deliver(walk, &walk->to);
}

static void from_internet(struct walk *walk, const struct vpc_route *route)
{
    walk_from_internet(walk, &walk->to, route);
}

static void from_egress_only(struct walk *walk, const struct vpc_route *route)
{
    add_remote(walk, HOP_INTERNET);
    struct hop *hop = walk_egress_only(walk, route->target, walk->to.subnet, walk->to.vpc);
    if (walk->opens)
        hop_block(hop, CODE_NO_PATH);
    else if (hop->verdict == WEIR_HOP_PASS)
        hop->verdict = WEIR_HOP_STATE;
    walk_deliver(walk, &walk->to);
}

static void from_nat(struct walk *walk, const struct vpc_route *route)
{
    const struct vpc_nat *nat = inventory_nat(walk->inventory, route->target.text);
    bool answers = walk->forward_by_nat || !walk->opens;
    bool direct = walk->to.public_addr.family != 0 && !walk->forward_by_nat;
    if (!answers || direct)
        walk_from_internet(walk, &walk->to, NULL);
    else if (!nat)
        walk_back_through_unknown_nat(walk, &walk->to, route->target);
    else
        walk_back_through_nat(walk, &walk->to, nat);
}

static void from_peering(struct walk *walk, const struct vpc_route *route)
{
    add_remote(walk, HOP_REMOTE);
    if (walk->from.subnet)
        walk_acl(walk, walk->from.subnet, true, true);
    struct hop *hop = walk_peering(walk, route->target, walk->to.vpc_id, &walk->packet.src);
    if (walk->reply && hop->verdict != WEIR_HOP_BLOCK)
        hop_unknown(hop, CODE_UNIDIRECTIONAL_PATH_ANALYSIS_ONLY);
    walk_deliver(walk, &walk->to);
}

static void from_transit(struct walk *walk, const struct vpc_route *route)
{
    add_remote(walk, addr_is_public(&walk->packet.src) ? HOP_INTERNET : HOP_REMOTE);
    if (walk->reply)
        hop_unknown(&walk->path->hop[walk->path->n - 1],
                    walk->from.vpc ? CODE_UNKNOWN_DESTINATION : CODE_UNIDIRECTIONAL_PATH_ANALYSIS_ONLY);
    walk_into_vpc(walk, inventory_vpc_attachment(walk->inventory, walk->to.vpc_id.text, route->target.text),
                  route->target);
}

static void from_vpn(struct walk *walk, const struct vpc_route *route)
{
    add_remote(walk, HOP_REMOTE);
    walk_vpn(walk, walk->to.vpc, route->target, false);
    walk_deliver(walk, &walk->to);
}

/* What comes from an appliance: how it got there is not to be seen. */
static void from_middlebox(struct walk *walk, const struct vpc_route *route)
{
    const struct vpc_interface *interface = walk_middlebox(walk, route);
    add_remote(walk, addr_is_public(&walk->packet.src) ? HOP_INTERNET : HOP_REMOTE);
    if (!interface) {
        hop_unknown(walk_hop(walk, HOP_INTERFACE, WEIR_HOP_PASS, route->target, WEIR_SAFE("")), CODE_UNKNOWN_RESOURCE);
        walk_deliver(walk, &walk->to);
        return;
    }
    struct place box = place_of_interface(interface, &walk->packet.src);
    walk_interface(walk, &box, true);
    if (box.subnet && box.subnet == walk->to.subnet) {
        walk_arrive(walk, &walk->to);
        return;
    }
    walk_acl(walk, box.subnet, true, false);
    walk_deliver(walk, &walk->to);
}

static void from_unsupported(struct walk *walk, const struct vpc_route *route)
{
    add_remote(walk, addr_is_public(&walk->packet.src) ? HOP_INTERNET : HOP_REMOTE);
    hop_unknown(walk_hop(walk, HOP_GATEWAY, WEIR_HOP_PASS, route->target, WEIR_SAFE("")), CODE_UNSUPPORTED_COMPONENT);
    walk_deliver(walk, &walk->to);
}

static void from_endpoint(struct walk *walk, const struct vpc_route *route)
{
    const struct vpc_endpoint *endpoint = inventory_endpoint(walk->inventory, route->target.text);
    bool serves = !endpoint || !same_text(endpoint->type, WEIR_SAFE("GatewayLoadBalancer"));
    enum hop_kind otherwise = addr_is_public(&walk->packet.src) ? HOP_INTERNET : HOP_REMOTE;
    add_remote(walk, serves ? HOP_SERVICE : otherwise);
    struct hop *hop = walk_endpoint(walk, route->target);
    if (walk->opens && serves)
        hop_block(hop, CODE_VPCE_INTRA_VPC_TRAFFIC);
    walk_deliver(walk, &walk->to);
}

typedef void entry(struct walk *walk, const struct vpc_route *route);

static entry *const entries[] = {
    [TARGET_UNKNOWN] = from_unsupported,
    [TARGET_LOCAL] = from_local,
    [TARGET_INTERNET_GATEWAY] = from_internet,
    [TARGET_EGRESS_GATEWAY] = from_egress_only,
    [TARGET_NAT_GATEWAY] = from_nat,
    [TARGET_INTERFACE] = from_middlebox,
    [TARGET_INSTANCE] = from_middlebox,
    [TARGET_PEERING] = from_peering,
    [TARGET_TRANSIT_GATEWAY] = from_transit,
    [TARGET_VPN_GATEWAY] = from_vpn,
    [TARGET_ENDPOINT] = from_endpoint,
    [TARGET_LOCAL_GATEWAY] = from_unsupported,
    [TARGET_CARRIER_GATEWAY] = from_unsupported,
    [TARGET_CORE_NETWORK] = from_unsupported,
};

/* No route leads back, or none is known: from the internet it can come all the same. */
static void from_somewhere(struct walk *walk)
{
    const struct place *to = &walk->to;
    if (to->vpc && vpc_contains(to->vpc, &walk->packet.src)) {
        from_local(walk, NULL);
    } else if (addr_is_public(&walk->packet.src) &&
               inventory_vpc_gateway(walk->inventory, to->vpc_id.text, GATEWAY_INTERNET)) {
        walk_from_internet(walk, to, NULL);
    } else {
        add_remote(walk, addr_is_public(&walk->packet.src) ? HOP_INTERNET : HOP_REMOTE);
        if (!walk_between(walk, false) && !addr_is_public(&walk->packet.src))
            hop_tell(&walk->path->hop[walk->path->n - 1], CODE_UNKNOWN_DESTINATION);
        walk_deliver(walk, to);
    }
}

void walk_in(struct walk *walk)
{
    const struct vpc_subnet *subnet = walk->to.subnet;
    struct route_answer answer = evaluate_route(subnet ? subnet->route_table : NULL, &walk->packet.src);
    bool public_in = walk->opens && walk->to.public_addr.family != 0 && addr_is_public(&walk->packet.src) &&
                     inventory_vpc_gateway(walk->inventory, walk->to.vpc_id.text, GATEWAY_INTERNET);
    if (public_in && (!answer.route || answer.route->kind != TARGET_ENDPOINT))
        walk_from_internet(walk, &walk->to, NULL);
    else if (answer.route && (size_t)answer.route->kind < ARRAY_SIZE(entries))
        entries[answer.route->kind](walk, answer.route);
    else
        from_somewhere(walk);
}
